"""Whether words are English, by the dictionaries of hunspell (British and American), without a process or a file."""

import ctypes
import os
import re
from collections.abc import Iterator
from functools import cache

WORD_CHARACTERS_MAX = 40
_FOLDERS = ("/usr/share/hunspell/", "/opt/homebrew/share/hunspell/", "/Library/Spelling/")
_LIBRARIES = ("libhunspell-1.7.so.0", "/opt/homebrew/lib/libhunspell-1.7.dylib")
_DICTIONARIES = ("en_GB", "en_US")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_WORDS_CHECKED_MAX = 1_000
_MISSPELT_LETTERS_MIN = 4
# Words of the programme and of teaching that no dictionary has yet.
_TRADE = frozenset(
    "upskilling upskill upskilled reskilling reskill reskilled edtech makerspace makerspaces elearning mooc moocs"  # noqa: SIM905 - reads best as words
    " gamified gamification gamify fablab fablabs coworking mentorship mentees mentee microlearning microcredentials"
    " microcredential digitalisation digitalization ebook ebooks webinar webinars podcast podcasts storytelling"
    " blog blogs vlog vlogs toolkit toolkits chatbot chatbots biodiversity neurodiversity neurodiverse inclusivity"
    " codesign cocreation intergenerational interdisciplinary transnational multilingual multilingualism online offline"
    " lifelong wellbeing teambuilding fundraising crowdfunding sociocultural psychosocial infographic infographics"
    " youthwork agrifood agritech upcycling upcycled erasmus programme programmes".split()
)
# Small words of other languages that an English dictionary has for reasons of its own.
_FOREIGN = frozenset(
    "de la las los les le des du del della degli pour para por con und das mit het een voor och di da il gli nel"  # noqa: SIM905 - reads best as words
    " une et sobre dans sur sous nos na og av til ja un iz za".split()
)


def words(text: str) -> Iterator[str]:
    """Yield the words of a text, letters only, with the apostrophe within."""
    for number, match in enumerate(_WORD.finditer(text)):
        if number >= _WORDS_CHECKED_MAX:
            return
        if len(match[0]) <= WORD_CHARACTERS_MAX:
            yield match[0].replace("’", "'")


def english_share(text: str) -> tuple[float, int]:
    """Return which share of the words is English, and of how many: names and abbreviations are not counted."""
    counted = [known for number, word in enumerate(words(text)) if (known := _is_english(word, number)) is not None]
    return (sum(counted) / len(counted) if counted else 0.0), len(counted)


def misspelt(text: str) -> list[str]:
    """Return the words of an English text that are in no dictionary, each once: plain words, no names."""
    return list(dict.fromkeys(word for word in words(text) if _may_be_wrong(word) and not is_known(word)))


def is_known(word: str) -> bool:
    """Say whether a dictionary has this word, as it is or in small letters."""
    lower = word.lower()
    if lower.removesuffix("'s") in _TRADE:
        return True
    return any(one.knows(word) or one.knows(lower) for one in _dictionaries())


def is_there() -> bool:
    """Say whether there is a dictionary."""
    return bool(_dictionaries())


def _may_be_wrong(word: str) -> bool:
    return word.isascii() and word.islower() and len(word) >= _MISSPELT_LETTERS_MIN


def _is_english(word: str, number: int) -> bool | None:
    """Say whether a word is English; None for a likely name or abbreviation, which belongs to no language."""
    if word in _FOREIGN:
        return False
    if is_known(word):
        return True
    is_name = word.istitle() and number > 0 and word.isascii()
    is_abbreviation = word.isupper() and len(word) <= 6 and word.isascii()
    is_brand = not word.islower() and not word.istitle() and not word.isupper()
    return None if is_name or is_abbreviation or is_brand or len(word) == 1 else False


class _Dictionary:
    """The C interface of hunspell."""

    def __init__(self, library: ctypes.CDLL, path: str) -> None:
        self._library = library
        self._handle = ctypes.c_void_p(library.Hunspell_create(f"{path}.aff".encode(), f"{path}.dic".encode()))

    def knows(self, word: str) -> bool:
        return bool(self._library.Hunspell_spell(self._handle, word.encode("utf-8", "replace")))


@cache
def _dictionaries() -> tuple[_Dictionary, ...]:
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
            library.Hunspell_create.restype = ctypes.c_void_p
        except (OSError, AttributeError):
            continue
        paths = (folder + one for one in _DICTIONARIES for folder in _FOLDERS)
        return tuple(_Dictionary(library, path) for path in paths if os.path.isfile(f"{path}.dic"))
    return ()
