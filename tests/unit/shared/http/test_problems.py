"""Problems: each code has both languages, says what to do, and pydantic's faults become the contract's codes."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, ValidationError

from shared.contracts.project import Project
from shared.contracts.result import ResultMetadata
from shared.errors import FieldError, ProblemError, TransientError
from shared.health import Readiness
from shared.http.app import create_app
from shared.http.catalogue import catalogue, preferred_language, texts
from shared.http.pagination import Limit
from shared.http.problems import refusal, rendered
from shared.vocabularies.formats import nearest_texts

CONTRACT_CODES = frozenset(
    {
        "idempotency-key-reused",
        "changed-meanwhile",
        "if-match-required",
        "too-long",
        "too-many-results",
        "not-yours",
        "unauthenticated",
        "url-not-allowed",
        "digest-mismatch",
        "already-opened",
        "unknown-event-type",
        "unknown-project",
        "project-locked",
        "file-too-large",
        "format-not-allowed",
        "empty-file",
        "missing-title",
        "missing-description",
        "unknown-category",
        "data-protection-not-confirmed",
        "withhold-reason-missing",
        "project-not-ended",
        "nothing-to-submit",
        "results-not-valid",
        "already-under-review",
        "source-not-trusted",
        "claimed-by-another",
        "comment-required",
        "not-claimed",
        "blocking-finding-open",
        "results-undecided",
        "results-not-approved",
        "invalid-body",
        "malformed-json",
        "not-found",
        "method-not-allowed",
        "request-in-progress",
    }
)
RESULT = {
    "title": "Handbook",
    "description": "A handbook",
    "category": "handbook",
    "data_protection": {"confirmed": True, "by": "Anna"},
}


def build_router() -> APIRouter:
    router = APIRouter()

    @router.post("/v1/results")
    async def add(metadata: ResultMetadata) -> dict[str, str]:
        return {"title": metadata.title}

    @router.put("/v1/project")
    async def put(project: Project) -> dict[str, str]:
        return {"title": project.title}

    @router.get("/v1/list")
    async def listed(limit: Limit = 50) -> dict[str, int]:
        return {"limit": limit}

    @router.get("/v1/locked")
    async def locked() -> None:
        errors = (FieldError(pointer="/results/r1", code="invalid-value", detail="still validating"),)
        raise ProblemError(409, "project-locked", errors=errors)

    @router.get("/v1/away")
    async def away() -> None:
        raise TransientError("nats://10.0.0.7:4222 refused")

    @router.get("/v1/broken")
    async def broken() -> None:
        raise RuntimeError("/srv/secret/path")

    return router


@pytest.fixture
def app() -> FastAPI:
    return create_app("test", readiness=Readiness(), routers=[build_router()], registry=CollectorRegistry())


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


def test_every_code_of_the_contract_has_its_texts() -> None:
    assert catalogue().keys() >= CONTRACT_CODES


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_each_code_speaks_both_languages_and_says_what_to_do(code: str) -> None:
    entry = catalogue()[code]

    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert entry.title["en"] != entry.title["lv"]
    assert entry.detail["en"] != entry.detail["lv"]
    for language in ("en", "lv"):
        text = entry.detail[language]
        assert text.endswith(("]].", ".", ".]]", "mp3."))
    wanted = [sorted(set(re.findall(r"\{(\w+)\}", text))) for text in entry.detail.values()]
    assert wanted[0] == wanted[1], "both languages show the same values"


def test_parts_without_their_values_are_left_out() -> None:
    assert texts("too-long")[1] == "Shorten it."
    assert texts("too-long", limit=300)[1] == "Shorten it to at most 300 characters."
    assert texts("format-not-allowed", extension="pptx", nearest="ppt or pdf")[1].startswith(
        "pptx is not accepted. Save the file as ppt or pdf. Allowed: pdf,"
    )


def test_a_value_that_is_a_text_is_told_in_the_callers_language() -> None:
    near = nearest_texts("slides.pptx")

    assert "as ppt or pdf." in texts("format-not-allowed", "en", nearest=near)[1]
    assert "kā ppt vai pdf." in texts("format-not-allowed", "lv", nearest=near)[1]
    assert "Save the file" not in texts("format-not-allowed", "en", nearest=nearest_texts("a.zip"))[1]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("lv", "lv"),
        ("lv-LV,lv;q=0.9,en;q=0.8", "lv"),
        ("en,lv;q=0.9", "en"),
        ("ru,lv;q=0.3", "lv"),
        ("lv;q=0", "en"),
        ("*", "en"),
        (";;;q=,,=", "en"),
    ],
)
def test_the_language_follows_the_header(header: str | None, language: str) -> None:
    assert preferred_language(header) == language


async def test_a_refusal_is_a_problem_document(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/locked", headers={"Accept-Language": "lv", "X-Request-Id": "r-1"})

    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == "lv"
    assert response.json() == {
        "type": "urn:results-platform:problem:project-locked",
        "title": "Projekts ir slēgts",
        "status": 409,
        "detail": catalogue()["project-locked"].detail["lv"],
        "code": "project-locked",
        "rule": "R38",
        "errors": [{"pointer": "/results/r1", "code": "invalid-value", "detail": "still validating"}],
        "request_id": "r-1",
    }


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"title": None}, "invalid-body", "/title"),
        ({"title": ""}, "missing-title", "/title"),
        ({"title": "t" * 301}, "too-long", "/title"),
        ({"description": " "}, "missing-description", "/description"),
        ({"category": "film"}, "unknown-category", "/category"),
        ({"data_protection": {"confirmed": False}}, "data-protection-not-confirmed", "/data_protection/confirmed"),
        ({"publish": False}, "withhold-reason-missing", "/withhold_reason"),
        ({"kind": "link"}, "missing-url", "/url"),
        ({"colour": "red"}, "invalid-body", "/colour"),
    ],
)
async def test_a_faulty_body_has_the_code_of_its_fault(
    client: httpx.AsyncClient, changes: dict[str, Any], code: str, pointer: str
) -> None:
    response = await client.post("/v1/results", json={**RESULT, **changes})

    assert (response.status_code, response.json()["code"]) == (422, code)
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


@pytest.mark.parametrize("language", ["en", "lv"])
async def test_a_field_that_is_not_known_is_answered_with_those_that_are(
    client: httpx.AsyncClient, language: str
) -> None:
    body = {**RESULT, "colour": "red", "data_protection": {"confirmed": True, "bye": "Anna"}}
    response = await client.post("/v1/results", json=body, headers={"Accept-Language": language})

    told = {error["pointer"]: error["detail"] for error in response.json()["errors"]}
    assert "title, description, category, languages" in told["/colour"]
    assert told["/data_protection/bye"].endswith(": confirmed, by.")


async def test_fields_inside_of_a_list_are_told_too(client: httpx.AsyncClient) -> None:
    response = await client.put("/v1/project", json={"organisations": [{"id": "o-1", "nmae": "School"}]})

    told = {error["pointer"]: error["detail"] for error in response.json()["errors"]}
    assert "id, name, country" in told["/organisations/0/nmae"]


NOTHING_SEEN = ["\u200b", "\u202e\u202c", "\u2066\u2069", "\u00a0\u3000", "\ufeff", "\u2800", "\u0301"]


@pytest.mark.parametrize("text", NOTHING_SEEN)
async def test_a_text_that_shows_nothing_is_blank(client: httpx.AsyncClient, text: str) -> None:
    title = await client.post("/v1/results", json={**RESULT, "title": text})
    description = await client.post("/v1/results", json={**RESULT, "description": text})
    project = await client.put("/v1/project", json={"title": text})

    assert (title.status_code, title.json()["code"]) == (422, "missing-title")
    assert (description.status_code, description.json()["code"]) == (422, "missing-description")
    assert {"pointer": "/title", "code": "missing-title"}.items() <= project.json()["errors"][0].items()


async def test_no_title_turns_round_what_stands_beside_it(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/results", json={**RESULT, "title": "\u202efdp.exe\u202c \u0627\u200d"})

    assert response.json() == {"title": "fdp.exe \u0627\u200d"}


@pytest.mark.parametrize("text", ["a\x07b", "a\x9bb", "a\x85b"])
async def test_control_characters_in_a_title_are_refused(client: httpx.AsyncClient, text: str) -> None:
    response = await client.post("/v1/results", json={**RESULT, "title": f"{text}."})

    assert (response.status_code, response.json()["code"]) == (422, "control-characters")


async def test_several_faults_are_listed_together(client: httpx.AsyncClient) -> None:
    response = await client.put("/v1/project", json={"languages": ["en"], "na": "LV01", "organisations": []})

    problem = response.json()
    assert problem["code"] == "invalid-body"
    assert {error["pointer"]: error["code"] for error in problem["errors"]} == {
        "/title": "missing-title",
        "/start_date": "missing-field",
        "/end_date": "missing-field",
        "/organisations": "invalid-value",
    }


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b'{"title":', "application/json", 400, "malformed-json"),
        (b"\xff\xfe", "application/json", 400, "malformed-json"),
        (b"[" * 100_000, "application/json", 400, "malformed-json"),
        (b"{}", "text/plain", 415, "unsupported-media-type"),
        (b'"text"', "application/json", 422, "invalid-body"),
        (b'{"title": "\\ud800"}', "application/json", 422, "invalid-body"),
    ],
)
async def test_a_body_that_cannot_be_read_says_so(
    client: httpx.AsyncClient, content: bytes, content_type: str, status: int, code: str
) -> None:
    response = await client.post("/v1/results", content=content, headers={"Content-Type": content_type})

    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("DELETE", "/v1/list", 405, "method-not-allowed"),
        ("GET", "/v1/list?limit=0", 422, "invalid-parameter"),
        ("GET", "/v1/list?limit=201", 422, "invalid-parameter"),
        ("GET", "/v1/away", 503, "unavailable"),
        ("GET", "/v1/broken", 500, "internal-error"),
    ],
)
async def test_every_failure_has_a_code_and_tells_nothing_internal(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert not re.search(r"10\.0\.0\.7|/srv|Traceback|Runtime", response.text)


def test_a_faulty_batch_of_models_outside_of_a_request_is_refused_the_same_way() -> None:
    class Body(BaseModel):
        metadata: ResultMetadata

    with pytest.raises(ValidationError) as raised:
        Body.model_validate({"metadata": {**RESULT, "title": ""}})
    faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in raised.value.errors()]

    assert refusal(faults).code == "missing-title"
    assert refusal(faults).errors[0].pointer == "/metadata/title"
    assert rendered(refusal(faults), "lv")["errors"][0]["detail"] == texts("missing-title", "lv")[1]
