"""A result that is being checked says how far that is, as long as the validator says it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from local.servers import Credentials as ServerCredentials
from local.servers import NatsServer
from shared.contracts.progress import CheckProgress, progress_key
from shared.messaging.log import Log
from tests.integration.intake.site import Desk, told
from tests.integration.messaging.users import log_of


@pytest.fixture
async def validator(nats_server: NatsServer, credentials: ServerCredentials) -> AsyncIterator[Log]:
    async with log_of("validator", nats_server, credentials) as log:
        yield log


async def tell(validator: Log, result_id: str, *, revision: int = 1, age_seconds: float = 0) -> None:
    at = datetime.now(UTC) - timedelta(seconds=age_seconds)
    state = CheckProgress(revision=revision, check="malware", number=3, of=5, percent=40, at=at)
    subject = f"$KV.progress.{progress_key(result_id)}"
    await validator.connection.js.publish(subject, state.model_dump_json().encode())


async def test_a_result_tells_how_far_its_checks_are(desk: Desk, validator: Log) -> None:
    await desk.register()
    posted = await desk.post()
    await tell(validator, posted["id"])

    answer = await desk.call("GET", f"/v1/results/{posted['id']}")
    again = await desk.call("GET", f"/v1/results/{posted['id']}", headers={"If-None-Match": answer.headers["etag"]})

    progress = told(answer)["progress"]
    assert (progress["check"], progress["number"], progress["of"], progress["percent"]) == ("malware", 3, 5, 40)
    assert told(answer)["status"] == "validating"
    assert again.status_code == 200, "the version stays the same while the progress moves"


async def test_without_news_there_is_no_progress_and_conditions_hold(desk: Desk) -> None:
    await desk.register()
    posted = await desk.post()

    answer = await desk.call("GET", f"/v1/results/{posted['id']}")
    again = await desk.call("GET", f"/v1/results/{posted['id']}", headers={"If-None-Match": answer.headers["etag"]})

    assert told(answer)["progress"] is None
    assert again.status_code == 304


@pytest.mark.parametrize("news", [{"revision": 2}, {"age_seconds": 120}])
async def test_news_of_another_revision_or_of_long_ago_is_none(
    news: dict[str, int], desk: Desk, validator: Log
) -> None:
    await desk.register()
    posted = await desk.post()
    await tell(validator, posted["id"], **news)

    assert told(await desk.call("GET", f"/v1/results/{posted['id']}"))["progress"] is None


async def test_rubbish_in_the_bucket_spoils_no_answer(desk: Desk, operator: Log) -> None:
    await desk.register()
    posted = await desk.post()
    await operator.connection.js.publish(f"$KV.progress.{progress_key(posted['id'])}", b"\xff{")

    assert told(await desk.call("GET", f"/v1/results/{posted['id']}"))["progress"] is None
