"""The European emblem is told from what only looks like it, on pages and in compressed pictures."""

import io

import pytest
from PIL import Image

from services.validator.quality import emblem
from tests.unit.validator import emblems

PLACE = (110, 140)


def compressed(picture: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return Image.open(data)


@pytest.mark.parametrize("height", [24, 36, 60, 90, 120, 250, 400])
def test_the_emblem_is_found_on_a_page(height: int) -> None:
    assert emblem.is_in(emblems.page((emblems.emblem(height), PLACE)))


@pytest.mark.parametrize(("height", "quality"), [(60, 75), (90, 50), (200, 30)])
def test_compression_does_not_hide_it(height: int, quality: int) -> None:
    assert emblem.is_in(compressed(emblems.page((emblems.emblem(height), PLACE)), quality))


@pytest.mark.parametrize("blue", [(0, 20, 137), (57, 77, 167), (0, 0, 153), (0, 82, 165)])
def test_other_renderings_of_its_blue_are_taken(blue: tuple[int, int, int]) -> None:
    assert emblem.is_in(emblems.page((emblems.emblem(60, blue=blue), PLACE)))


def test_it_is_found_on_coloured_paper_and_when_it_fills_the_picture() -> None:
    assert emblem.is_in(emblems.page((emblems.emblem(80), PLACE), paper=emblems.BLUE))
    assert emblem.is_in(emblems.page((emblems.emblem(80), PLACE), paper=(200, 220, 255)))
    assert emblem.is_in(emblems.emblem(60))
    assert emblem.is_in(emblems.emblem(1_200))


def test_other_yellow_on_the_same_blue_does_not_hide_it() -> None:
    page = emblems.page((emblems.emblem(80), PLACE), (emblems.sun(), (400, 140)), paper=emblems.BLUE)

    assert emblem.is_in(page)
    assert not emblem.is_in(emblems.page((emblems.sun(), PLACE), (emblems.cross(), (400, 140)), paper=emblems.BLUE))


@pytest.mark.parametrize(
    "picture",
    [
        emblems.ring(),
        emblems.sun(),
        emblems.cross(),
        *(emblems.emblem(stars=stars) for stars in (6, 8, 10, 11, 13, 24)),
        emblems.emblem(yellow=(255, 255, 255)),
        emblems.emblem(blue=(200, 20, 20)),
        emblems.emblem(blue=(20, 20, 20)),
        Image.new("RGB", (300, 200), emblems.BLUE),
        Image.new("RGB", (300, 200), emblems.YELLOW),
    ],
)
def test_what_only_looks_like_it_is_not_taken_for_it(picture: Image.Image) -> None:
    assert not emblem.is_in(emblems.page((picture, PLACE)))
    assert not emblem.is_in(compressed(emblems.page((picture, PLACE)), 40))


def test_noise_text_and_tiny_pictures_hold_none() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((400, 400), 120) for _ in range(3)])

    assert not emblem.is_in(noise)
    assert not emblem.is_in(emblems.page())
    assert not emblem.is_in(Image.new("RGB", (8, 8), emblems.BLUE))
