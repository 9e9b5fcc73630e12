"""Input made to break something: every answer is a proper refusal, comes soon, and tells nobody what is not theirs."""

import asyncio
import base64
import json
import time
from collections.abc import Callable

import httpx
import pytest
from joserfc import jws

from tests.e2e.events import BATCH, SOURCE, connected, event
from tests.e2e.scenario import Scenario, project_body
from tests.e2e.site import Caller, Site, ok, refused
from tests.e2e.tokens import Issuer

SOON_SECONDS = 3.0


def cursor(*values: object) -> str:
    """Values in the form of a cursor, whatever they are."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def soon(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer, which must not take long: one slow request would keep all the others waiting."""
    began = time.monotonic()
    response = ask()
    assert time.monotonic() - began < SOON_SECONDS, f"{response.request.url} took {time.monotonic() - began:.1f} s"
    return response


@pytest.mark.parametrize(
    "header", ["x" + " " * 20_000 + "x", '"' * 20_000, 'W/"' * 7_000], ids=["blanks", "quotes", "weak"]
)
def test_a_condition_made_to_be_slow_keeps_nobody_waiting(scenario: Scenario, header: str) -> None:
    scenario.register()
    website = {"url": "https://project.example.org/"}

    read = soon(lambda: scenario.coordinator.intake("GET", scenario.path, headers={"If-None-Match": header}))
    soon(lambda: scenario.public.publisher("GET", scenario.path, headers={"If-None-Match": header}))
    changed = soon(
        lambda: scenario.beneficiary.intake(
            "PUT", f"{scenario.path}/website", json=website, headers={"If-Match": header}
        )
    )

    assert read.status_code == 200
    assert changed.status_code in (200, 412)


def test_an_address_made_to_be_slow_in_the_log_keeps_nobody_waiting(scenario: Scenario) -> None:
    soon(lambda: scenario.public.publisher("GET", "/" + "eyJ" * 20_000))
    soon(lambda: scenario.public.publisher("GET", "/healthz"))


@pytest.mark.parametrize("value", [2**63, -(2**70), "\ud800", 10**40], ids=["2^63", "-2^70", "surrogate", "10^40"])
def test_a_cursor_of_somebody_else_s_making_is_refused(scenario: Scenario, value: object) -> None:
    asked = [
        (scenario.public.publisher, "/v1/projects", cursor(value, "x")),
        (scenario.public.publisher, "/v1/results", cursor("x", value)),
        (scenario.lead.review, "/v1/audit", cursor(value)),
        (scenario.lead.review, "/v1/reviews", cursor("waiting", "x", value)),
        (scenario.lead.review, "/v1/reports", cursor("deadline", value, "x")),
    ]

    for ask, path, made in asked:
        refused(ask("GET", path, params={"cursor": made}), 422, "invalid-cursor")
    assert scenario.public.publisher("GET", "/", params={"cursor": cursor(value, "x")}).status_code == 422


def test_a_token_with_odd_parts_is_answered_401(scenario: Scenario, issuer: Issuer) -> None:
    def part(text: bytes) -> str:
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    nested = b'{"sub":"a","x":' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    tokens = [
        f"{part(head)}.{part(b'{}')}.{part(b'x')}"
        for head in (b'{"alg":"ES256","crit":1}', b'{"alg":["ES256"]}', b'{"alg":"ES256","kid":{}}', b"[" * 900, b"1")
    ]
    tokens.append(jws.serialize_compact({"alg": "ES256", "kid": issuer.key.kid}, nested, issuer.key))

    for token in tokens:
        caller = Caller(site=scenario.site, token=token, sub="")
        refused(caller.intake("GET", scenario.path), 401, "unauthenticated")
        refused(caller.review("GET", "/v1/reviews"), 401, "unauthenticated")


@pytest.mark.parametrize("days", [("0001-01-01", "0001-01-02"), ("2023-01-01", "9999-12-31")])
def test_a_project_at_the_end_of_the_calendar_can_be_read(scenario: Scenario, days: tuple[str, str]) -> None:
    scenario.register(start_date=days[0], end_date=days[1], report_deadline=days[1])

    assert scenario.read()["end_date"] == days[1]
    assert scenario.coordinator.intake("GET", f"{scenario.path}/preflight").status_code == 200
    assert scenario.officer.review("GET", scenario.review_path).status_code == 200


def test_a_sum_without_end_is_refused(scenario: Scenario) -> None:
    body = json.dumps(project_body()).replace('"title"', '"grant_eur": Infinity, "title"', 1)

    response = scenario.upstream.intake(
        "PUT", scenario.path, content=body.encode(), headers={"Content-Type": "application/json"}
    )

    refused(response, 422, "invalid-body")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_audit_beyond_the_calendar_is_refused_or_empty(scenario: Scenario, moment: str) -> None:
    for name in ("since", "until"):
        response = scenario.lead.review("GET", "/v1/audit", params={name: moment})
        assert response.status_code in (200, 422), response.text


@pytest.mark.parametrize("last", ["9" * 5_000, "9" * 30, "-1", "x"], ids=["5000 digits", "30 digits", "-1", "x"])
def test_a_history_goes_on_after_an_event_that_cannot_be(scenario: Scenario, last: str) -> None:
    scenario.register()
    address = scenario.site.addresses["intake"] + f"{scenario.path}/history"
    headers = {
        "Authorization": f"Bearer {scenario.coordinator.token}",
        "Accept": "text/event-stream",
        "Last-Event-ID": last,
    }

    with scenario.site.http.stream("GET", address, headers=headers) as response:
        assert response.status_code == 200
        assert next(response.iter_text()).startswith("retry:")


def test_an_internal_note_is_not_for_an_expert_who_is_an_officer_elsewhere(scenario: Scenario, site: Site) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.submit()
    scenario.claim()
    said, note = "Please translate it.", "For colleagues only."
    assert scenario.decide(result["id"], decision="request_changes", comment=said, internal_note=note).is_success
    both = site.caller("expert", "lead", sub="erna", na=("EE01",), projects=(scenario.project_id,))

    dossier = ok(both.review("GET", scenario.review_path))

    assert said in str(dossier)
    assert note not in str(dossier)
    assert note in str(ok(scenario.officer.review("GET", scenario.review_path)))


@pytest.mark.parametrize(
    "url", ["http://[fec0::1]/", "http://[::ffff:10.0.0.1]/", "http://0x7f.1/", "http://①②⑦.0.0.1/"]
)
def test_a_private_address_in_disguise_is_no_website(scenario: Scenario, url: str) -> None:
    scenario.register()
    headers = {"If-Match": "*"}

    refused(
        scenario.beneficiary.intake("PUT", f"{scenario.path}/website", json={"url": url}, headers=headers),
        422,
        "url-not-allowed",
    )


@pytest.mark.parametrize("path", ["//evil.example/", "/%5Cevil.example/", "/projects/..%2F%2Fevil.example"])
def test_a_page_that_is_not_there_leads_nowhere_else(scenario: Scenario, path: str) -> None:
    page = scenario.public.publisher("GET", path, headers={"Accept": "text/html"})

    assert page.status_code == 404
    assert 'href="//' not in page.text
    assert 'href="/\\' not in page.text


def test_one_odd_event_costs_a_batch_nothing(scenario: Scenario) -> None:
    scenario.register()
    website = event("website.set", {"project_id": scenario.project_id, "url": "https://batch.example.org/"})
    batch = [website, website | {"id": "\ud800"}, {"id": 5}, None, website | {"source": "x\0"}]

    response = scenario.upstream.intake(
        "POST", "/v1/events", content=json.dumps(batch).encode(), headers={"Content-Type": BATCH}
    )

    outcomes = ok(response, 202)["outcomes"]
    assert [one["status"] for one in outcomes] == ["accepted"] + ["rejected"] * 4
    assert [one["id"] for one in outcomes] == [website["id"], None, None, None, website["id"]]


@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/json", b"{not json"), ("application/json", b"\xff\xfe"), ("", b"[" * 3_000)],
    ids=["broken", "no text", "deep"],
)
async def test_an_event_whose_body_nobody_can_read_is_rejected_on_nats_too(
    scenario: Scenario, kind: str, body: bytes
) -> None:
    sent = event("website.set", {"project_id": scenario.project_id})
    headers = {f"ce-{name}": str(value) for name, value in sent.items() if name not in ("data", "datacontenttype")}
    outcomes: asyncio.Queue[bytes] = asyncio.Queue()

    async def keep(message: object) -> None:
        await outcomes.put(message.data)  # type: ignore[attr-defined]

    async with connected(scenario.site) as client:
        await client.subscribe(f"upstream-outcome.{SOURCE}.{sent['id']}", cb=keep)
        await client.flush()
        named = headers | ({"content-type": kind} if kind else {})
        await client.request(f"upstream.{SOURCE}.{sent['type']}", body, timeout=5, headers=named)
        outcome = json.loads(await asyncio.wait_for(outcomes.get(), 10))

    assert (outcome["status"], outcome["code"]) == ("rejected", "malformed-json")
