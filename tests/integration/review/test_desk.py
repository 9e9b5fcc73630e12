"""The main job of an officer on real servers: queue, claim, decisions, report; and who may not."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from local.servers import Credentials, NatsServer
from shared.contracts.verdict import VerdictOutcome
from shared.http.answer_stores import KvAnswerStore
from shared.http.idempotency import RepetitionKey
from tests.integration.messaging.users import log_of
from tests.integration.review.site import Person, Project
from tests.unit.review.events import Content, checked, content, finding, submitted

APPROVE = {"decision": "approve"}
RETURN = {"decision": "request_changes", "comment": "Name the target group", "internal_note": "Second time"}


def refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (status, code), response.text
    return body


def ok(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def claimed(project: Project, *results: Content) -> Person:
    officer = project.site.person("officer")
    await project.submit(*results)
    ok(await officer.post(f"{project.path}/claim"))
    return officer


async def approved(project: Project) -> tuple[Person, Content]:
    one = await project.valid_result()
    officer = await claimed(project, one)
    ok(await officer.put(f"{project.result_path(one)}/decision", APPROVE))
    ok(await officer.post(f"{project.path}/decision", APPROVE))
    return officer, one


async def test_from_the_queue_to_the_approved_report(project: Project) -> None:
    officer = project.site.person("officer")
    one = await project.valid_result()
    await project.submit(one)

    waiting = ok(await officer.get("/v1/reviews", params={"q": project.id.upper(), "officer": "none"}))["items"]
    assert [(item["project_id"], item["status"], item["results"]) for item in waiting] == [
        (project.id, "under_review", 1)
    ]
    assert ok(await officer.post(f"{project.path}/claim"))["officer"] == "ilze"
    mine = ok(await officer.get("/v1/reviews", params={"q": project.id, "officer": "me"}))["items"]
    assert len(mine) == 1
    assert ok(await officer.put(f"{project.result_path(one)}/decision", APPROVE))["decision"]["decision"] == "approve"
    assert ok(await officer.post(f"{project.path}/decision", APPROVE))["status"] == "approved"
    reports = ok(await officer.get("/v1/reports", params={"q": project.id}))["items"]
    assert [(item["status"], item["results_approved"]) for item in reports] == [("undecided", True)]
    assert ok(await officer.post(f"/v1/reports/{project.id}/decision", APPROVE))["status"] == "approved"

    assert ok(await officer.get("/v1/reviews", params={"q": project.id}))["items"] == []
    assert ok(await officer.get("/v1/reports", params={"q": project.id}))["items"] == []
    closed = ok(await officer.get("/v1/reviews", params={"q": project.id, "status": "approved"}))["items"]
    assert closed[0]["decisions"] == {"approved": 1, "changes_requested": 0, "undecided": 0}


async def test_the_dossier_shows_checks_findings_coverage_and_what_was_said(project: Project) -> None:
    one = content(project.id, languages=("en",), work_package=2)
    await project.store(one)
    await project.site.add(checked(one, VerdictOutcome.FAILED, personal=(finding("p1"),)))
    lead = project.site.person("lead", sub="maija")
    ok(await lead.post(f"{project.result_path(one)}/waivers", {"finding_id": "p1", "reason": "A published author"}))
    officer = await claimed(project, one)
    ok(await officer.put(f"{project.result_path(one)}/decision", RETURN))

    shown = ok(await officer.get(project.path))

    (result,) = shown["results"]
    assert (result["status"], result["checked"], result["blocking_open"]) == ("in_review", "valid", 0)
    (found,) = [check["findings"][0] for check in result["checks"] if check["findings"]]
    assert (found["waiver"]["by"], found["waiver"]["reason"]) == ("maija", "A published author")
    assert result["decision"]["internal_note"] == "Second time"
    assert [(one["language"], one["covered"]) for one in shown["coverage"]["languages"]] == [
        ("en", True),
        ("lv", False),
    ]
    assert shown["coverage"]["planned_results"][0]["covered"] is True
    assert [comment["comment"] for comment in shown["comments"]] == ["Name the target group"]
    assert shown["manifest"][0]["result_id"] == one.id
    expert = project.site.person("expert", sub="eksperts", na=(), projects=(project.id,))
    as_expert = await expert.get(project.path)
    assert "Second time" not in as_expert.text
    assert "A published author" not in as_expert.text
    assert "Name the target group" in as_expert.text


async def test_a_version_that_the_caller_holds_is_not_sent_again(project: Project) -> None:
    one = await project.valid_result()
    officer = await claimed(project, one)
    tag = (await officer.get(project.path)).headers["etag"]

    assert (await officer.get(project.path, headers={"If-None-Match": tag})).status_code == 304
    await project.site.add(checked(one))
    assert (await officer.get(project.path, headers={"If-None-Match": tag})).status_code == 200


async def test_a_standing_decision_is_replaced_only_by_its_version(project: Project) -> None:
    one = await project.valid_result()
    officer = await claimed(project, one)
    path = f"{project.result_path(one)}/decision"
    first = await officer.put(path, APPROVE)

    ok(await officer.put(path, APPROVE))
    refused(await officer.put(path, RETURN), 428, "if-match-required")
    refused(await officer.put(path, RETURN, headers={"If-Match": '"1-1"'}), 412, "changed-meanwhile")
    await project.site.add(checked(one))
    changed = await officer.put(path, RETURN, headers={"If-Match": first.headers["etag"]})

    assert ok(changed)["decision"]["decision"] == "request_changes"


async def test_a_returned_round_comes_back_with_what_changed_and_what_still_stands(project: Project) -> None:
    good, bad = await project.valid_result("a"), await project.valid_result("b")
    officer = await claimed(project, good, bad)
    ok(await officer.put(f"{project.result_path(good)}/decision", APPROVE))
    ok(await officer.put(f"{project.result_path(bad)}/decision", RETURN))
    ok(await officer.post(f"{project.path}/decision", {"decision": "request_changes"}))
    better = bad.revised().described("Handbook for teachers")
    await project.store(better, "revised")
    await project.site.add(checked(better))
    extra = await project.valid_result("c")
    await project.submit(good, better, extra, number=2)

    shown = ok(await officer.get(project.path))

    changes = shown["changes"]
    assert (changes["since_round"], changes["unchanged"]) == (1, 1)
    by_id = {change["result_id"]: change for change in changes["results"]}
    assert by_id[extra.id]["change"] == "added"
    assert by_id[bad.id]["content"] is True
    fields = {field["field"]: (field["before"], field["after"]) for field in by_id[bad.id]["fields"]}
    assert fields["title"] == ("Handbook", "Handbook for teachers")
    assert fields["file.sha256"] == (bad.sha256, better.sha256)
    results = {result["id"]: result for result in shown["results"]}
    assert results[good.id]["decision"]["carried_over"] is True
    assert results[bad.id]["decision"] is None
    earlier = ok(await officer.get(f"{project.path}/rounds/1"))
    assert earlier["round"]["status"] == "returned"
    assert {result["id"]: result["title"] for result in earlier["results"]} == {good.id: "Handbook", bad.id: "Handbook"}
    assert {one["id"]: one["decision"]["decision"] for one in earlier["results"]} == {
        good.id: "approve",
        bad.id: "request_changes",
    }
    refused(await officer.get(f"{project.path}/rounds/9"), 404, "unknown-round")


async def test_a_reopened_project_keeps_its_approved_round(project: Project) -> None:
    officer, one = await approved(project)
    lead = project.site.person("lead", sub="maija")
    refused(await officer.post(f"/v1/projects/{project.id}/reopen", {"reason": "A correction"}), 403, "not-yours")

    reopened = ok(await lead.post(f"/v1/projects/{project.id}/reopen", {"reason": "A correction"}))

    assert reopened["status"] == "reopened"
    assert reopened["approved"]["round"] == 1
    assert reopened["approved"]["manifest"][0]["result_id"] == one.id
    assert isinstance(reopened["approved"]["sequence"], int)
    refused(await officer.post(f"/v1/reports/{project.id}/decision", APPROVE), 409, "results-not-approved")


async def test_only_the_agency_of_a_project_knows_of_it(project: Project) -> None:
    await project.submit(await project.valid_result())
    foreign = project.site.person("officer", na=("EE01",))
    stranger = project.site.person("expert", na=("LV01",), projects=("other-project",))

    for person in (foreign, stranger):
        refused(await person.get(project.path), 404, "unknown-project")
        assert project.id not in (await person.get("/v1/reviews")).text
    refused(await foreign.post(f"{project.path}/claim"), 404, "unknown-project")
    refused(await foreign.post(f"/v1/reports/{project.id}/decision", APPROVE), 404, "unknown-project")
    refused(await project.site.person("lead").get("/v1/reviews/no..such>project"), 404, "unknown-project")


async def test_roles_decide_who_may_do_what(project: Project) -> None:
    one = await project.valid_result()
    await project.submit(one)
    expert = project.site.person("expert", na=(), projects=(project.id,))
    beneficiary = project.site.person("coordinator", na=(), projects=(project.id,))
    officer = project.site.person("officer")

    for person in (expert, beneficiary):
        refused(await person.post(f"{project.path}/claim"), 403, "not-yours")
    refused(await beneficiary.get(project.path), 403, "not-yours")
    refused(await beneficiary.get("/v1/reviews"), 403, "not-yours")
    refused(await officer.put(f"{project.path}/officer", {"officer": "janis"}), 403, "not-yours")
    refused(await officer.get("/v1/audit"), 403, "not-yours")
    waiver = {"finding_id": "p1", "reason": "Because"}
    refused(await officer.post(f"{project.result_path(one)}/waivers", waiver), 403, "not-yours")
    refused(await officer.post(f"/v1/results/{one.id}/takedown", {"reason": "Because"}), 403, "not-yours")
    override = {"decision": "approve", "override_reason": "I want to"}
    refused(await officer.post(f"/v1/reports/{project.id}/decision", override), 403, "not-yours")
    assert (await project.site.client.get(project.path)).status_code == 401
    lead = project.site.person("lead", sub="maija")
    assert ok(await lead.post(f"/v1/reports/{project.id}/decision", override))["override_reason"] == "I want to"


async def test_of_officers_who_claim_at_once_exactly_one_has_the_round(project: Project) -> None:
    await project.submit(await project.valid_result())
    officers = [project.site.person("officer", sub=f"officer-{number}") for number in range(8)]

    answers = await asyncio.gather(*(one.post(f"{project.path}/claim") for one in officers))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert {answer.json().get("code") for answer in answers} == {None, "claimed-by-another"}


async def test_a_lead_reassigns_a_claimed_round_by_its_version(project: Project) -> None:
    await claimed(project, await project.valid_result())
    lead = project.site.person("lead", sub="maija")
    path = f"{project.path}/officer"

    refused(await lead.put(path, {"officer": "janis"}), 428, "if-match-required")
    assert ok(await lead.put(path, {"officer": "janis"}, headers={"If-Match": "*"}))["officer"] == "janis"
    assert ok(await lead.put(path, {"officer": "janis"}))["officer"] == "janis"


async def test_many_decisions_have_an_outcome_each_and_may_end_with_the_round(project: Project) -> None:
    first, second = await project.valid_result("a"), await project.valid_result("b")
    officer = await claimed(project, first, second)
    item = {"project_id": project.id, "decision": "approve"}
    body = {
        "decisions": [
            item | {"result_id": first.id},
            item | {"result_id": first.id},
            item | {"result_id": second.id, "reasons": ["no-such-reason"]},
            {"project_id": project.id, "result_id": second.id, "decision": "request_changes"},
            item | {"result_id": content("other-project").id},
            {"project_id": f"rev-{secrets.token_hex(6)}", "decision": "approve"},
            item | {"result_id": second.id},
            item,
        ]
    }

    outcomes = ok(await officer.post("/v1/reviews/decisions", body))["outcomes"]

    assert [(one["status"], one["code"]) for one in outcomes] == [
        ("decided", None),
        ("unchanged", None),
        ("rejected", "unknown-reason"),
        ("rejected", "comment-required"),
        ("rejected", "unknown-result"),
        ("rejected", "unknown-project"),
        ("decided", None),
        ("decided", None),
    ]
    assert ok(await officer.get(project.path))["round"]["status"] == "approved"


async def test_the_same_request_with_its_key_gets_its_first_answer(project: Project) -> None:
    await project.submit(await project.valid_result())
    officer = project.site.person("officer")
    key = {"Idempotency-Key": secrets.token_hex(8)}
    first = await officer.post(f"{project.path}/claim", headers=key)
    ok(await officer.post(f"{project.path}/release"))

    again = await officer.post(f"{project.path}/claim", headers=key)

    assert (again.status_code, again.json()) == (200, first.json())
    assert ok(await officer.get(project.path))["round"]["officer"] is None


async def test_who_is_no_longer_an_officer_there_does_not_get_the_first_answer_again(project: Project) -> None:
    await project.submit(await project.valid_result())
    key = {"Idempotency-Key": secrets.token_hex(8)}
    ok(await project.site.person("officer").post(f"{project.path}/claim", headers=key))

    elsewhere = project.site.person("officer", na=("EE01",))
    expert = project.site.person("expert", projects=(project.id,))

    refused(await elsewhere.post(f"{project.path}/claim", headers=key), 404, "unknown-project")
    refused(await expert.post(f"{project.path}/claim", headers=key), 403, "not-yours")


async def test_a_named_request_whose_answer_was_lost_is_not_carried_out_twice(
    project: Project, nats_server: NatsServer, credentials: Credentials
) -> None:
    await project.submit(await project.valid_result())
    officer, path, key = project.site.person("officer"), f"{project.path}/claim", secrets.token_hex(8)
    ok(await officer.post(path, headers={"Idempotency-Key": key}))
    ok(await officer.post(f"{project.path}/release"))
    async with log_of("review", nats_server, credentials) as review:
        # As if the process had died between its append and keeping the answer.
        kept = KvAnswerStore(review.connection.js, "idempotency-review")
        digest = RepetitionKey.of(key, sub="ilze", method="POST", path=path).digest
        entry = await kept.read(digest)
        assert entry is not None
        await kept.remove(digest, entry[1])

    ok(await officer.post(path, headers={"Idempotency-Key": key}))

    assert ok(await officer.get(project.path))["round"]["officer"] is None


async def test_late_submissions_are_overdue_and_sorted_first(project: Project) -> None:
    late, fresh = Project(project.site, f"rev-{secrets.token_hex(6)}"), project
    word = f"w{secrets.token_hex(5)}"
    await late.register(title=f"Zebra {word}")
    await fresh.register(title=f"Ābols {word}")
    now = datetime.now(UTC)
    await late.submit(await late.valid_result(), at=now - timedelta(days=61))
    await fresh.submit(await fresh.valid_result(), at=now - timedelta(days=60))
    officer = project.site.person("officer")

    async def listed(**filters: Any) -> list[str]:
        found = ok(await officer.get("/v1/reviews", params={"q": word} | filters))
        return [item["project_id"] for item in found["items"]]

    assert await listed() == [late.id, fresh.id]
    assert await listed(overdue=True) == [late.id]
    assert await listed(overdue=False) == [fresh.id]
    assert await listed(sort="title") == [late.id, fresh.id]
    assert await listed(na="EE01") == []
    (item,) = ok(await officer.get("/v1/reviews", params={"q": word, "overdue": True}))["items"]
    assert (item["waiting_days"], item["overdue"]) == (61, True)
    refused(await officer.get("/v1/reviews", params={"sort": "colour"}), 422, "invalid-parameter")


async def test_the_queue_is_read_in_pages(project: Project) -> None:
    word = f"w{secrets.token_hex(5)}"
    projects = [Project(project.site, f"rev-{secrets.token_hex(6)}") for _ in range(5)]
    for number, one in enumerate(projects):
        await one.register(title=f"{word} {number}")
        await one.site.add(submitted(one.id, 1, ()))
    officer = project.site.person("officer")
    seen: list[str] = []
    path: str | None = f"/v1/reviews?q={word}&limit=2&sort=title"

    while path:
        answer = await officer.get(path)
        seen += [item["project_id"] for item in ok(answer)["items"]]
        link = answer.headers.get("link")
        path = link.split(">")[0].lstrip("<") if link else None

    assert seen == [one.id for one in projects]
    cursor = ok(await officer.get("/v1/reviews", params={"q": word, "limit": 2}))["next"]
    refused(await officer.get("/v1/reviews", params={"sort": "title", "cursor": cursor}), 422, "invalid-cursor")
    refused(await officer.get("/v1/reviews", params={"cursor": "nonsense"}), 422, "invalid-cursor")


async def test_findings_are_counted_and_found(project: Project) -> None:
    one = await project.valid_result()
    await project.submit(one)
    await project.site.add(checked(one, VerdictOutcome.FAILED, personal=(finding("p1"), finding("p2", code="iban"))))
    lead = project.site.person("lead", sub="maija")

    async def found(mark: str) -> list[dict[str, Any]]:
        params = {"q": project.id, "finding": mark}
        return list(ok(await lead.get("/v1/reviews", params=params))["items"])

    assert (await found("iban"))[0]["findings"] == {"blocking": 2, "warning": 0, "info": 0, "waived": 0}
    ok(await lead.post(f"{project.result_path(one)}/waivers", {"finding_id": "p2", "reason": "Their own account"}))
    assert await found("iban") == []
    assert (await found("blocking"))[0]["findings"] == {"blocking": 1, "warning": 0, "info": 0, "waived": 1}
