"""Changes that leave a file readable, and so what is bad about it in place, beside those that only damage it."""

import io
import random
import re
import zipfile
from collections.abc import Callable

from tests.hostile import Hostile
from tests.hostile.damage import bent

_NAME = re.compile(rb"/[A-Za-z][A-Za-z0-9]{1,20}(?=[\s/<\[(])")
_GAPS = (b" ", b"\n", b"\r\n", b"\0", b"\t", b"\x0c", b"%x\n", b"%stream\n", b"%endobj\r", b"  ")
_WORDS = (b"{\\b }", b"\\plain ", b"{\\*\\x1 a}", b"\\par\r\n", b"{", b"\\'41", b"\\u65 A", b"\r\n")
_ENCODINGS = ("utf-16", "utf-8-sig", "cp1257", "iso8859-1")


def mutated(one: Hostile, rng: random.Random) -> bytes:
    """Change a file: half the time in the way of its format, else anywhere."""
    change = _CHANGES.get(one.extension)
    if change is None or rng.random() < 0.5:
        return bent(one.data, rng)
    return change(one.data, rng)


def _package(data: bytes, rng: random.Random) -> bytes:
    """Pack it anew: in another order, otherwise packed, with a part more, one bent, or one spelled in capitals."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    if rng.random() < 0.5:
        rng.shuffle(parts)
    if rng.random() < 0.5:
        parts.append(
            (f"word/{rng.randrange(999)}.xml", b"<a>" + rng.randbytes(rng.randrange(40)).hex().encode() + b"</a>")
        )
    at = rng.randrange(len(parts))
    if rng.random() < 0.3:
        parts[at] = (parts[at][0], bent(parts[at][1], rng))
    if rng.random() < 0.2:
        parts[at] = (parts[at][0].upper(), parts[at][1])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, body in parts:
            packed.writestr(name, body, rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)))
    return out.getvalue()


def _pdf(data: bytes, rng: random.Random) -> bytes:
    """Spell names by numbers, and put blanks and comments where the format allows them."""

    def spelled(match: re.Match[bytes]) -> bytes:
        name = match.group()
        if rng.random() < 0.15:
            at = rng.randrange(1, len(name))
            name = name[:at] + b"#%02x" % name[at] + name[at + 1 :]
        return name + (rng.choice(_GAPS) if rng.random() < 0.15 else b"")

    pieces = re.split(rb"(stream\r?\n.*?endstream)", data, flags=re.DOTALL)
    return b"".join(piece if piece.startswith(b"stream") else _NAME.sub(spelled, piece) for piece in pieces)


def _rtf(data: bytes, rng: random.Random) -> bytes:
    at = data.find(b" ", 4)
    for _ in range(rng.randrange(1, 4)):
        data = data[:at] + rng.choice(_WORDS) + data[at:]
    return data


def _text(data: bytes, rng: random.Random) -> bytes:
    text = data.decode("latin-1")
    lines = text.split("\n")
    lines.insert(rng.randrange(len(lines) + 1), "vārdi;" * rng.randrange(3) + "beigas")
    if rng.random() < 0.3:
        lines = [line.replace(";", "\t") for line in lines]
    return rng.choice(("\n", "\r\n")).join(lines).encode(rng.choice(("utf-8", *_ENCODINGS)), "replace")


_CHANGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "docx": _package, "xlsx": _package, "pdf": _pdf, "rtf": _rtf, "txt": _text, "csv": _text,
}  # fmt: skip
