"""Addresses of the list: one thing changes, everything else that was asked for stays."""

from types import MappingProxyType

from services.publisher.pages.links import Links
from services.publisher.pages.render import is_web_address, shortened
from services.publisher.readmodel.listing import Filter

ASKED = Filter(words="green skills", facets=MappingProxyType({"country": ("LV", "EE"), "year": ("2023",)}))
LINKS = Links(given="lv", view="results", wanted=ASKED, cursor="abc")


def test_a_filter_is_added_and_taken_away_and_the_page_begins_anew() -> None:
    assert LINKS.toggled("country", "FI") == (
        "/?view=results&q=green+skills&year=2023&country=LV&country=EE&country=FI&lang=lv"
    )
    assert LINKS.toggled("country", "LV") == "/?view=results&q=green+skills&year=2023&country=EE&lang=lv"


def test_the_other_language_is_the_same_page() -> None:
    assert LINKS.in_language("en") == (
        "/?view=results&q=green+skills&year=2023&country=LV&country=EE&cursor=abc&lang=en"
    )
    assert Links(path="/projects/P-1").in_language("lv") == "/projects/P-1?lang=lv"


def test_a_language_that_was_not_asked_for_is_not_carried_along() -> None:
    assert Links().to("/projects/P-1") == "/projects/P-1"
    assert LINKS.to("/projects/P-1") == "/projects/P-1?lang=lv"


def test_the_other_view_keeps_the_words_alone() -> None:
    assert LINKS.of_view("projects") == "/?q=green+skills&lang=lv"


def test_only_addresses_of_the_web_become_links() -> None:
    assert is_web_address("https://school.example")
    assert not is_web_address("javascript:alert(1)")
    assert not is_web_address("data:text/html,x")
    assert not is_web_address(None)


def test_a_long_text_is_cut_at_a_word() -> None:
    assert shortened("short") == "short"
    assert shortened("one two three four", 12) == "one two …"
