"""quality: what could be better in a result, as hints that never stop it (R35, R41, R44, R45). Runs in a child.

What it knows of the text the personal-data check told, which read it. When it fails there are no hints, and the verdict
stands.
"""

from collections.abc import Iterator

import pypdfium2 as pdfium

from services.validator.domain import Examination, Specimen, examination, observation
from services.validator.quality import Hint, document, language, publicity, spelling, wording
from services.validator.quality.facts import PUBLISHED, Facts
from services.validator.quality.wording import About

CHECK = "quality"
ENGINE = "results-quality 2026-11-1"
_WITH_PICTURES = frozenset({"pdf", "docx"})


def examine(specimen: Specimen) -> Examination:
    """Give hints on a file, and on what is said of it; on the words alone when the specimen has no path."""
    about = About.of(specimen.about) if specimen.about else None
    found = [*(wording.hints(about) if about else ()), *(_of_file(specimen, about) if specimen.path else ())]
    if not (spelling.is_there() and language.is_there()):
        reason = {"reason": "a dictionary is missing here", "reason_lv": "trūkst vārdnīcas"}
        found.append(Hint(code="hints-missing", params=reason))
    seen = [observation(CHECK, one.code, one.params, match=str(sorted(one.params.items()))) for one in found]
    return examination(CHECK, ENGINE, seen)


def _of_file(specimen: Specimen, about: About | None) -> Iterator[Hint]:
    has_emblem: bool | None = False
    if specimen.extension == "pdf":
        pages = pdfium.PdfDocument(specimen.path)
        try:
            has_emblem = document.pdf_has_emblem(pages)
            yield from document.accessibility(pages)
        finally:
            pages.close()
    elif specimen.extension == "docx":
        has_emblem = document.package_has_emblem(specimen.path)
    if specimen.extension in _WITH_PICTURES and has_emblem is False:
        yield Hint(code="emblem-missing")
    if specimen.facts is not None:
        yield from _of_text(Facts.of(specimen.facts), specimen.extension, about, has_emblem=bool(has_emblem))


def _of_text(text: Facts, extension: str, about: About | None, *, has_emblem: bool) -> Iterator[Hint]:
    if extension in PUBLISHED:
        funding = about.funding if about else None
        yield from publicity.hints(
            text.statements, disclaimed=text.has_disclaimer, funding=funding, has_emblem=has_emblem
        )
    if about:
        yield from text_languages(text, about.languages)


def text_languages(text: Facts, declared: tuple[str, ...]) -> Iterator[Hint]:
    """Say when a text is not in the languages that are declared for it."""
    missing = [one for one in declared if one not in text.languages]
    if text.languages and missing and (len(missing) == len(declared) or text.is_whole):
        yield Hint(code="language-not-in-text", params=wording.named(missing))
