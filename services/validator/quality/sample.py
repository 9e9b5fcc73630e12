"""The beginning and the end of a text: emblem, statement and disclaimer stand there, and it is quick to look at."""

PART_CHARACTERS = 24_000


class Sample:
    """Collects the blocks of a text as they go by and keeps its first and last characters."""

    def __init__(self) -> None:
        self._head = ""
        self._tail = ""

    def take(self, text: str) -> None:
        """Note the next block."""
        room = PART_CHARACTERS - len(self._head)
        self._head += text[:room]
        self._tail = (self._tail + text[room:])[-PART_CHARACTERS:] if len(text) > room else self._tail

    @property
    def text(self) -> str:
        """What was kept."""
        return self._head + self._tail

    @property
    def is_whole(self) -> bool:
        """Say whether nothing was left out."""
        return len(self._tail) < PART_CHARACTERS
