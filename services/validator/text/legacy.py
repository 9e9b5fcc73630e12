"""Old documents: the cells of an xls by their records, and runs of letters in the streams of doc and ppt files.

The runs (8-bit and UTF-16) are a plain way: they find what stands in paragraphs and on slides, without saying where.
"""

import re
from collections.abc import Iterator

import olefile

from services.validator.formats import embedded
from services.validator.text import Block, UnreadError, xls

STREAM_BYTES_MAX = 64 * 1024 * 1024
_STREAMS = (
    "WordDocument",
    "1Table",
    "0Table",
    "Workbook",
    "Book",
    "PowerPoint Document",
    "\x05SummaryInformation",
    "\x05DocumentSummaryInformation",
    "MsoDataStore",
)
_WORKBOOKS = ("Workbook", "Book")
_EIGHT_BIT = re.compile(rb"[\t\r\n\x20-\x7e\x80-\xff]{6,}")
_WIDE = re.compile(rb"(?:[\t\r\n\x20-\x7e\xa0-\xff]\x00|[\x00-\xff][\x01\x03\x04\x20]){6,}")


def read(path: str) -> Iterator[Block]:
    """Yield the blocks of each stream. Raises `UnreadError` for a stream beyond the bound, or that cannot be read."""
    try:
        yield from _streams(path)
    except embedded.BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UnreadError("a stream of it cannot be read") from error


def _streams(path: str) -> Iterator[Block]:
    with olefile.OleFileIO(path) as container:
        for name in filter(container.exists, _STREAMS):
            stream = container.openstream(name)
            data = stream.read(STREAM_BYTES_MAX + 1)
            yield from xls.read(data) if name in _WORKBOOKS else _runs(data)
            if len(data) > STREAM_BYTES_MAX:
                raise UnreadError("a stream of it is too long")


def _runs(data: bytes) -> Iterator[Block]:
    yield Block("\n".join(run.decode("cp1257", "replace") for run in _EIGHT_BIT.findall(data)))
    yield Block("\n".join(run.decode("utf-16-le", "replace") for run in _WIDE.findall(data)))
