"""The pages: readable without scripts, in two languages, with a strict policy, escaped, and decent in trouble too."""

import re
from html.parser import HTMLParser

import pytest
from structlog.testing import capture_logs

from services.publisher.catalogue import Catalogue
from shared.contracts.project import WebsiteState
from shared.errors import TransientError
from tests.component.publisher.front import ADDRESS, Stage
from tests.unit.publisher import facts
from tests.unit.publisher.facts import Fact

VOID = {"meta", "link", "img", "input", "br"}


class Outline(HTMLParser):
    """What a page is made of; raises when its elements do not close as they should."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes.append((tag, dict(attrs)))
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open[-1] == tag, (tag, self.open)
        self.open.pop()


async def page(stage: Stage, path: str, language: str = "en", status: int = 200) -> str:
    response = await stage.client.get(path, headers={"Accept-Language": language})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-language"] == language
    assert "set-cookie" not in response.headers
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "script" not in policy
    return response.text


async def every_page(stage: Stage) -> list[str]:
    result_id = await stage.publish("P-1")
    return ["/", "/?view=results&q=hand", "/projects/P-1", f"/results/{result_id}"]


@pytest.mark.parametrize("language", ["en", "lv"])
async def test_every_page_has_its_landmarks_one_heading_and_no_script(stage: Stage, language: str) -> None:
    for path in await every_page(stage):
        text = await page(stage, path, language)
        outline = Outline(text)

        assert f'<html lang="{language}">' in text, path
        assert outline.seen.count("h1") == outline.seen.count("main") == outline.seen.count("title") == 1, path
        assert {"header", "nav", "main", "footer"} <= set(outline.seen), path
        assert len(outline.ids) == len(set(outline.ids)), path
        assert "script" not in outline.seen
        assert not [name for _, attributes in outline.attributes for name in attributes if name.startswith("on")]
        assert not [one for _, one in outline.attributes if "style" in one]
        assert all("alt" in attributes for tag, attributes in outline.attributes if tag == "img"), path
        assert text.index('class="skip"') < text.index("<header"), path


async def test_every_page_answers_those_who_only_ask_for_its_head(stage: Stage) -> None:
    for path in await every_page(stage):
        assert (await stage.client.head(path)).status_code == 200


async def test_every_field_of_a_form_has_a_label(stage: Stage) -> None:
    outline = Outline(await page(stage, "/"))
    labelled = {attributes.get("for") for tag, attributes in outline.attributes if tag == "label"}
    fields = [one for tag, one in outline.attributes if tag == "input" and one.get("type") != "hidden"]

    assert fields
    assert all(one.get("id") in labelled for one in fields)


async def test_the_name_of_a_button_is_what_can_be_read_on_it(stage: Stage) -> None:
    outline = Outline(await page(stage, f"/results/{await stage.publish('P-1')}"))

    (button,) = [one for _, one in outline.attributes if one.get("class") == "button"]
    assert "aria-label" not in button


async def test_the_heading_of_the_list_lies_in_a_landmark(stage: Stage) -> None:
    outline = Outline(await page(stage, "/"))

    assert ("section", {"class": "intro", "aria-labelledby": "about"}) in outline.attributes
    assert ("h1", {"id": "about"}) in outline.attributes


async def test_the_address_may_choose_the_language_and_keeps_it(stage: Stage) -> None:
    await stage.publish("P-1")
    response = await stage.client.get("/projects/P-1?lang=lv", headers={"Accept-Language": "en"})

    assert '<html lang="lv">' in response.text
    assert 'href="/results/P-1~aaaa?lang=lv"' in response.text
    assert (await stage.client.get("/?lang=xx")).status_code == 422


async def test_what_people_wrote_is_text_and_never_markup(stage: Stage) -> None:
    hostile = "<script>alert(1)</script> & \"quotes\" 'single'"
    result_id = await stage.publish("P-1", title=hostile, description=hostile)

    for path in ("/?view=results", "/projects/P-1", f"/results/{result_id}"):
        text = await page(stage, path)
        assert "<script" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quotes&#34;" in text
        Outline(text)


async def test_an_address_that_is_not_of_the_web_is_no_link(stage: Stage) -> None:
    site = WebsiteState(url="javascript:alert(1)")
    await stage.record(
        "P-1", facts.project("P-1"), Fact(owner="publisher", thing="website", happened="published", state=site)
    )

    text = await page(stage, "/projects/P-1")

    assert "javascript:alert(1)" in text
    assert 'href="javascript' not in text


async def test_a_project_page_acknowledges_the_union_with_the_authority_filled_in(stage: Stage) -> None:
    await stage.publish("P-1")

    english, latvian = await page(stage, "/projects/P-1"), await page(stage, "/projects/P-1", "lv")

    assert "Co-funded by the European Union" in english
    assert "State Education Development Agency" in english
    assert "Līdzfinansē Eiropas Savienība" in latvian
    assert "vai State Education Development Agency uzskatus un viedokļus" in latvian
    assert "Left Behind Oy" not in english


async def test_a_text_can_be_read_on_its_page(stage: Stage) -> None:
    result_id = await stage.publish("P-1", content="Skolas tiekas <b>katru</b> gadu.\nOtrā rinda".encode(), kind="text")

    text = await page(stage, f"/results/{result_id}", "lv")

    assert "Skolas tiekas &lt;b&gt;katru&lt;/b&gt; gadu." in text
    assert "<p>Otrā rinda</p>" in text


async def test_a_text_is_read_out_in_its_own_language(stage: Stage) -> None:
    result_id = await stage.publish("P-1", content=b"A school opens.", kind="text")

    text = await page(stage, f"/results/{result_id}", "lv")

    assert '<div class="prose text" lang="en"><p>A school opens.</p>' in text


async def test_a_link_leads_to_its_address(stage: Stage) -> None:
    result_id = await stage.publish("P-1", content=b"https://course.example", kind="link", url="https://course.example")

    assert re.search(r'href="https://course.example" rel="noopener[^"]*"', await page(stage, f"/results/{result_id}"))


@pytest.mark.parametrize(("language", "words"), [("en", "There is nothing here"), ("lv", "Šeit nekā nav")])
async def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_machines(
    stage: Stage, language: str, words: str
) -> None:
    for path in ("/results/P-1~nothing", "/projects/P-9"):
        text = await page(stage, path, language, 404)
        assert words in text
        Outline(text)
    response = await stage.client.get("/v1/projects/P-9")
    assert response.headers["content-type"] == "application/problem+json"
    elsewhere = {"Accept": "text/html", "Accept-Language": language}
    assert words in (await stage.client.get("/nowhere", headers=elsewhere)).text
    assert (await stage.client.get("/nowhere")).json()["code"] == "not-found"


@pytest.mark.parametrize("path", ["/", "/?view=results", "/projects/P-1", "/results/P-1~aaaa"])
async def test_search_engines_learn_one_address_of_each_language(stage: Stage, path: str) -> None:
    await stage.publish("P-1")
    address = f"{ADDRESS}{path}"
    sign = "&amp;" if "?" in path else "?"

    text = await page(stage, path, "lv")

    assert f'<link rel="canonical" href="{address}{sign}lang=lv">' in text
    assert f'<link rel="alternate" hreflang="en" href="{address}{sign}lang=en">' in text
    assert f'<link rel="alternate" hreflang="x-default" href="{address}">' in text
    assert re.search('<meta name="description" content="[^"]+">', text)
    assert "noindex" not in text


@pytest.mark.parametrize("path", ["/?q=hand", "/?country=LV", "/results/P-1~nothing"])
async def test_search_engines_leave_out_errors_and_lists_that_a_visitor_made(stage: Stage, path: str) -> None:
    assert '<meta name="robots" content="noindex">' in (await stage.client.get(path)).text


@pytest.mark.parametrize("path", ["/?lang=xx", "/?cursor=old"])
async def test_an_address_that_cannot_be_understood_is_told_to_people_in_their_words(stage: Stage, path: str) -> None:
    text = (await stage.client.get(path, headers={"Accept-Language": "lv"})).text

    assert "Adrese nav saprotama" in text
    assert "errors" not in text
    assert "next" not in text


async def test_a_page_that_cannot_be_shown_asks_for_patience_and_for_nothing_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise TransientError("the store is away")

    monkeypatch.setattr(Catalogue, "project", fail)

    with capture_logs() as logged:
        response = await stage.client.get("/projects/P-1")
    text = await page(stage, "/projects/P-1", status=503)

    assert response.headers["retry-after"] == "2"
    assert {"event": "dependency_away", "log_level": "warning", "reason": "the store is away"} in logged
    assert "Please try again in a few seconds." in text
    assert "Idempotency-Key" not in text


async def test_a_page_tells_which_methods_it_knows(stage: Stage) -> None:
    response = await stage.client.post("/")

    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_what_was_taken_down_says_so_with_its_reason(stage: Stage) -> None:
    result_id = await stage.publish("P-1")
    await stage.record("P-1", facts.takedown(result_id, reason="personal-data"))

    text = await page(stage, f"/results/{result_id}", "lv", 410)

    assert "Iemesls: Konstatēti personas dati" in text


async def test_styles_and_emblem_are_served_and_nothing_beside_them(stage: Stage) -> None:
    style = re.search(r'href="(/static/style\.css\?v=[0-9a-f]+)"', await page(stage, "/"))
    assert style

    assert (await stage.client.get(style[1])).headers["content-type"] == "text/css; charset=utf-8"
    assert (await stage.client.get("/static/emblem.svg")).headers["content-type"] == "image/svg+xml"
    for path in ("/static/..%2ftexts.toml", "/static/texts.toml", "/static/"):
        assert (await stage.client.get(path)).status_code == 404
