"""Title and description of a result (R35): English, readable, spelt well; and its declared languages (R41).

A hint is given only when it is likely right: names, abbreviations and brands belong to no language.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.validator.quality import Hint, language, spelling
from shared.vocabularies import label
from shared.vocabularies.languages import names_a_language

CODES = frozenset(
    {
        "title-not-english",
        "description-not-english",
        "title-unclear",
        "description-unclear",
        "spelling",
        "language-tag-missing",
        "agreed-languages-missing",
    }
)
WORDS_TOLD_MAX = 8
_TITLE_CHARACTERS_MIN = 8
_DESCRIPTION_CHARACTERS_MIN = 40
_SENTENCE_WORDS_MAX = 40
_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|pps|rtf|txt|csv|mp[34]|mov|ogg|mpe?g|jpe?g|png|gif|tiff?)\s*$", re.IGNORECASE
)
_CODE = re.compile(
    r"\b(?:(?:IO|WP|O|R|A|PR|D|T|M|C|LTTA|TPM)\s?-?\d+(?:[.]\d+)*|(?:result|output|final|version|ver|v|document|file|new"
    r"|draft|copy)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of a result and agreed in its project."""

    title: str
    description: str
    languages: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    funding: str | None = None

    @classmethod
    def of(cls, data: Mapping[str, object]) -> "About":
        """Rebuild what crossed into the child."""
        lists = {name: tuple(map(str, data.get(name) or ())) for name in ("languages", "agreed")}  # type: ignore[call-overload]  # from JSON
        funding = str(data["funding"]) if data.get("funding") else None
        return cls(title=str(data["title"]), description=str(data["description"]), funding=funding, **lists)


def hints(about: About) -> Iterator[Hint]:
    """Say what could be better in title, description and languages."""
    english = {"title": True, "description": True}
    for field, text in (("title", about.title), ("description", about.description)):
        if not is_english(text):
            english[field] = False
            yield Hint(code=f"{field}-not-english")
    yield from _unclear(about)
    wrong = [word for field in english if english[field] for word in spelling.misspelt(getattr(about, field))]
    if wrong and spelling.is_there():
        yield Hint(code="spelling", params={"words": ", ".join(list(dict.fromkeys(wrong))[:WORDS_TOLD_MAX])})
    yield from _languages(about)


def is_english(text: str) -> bool:
    """Say whether a text may be English; what cannot be told may be."""
    found = language.languages(text)
    is_other = bool(found) and "en" not in found
    if not spelling.is_there():
        return not is_other
    share, count = spelling.english_share(text)
    if count < 2 and text.isascii():
        return True
    return share >= 0.5 and (share >= 0.8 or not is_other)


def _unclear(about: About) -> Iterator[Hint]:
    if reason := title_fault(about.title):
        yield Hint(code="title-unclear", params={"reason": reason[0], "reason_lv": reason[1]})
    if reason := description_fault(about.description, about.title):
        yield Hint(code="description-unclear", params={"reason": reason[0], "reason_lv": reason[1]})


def title_fault(title: str) -> tuple[str, str] | None:
    """Return why a reader cannot tell from this title what the result is, in English and Latvian."""
    if _FILE.search(title) or re.search(r"\w_\w", title):
        return "it is the name of a file", "tas ir datnes nosaukums"
    telling = re.sub(r"[\W\d_]+", "", _CODE.sub(" ", title))
    if len(telling) < 3:
        return "it holds only a number or an abbreviation", "tajā ir tikai numurs vai saīsinājums"
    if len(title.strip()) < _TITLE_CHARACTERS_MIN:
        return "it is very short", "tas ir ļoti īss"
    if title.isupper() and len(title.split()) > 3:
        return "it is written in capitals only", "tas rakstīts tikai ar lielajiem burtiem"
    return None


def description_fault(description: str, title: str) -> tuple[str, str] | None:
    """Return why this description tells a reader too little, in English and Latvian."""
    plain = " ".join(description.split())
    if plain.casefold() == " ".join(title.split()).casefold():
        return "it only repeats the title", "tas tikai atkārto nosaukumu"
    if len(plain) < _DESCRIPTION_CHARACTERS_MIN:
        return "it is very short", "tas ir ļoti īss"
    if any(len(sentence.split()) > 2 * _SENTENCE_WORDS_MAX for sentence in re.split(r"[.!?;:]\s|\n|•", description)):
        return "it has a sentence of more than 80 words", "tajā ir teikums ar vairāk nekā 80 vārdiem"
    return None


def _languages(about: About) -> Iterator[Hint]:
    if about.languages and len(about.agreed) > 1 and not names_a_language(about.title):
        yield Hint(code="language-tag-missing", params={"language": label("language", about.languages[0])})
    missing = [one for one in about.agreed if one not in about.languages]
    if about.languages and missing:
        yield Hint(code="agreed-languages-missing", params=named(missing))


def named(codes: list[str]) -> dict[str, str]:
    """Return the names of languages, in English and Latvian, as a text's placeholders."""
    return {
        "languages": ", ".join(label("language", one) for one in codes),
        "languages_lv": ", ".join(label("language", one, "lv") for one in codes),
    }
