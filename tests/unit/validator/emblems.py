"""Pictures that hold the European emblem, and some that only look like it."""

import math

from PIL import Image, ImageDraw

BLUE, YELLOW = (0, 51, 153), (255, 204, 0)
_FINE = 4


def emblem(
    height: int = 120,
    *,
    stars: int = 12,
    blue: tuple[int, int, int] = BLUE,
    yellow: tuple[int, int, int] = YELLOW,
    radius: float = 1 / 3,
) -> Image.Image:
    """The emblem as its definition draws it: stars of a radius of 1/18 of the height on a circle of 1/3."""
    size = height * _FINE
    drawn = Image.new("RGB", (size * 3 // 2, size), blue)
    pen = ImageDraw.Draw(drawn)
    for number in range(stars):
        angle = 2 * math.pi * number / stars
        middle = drawn.width / 2 + size * radius * math.sin(angle), size / 2 - size * radius * math.cos(angle)
        pen.polygon(_star(middle, size / 18), fill=yellow)
    return drawn.resize((height * 3 // 2, height), Image.Resampling.LANCZOS)


def page(*pictures: tuple[Image.Image, tuple[int, int]], paper: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    """A page of A4 at 120 dots per inch with pictures on it and lines that look like text."""
    drawn = Image.new("RGB", (992, 1403), paper)
    pen = ImageDraw.Draw(drawn)
    for line in range(40):
        pen.line((120, 400 + line * 22, 850 - 37 * (line % 5), 400 + line * 22), fill=(30, 30, 30), width=4)
    for picture, place in pictures:
        drawn.paste(picture, place)
    return drawn


def ring() -> Image.Image:
    """A closed yellow ring on blue."""
    drawn = Image.new("RGB", (180, 120), BLUE)
    ImageDraw.Draw(drawn).ellipse((45, 15, 135, 105), outline=YELLOW, width=10)
    return drawn


def sun() -> Image.Image:
    """A yellow disc on blue."""
    drawn = Image.new("RGB", (180, 120), BLUE)
    ImageDraw.Draw(drawn).ellipse((45, 15, 135, 105), fill=YELLOW)
    return drawn


def cross() -> Image.Image:
    """A yellow cross on blue, as on the flag of Sweden."""
    drawn = Image.new("RGB", (180, 120), BLUE)
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((55, 0, 80, 120), fill=YELLOW)
    pen.rectangle((0, 48, 180, 72), fill=YELLOW)
    return drawn


def _star(middle: tuple[float, float], radius: float) -> list[tuple[float, float]]:
    corners = []
    for number in range(10):
        reach = radius if number % 2 == 0 else radius * 0.382
        angle = math.pi * number / 5
        corners.append((middle[0] + reach * math.sin(angle), middle[1] - reach * math.cos(angle)))
    return corners
