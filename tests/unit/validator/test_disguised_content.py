"""Tricks that hide what a document does: other spellings, other containers, links where files are expected."""

import struct
from pathlib import Path

import pytest

from tests.unit.validator import samples
from tests.unit.validator.test_dangerous_content import OTHER_OBJECT, PACKAGE_OBJECT, judged, word

ADDRESS = b"http://a.example/x.dotm"
URL_MONIKER = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
LINK = samples.ole({"\x01Ole": bytes(20) + URL_MONIKER + "http://a.example/x".encode("utf-16-le")})


def rtf(body: bytes) -> bytes:
    return b"{\\rtf1 words " + body + b"}"


def digits(name: bytes, data: bytes, kind: int = 2) -> bytes:
    head = struct.pack("<III", 0x501, kind, len(name) + 1) + name + bytes(9) + struct.pack("<I", len(data))
    return (head + data).hex().encode()


def embedded(group: bytes) -> bytes:
    return rtf(b"{\\object\\objemb{\\*\\objdata " + group + b"}}")


PACKED = digits(b"Word.Document.8", PACKAGE_OBJECT)
AS_NUMBERS = b"".join(b"\\u%d?" % letter for letter in ADDRESS)
AS_NEGATIVES = b"".join(b"\\u%d?" % (letter - 0x10000) for letter in ADDRESS)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (embedded(PACKED[:80] + b"{\\*\\a b}" + PACKED[80:]), "ole-package"),
        (embedded(PACKED[:80] + b"\\bin1 }" + PACKED[80:]), "ole-package"),
        (embedded(PACKED[:64] + b"\\bin9000 " + bytes.fromhex(PACKED[64:].decode())), "ole-package"),
        (rtf(b"{\\object\\objemb{\\bin1 \\\\objdata " + PACKED + b"}}"), "ole-package"),
        (embedded(digits(b"Word.Document.8", OTHER_OBJECT)), "ole-package"),
        (embedded(digits(b"Word.Document.8", LINK)), "remote-code"),
        (embedded(digits(b"Word.Document.8", b"http://a.example/x", kind=1)), "remote-code"),
        (rtf(b"{\\*\\template " + AS_NUMBERS + b"}"), "remote-code"),
        (rtf(b"{\\*\\template " + AS_NEGATIVES + b"}"), "remote-code"),
        (rtf(b"{\\*\\template{" + ADDRESS + b"}}"), "remote-code"),
        (rtf(b"{\\*\\template {\\b ht\r\ntp}{://a.example/x.dotm}}"), "remote-code"),
        (rtf(b'{\\field{\\*\\fldinst HYPERLINK "javascript:a()"}}'), "remote-code"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_disguised_in_rich_text_is_found(data: bytes, code: str, tmp_path: Path) -> None:
    assert code in judged(tmp_path, "rtf", data)


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (rtf(b"{\\*\\template C:\\\\Normal.dotm}"), {"remote-reference"}),
        (embedded(digits(b"MSGraph.Chart.8", samples.ole({"Workbook": b"x"}))), {"embedded-object"}),
        (rtf(b"{\\pict\\pngblip\\bin9 {{}\\objda}{\\field{\\*\\fldinst PAGE}}"), set()),
        (rtf(b'{\\field{\\*\\fldinst HYPERLINK "https://a.example/data:x"}}'), set()),
    ],
    ids=["template", "chart", "picture", "link"],
)
def test_what_programs_write_into_rich_text_is_not_refused(data: bytes, codes: set[str], tmp_path: Path) -> None:
    assert judged(tmp_path, "rtf", data) == codes


def test_an_object_that_is_fetched_from_an_address_is_found_in_every_container(tmp_path: Path) -> None:
    assert "remote-code" in judged(tmp_path, "docx", word("word/embeddings/oleObject1.bin", LINK))
    body = struct.pack("<HHI", 0, 0x1011, len(LINK)) + LINK
    assert "remote-code" in judged(tmp_path, "ppt", samples.powerpoint(body=body))
