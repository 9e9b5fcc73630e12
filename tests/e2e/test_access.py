"""Who may do what: tokens that are none, roles that do not reach, and projects that are not told of."""

import base64
import json
import time
from collections.abc import Callable

import httpx
import pytest
from joserfc.jwk import ECKey

from tests.e2e.scenario import Scenario, metadata, project_body
from tests.e2e.site import Caller, Site, ok, refused
from tests.e2e.tokens import Issuer

CLAIMS: dict[str, object] = {"sub": "karlis", "roles": ["coordinator"], "na": []}


def forged(issuer: Issuer, kind: str, claims: dict[str, object]) -> str | None:
    """A token that is wrong in one way."""
    now = int(time.time())
    if kind == "alg none":
        body = {"iss": issuer.url, "aud": "results-platform", "exp": now + 600} | claims
        return ".".join((_part({"alg": "none", "typ": "JWT"}), _part(body), ""))
    if kind == "symmetric":
        body = {"iss": issuer.url, "aud": "results-platform", "exp": now + 600} | claims
        return ".".join((_part({"alg": "HS256", "kid": issuer.key.kid}), _part(body), _part({"x": 1})))
    makers: dict[str, Callable[[], str | None]] = {
        "none": lambda: None,
        "garbage": lambda: "not-a-token",
        "bad signature": lambda: issuer.signed(ECKey.generate_key("P-256"), **claims),
        "expired": lambda: issuer(**claims, iat=now - 900, nbf=now - 900, exp=now - 600),
        "not yet": lambda: issuer(**claims, nbf=now + 600),
        "wrong audience": lambda: issuer(**claims, aud="another-service"),
        "wrong issuer": lambda: issuer(**claims, iss="https://issuer.example.org"),
        "no subject": lambda: issuer(roles=["coordinator"], projects=claims["projects"]),
        "changed": lambda: _changed(issuer(**claims)),
    }
    return makers[kind]()


def _part(content: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _changed(token: str) -> str:
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return ".".join((head, _part(claims | {"roles": ["lead"]}), signature))


@pytest.mark.parametrize(
    "kind",
    [
        "none",
        "garbage",
        "bad signature",
        "expired",
        "not yet",
        "wrong audience",
        "wrong issuer",
        "no subject",
        "changed",
        "alg none",
        "symmetric",
    ],
)
def test_a_bad_token_is_answered_401(scenario: Scenario, issuer: Issuer, kind: str) -> None:
    scenario.register()
    token = forged(issuer, kind, CLAIMS | {"projects": [scenario.project_id]})
    caller = Caller(site=scenario.site, token=token, sub="")

    for response in (caller.intake("GET", scenario.path), caller.review("GET", "/v1/reviews")):
        refused(response, 401, "unauthenticated")
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_project_of_others_is_not_told_of(scenario: Scenario, site: Site) -> None:
    scenario.register()
    result = scenario.post()
    strangers = (
        site.caller("coordinator", sub="karlis", projects=("another-project",)),
        site.caller("officer", sub="olga", na=("EE01",)),
        site.caller("upstream", sub="bm-system", na=("EE01",)),
    )

    for stranger in strangers:
        refused(stranger.intake("GET", scenario.path), 404, "unknown-project")
        refused(stranger.intake("GET", f"{scenario.path}/results"), 404, "unknown-project")
        assert stranger.intake("GET", f"/v1/results/{result['id']}").status_code == 404


def test_a_role_that_does_not_reach_is_answered_403(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    body = metadata(kind="text", text="x")
    results, submissions = f"{scenario.path}/results", f"{scenario.path}/submissions"

    refused(scenario.officer.intake("POST", results, json=body), 403, "not-yours")
    refused(scenario.expert.intake("POST", results, json=body), 403, "not-yours")
    refused(scenario.beneficiary.intake("POST", submissions), 403, "not-yours")
    refused(scenario.upstream.intake("POST", submissions), 403, "not-yours")
    anything = {"If-Match": "*"}
    refused(scenario.coordinator.intake("PUT", scenario.path, json=project_body(), headers=anything), 403, "not-yours")
    refused(scenario.officer.intake("DELETE", f"/v1/results/{result['id']}", headers=anything), 403, "not-yours")


def test_review_is_for_the_agency_alone(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.submit()
    scenario.claim()
    takedown = {"reason": "A person asked for it."}

    for caller in (scenario.beneficiary, scenario.coordinator, scenario.upstream):
        assert caller.review("GET", "/v1/reviews").status_code == 403
        assert caller.review("POST", f"{scenario.review_path}/claim").status_code in (403, 404)
    for caller in (scenario.officer, scenario.expert, scenario.coordinator):
        assert caller.review("POST", f"/v1/results/{result['id']}/takedown", json=takedown).status_code in (403, 404)
    refused(scenario.expert.review("POST", f"{scenario.review_path}/claim"), 403, "not-yours")
    refused(
        scenario.officer.review("POST", f"/v1/projects/{scenario.project_id}/reopen", json=takedown), 403, "not-yours"
    )


def test_an_officer_sees_only_projects_of_its_agencies(scenario: Scenario, site: Site) -> None:
    scenario.register()
    scenario.valid()
    scenario.submit()
    scenario.claim()
    other = site.caller("officer", sub="oskars", na=("EE01",))

    refused(other.review("GET", scenario.review_path), 404, "unknown-project")
    refused(other.review("POST", f"{scenario.review_path}/claim"), 404, "unknown-project")
    queue = ok(other.review("GET", "/v1/reviews", params={"limit": 200}))
    assert scenario.project_id not in str(queue)


def test_an_amendment_cannot_take_a_project_to_or_from_another_agency(scenario: Scenario, site: Site) -> None:
    scenario.register()
    foreign = site.caller("upstream", sub="bm-system", na=("EE01",))
    anything = {"If-Match": "*"}

    assert foreign.intake("PUT", scenario.path, json=project_body(na="EE01"), headers=anything).status_code in (
        403,
        404,
    )
    response = scenario.upstream.intake("PUT", scenario.path, json=project_body(na="EE01"), headers=anything)

    refused(response, 403, "not-yours")
    assert scenario.read()["na"] == scenario.agency


def test_a_contact_with_view_access_only_reads(scenario: Scenario) -> None:
    contact = {"id": "c9", "name": "Viewer", "access": "view", "sub": scenario.beneficiary.sub}
    scenario.register(contacts=[contact])

    assert scenario.read(scenario.beneficiary)["title"]
    refused(scenario.try_post(), 403, "not-yours")


@pytest.mark.parametrize(
    ("language", "word"), [("lv", "Projekts"), ("lv-LV,en;q=0.5", "Projekts"), ("en", "project"), ("de", "project")]
)
def test_a_refusal_speaks_the_language_that_was_asked_for(scenario: Scenario, language: str, word: str) -> None:
    response = scenario.coordinator.intake("GET", scenario.path, headers={"Accept-Language": language})

    problem = refused(response, 404, "unknown-project")
    assert word.lower() in f"{problem['title']} {problem['detail']}".lower()
    assert response.headers["content-language"] == ("lv" if language.startswith("lv") else "en")


def test_an_unknown_address_and_method_are_problems_too(scenario: Scenario) -> None:
    refused(scenario.public.intake("GET", "/v1/nothing"), 404, "not-found")
    refused(scenario.public.publisher("GET", "/v1/nothing"), 404, "not-found")
    refused(scenario.officer.review("PATCH", "/v1/reviews"), 405, "method-not-allowed")


def test_the_request_id_is_answered_and_stands_in_the_problem(scenario: Scenario) -> None:
    response: httpx.Response = scenario.coordinator.intake("GET", scenario.path)

    assert refused(response, 404, "unknown-project")["request_id"] in response.headers.values()
