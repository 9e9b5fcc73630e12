"""Files made to do harm, to fool or to exhaust the validator, written anew each time; none of them lies in the project.

`folder.py` lists them all; `python -m tests.hostile FOLDER` writes them down for a closer look.
"""

from collections.abc import Callable
from dataclasses import dataclass

Judge = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One file. `name` ends with the extension under which it is posted.

    `is_bad`: it must never pass. `judge` tells, by other means than the validator's, whether bytes still hold what is
    bad about it; None when only the file as it was made is known to be bad.
    """

    name: str
    data: bytes
    is_bad: bool = True
    judge: Judge | None = None

    @property
    def extension(self) -> str:
        """The last extension."""
        return self.name.rpartition(".")[2]
