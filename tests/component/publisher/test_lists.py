"""Lists of the public: words, facets with counts, pages; nothing that is not public is found."""

from dataclasses import replace

import pytest

from shared.contracts.project import Organisation, ProjectState
from tests.component.publisher.front import Stage
from tests.unit.publisher import facts
from tests.unit.publisher.facts import Fact


def project(project_id: str, **about: object) -> Fact:
    fact = facts.project(project_id)
    assert isinstance(fact.state, ProjectState)
    description = fact.state.description.model_copy(update=about)
    return replace(fact, state=fact.state.model_copy(update={"description": description}))


async def found(stage: Stage, path: str, **asked: object) -> list[str]:
    response = await stage.client.get(path, params=asked)  # type: ignore[arg-type]  # as httpx takes them
    assert response.status_code == 200, response.text
    return [one["id"] for one in response.json()["items"]]


async def test_words_are_found_at_their_beginning_in_any_case_and_without_accents(stage: Stage) -> None:
    await stage.record("P-1", project("P-1", title="Zaļās prasmes", summary="Skolas"))
    await stage.record("P-2", project("P-2", title="Blue skills", summary="Ports"))

    assert await found(stage, "/v1/projects", q="zalas") == ["P-1"]
    assert await found(stage, "/v1/projects", q="PRASM") == ["P-1"]
    assert sorted(await found(stage, "/v1/projects", q="Rigas vidussk")) == ["P-1", "P-2"]
    assert await found(stage, "/v1/projects", q="zalas ports") == []


async def test_the_best_match_comes_first(stage: Stage) -> None:
    await stage.record("P-1", project("P-1", title="Schools", summary="About bees, once"))
    await stage.record("P-2", project("P-2", title="Bees", summary="Bees and bees"))

    assert await found(stage, "/v1/projects", q="bees") == ["P-2", "P-1"]


@pytest.mark.parametrize("hostile", ['"', "*", "a OR", "NEAR(", "'; drop table x", "%", "title:x", "a AND NOT b", "^"])
async def test_no_words_are_a_query_language(stage: Stage, hostile: str) -> None:
    await stage.record("P-1", project("P-1"))

    response = await stage.client.get("/v1/results", params={"q": hostile})

    assert response.status_code == 200


async def test_facets_narrow_and_count_under_the_other_filters(stage: Stage) -> None:
    await stage.publish("P-1", category="handbook", languages=("en", "lv"))
    await stage.publish("P-2", category="video", languages=("en",))
    await stage.record("P-3", project("P-3", programme="solidarity-corps", call_year=2024))

    assert await found(stage, "/v1/results", category="video") == ["P-2~aaaa"]
    assert await found(stage, "/v1/results", language="lv", category=["video", "handbook"]) == ["P-1~aaaa"]
    assert await found(stage, "/v1/projects", category="handbook") == ["P-1"]
    assert await found(stage, "/v1/projects", programme="solidarity-corps", year="2024") == ["P-3"]
    assert await found(stage, "/v1/projects", country="FI") == []
    told = (await stage.client.get("/v1/results", params={"category": "video"})).json()
    assert told["total"] == 1
    assert told["facets"]["category"] == [{"value": "handbook", "count": 1}, {"value": "video", "count": 1}]
    assert told["facets"]["language"] == [{"value": "en", "count": 1}]
    assert told["facets"]["country"] == [{"value": "FR", "count": 1}, {"value": "LV", "count": 1}]


@pytest.mark.parametrize("words", [None, "learning"])
async def test_pages_hold_every_item_once(stage: Stage, words: str | None) -> None:
    for number in range(7):
        await stage.record(f"P-{number}", project(f"P-{number}"))
    asked: dict[str, object] = {"limit": 3} | ({"q": words} if words else {})
    seen: list[str] = []
    following = None
    for _ in range(3):
        response = await stage.client.get("/v1/projects", params=asked | ({"cursor": following} if following else {}))  # type: ignore[arg-type]
        seen += [one["id"] for one in response.json()["items"]]
        following = response.json()["next"]
        assert ('rel="next"' in response.headers.get("link", "")) == (following is not None)

    assert following is None
    assert sorted(seen) == [f"P-{number}" for number in range(7)]


async def test_a_cursor_of_somebody_else_is_refused(stage: Stage) -> None:
    response = await stage.client.get("/v1/projects", params={"cursor": "nonsense"})

    assert (response.status_code, response.json()["code"]) == (422, "invalid-cursor")
    assert (await stage.client.get("/v1/projects", params={"limit": 201})).status_code == 422


async def test_what_waits_for_approval_is_not_found_by_any_word(stage: Stage) -> None:
    await stage.record("P-1", facts.project("P-1"), facts.result("P-1~aaaa", title="Secret draft"))

    assert await found(stage, "/v1/results", q="secret") == []
    assert await found(stage, "/v1/projects", q="secret") == []
    assert await found(stage, "/v1/projects", category="handbook") == []


async def test_a_withdrawn_result_leaves_every_list_and_count(stage: Stage) -> None:
    result_id = await stage.publish("P-1")
    await stage.record("P-1", facts.verdict(result_id, "malware"))

    assert await found(stage, "/v1/results") == []
    told = (await stage.client.get("/v1/projects")).json()
    assert told["facets"]["category"] == []
    assert told["items"][0]["results_count"] == 0
    gone = await stage.client.get(f"/v1/results/{result_id}")
    assert (gone.status_code, gone.json()["code"]) == (410, "result-withdrawn")
    assert "a newer check found harmful software in it" in gone.json()["detail"]


async def test_an_amendment_changes_what_is_found(stage: Stage) -> None:
    await stage.record("P-1", project("P-1", title="Old name"))
    school = Organisation(id="o9", name="Tallinna kool", country="EE", role="coordinator")
    await stage.record("P-1", project("P-1", title="New name", organisations=(school,)))

    assert await found(stage, "/v1/projects", q="old") == []
    assert await found(stage, "/v1/projects", q="new") == ["P-1"]
    assert await found(stage, "/v1/projects", country="LV") == []
    assert await found(stage, "/v1/projects", country="EE", q="tallin") == ["P-1"]


async def test_a_publication_that_is_slower_than_its_takedown_never_shows(stage: Stage) -> None:
    result_id = await stage.publish("P-1")
    story = stage.stories["P-1"]
    slow = story.history[-1]
    await stage.record("P-1", facts.takedown(result_id))

    stage.log.take(replace(slow, sequence=len(stage.log.recorded) + 1))
    await stage.model.wait_until(len(stage.log.recorded))

    gone = await stage.client.get(f"/v1/results/{result_id}")
    assert (gone.status_code, gone.json()["code"]) == (410, "taken-down")
