"""Words in sound and film: tags, comments, user data and subtitles. What is heard or seen is not read."""

import mmap
import os
from collections.abc import Iterator

from services.validator.formats import film, ogg_pages
from services.validator.text import Block, UnreadError, comments, id3, subtitles


def read(path: str) -> Iterator[Block]:
    """Yield one block with every tag, then the subtitles. Raises `UnreadError` for subtitles of an unknown kind."""
    if not os.path.getsize(path):
        return
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:4] == ogg_pages.CAPTURE:
            yield from _block(comments.words(data))
        elif data[:3] == b"ID3" or data[:1] == b"\xff":
            yield from _block(id3.words(data))
        else:
            yield from _block(text for _, text in film.words(data))
            yield from subtitles.read(data)


def _block(words: Iterator[str]) -> Iterator[Block]:
    """Yield a block of what was read, before telling what was not."""
    pieces: list[str] = []
    try:
        pieces.extend(words)
    except UnreadError:
        yield Block("\n".join(pieces))
        raise
    yield Block("\n".join(pieces))
