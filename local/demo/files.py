"""Files as people hand them in, made on the spot with the libraries that write such files in earnest.

Demo, end-to-end tests and benchmarks share them. Large ones go to disk piece by piece.
"""

import array
import csv as csv_format
import hashlib
import math
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import lameenc
from docx import Document
from fpdf import FPDF
from openpyxl import Workbook
from PIL import Image, ImageDraw

from local.demo.font import latvian_font

MEGABYTE = 1 << 20
SIZE_BYTES_MAX = 100 * MEGABYTE
FUNDED_EN = "Co-funded by the European Union."
FUNDED_LV = "Līdzfinansē Eiropas Savienība."

_SAMPLE_RATE = 44_100
_EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")
_CODE_WEIGHTS = (10, 5, 8, 4, 2, 1, 6, 3, 7, 9)


@dataclass(frozen=True, slots=True)
class Sample:
    """A file on disk, with its measured size in bytes and its digest in hex."""

    path: Path
    size: int
    sha256: str

    @property
    def name(self) -> str:
        return self.path.name

    @classmethod
    def of(cls, path: Path) -> "Sample":
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        return cls(path, path.stat().st_size, digest.hexdigest())


def pdf(path: Path, paragraphs: Iterable[str], *, title: str = "", password: str | None = None) -> Sample:
    """A PDF of running text with selectable Latvian and English."""
    font = path.with_suffix(".ttf")
    font.write_bytes(latvian_font())
    document = FPDF()
    document.add_font("Latvian", fname=font)
    document.set_font("Latvian", size=12)
    document.set_title(title or path.stem)
    document.set_lang("en")
    document.add_page()
    for paragraph in paragraphs:
        document.multi_cell(0, 7, paragraph, new_x="LMARGIN", new_y="NEXT")
        document.ln(3)
    if password:
        document.set_encryption(owner_password=password, user_password=password)
    document.output(str(path))
    font.unlink()
    return Sample.of(path)


def docx(path: Path, paragraphs: Iterable[str], *, table: Sequence[Sequence[str]] = ()) -> Sample:
    """A Word document, with a table where there are rows."""
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, values in zip(grid.rows, table, strict=True):
            for cell, value in zip(row.cells, values, strict=True):
                cell.text = value
    document.save(str(path))
    return Sample.of(path)


def xlsx(path: Path, rows: Iterable[Sequence[str | int | float]]) -> Sample:
    """A workbook with one sheet."""
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return Sample.of(path)


def csv(path: Path, rows: Iterable[Sequence[str | int | float]]) -> Sample:
    """Comma-separated values in UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv_format.writer(file).writerows(rows)
    return Sample.of(path)


def txt(path: Path, text: str, *, encoding: str = "utf-8") -> Sample:
    """Plain text."""
    path.write_text(text, encoding=encoding)
    return Sample.of(path)


def rtf(path: Path, paragraphs: Iterable[str]) -> Sample:
    """Rich text; letters outside ASCII are written as its own escapes."""
    body = "".join(f"{_escaped(paragraph)}\\par\n" for paragraph in paragraphs)
    path.write_text(f"{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 Arial;}}}}\\f0\\fs24\n{body}}}\n", encoding="ascii")
    return Sample.of(path)


def picture(path: Path, words: str, *, size: tuple[int, int] = (480, 320)) -> Sample:
    """A poster with a gradient and words on it: png, jpg, gif or tif by the name of the file."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    drawing = ImageDraw.Draw(image)
    drawing.rectangle((20, 20, size[0] - 20, 80), fill=(0, 51, 153))
    drawing.text((30, 38), words, fill=(255, 237, 0), font_size=20)
    image.save(path)
    return Sample.of(path)


def mp3(path: Path, seconds: float = 2.0) -> Sample:
    """A recording of a melody."""
    path.write_bytes(_melody(seconds))
    return Sample.of(path)


def recording(path: Path, size: int = SIZE_BYTES_MAX) -> Sample:
    """An mp3 of exactly `size` bytes: a melody again and again, and an ID3 tag whose padding fills what is left."""
    frames = _melody(12.0)
    times, room = divmod(size - 1_024, len(frames))
    with path.open("wb") as file:
        file.write(_id3(room + 1_024))
        for _ in range(times):
            file.write(frames)
    return Sample.of(path)


def infected(path: Path) -> Sample:
    """The EICAR test string: harmless, and known to every scanner. It stands whole in no file of this project."""
    path.write_text("".join(_EICAR), encoding="ascii")
    return Sample.of(path)


def infected_inside(path: Path) -> Sample:
    """A Word document that carries the EICAR test string as one of its parts."""
    docx(path, ["Newsletter of the partnership."])
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("word/media/image1.png", "".join(_EICAR))
    return Sample.of(path)


def package(path: Path) -> Sample:
    """A zip of ordinary files, whatever its name says it is."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", "Not what the name says.\n")
    return Sample.of(path)


def renamed(sample: Sample, name: str) -> Sample:
    """The same bytes beside the original under another name."""
    path = sample.path.with_name(name)
    path.write_bytes(sample.path.read_bytes())
    return Sample.of(path)


def personal_code(born: str = "120385", number: int = 1_234) -> str:
    """A Latvian personal code of the old form with its right check digit, of nobody known (domain.md 2.9).

    `born` is ddmmyy, `number` four digits of which the first names the century.
    """
    digits = f"{born}{number:04d}"
    assert len(digits) == len(_CODE_WEIGHTS), digits
    check = (1 + sum(weight * int(digit) for weight, digit in zip(_CODE_WEIGHTS, digits, strict=True))) % 11 % 10
    return f"{born}-{number:04d}{check}"


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
    return "".join(one if ord(one) < 128 else f"\\u{ord(one)}?" for one in plain)


@cache
def _melody(seconds: float) -> bytes:
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(128)
    encoder.set_in_sample_rate(_SAMPLE_RATE)
    encoder.set_channels(1)
    encoder.set_quality(7)
    encoder.silence()
    return bytes(encoder.encode(_tones(seconds)) + encoder.flush())


def _tones(seconds: float) -> bytes:
    notes = (262, 330, 392, 523)
    samples = array.array("h")
    for at in range(int(seconds * _SAMPLE_RATE)):
        frequency = notes[(at * 2 // _SAMPLE_RATE) % len(notes)]
        samples.append(int(9_000 * math.sin(2 * math.pi * frequency * at / _SAMPLE_RATE)))
    return samples.tobytes()


def _id3(size: int) -> bytes:
    """An ID3v2.3 tag of `size` bytes in all: one frame with the title, then padding."""
    text = b"\x00Recording of the closing conference"
    frame = b"TIT2" + len(text).to_bytes(4, "big") + b"\x00\x00" + text
    body = size - 10
    length = bytes((body >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + length + frame.ljust(body, b"\x00")
