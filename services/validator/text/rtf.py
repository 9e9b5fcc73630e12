"""Rich text without its control words; pictures, fonts, styles and hidden groups are left out."""

import codecs
import re
from collections.abc import Iterator

from services.validator.domain import Place
from services.validator.text import BLOCK_CHARACTERS, Block, places

_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\u(-?\d{1,6}) ?|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?"
    rb"|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet pict objdata themedata colorschememapping latentstyles datastore listtable "
    b"listoverridetable rsidtbl generator xmlnstbl fldinst blipuid".split()
)
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"cell": "\t", b"tab": "\t"}
_SPECIAL = {b"~": "\u00a0", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\"}
_SIGNS = {
    b"endash": "–", b"emdash": "—", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"bullet": "•",
}  # fmt: skip
_CHARSETS = {b"186": "cp1257", b"204": "cp1251", b"238": "cp1250", b"161": "cp1253", b"162": "cp1254", b"0": "cp1252"}
_FONT = re.compile(rb"\\f(\d{1,5})\b[^{}]{0,100}?\\fcharset(\d{1,3})")


def read(path: str) -> Iterator[Block]:
    """Yield blocks of paragraphs; a line is a paragraph."""
    with open(path, "rb") as file:
        data = file.read()
    return _blocks(_Reader(data))


def _blocks(reader: "_Reader") -> Iterator[Block]:
    line = 1
    for text in reader.texts():
        starts = [0, *(match.end() for match in re.finditer("\n", text))]
        yield Block(text, places(starts, [Place(line=line + number) for number in range(len(starts))]))
        line += len(starts) - 1


class _Reader:
    """Walks over the tokens with a stack of groups: whether a group is skipped, its font, how long fall-backs are."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        page = re.search(rb"\\ansicpg(\d{3,5})", data[:2000])
        self._codec = f"cp{page.group(1).decode()}" if page and _known(f"cp{page.group(1).decode()}") else "cp1252"
        self._fonts = {number: _CHARSETS.get(charset, "") for number, charset in _FONT.findall(data[:200_000])}
        self._skipping, self._font, self._fallback = False, b"", 1
        self._stack: list[tuple[bool, bytes, int]] = []
        self._to_drop = 0
        self._bytes = bytearray()
        self._pieces: list[str] = []

    def texts(self) -> Iterator[str]:
        length = 0
        for match in _TOKEN.finditer(self._data):
            self._take(match)
            if len(self._pieces) > length + 4096 and self._pieces[-1] == "\n":
                if sum(map(len, self._pieces)) > BLOCK_CHARACTERS:
                    yield self._flushed()
                length = len(self._pieces)
        yield self._flushed()

    def _flushed(self) -> str:
        self._decode()
        text = "".join(self._pieces)
        self._pieces.clear()
        return text

    def _take(self, match: re.Match[bytes]) -> None:
        escaped, code, word, number, symbol, brace, plain = match.groups()
        if brace:
            self._group(brace)
        elif word:
            self._control(word, number or b"")
        elif symbol == b"*":
            self._skipping = True
        elif self._skipping:
            return
        elif plain:
            self._bytes += plain[self._to_drop :]
            self._to_drop = max(self._to_drop - len(plain), 0)
        elif escaped:
            self._hexadecimal(escaped)
        elif code:
            self._write(chr(int(code) % 65536))
            self._to_drop = self._fallback
        elif symbol in _SPECIAL:
            self._write(_SPECIAL[symbol])

    def _group(self, brace: bytes) -> None:
        self._decode()
        self._to_drop = 0
        if brace == b"{":
            self._stack.append((self._skipping, self._font, self._fallback))
        elif self._stack:
            self._skipping, self._font, self._fallback = self._stack.pop()

    def _control(self, word: bytes, number: bytes) -> None:
        if word in _SKIPPED:
            self._skipping = True
        elif word == b"f":
            self._decode()
            self._font = number
        elif word == b"uc":
            self._fallback = int(number or 1)
        elif not self._skipping and (sign := _BREAKS.get(word) or _SIGNS.get(word)):
            self._write(sign)

    def _hexadecimal(self, escaped: bytes) -> None:
        if self._to_drop:
            self._to_drop -= 1
        else:
            self._bytes.append(int(escaped, 16))

    def _write(self, text: str) -> None:
        self._decode()
        self._pieces.append(text)

    def _decode(self) -> None:
        if self._bytes:
            self._pieces.append(self._bytes.decode(self._fonts.get(self._font) or self._codec, "replace"))
            self._bytes.clear()


def _known(codec: str) -> bool:
    try:
        codecs.lookup(codec)
    except LookupError:
        return False
    return True
