"""The funding statement (R44) and the disclaimer (R45) in a text, in the official languages of the Union. Pure.

Letters are compared without case, accents, blanks, punctuation and hyphens, so that neither a line break nor a soft
hyphen hides a statement. The disclaimer is told by its stems close together: authors inflect and abridge it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache

from services.validator.quality import Hint

DISCLAIMER_LETTERS = 420

# Language: co-funded | funded; several forms of one are parted by a slash. What the Commission's emblems say, and what
# the programme's own pages use.
_STATEMENTS = """
bg: Съфинансирано от Европейския съюз / Съфинансиран от Европейския съюз | Финансирано от Европейския съюз
cs: Spolufinancováno Evropskou unií / Spolufinancovaný Evropskou unií | Financováno Evropskou unií
da: Medfinansieret af Den Europæiske Union | Finansieret af Den Europæiske Union
de: Kofinanziert von der Europäischen Union / Von der Europäischen Union kofinanziert | Finanziert von der Europäischen Union / Von der Europäischen Union finanziert
el: Με τη συγχρηματοδότηση της Ευρωπαϊκής Ένωσης / Συγχρηματοδοτείται από την Ευρωπαϊκή Ένωση | Με τη χρηματοδότηση της Ευρωπαϊκής Ένωσης / Χρηματοδοτείται από την Ευρωπαϊκή Ένωση
en: Co-funded by the European Union / Co-financed by the European Union | Funded by the European Union
es: Cofinanciado por la Unión Europea | Financiado por la Unión Europea
et: Kaasrahastanud Euroopa Liit / Kaasrahastatud Euroopa Liidu poolt | Rahastanud Euroopa Liit / Rahastatud Euroopa Liidu poolt
fi: Euroopan unionin osarahoittama | Euroopan unionin rahoittama
fr: Cofinancé par l'Union européenne / Cofinancée par l'Union européenne | Financé par l'Union européenne / Financée par l'Union européenne
ga: Arna chomhchistiú ag an Aontas Eorpach / Arna chomhmhaoiniú ag an Aontas Eorpach | Arna chistiú ag an Aontas Eorpach / Arna mhaoiniú ag an Aontas Eorpach
hr: Sufinancira Europska unija / Sufinancirano sredstvima Europske unije | Financira Europska unija / Financirano sredstvima Europske unije
hu: Az Európai Unió társfinanszírozásával | Az Európai Unió finanszírozásával
it: Cofinanziato dall'Unione europea | Finanziato dall'Unione europea
lt: Bendrai finansuojama Europos Sąjungos / Bendrai finansuoja Europos Sąjunga | Finansuojama Europos Sąjungos / Finansuoja Europos Sąjunga
lv: Līdzfinansē Eiropas Savienība / Eiropas Savienības līdzfinansēts | Finansē Eiropas Savienība / Eiropas Savienības finansēts
mt: Kofinanzjat mill-Unjoni Ewropea | Iffinanzjat mill-Unjoni Ewropea
nl: Medegefinancierd door de Europese Unie / Mede gefinancierd door de Europese Unie | Gefinancierd door de Europese Unie
pl: Dofinansowane przez Unię Europejską / Współfinansowane przez Unię Europejską | Finansowane przez Unię Europejską / Sfinansowane przez Unię Europejską
pt: Cofinanciado pela União Europeia | Financiado pela União Europeia
ro: Cofinanțat de Uniunea Europeană | Finanțat de Uniunea Europeană
sk: Spolufinancované Európskou úniou / Spolufinancovaný Európskou úniou | Financované Európskou úniou / Financovaný Európskou úniou
sl: Sofinancira Evropska unija | Financira Evropska unija
sv: Medfinansieras av Europeiska unionen / Medfinansierad av Europeiska unionen | Finansieras av Europeiska unionen / Finansierad av Europeiska unionen
"""  # noqa: E501 - one language, one line

# Stems of views, authors, the Union and "necessarily" or "responsible"; all of them within a few lines.
_DISCLAIMERS = """
bg: мнения, автор, отразяват, Европейския съюз
cs: názory, autor, odráž, Evropské unie
da: synspunkter, forfatter, nødvendigvis, Europæiske Union
de: Ansichten, Autor, Meinungen, Europäischen Union
el: απόψεις, συντακτών, Ευρωπαϊκής Ένωσης
en: views and opinions, author, reflect, European Union
es: opiniones, autor, reflejan, Unión Europea
et: arvamus, autori, pruugi, Euroopa Liidu
fi: näkemykset, mielipiteet, välttämättä, Euroopan unionin
fr: points de vue, auteur, reflètent, Union européenne
hr: stavovi, autora, ne moraju, Europske unije
hu: vélemények, szerző, feltétlenül, Európai Unió
it: opinioni, autori, necessariamente, Unione europea
lt: nuomonė, autori, nebūtinai, Europos Sąjungos
lv: uzskati, viedokļi, autora, atspoguļo, Eiropas Savienības
nl: meningen, auteur, noodzakelijk, Europese Unie
pl: opinie, autor, niekoniecznie, Unii Europejskiej
pt: opiniões, autor, refletem, União Europeia
ro: opiniile, autor, reflectă, Uniunii Europene
sk: názory, autora, odrážať, Európskej únie
sl: stališča, avtorj, odražajo, Evropske unije
sv: åsikter, upphovs, nödvändigtvis, Europeiska unionens
"""


def hints(kinds: Collection[str], *, disclaimed: bool, funding: str | None, has_emblem: bool) -> Iterator[Hint]:
    """Say what of R44 and R45 is lacking, given the kinds of statement that were found and whether a disclaimer was.

    `funding` is the project's kind: `funded`, `co-funded` or not known.
    """
    if not kinds:
        yield Hint(code="funding-statement-in-picture" if has_emblem else "funding-statement-missing")
    elif funding and funding not in kinds:
        wanted = {"funded": ("Funded", "Finansē"), "co-funded": ("Co-funded", "Līdzfinansē")}[funding]
        yield Hint(code="funding-statement-other", params=dict(zip(("wanted", "wanted_lv"), wanted, strict=True)))
    if not disclaimed:
        yield Hint(code="disclaimer-missing")


def compact(text: str) -> str:
    """Return the letters and digits of a text alone, without case and accents."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text)).casefold()


def statements(letters: str) -> set[str]:
    """Return which kinds of funding statement a compact text holds: `funded`, `co-funded`."""
    shared, alone = _forms()
    found = [form for form in shared if form in letters]
    for form in found:
        letters = letters.replace(form, " ")
    has_alone = any(form in letters for form in alone)
    return {kind for kind, is_there in (("co-funded", bool(found)), ("funded", has_alone)) if is_there}


def has_disclaimer(letters: str) -> bool:
    """Say whether the stems of a disclaimer stand close together in a compact text."""
    return any(_are_together(letters, stems) for stems in _stems())


def _are_together(letters: str, stems: tuple[str, ...]) -> bool:
    if not all(stem in letters for stem in stems):
        return False
    first, *others = stems
    for match in re.finditer(re.escape(first), letters):
        around = letters[max(match.start() - DISCLAIMER_LETTERS, 0) : match.end() + DISCLAIMER_LETTERS]
        if all(stem in around for stem in others):
            return True
    return False


@cache
def _forms() -> tuple[tuple[str, ...], tuple[str, ...]]:
    shared: list[str] = []
    alone: list[str] = []
    for line in _STATEMENTS.strip().split("\n"):
        first, second = line.partition(": ")[2].split(" | ")
        shared += map(compact, first.split(" / "))
        alone += map(compact, second.split(" / "))
    return tuple(shared), tuple(alone)


def statement_texts() -> tuple[str, ...]:
    """Return every form of the statement, as people read it."""
    lines = (line.partition(": ")[2] for line in _STATEMENTS.strip().split("\n"))
    return tuple(text for line in lines for text in re.split(r" / | \| ", line))


@cache
def _stems() -> tuple[tuple[str, ...], ...]:
    lines = (line.partition(": ")[2] for line in _DISCLAIMERS.strip().split("\n"))
    return tuple(tuple(map(compact, line.split(", "))) for line in lines)
