"""The main job: from a registered project to public files, byte for byte what was scanned and approved."""

import hashlib
from collections.abc import Callable
from typing import Any

from tests.e2e.scenario import Scenario
from tests.e2e.site import eventually, ok

FORMATS = ("guide.pdf", "course.docx", "survey.xlsx", "poster.png", "photo.jpeg", "map.tif", "talk.mp3", "data.csv",
           "notes.rtf", "lessons.txt", "badge.gif")  # fmt: skip


def test_results_become_public_only_after_both_approvals_and_byte_for_byte(scenario: Scenario) -> None:
    scenario.register()
    samples = {name: scenario.sample(name) for name in FORMATS}
    posted = {name: scenario.post(sample, title=f"Result {name}") for name, sample in samples.items()}
    ids = [one["id"] for one in posted.values()]
    for result_id in ids:
        assert scenario.until(result_id, "valid")["checks"]
        assert scenario.public_result(result_id).status_code == 404

    scenario.approve_round(ids)
    assert [scenario.result(one)["status"] for one in ids] == ["approved"] * len(ids)
    assert all(scenario.public_result(one).status_code == 404 for one in ids)
    scenario.approve_report()
    scenario.published(*ids)

    for name, sample in samples.items():
        downloaded = scenario.public.publisher("GET", f"/v1/results/{posted[name]['id']}/file")
        ok_bytes = downloaded.content
        assert hashlib.sha256(ok_bytes).hexdigest() == sample.sha256 == posted[name]["file"]["sha256"]
        assert len(ok_bytes) == sample.size == posted[name]["file"]["size"]
    listed = ok(scenario.public.publisher("GET", f"/v1/projects/{scenario.project_id}"))
    assert {one["id"] for one in listed["results"]} == set(ids)
    assert {one["title"] for one in listed["results"]} == {f"Result {name}" for name in FORMATS}
    eventually(lambda: scenario.result(ids[0])["status"] == "published")


def test_links_and_texts_go_the_same_way(scenario: Scenario) -> None:
    scenario.register()
    link = scenario.post_json(kind="link", title="Course online", url="https://course.example.org/start")
    text = scenario.post_json(kind="text", title="A lasting partnership", text="The schools go on meeting each year.")
    ids = [link["id"], text["id"]]
    for result_id in ids:
        scenario.until(result_id, "valid")
    scenario.approve_round(ids)
    scenario.approve_report()
    scenario.published(*ids)

    assert link["file"]["name"] == "link.uri"
    assert text["file"]["name"] == "text.txt"
    public = ok(scenario.public_result(link["id"]))
    assert public["kind"] == "link"
    assert public["url"] == "https://course.example.org/start"
    downloaded = scenario.public.publisher("GET", f"/v1/results/{text['id']}/file")
    assert downloaded.text.strip() == "The schools go on meeting each year."


def test_each_result_tells_its_checks_with_their_engines(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid(scenario.sample("guide.pdf"))

    checks = {one["check"]: one for one in result["checks"]}
    assert set(checks) == {"format", "size", "malware", "personal-data", "quality"}
    assert all(one["outcome"] == "passed" and one["engine"] for one in checks.values())
    assert result["file"]["detected_type"].startswith("application/pdf")
    assert result["revision"] == 1


def test_every_event_of_the_story_tells_who_acted_and_what_caused_it(scenario: Scenario) -> None:
    scenario.story()

    def all_events() -> list[dict[str, Any]]:
        params = {"project_id": scenario.project_id, "limit": 200}
        found: list[dict[str, Any]] = ok(scenario.lead.review("GET", "/v1/audit", params=params))["items"]
        return found if any(one["action"] == "publisher.result.published" for one in found) else []

    found = eventually(all_events)
    assert {one["action"].split(".")[0] for one in found} == {"intake", "validator", "review", "publisher"}
    assert [one for one in found if not (one["actor"] and one["causation_id"] and one["correlation_id"])] == []


def test_a_verdict_comes_quickly(scenario: Scenario, elapsed: Callable[[], float]) -> None:
    scenario.register()
    scenario.valid()

    assert elapsed() < 5
