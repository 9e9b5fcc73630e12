"""Text, comma-separated values and stored links: really text, in a known character set, and not markup."""

import codecs
import re
from collections.abc import Iterator

from services.validator.formats import Fault, Inspection, NotThisFormatError

SAMPLE_BYTES = 256 * 1024
CHUNK_BYTES = 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b")) + b"\x7f"
_SINGLE_BYTE = ("cp1257", "iso8859-13", "iso8859-4", "iso8859-1", "cp1252", "cp1251")
_SIGNS = "„“”‘’–—…•€™"
_BALTIC = "āčēģīķļņšūžąęėįųõäöüĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲÕÄÖÜ"
_WESTERN = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ"
_LETTERS = {
    "cp1257": _BALTIC + _SIGNS,
    "iso8859-13": _BALTIC,
    "iso8859-4": _BALTIC,
    "iso8859-1": _WESTERN,
    "cp1252": _WESTERN + _SIGNS,
    "cp1251": "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
}
_MARKUP = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe|svg|\?php|\?xml|%@)|\s*#!\s*/|\s*@echo\s+off",
    re.IGNORECASE | re.DOTALL,
)
_ACTING_TAG = re.compile(
    r"<(?:script[\s>/]|iframe[\s>/]|\?php\s|!doctype\s+html|html[\s>]|svg[\s>/]|meta\s[^>]{0,200}http-equiv|object\s[^>]{0,200}=|embed\s[^>]{0,200}=)"
)
_HANDLER = re.compile(
    r"\bon(?:error|load\w{0,8}|(?:dbl)?click|mouse\w{2,6}|pointer\w{2,8}|key\w{2,5}|focus\w{0,3}|blur|toggle|submit|change|input"
    r"|wheel|scroll\w{0,3}|drag\w{0,5}|drop|begin|end|start|play\w{0,3}|canplay|animation\w{3,9}|transition\w{3,6}|page\w{4}"
    r"|message|resize|paste|copy|cut)\s{0,20}="
)
_TAG, _TAG_CHARACTERS_MAX = re.compile(r"<\w{1,20}\s"), 222
_CALLS = {
    "powershell": re.compile(r"\bpowershell(?:\.exe)?\s+[-/]\w"),
    "wscript.shell": re.compile(r"wscript\.shell"),
    "createobject": re.compile(r"\bcreateobject\s*\("),
    "/c ": re.compile(r"\bcmd(?:\.exe)?\s{1,9}/c\s"),
    "frombase64string": re.compile(r"\bfrombase64string\s*\("),
    "mshta": re.compile(r"\bmshta(?:\.exe)?\s{1,9}[\"']?(?:https?|javascript|vbscript):"),
    "getobject": re.compile(r"\bgetobject\s{0,9}\(\s{0,9}[\"']script:"),
    "+adw-": re.compile(r"\+adw-(?:script|iframe|svg|img|object)\b"),  # `<` in UTF-7
    "open": re.compile(r"\bsub\s{1,9}auto_?open\s*\("),
}
_DDE = re.compile(
    r"""(?:^|[;,\t\n])\s*["']?[=+@-](?:[^;,\t\n]{0,200}?\w\|[^!\n]{0,500}!|[^;,\t\n]{0,200}?\b(?i:DDE)\s?\()"""
)
_FORMULA = re.compile(
    r"""(?:^|[;,\t\n])\s*["']?[=@][^\s\d"';,][^;,\t\n]{0,200}|(?:^|[;,\t\n])["']?[+-][A-Za-z]{2,30}\("""
)
_OVERLAP_CHARACTERS = 1024
_RUN = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]{4,}")
_LINK = re.compile(r"https?://[^\s<>\"]{1,2000}\Z", re.IGNORECASE)
_NAMES = {"utf-8-sig": "utf-8", "cp1257": "windows-1257", "cp1252": "windows-1252", "cp1251": "windows-1251"}
_TYPES = {"txt": "text/plain", "csv": "text/csv", "uri": "text/uri-list"}


def inspect(path: str, kind: str) -> Inspection:
    """Find the character set and refuse what is not text. Raises `NotThisFormatError`."""
    charset = charset_of(path)
    if charset is None:
        raise NotThisFormatError("binary data")
    with open(path, encoding=charset, errors="replace", newline="") as file:
        head = file.read(2048)
    faults = [] if kind == "uri" else _faults(path, charset, kind)
    if (markup := _MARKUP.match(head)) and not any(fault.code == "markup-in-text" for fault in faults):
        faults.append(Fault("markup-in-text", {"detected": markup.group().strip()[:20]}))
    if kind == "uri" and not _LINK.match(head.strip()):
        raise NotThisFormatError("not one http or https address")
    name = _NAMES.get(charset, charset.replace("iso8859", "iso-8859"))
    return Inspection(f"{_TYPES[kind]}; charset={name}", tuple(faults))


def _faults(path: str, charset: str, kind: str) -> list[Fault]:
    """Look for markup and scripts anywhere in a text, and for formulas in the cells of a csv."""
    wanted = [("dde", _DDE), ("formula-in-csv", _FORMULA)] if kind == "csv" else []
    found: dict[str, Fault] = {}
    with open(path, encoding=charset, errors="replace") as file:
        before = ""
        while piece := file.read(CHUNK_BYTES):
            text = before + piece
            if "markup-in-text" not in found and (acting := _acting(text.lower())):
                found["markup-in-text"] = Fault("markup-in-text", {"detected": acting[:20]})
            for code, pattern in wanted:
                if code not in found and (match := pattern.search(text)):
                    found[code] = Fault(code, {"what": match.group().strip("\n\t;, \"'")[:20]})
            before = text[-_OVERLAP_CHARACTERS:]
    return [fault for code, fault in found.items() if code != "formula-in-csv" or "dde" not in found]


def _acting(text: str) -> str:
    """Return the first tag or call that acts. Words are looked for first: that is many times faster than a pattern."""
    match = _ACTING_TAG.search(text) or _tag_with_handler(text)
    for word, pattern in _CALLS.items():
        match = match or (pattern.search(text) if word in text else None)
    return match.group() if match else ""


def _tag_with_handler(text: str) -> re.Match[str] | None:
    """Look for what a tag is told to do on an event, and only there for the tag before it."""
    for handler in _HANDLER.finditer(text):
        start = max(handler.start() - _TAG_CHARACTERS_MAX, 0)
        start = max(text.rfind(">", start, handler.start()) + 1, start)
        if match := _TAG.search(text, start, handler.start()):
            return match
    return None


def charset_of(path: str) -> str | None:
    """Return the Python codec of a text file, or None when it holds bytes that no text holds."""
    with open(path, "rb") as file:
        sample = file.read(SAMPLE_BYTES)
    for mark, codec in _BOMS:
        if sample.startswith(mark):
            return codec if _decodes(path, codec) else None
    if wide := _utf16_without_mark(sample):
        return wide if _decodes(path, wide) else None
    if _holds(path, _NOT_TEXT):
        return None
    if _decodes(path, "utf-8"):
        return "utf-8"
    return single_byte_charset(sample)


def single_byte_charset(sample: bytes) -> str:
    """Return the codec of a character a byte in which most of what is not ASCII is letters of its languages."""
    return max(_SINGLE_BYTE, key=lambda codec: _fit(sample, codec))


def _decodes(path: str, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for chunk in _chunks(path):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _holds(path: str, unwanted: bytes) -> bool:
    return any(len(chunk.translate(None, unwanted)) != len(chunk) for chunk in _chunks(path))


def _chunks(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _utf16_without_mark(sample: bytes) -> str | None:
    """Latin text in UTF-16 has a zero in nearly every second byte."""
    half = max(len(sample) // 2, 1)
    if len(sample) >= 4 and sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) == 0:
        return "utf-16-le"
    if len(sample) >= 4 and sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def runs(body: bytes) -> str:
    """Return the runs of four letters or more, in UTF-8, from what may hold more than text."""
    return "\n".join(_RUN.findall(body.decode("utf-8", "replace")))


def _fit(sample: bytes, codec: str) -> float:
    """Score a single-byte character set by how much of the text outside ASCII is letters of its languages."""
    high = bytes(byte for byte in sample if byte >= 128)
    decoded = high.decode(codec, "replace")
    expected = _LETTERS[codec]
    good = sum(character in expected for character in decoded)
    bad = sum("\x80" <= character <= "\x9f" or character == "\ufffd" for character in decoded)
    return (good - 4 * bad) / max(len(decoded), 1)
