"""How the pages write dates, sizes and codes in each language; and that no text is missing in one of them."""

import re
from datetime import date
from pathlib import Path

import pytest

from services.publisher.domain import Reason
from services.publisher.pages import words as module
from services.publisher.pages.words import Words

EN, LV = Words("en"), Words("lv")
TEMPLATES = Path(module.__file__).parent / "templates"


def test_dates_are_written_as_people_write_them() -> None:
    assert EN.date(date(2026, 11, 4)) == "4 November 2026"
    assert LV.date(date(2026, 11, 4)) == "2026. gada 4. novembris"


@pytest.mark.parametrize(
    ("size", "english", "latvian"),
    [(0, "0 B", "0 B"), (1023, "1023 B", "1023 B"), (1536, "1.5 KB", "1,5 KB"), (104_857_600, "100 MB", "100 MB")],
)
def test_sizes_are_short(size: int, english: str, latvian: str) -> None:
    assert (EN.size(size), LV.size(size)) == (english, latvian)


def test_the_latvian_disclaimer_is_the_one_of_the_agreement_with_the_authority_filled_in() -> None:
    assert LV.disclaimer("funded", "VIAA") == (
        "Finansē Eiropas Savienība. Tomēr paustie uzskati un viedokļi ir tikai autora(-u) uzskati un viedokļi un ne "
        "vienmēr atspoguļo Eiropas Savienības vai VIAA uzskatus un viedokļus. Ne Eiropas Savienību, ne piešķīrēju "
        "iestādi nevar saukt pie atbildības par tiem."
    )
    assert LV.disclaimer("co-funded", None).startswith("Līdzfinansē Eiropas Savienība. Tomēr")
    assert EN.disclaimer("co-funded", "SEDA").startswith("Co-funded by the European Union. Views and opinions")


def test_codes_of_lists_have_labels_and_unknown_ones_are_shown_as_they_are() -> None:
    assert LV.terms("language", ("en", "lv")) == "Angļu, latviešu"
    assert EN.terms("country", ("LV", "ZZ")) == "Latvia, ZZ"
    assert EN.term("category", "of-the-future") == "of-the-future"


@pytest.mark.parametrize("words", [EN, LV])
def test_every_reason_of_ours_has_its_words(words: Words) -> None:
    own = set(Reason) - {Reason.TERMINATED}
    assert all(words.has(f"reason-{one}") for one in own)
    assert words.reason(Reason.TERMINATED) != Reason.TERMINATED
    assert words.reason("A person asked for it") == "A person asked for it"


def test_every_text_that_a_template_asks_for_exists_in_both_languages() -> None:
    asked = {
        key for one in TEMPLATES.glob("*.html") for key in re.findall(r"\bt\([\"']([a-z-]+)[\"'][,)]", one.read_text())
    }

    assert len(asked) > 40
    assert not [key for key in asked if not (EN.has(key) and LV.has(key))]
