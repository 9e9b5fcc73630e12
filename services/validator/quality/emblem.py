"""The European emblem in a picture: twelve yellow stars on a circle in a blue field. Pure: a picture in, yes or no out.

A page is sifted in tiles for blue regions; in each, the yellow must fill a square ring with twelve peaks and nothing
but blue between them, within them and around them. No learning, no template: the emblem is defined by geometry.
"""

import math
from collections.abc import Iterator

from PIL import Image, ImageChops

WIDTH_MAX = 1_400
_TILE = 6
_REGIONS_MAX = 60
_FIELD_WIDTH = 240
_HEIGHT_MIN = 20
_RING_MIN = 14
_GAPS = (5, 10, 20, 40)
_CLUSTERS_MAX = 40
_BLUE, _YELLOW = 38, 25
_STAR, _FAINT_STAR = 20, 8
_STARS = 12
_RING, _TIP = 1 / 3, 1 / 3 + 1 / 18

Box = tuple[int, int, int, int]


def is_in(picture: Image.Image) -> bool:
    """Say whether the emblem stands somewhere in a picture, in its colours, upright, at least 20 pixels high."""
    coloured = picture.convert("RGB")
    if coloured.width > WIDTH_MAX:
        coloured.thumbnail((WIDTH_MAX, WIDTH_MAX * 4))
    if min(coloured.size) < _HEIGHT_MIN:
        return False
    blue, yellow = _amounts(coloured)
    return any(_holds_ring(blue.crop(box), yellow.crop(box)) for box in _regions(blue, yellow))


def _amounts(picture: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Return how blue and how yellow each pixel is; white, grey and black are neither."""
    red, green, blue = picture.split()
    return (
        ImageChops.subtract(blue, ImageChops.lighter(red, green)),
        ImageChops.subtract(ImageChops.darker(red, green), blue),
    )


def _regions(blue: Image.Image, yellow: Image.Image) -> Iterator[Box]:
    """Yield boxes around blue that hangs together, the largest first, those without any yellow left out."""
    tiles = blue.point([255 if value > _BLUE else 0 for value in range(256)]).reduce(_TILE)
    columns, rows = tiles.size
    values = tiles.tobytes()
    left = {at for at, value in enumerate(values) if value > 90}
    boxes = []
    while left:
        boxes.append(_flooded(left, columns, rows))
    boxes.sort(key=lambda box: (box[2] - box[0]) * (box[3] - box[1]), reverse=True)
    for first, top, last, bottom in boxes[:_REGIONS_MAX]:
        box = (
            max(first - 1, 0) * _TILE,
            max(top - 1, 0) * _TILE,
            min((last + 2) * _TILE, blue.width),
            min((bottom + 2) * _TILE, blue.height),
        )
        if min(box[2] - box[0], box[3] - box[1]) >= _HEIGHT_MIN and yellow.crop(box).getextrema()[1] > _YELLOW:  # type: ignore[operator]  # one band
            yield box


def _flooded(left: set[int], columns: int, rows: int) -> Box:
    """Take one region out of the tiles that are left; return its first and last column and row."""
    start = left.pop()
    waiting, seen = [start], [start]
    while waiting:
        at = waiting.pop()
        row, column = divmod(at, columns)
        for near_row in range(max(row - 1, 0), min(row + 2, rows)):
            for near_column in range(max(column - 1, 0), min(column + 2, columns)):
                near = near_row * columns + near_column
                if near in left:
                    left.discard(near)
                    waiting.append(near)
                    seen.append(near)
    across, down = [one % columns for one in seen], [one // columns for one in seen]
    return min(across), min(down), max(across), max(down)


def _holds_ring(blue: Image.Image, yellow: Image.Image) -> bool:
    """Say whether the yellow of a region, or some of it that hangs together, is the ring of stars."""
    least = max(_YELLOW, 0.4 * yellow.getextrema()[1])  # type: ignore[operator]  # one band
    mask = yellow.point([255 if value > least else 0 for value in range(256)])
    return any(_is_ring(blue, yellow, box) for box in _clusters(mask))


def _clusters(mask: Image.Image) -> Iterator[Box]:
    """Yield the box of all that is set, then of what hangs together over gaps of growing size."""
    whole = mask.getbbox()
    if whole is None:
        return
    yield whole
    for gap in _GAPS:
        values = mask.reduce(gap).tobytes()
        columns, rows = -(-mask.width // gap), -(-mask.height // gap)
        left = {at for at, value in enumerate(values) if value}
        for _ in range(_CLUSTERS_MAX):
            if not left:
                break
            first, top, last, bottom = _flooded(left, columns, rows)
            around = (first * gap, top * gap, min((last + 1) * gap, mask.width), min((bottom + 1) * gap, mask.height))
            if (box := mask.crop(around).getbbox()) and min(box[2] - box[0], box[3] - box[1]) >= _RING_MIN:
                yield box[0] + around[0], box[1] + around[1], box[2] + around[0], box[3] + around[1]


def _is_ring(blue: Image.Image, yellow: Image.Image, box: Box) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    if min(width, height) < _RING_MIN or not 0.85 < width / height < 1.18:
        return False
    field = _around(box, blue.size)
    scale = _FIELD_WIDTH / (field[2] - field[0])
    size = (_FIELD_WIDTH, max(round((field[3] - field[1]) * scale), 1))
    square = [one.crop(field).resize(size, Image.Resampling.BILINEAR) for one in (blue, yellow)]
    centre = ((box[0] + box[2]) / 2 - field[0]) * scale, ((box[1] + box[3]) / 2 - field[1]) * scale
    return _is_emblem(*square, centre=centre, tip=(width + height) / 4 * scale)


def _around(box: Box, size: tuple[int, int]) -> Box:
    """Widen the box of the stars to that of a field, as far as the picture goes."""
    more = round((box[2] - box[0]) * 0.3)
    return max(box[0] - more, 0), max(box[1] - more, 0), min(box[2] + more, size[0]), min(box[3] + more, size[1])


def _is_emblem(blue: Image.Image, yellow: Image.Image, *, centre: tuple[float, float], tip: float) -> bool:
    ring = tip * _RING / _TIP
    on = [_mean(yellow, _at(centre, ring, number), tip * 0.06) for number in range(_STARS)]
    between = [_mean(yellow, _at(centre, ring, number + 0.5), tip * 0.04) for number in range(_STARS)]
    within = [_mean(blue, _at(centre, ring * 0.5, number), tip * 0.05) for number in range(_STARS)]
    around = [_mean(blue, _at(centre, tip * 1.12, number), tip * 0.03) for number in range(_STARS)]
    inner = [_mean(yellow, _at(centre, ring * 0.5, number), tip * 0.05) for number in range(_STARS)]
    stars, gaps = sorted(on), sorted(between)
    return (
        stars[1] > _FAINT_STAR
        and stars[_STARS // 2] > _STAR
        and all(star > 1.8 * gap + 6 for star, gap in zip(stars, gaps, strict=True))
        and sorted(within)[1] > _BLUE
        and sorted(around)[2] > _BLUE
        and sorted(inner)[-2] < _YELLOW
    )


def _at(centre: tuple[float, float], radius: float, number: float) -> tuple[float, float]:
    angle = 2 * math.pi * number / _STARS
    return centre[0] + radius * math.sin(angle), centre[1] - radius * math.cos(angle)


def _mean(amounts: Image.Image, at: tuple[float, float], reach: float) -> float:
    """Return the mean of the pixels around a point; nothing outside the picture."""
    size = max(round(reach), 1)
    box = (
        max(round(at[0]) - size, 0),
        max(round(at[1]) - size, 0),
        min(round(at[0]) + size + 1, amounts.width),
        min(round(at[1]) + size + 1, amounts.height),
    )
    values = amounts.crop(box).tobytes() if box[0] < box[2] and box[1] < box[3] else b""
    return sum(values) / len(values) if values else 0.0
