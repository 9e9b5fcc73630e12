"""What every service answers beside its work: alive, ready, metrics, documentation."""

import pytest

from tests.e2e.site import Site, ok

SERVICES = ("intake", "review", "publisher", "validator")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_alive_and_ready_and_names_what_it_depends_on(site: Site, service: str) -> None:
    address = site.addresses[service]

    assert site.http.get(f"{address}/healthz").status_code == 200
    ready = ok(site.http.get(f"{address}/readyz"))
    assert ready["status"] == "ready"
    assert ready["checks"]
    assert all(one["name"] and one["ok"] for one in ready["checks"])
    metrics = site.http.get(f"{address}/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "# TYPE" in metrics.text


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_documents_its_interface(site: Site, service: str) -> None:
    address = site.addresses[service]
    document = ok(site.http.get(f"{address}/openapi.json"))

    assert document["openapi"].startswith("3.")
    assert site.http.get(f"{address}/docs").status_code == 200


def test_every_call_of_the_contract_stands_in_the_documentation(site: Site) -> None:
    promised = {
        "intake": {
            "/v1/projects/{}", "/v1/projects/{}/website", "/v1/projects/{}/logo", "/v1/projects/{}/contacts/{}",
            "/v1/projects/{}/results", "/v1/projects/{}/uploads", "/v1/results/{}", "/v1/results/{}/file",
            "/v1/projects/{}/preflight", "/v1/projects/{}/submissions", "/v1/projects/{}/submissions/current",
            "/v1/events", "/v1/events/{}/{}", "/v1/vocabularies", "/v1/projects/{}/history",
        },
        "review": {
            "/v1/reviews", "/v1/reviews/{}", "/v1/reviews/{}/rounds/{}", "/v1/reviews/{}/claim",
            "/v1/reviews/{}/release", "/v1/reviews/{}/officer", "/v1/reviews/{}/results/{}/decision",
            "/v1/reviews/{}/results/{}/waivers", "/v1/reviews/{}/decision", "/v1/reviews/decisions",
            "/v1/reviews/{}/results/{}/file", "/v1/reports", "/v1/reports/{}", "/v1/reports/{}/decision",
            "/v1/projects/{}/reopen", "/v1/results/{}/takedown", "/v1/audit",
        },
        "publisher": {
            "/v1/projects", "/v1/projects/{}", "/v1/results", "/v1/results/{}", "/v1/results/{}/file",
            "/v1/results/{}/proof",
        },
    }  # fmt: skip
    for service, paths in promised.items():
        documented = {_shape(path) for path in ok(site.http.get(f"{site.addresses[service]}/openapi.json"))["paths"]}
        assert not paths - documented, service


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("service", SERVICES)
def test_no_answer_gives_away_what_runs_inside(site: Site, service: str) -> None:
    response = site.http.get(f"{site.addresses[service]}/v1/%00nothing")

    assert response.status_code in (400, 404)
    assert "uvicorn" not in str(response.headers).lower()
    assert response.headers["x-content-type-options"] == "nosniff"
