"""Files that are two things at once, lie about what they are, or hide behind a name."""

from collections.abc import Iterator

from services.validator.formats import FORMATS
from tests.hostile import Hostile
from tests.unit.validator import samples
from tests.unit.validator.test_dangerous_content import PROGRAM, ZIP

_TAILS = {
    "zip": ZIP,
    "program": PROGRAM,
    "script": b"<script>alert(1)</script>",
    "rar": b"Rar!\x1a\x07\x01\0" + bytes(40),
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
}
_WITH_AN_END = ("jpg", "png", "gif", "pdf", "rtf", "docx", "xlsx")
_SAME = ({"jpg", "jpeg"}, {"ppt", "pps"}, {"txt", "csv"}, {"mpg", "mpeg"})
_ACTS_IN_TEXT = {
    "page": b"<!doctype html><html><body>words</body></html>",
    "picture": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "shell": b"#!/bin/sh\necho\n",
    "program": b"<?php echo 1;\n",
    "pdf": samples.content("pdf"),
    "rich-text": b"{\\rtf1 words}",
}
_NAMES = (
    "guide.exe.pdf",
    "guide.pdf.docx",
    "gui\u202edfp.exe.txt",
    "guide.txt\x00.txt",
    "setup.exe",
    "guide.docm",
    "guide",
)


def files() -> Iterator[Hostile]:
    """Tails, lies about the format, texts that act, and names that deceive."""
    for extension in _WITH_AN_END:
        for name, tail in _TAILS.items():
            yield Hostile(name=f"{extension}-and-{name}.{extension}", data=samples.content(extension) + tail)
    for extension in ("mp3", "mp4", "mov", "ogg", "tif", "mpg"):
        yield Hostile(name=f"{extension}-and-zip.{extension}", data=samples.content(extension) + ZIP)
    for claimed in FORMATS:
        for real in ("pdf", "png", "docx", "doc", "mp4", "mp3"):
            if claimed != real and not any({claimed, real} <= same for same in _SAME):
                yield Hostile(name=f"{real}-as.{claimed}", data=samples.content(real))
        yield Hostile(name=f"program-as.{claimed}", data=PROGRAM)
    for name, data in _ACTS_IN_TEXT.items():
        yield Hostile(name=f"{name}-as.txt", data=data)
        yield Hostile(name=f"{name}-as-table.csv", data=data)
    yield Hostile(name="program-before.pdf", data=PROGRAM + samples.content("pdf"))
    yield Hostile(name="late-head.pdf", data=b" " * 1100 + samples.content("pdf"))
    for name in _NAMES:
        yield Hostile(name=name, data=b"words of a guide")
