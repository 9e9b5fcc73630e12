"""Which language a text is in, told by the statistics of its letters with libexttextcat, without a process or a file.

Its data is LibreOffice's; where library or data are missing nothing is told.
"""

import ctypes
import os
import re
from functools import cache
from pathlib import Path

LETTERS_MIN = 60
_FOLDER = "/usr/share/libexttextcat/"
_LIBRARIES = ("libexttextcat-2.0.so.0", "/opt/homebrew/lib/libexttextcat-2.0.dylib")
# The official languages of the Union, and those of its neighbours whose letters come near.
_LISTING = Path(__file__).with_name("languages.conf")
_PIECE_CHARACTERS = 2_000
_PIECES_MAX = 8
_SHARE_MIN = 0.2


def languages(text: str) -> frozenset[str]:
    """Return the languages that a text may be in, more than one when they are too alike; none: cannot be told."""
    letters = re.sub(r"[\W\d_]+", " ", text)
    model = _model()
    if model is None or len(letters) < LETTERS_MIN:
        return frozenset()
    return model.classify(letters)


def languages_by_part(text: str) -> frozenset[str]:
    """Return every language that at least a fifth of the pieces of a long text may be in."""
    step = max(-(-len(text) // _PIECES_MAX), _PIECE_CHARACTERS)
    pieces = [text[at : at + _PIECE_CHARACTERS] for at in range(0, len(text), step)]
    told = [found for piece in pieces if (found := languages(piece))]
    every = {language for found in told for language in found}
    return frozenset(one for one in every if sum(one in found for found in told) >= _SHARE_MIN * len(told))


class _Model:
    """The C interface of libexttextcat."""

    def __init__(self, library: ctypes.CDLL, handle: int) -> None:
        self._library, self._handle = library, ctypes.c_void_p(handle)
        library.textcat_Classify.restype = ctypes.c_char_p

    def classify(self, text: str) -> frozenset[str]:
        raw = text.encode("utf-8", "replace")
        answer = self._library.textcat_Classify(self._handle, raw, ctypes.c_size_t(len(raw))) or b""
        return frozenset(re.findall(r"\[(\w+)\]", answer.decode("ascii", "replace")))


@cache
def _model() -> _Model | None:
    if not os.path.isdir(_FOLDER):
        return None
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
            library.special_textcat_Init.restype = ctypes.c_void_p
        except (OSError, AttributeError):
            continue
        handle = library.special_textcat_Init(os.fsencode(_LISTING), _FOLDER.encode())
        return _Model(library, handle) if handle else None
    return None


def is_there() -> bool:
    """Say whether languages can be told here; loads the model."""
    return _model() is not None
