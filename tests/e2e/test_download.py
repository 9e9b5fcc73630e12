"""The public file and its proof: safe headers, ranges, digests; and nobody's name."""

import base64

from tests.e2e.scenario import Scenario
from tests.e2e.site import ok


def test_a_download_is_safe_and_proves_its_bytes(scenario: Scenario) -> None:
    sample = scenario.sample("Pārskats 2024.pdf")
    (result,) = scenario.story(sample)
    path = f"/v1/results/{result['id']}/file"

    response = scenario.public.publisher("GET", path)

    assert response.content == sample.path.read_bytes()
    disposition = response.headers["content-disposition"]
    assert disposition.startswith("attachment")
    assert "filename*=UTF-8''P%C4%81rskats%202024.pdf" in disposition
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]
    assert response.headers["content-type"] == "application/pdf"
    digest = base64.b64encode(bytes.fromhex(sample.sha256)).decode()
    assert response.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert sample.sha256 in response.headers["etag"]
    unchanged = scenario.public.publisher("GET", path, headers={"If-None-Match": response.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    head = scenario.public.publisher("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == sample.size


def test_parts_of_a_file_can_be_asked_for(scenario: Scenario) -> None:
    sample = scenario.sample("poster.tif")
    (result,) = scenario.story(sample)
    content = sample.path.read_bytes()
    path = f"/v1/results/{result['id']}/file"

    for asked, start, end in (("0-99", 0, 100), ("100-", 100, sample.size), ("-50", sample.size - 50, sample.size)):
        part = scenario.public.publisher("GET", path, headers={"Range": f"bytes={asked}"})
        assert part.status_code == 206
        assert part.content == content[start:end]
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{sample.size}"
    beyond = scenario.public.publisher("GET", path, headers={"Range": f"bytes={sample.size}-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{sample.size}"
    stale = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert scenario.public.publisher("GET", path, headers=stale).status_code == 200


def test_the_proof_names_digests_engines_and_rounds_but_no_people(scenario: Scenario) -> None:
    sample = scenario.sample()
    (result,) = scenario.story(sample)

    proof = ok(scenario.public.publisher("GET", f"/v1/results/{result['id']}/proof"))

    told = str(proof)
    assert sample.sha256 in told
    assert "malware" in told
    assert "ClamAV" in told or "clamav" in told.lower()
    people = (scenario.officer, scenario.lead, scenario.coordinator, scenario.beneficiary)
    assert not [one.sub for one in people if one.sub in told.lower()]


def test_public_pages_are_there_in_both_languages(scenario: Scenario) -> None:
    (result,) = scenario.story()
    for path in ("/", f"/projects/{scenario.project_id}", f"/results/{result['id']}"):
        for language in ("en", "lv"):
            page = scenario.public.publisher("GET", path, headers={"Accept-Language": language})
            assert page.status_code == 200, path
            assert page.headers["content-type"].startswith("text/html")
            assert f'lang="{language}"' in page.text
    assert "Handbook for teachers" in scenario.public.publisher("GET", f"/results/{result['id']}").text


def test_lists_can_be_searched_and_filtered(scenario: Scenario) -> None:
    word = f"w{scenario.project_id[-8:]}"
    scenario.register(title=f"Skills {word}")
    result = scenario.valid(title=f"Handbook {word}", category="handbook")
    other = scenario.valid(title=f"Video {word}", category="video")
    scenario.approve_round([result["id"], other["id"]])
    scenario.approve_report()
    scenario.published(result["id"], other["id"])

    found = ok(scenario.public.publisher("GET", "/v1/results", params={"q": word}))
    assert {one["id"] for one in found["items"]} == {result["id"], other["id"]}
    assert "facets" in found
    narrowed = ok(scenario.public.publisher("GET", "/v1/results", params={"q": word, "category": "video"}))
    assert [one["id"] for one in narrowed["items"]] == [other["id"]]
    projects = ok(scenario.public.publisher("GET", "/v1/projects", params={"q": word}))
    assert [one["id"] for one in projects["items"]] == [scenario.project_id]
    first = ok(scenario.public.publisher("GET", "/v1/results", params={"q": word, "limit": 1}))
    assert len(first["items"]) == 1
    rest = ok(scenario.public.publisher("GET", "/v1/results", params={"q": word, "limit": 1, "cursor": first["next"]}))
    assert {first["items"][0]["id"], rest["items"][0]["id"]} == {result["id"], other["id"]}
    for hostile in ('"', "*", "a OR", "NEAR(", "'; drop table x", "%", "\0"):
        assert scenario.public.publisher("GET", "/v1/results", params={"q": hostile}).status_code in (200, 422)
