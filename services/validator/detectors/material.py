"""Working material that is no result (R36): minutes of meetings, and recordings by their transcript or file name."""

import re
from collections.abc import Iterator

from services.validator.detectors import Hit
from services.validator.detectors.reasons import Why
from services.validator.detectors.vocabulary import MINUTES_PARTS, MINUTES_TITLES, any_of

HEAD_CHARACTERS = 20_000
_TITLE_CHARACTERS = 1_500
_PARTS_WANTED = 2
_SPEAKERS_WANTED = 6
_MINUTES = re.compile(rf"(?m)^(?:[^\w\n]|\d)*(?:[\w.'’ -]{{0,60}}\b)?(?:{any_of(MINUTES_TITLES)})")
_PARTS = re.compile(rf"(?m)^(?:[^\w\n]|\d)*(?:{any_of(MINUTES_PARTS)})\b[^\n]{{0,400}}$")
_SPEAKER = re.compile(
    r"(?m)^\W{0,2}(?:[0-9]{1,2}:)?[0-9]{1,2}:[0-9]{2}(?:[.,][0-9]{1,3})?[^\n]{0,40}\n?[^\n]{0,4}"
    r"(?:<v [^>\n]{2,40}>|[^\W\d_][\w.'’ -]{1,40}:\s)"
)
_RECORDING = re.compile(
    r"gmt[0-9]{8}[-_ ]?[0-9]{6}|zoom[_-]?[0-9]|[_ -]recording|meeting[ _-]?(?:record|audio|video)|recording[ _-]?of|"
    r"(?:^|[_ -])(?:sapulc|sanāksm|sanaksm|sēd|tikšan)\w*[ _-]+(?:ierakst|audio|video)|(?:sapulc|sanāksm|"
    r"sanaksm)\w*ierakst|"
    r"teams[ _-]?(?:meeting|call)|meet[ _-]record|besprechung[ _-]?aufzeichnung|enregistrement[ _-]r[ée]union"
)


def in_head(head: str) -> Iterator[Hit]:
    """Look at the first characters of a document: `HEAD_CHARACTERS` are enough."""
    lowered = head[:HEAD_CHARACTERS].lower()
    title = _MINUTES.search(lowered, 0, _TITLE_CHARACTERS)
    if title and len({match.group() for match in _PARTS.finditer(lowered)}) >= _PARTS_WANTED:
        yield Hit("meeting-minutes", title.start(), "", "minutes", why=Why.MINUTES)
    speakers = list(_SPEAKER.finditer(head, 0, HEAD_CHARACTERS))
    if len(speakers) >= _SPEAKERS_WANTED:
        yield Hit("meeting-recording", speakers[0].start(), "", "transcript", why=Why.SPEAKERS)


def in_name(file_name: str) -> Iterator[Hit]:
    """Look at the name of the file."""
    if _RECORDING.search(file_name.lower()):
        yield Hit("meeting-recording", 0, "", "name", why=Why.FILE_NAME)
