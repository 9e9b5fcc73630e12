"""What the validator makes of files: content decides, not the name; nothing unscanned or infected comes through."""

from typing import Any

import pytest

from local.demo import files
from tests.e2e.scenario import Scenario
from tests.e2e.site import eventually, refused


def findings(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The findings of a result by code."""
    return {finding["code"]: finding for check in result["checks"] for finding in check["findings"]}


def test_malware_is_quarantined_and_can_never_be_submitted(scenario: Scenario) -> None:
    scenario.register()
    infected = scenario.checked(scenario.post(files.infected(scenario.folder / "flyer.txt"))["id"])
    inside = scenario.checked(scenario.post(files.infected_inside(scenario.folder / "flyer.docx"))["id"])

    assert infected["status"] == "quarantined"
    assert inside["status"] == "quarantined"
    finding = next(one for check in infected["checks"] for one in check["findings"] if check["check"] == "malware")
    assert finding["severity"] == "blocking"
    assert finding["message"]["en"]
    assert finding["message"]["lv"]
    scenario.valid()
    refused(scenario.coordinator.intake("POST", f"{scenario.path}/submissions"), 409, "results-not-valid")


@pytest.mark.parametrize(
    ("true_name", "name"),
    [
        ("poster.png", "report.pdf"),
        ("report.pdf", "poster.jpg"),
        ("text.txt", "talk.mp3"),
        ("talk.mp3", "film.mp4"),
        ("course.docx", "survey.xlsx"),
        ("notes.rtf", "notes.doc"),
        ("poster.png", "notes.txt"),
    ],
)
def test_an_extension_that_lies_about_the_content_makes_the_result_invalid(
    scenario: Scenario, true_name: str, name: str
) -> None:
    scenario.register()
    result = scenario.checked(scenario.post(files.renamed(scenario.sample(true_name), name))["id"])

    assert result["status"] == "invalid"
    assert any(one["check"] == "format" and one["outcome"] == "failed" for one in result["checks"])


def test_a_zip_that_calls_itself_a_document_is_none(scenario: Scenario) -> None:
    scenario.register()

    assert scenario.checked(scenario.post(files.package(scenario.folder / "plan.docx"))["id"])["status"] == "invalid"


def test_a_file_with_a_password_cannot_be_called_scanned(scenario: Scenario) -> None:
    scenario.register()
    sample = files.pdf(scenario.folder / "secret.pdf", ["Nobody may look."], password="secret")

    result = scenario.checked(scenario.post(sample)["id"])

    assert result["status"] == "invalid"
    assert "encrypted" in findings(result)


@pytest.mark.parametrize("name", ["list.txt", "list.csv", "list.rtf", "list.pdf", "list.docx", "list.xlsx"])
def test_a_personal_code_makes_the_result_invalid_and_is_shown_masked(scenario: Scenario, name: str) -> None:
    scenario.register()
    code = files.personal_code()
    sample = scenario.sample(name, f"Participant: Jānis Paraugs, personas kods {code}.")

    result = scenario.checked(scenario.post(sample)["id"])

    assert result["status"] == "invalid"
    finding = findings(result)["national-id"]
    assert (finding["severity"], finding["rule"]) == ("blocking", "R37")
    assert code not in str(result)
    assert sum(character.isdigit() for character in finding["excerpt"]) <= 2


def test_an_account_number_and_a_card_block_while_an_address_only_warns(scenario: Scenario) -> None:
    scenario.register()
    account = scenario.sample("a.txt", "Pay to LV80 BANK 0000 4351 9500 1 please.")
    card = scenario.sample("b.txt", "Paid with card 4111 1111 1111 1111.")
    mail = scenario.sample("c.txt", "Write to janis.paraugs@example.org for more.")

    found = [scenario.checked(scenario.post(one)["id"]) for one in (account, card, mail)]

    assert "iban" in findings(found[0])
    assert {"payment-card", "possible-payment-card"} & set(findings(found[1]))
    assert found[2]["status"] == "valid"
    assert findings(found[2])["email-address"]["severity"] == "warning"


def test_a_lead_waives_what_an_officer_may_not_and_the_result_becomes_valid(scenario: Scenario) -> None:
    scenario.register()
    sample = scenario.sample("cv.txt", f"Author: personas kods {files.personal_code()}.")
    result = scenario.checked(scenario.post(sample)["id"])
    path = f"{scenario.review_path}/results/{result['id']}/waivers"
    body = {
        "finding_id": findings(result)["national-id"]["id"],
        "reason": "An invented example, checked with the author.",
    }

    refused(scenario.officer.review("POST", path, json=body), 403, "not-yours")
    refused(scenario.lead.review("POST", path, json=body | {"finding_id": "none"}), 404, "unknown-finding")
    response = scenario.lead.review("POST", path, json=body)

    assert response.is_success, response.text
    eventually(lambda: scenario.result(result["id"])["status"] == "valid")
    assert "invented example" not in str(scenario.result(result["id"]))
    scenario.approve_round([result["id"]])
    scenario.approve_report()
    scenario.published(result["id"])


def test_malware_and_format_cannot_be_waived(scenario: Scenario) -> None:
    scenario.register()
    for sample in (files.infected(scenario.folder / "f.txt"), files.package(scenario.folder / "plan.docx")):
        result = scenario.checked(scenario.post(sample)["id"])
        blocking = [one for one in findings(result).values() if one["severity"] == "blocking"]
        path = f"{scenario.review_path}/results/{result['id']}/waivers"
        body = {"finding_id": blocking[0]["id"], "reason": "Please."}

        refused(scenario.lead.review("POST", path, json=body), 409, "finding-not-waivable")


def test_a_replaced_file_does_not_inherit_the_verdict_of_the_one_before(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.replace(result["id"], files.infected(scenario.folder / "flyer.txt"))
    assert scenario.checked(result["id"])["status"] == "quarantined"

    scenario.replace(result["id"], scenario.sample())

    assert scenario.checked(result["id"])["status"] == "valid"


@pytest.mark.parametrize(
    ("name", "status"), [("report.exe.txt", "invalid"), ("a.pdf.txt", "invalid"), ("v1.2.txt", "valid")]
)
def test_a_second_extension_that_means_something_is_refused(scenario: Scenario, name: str, status: str) -> None:
    scenario.register()

    result = scenario.checked(scenario.post(scenario.sample(name))["id"])

    assert result["status"] == status
    assert ("double-extension" in findings(result)) == (status == "invalid")
