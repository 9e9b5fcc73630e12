"""Contacts that the project published do not count; when nobody can say who is public, everybody counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from services.validator.adapters.contacts import PublicContacts
from services.validator.app import _parts
from services.validator.use_cases.check_content import CheckContent, CheckUnfinishedError
from services.validator.use_cases.rescan_content import RescanContent, RescanImpossibleError
from shared.contracts.project import PublicContact
from shared.contracts.subjects import result_subject
from shared.contracts.verdict import VerdictState
from shared.health import Readiness
from shared.messaging.connection import connect
from tests.integration.validator.platform import Intake, Servers, codes_of, intake_of

ANNA = PublicContact(name="Anna Bērziņa", email="anna@example.lv", phone="29123456")
TEXT = "Write to Anna Bērziņa (ANNA@example.lv, +371 29 123 456), or to skola@example.lv, or to ilze@example.lv.\n"


@pytest.fixture
async def starved(servers: Servers, tmp_path: Path) -> AsyncIterator[CheckContent]:
    """A validator whose questions to the bucket are never answered: it asks as a user that may not read it."""
    async with AsyncExitStack() as stack:
        parts = await _parts(servers.settings(tmp_path), stack)
        other = await connect(servers.login("review"), name="test starved")
        stack.push_async_callback(other.close)
        yield replace(parts.check, contacts=PublicContacts(other.js))


def left_out(verdict: VerdictState) -> str:
    findings = [one for check in verdict.checks for one in check.findings if one.code == "published-contacts"]
    return findings[0].message.en if findings else ""


async def test_public_contacts_do_not_count_in_their_own_project_and_in_no_other(
    servers: Servers, intake: Intake, validator: Readiness
) -> None:
    await intake.register("The school answers at Skola@example.lv.", c1=ANNA)
    own = await intake.verdict(await intake.post("a.txt", TEXT.encode()))
    async with intake_of(servers) as stranger:
        await stranger.register("A school", c1=PublicContact(email="anna@example.lv"))
        other = await stranger.verdict(await stranger.post("a.txt", TEXT.encode()))
    async with intake_of(servers) as nobody:
        none = await nobody.verdict(await nobody.post("a.txt", TEXT.encode()))

    assert codes_of(own) == {"email-address", "published-contacts"}
    assert "itself: 4." in left_out(own)
    assert codes_of(other) == {"email-address", "shared-mailbox", "phone-number", "person-names", "published-contacts"}
    assert "itself: 1." in left_out(other)
    assert codes_of(none) == {"email-address", "shared-mailbox", "phone-number", "person-names"}
    assert "ilze" not in own.model_dump_json()
    assert "Anna" not in own.model_dump_json(), "the verdict names nobody"


async def test_a_bucket_that_does_not_answer_is_waited_for_and_then_everybody_counts(
    intake: Intake, starved: CheckContent
) -> None:
    await intake.register("A school", c1=ANNA)
    result = await intake.post("a.txt", TEXT.encode())
    cause = await intake.log.last_message(result_subject("intake", result))
    assert cause

    unfinished, retried, rescanned, refused, judged = await asyncio.gather(
        starved(cause, attempt=1),
        starved(cause, attempt=1, again=True),
        RescanContent(starved)(cause, attempt=1),
        RescanContent(starved)(cause, attempt=5),
        starved(cause, attempt=3),
        return_exceptions=True,
    )
    verdict = await intake.verdict(result)

    assert [type(one) for one in (unfinished, retried, rescanned)] == [CheckUnfinishedError] * 3
    assert type(refused) is RescanImpossibleError, "what is public is not judged anew without the contacts"
    assert judged == "passed"
    assert {"email-address", "phone-number", "person-names", "published-contacts-unread"} <= codes_of(verdict)
    assert len(await intake.verdicts(result)) == 1
