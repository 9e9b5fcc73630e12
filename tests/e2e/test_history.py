"""The history that a project may see: newest last, kept up to date as it happens, and without what is internal."""

import json
import threading
from typing import Any

import httpx

from tests.e2e.scenario import Scenario
from tests.e2e.site import eventually, ok

INTERNAL = "The author was difficult last year."


def history(scenario: Scenario) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(
        scenario.beneficiary.intake("GET", f"{scenario.path}/history", params={"limit": 200})
    )["items"]
    return found


def test_the_history_tells_events_verdicts_and_decided_rounds_newest_last(scenario: Scenario) -> None:
    (result,) = scenario.story()

    told = eventually(lambda: entries if "publisher.result.published" in str(entries := history(scenario)) else None)

    kinds = [one["type"] for one in told]  # type: ignore[union-attr]
    for earlier, later in (
        ("intake.project.registered", "intake.result.received"),
        ("intake.result.received", "validator.result.checked"),
        ("validator.result.checked", "intake.round.submitted"),
        ("intake.round.submitted", "review.round.approved"),
    ):
        places = [next(at for at, kind in enumerate(kinds) if kind.startswith(one)) for one in (earlier, later)]
        assert places == sorted(places), (earlier, later, kinds)
    assert result["id"] in str(told)


def test_internal_notes_waivers_and_names_are_not_told(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.submit()
    scenario.claim()
    assert scenario.decide(
        result["id"], decision="request_changes", comment="Please add the disclaimer.", internal_note=INTERNAL
    ).is_success
    during = str(history(scenario)) + str(scenario.result(result["id"]))
    assert "Please add the disclaimer." not in during
    assert scenario.close(decision="request_changes", comment="See the result.").is_success

    eventually(lambda: "Please add the disclaimer." in str(history(scenario)) + str(scenario.result(result["id"])))
    told = str(history(scenario)) + str(scenario.result(result["id"]))
    assert INTERNAL not in told
    assert scenario.officer.sub not in told


def test_the_history_keeps_sending_as_things_happen(scenario: Scenario) -> None:
    scenario.register()
    seen: list[dict[str, Any]] = []
    opened, done = threading.Event(), threading.Event()

    def listen() -> None:
        headers = {"Authorization": f"Bearer {scenario.beneficiary.token}", "Accept": "text/event-stream"}
        address = f"{scenario.site.addresses['intake']}{scenario.path}/history"
        with httpx.stream("GET", address, headers=headers, timeout=20) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            for line in stream.iter_lines():
                opened.set()
                if line.startswith("data:"):
                    seen.append(json.loads(line.removeprefix("data:")))
                if done.is_set() or "validator.result.checked" in str(seen[-1:]):
                    return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert opened.wait(5), "the stream did not begin with what happened already"
    result = scenario.post()
    listener.join(10)
    done.set()

    assert not listener.is_alive()
    assert result["id"] in str(seen)
    assert "intake.project.registered" in str(seen[0])
