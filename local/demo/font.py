"""A font that knows Latvian, without asking the system for one: Pillow's own, with the missing letters drawn on.

PDF's built-in fonts end at Western European letters, and a bare machine has no others.
"""

import io
from collections.abc import Iterator
from functools import cache
from typing import Any

from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from PIL import ImageFont

_MARKED = {"macron": ("aeiuAEIU", "āēīūĀĒĪŪ"), "caron": ("cszCSZ", "čšžČŠŽ"), "comma": ("gklnGKLN", "ģķļņĢĶĻŅ")}
# Outlines around the middle of the letter, above its top or below its foot, in em.
_SHAPES = {
    "macron": ((-0.2, 0.06), (0.2, 0.06), (0.2, 0.13), (-0.2, 0.13)),
    "caron": ((-0.2, 0.2), (-0.05, 0.04), (0.05, 0.04), (0.2, 0.2), (0.11, 0.2), (0.0, 0.1), (-0.11, 0.2)),
    "comma": ((-0.06, -0.08), (0.07, -0.08), (-0.02, -0.26), (-0.1, -0.26)),
}
_AS_IT_IS = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@cache
def latvian_font() -> bytes:
    """A TrueType font with the letters of English and Latvian."""
    pillow = ImageFont.load_default(12)
    assert isinstance(pillow, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    font = TTFont(io.BytesIO(pillow.font_bytes))
    for mark, base, letter in _letters():
        _add(font, mark, base, letter)
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def _letters() -> Iterator[tuple[str, str, str]]:
    for mark, (bases, letters) in _MARKED.items():
        for base, letter in zip(bases, letters, strict=True):
            yield mark, base, letter


def _add(font: TTFont, mark: str, base: str, letter: str) -> None:
    """Put the letter together from its base and its mark; an i loses its dot by being a short l."""
    glyphs, metrics, names = font["glyf"], font["hmtx"].metrics, font.getBestCmap()
    body, name = names[ord("l" if base == "i" else base)], f"uni{ord(letter):04X}"
    height = glyphs[names[ord("x")]].yMax / glyphs[body].yMax if base == "i" else 1.0
    pen = TTGlyphPen(glyphs)
    pen.addComponent(body, (*_AS_IT_IS[:3], height, *_AS_IT_IS[4:]))
    glyphs[f"{name}.mark"] = _drawn(mark, glyphs[body], height, font["head"].unitsPerEm)
    metrics[f"{name}.mark"] = (0, 0)
    pen.addComponent(f"{name}.mark", _AS_IT_IS)
    glyphs[name] = pen.glyph()
    metrics[name] = metrics[body]
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[ord(letter)] = name


def _drawn(mark: str, body: Any, height: float, em: int) -> Any:
    middle = (body.xMin + body.xMax) / 2
    foot = 0 if mark == "comma" else body.yMax * height
    across = min(1.0, (body.xMax - body.xMin + 0.16 * em) / (0.4 * em))
    first, *others = ((round(middle + x * across * em), round(foot + y * em)) for x, y in _SHAPES[mark])
    pen = TTGlyphPen(None)
    pen.moveTo(first)
    for point in others:
        pen.lineTo(point)
    pen.closePath()
    return pen.glyph()
