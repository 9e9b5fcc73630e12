"""What an older version made becomes what this one declares, where that is asked for and can be had without loss."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.js import JetStreamContext, api

from local.port_ranges import reserved_ports
from local.servers import Credentials, NatsServer
from shared.messaging.streams import DriftError, check_drift, work
from shared.messaging.upgrade import provision
from tests.integration.messaging.users import log_of


@pytest.fixture
async def js(tmp_path: Path) -> AsyncIterator[JetStreamContext]:
    """The operator on a server of its own, provisioned."""
    credentials = Credentials.of_home(tmp_path)
    with reserved_ports() as ports, NatsServer(tmp_path, ports, credentials) as server:
        async with log_of("operator", server, credentials) as log:
            await provision(log.connection.js)
            yield log.connection.js


async def consumer(js: JetStreamContext, **older: object) -> None:
    config = (await js.consumer_info("EVENTS", "publisher-publish")).config
    await js.add_consumer("EVENTS", config.evolve(**older))


async def stream(js: JetStreamContext, name: str, **older: object) -> None:
    await js.update_stream((await js.stream_info(name)).config.evolve(**older))


async def test_nothing_is_changed_unless_asked_for_and_what_is_missing_waits_too(js: JetStreamContext) -> None:
    await consumer(js, ack_wait=30.0)
    await js.delete_consumer("DEADLETTERS", "intake-replay")

    with pytest.raises(DriftError) as caught:
        await provision(js)

    assert "consumer publisher-publish: ack_wait is 30.0, declared 10.0" in str(caught.value)
    assert "consumer intake-replay on DEADLETTERS is missing" in str(caught.value)
    assert "results provision --apply" in str(caught.value)
    assert (await js.consumer_info("EVENTS", "publisher-publish")).config.ack_wait == 30.0
    assert "intake-replay" not in {one.name for one in await js.consumers_info("DEADLETTERS")}


async def test_settings_are_changed_in_place_and_work_stands_where_it_stood(js: JetStreamContext) -> None:
    await js.publish("intake.p.project", b"{}")
    pull = await js.pull_subscribe_bind("publisher-publish", "EVENTS")
    [message] = await pull.fetch(1)
    await message.ack_sync()
    await consumer(js, ack_wait=30.0, max_ack_pending=50, filter_subjects=["intake.>"], description="by hand")
    await stream(js, "EVENTS", max_bytes=10 << 20, subjects=["intake.>"])
    await stream(js, "KV_uploads", max_age=3_600.0)
    await js.delete_consumer("DEADLETTERS", "intake-replay")

    lines = await provision(js, apply=True)

    await check_drift(js)
    assert "created consumer intake-replay" in lines
    assert "changed consumer publisher-publish: ack_wait from 30.0 to 10.0" in lines
    assert "changed stream EVENTS: max_bytes from 10485760 to None" in lines
    info = await js.consumer_info("EVENTS", "publisher-publish")
    assert (info.ack_floor.stream_seq if info.ack_floor else 0, info.num_pending) == (1, 0)
    assert info.config.description == "by hand"
    assert info.config.filter_subjects == list(work("publisher-publish").filters)
    assert (await js.get_msg("EVENTS", 1)).data == b"{}"
    assert await provision(js, apply=True) == []


async def test_what_nats_cannot_change_is_refused_with_the_way_to_do_it(js: JetStreamContext) -> None:
    await js.delete_consumer("EVENTS", "publisher-publish")
    older = api.ConsumerConfig(
        durable_name="publisher-publish",
        deliver_policy=api.DeliverPolicy.NEW,
        ack_policy=api.AckPolicy.EXPLICIT,
        ack_wait=30.0,
    )
    await js.add_consumer("EVENTS", older)
    await js.delete_stream("OUTCOMES")
    await js.add_stream(name="OUTCOMES", subjects=["upstream-outcome.>"], storage=api.StorageType.MEMORY)

    with pytest.raises(DriftError) as caught:
        await provision(js, apply=True)

    assert "nats consumer rm EVENTS publisher-publish" in str(caught.value)
    assert "stream OUTCOMES: storage is 'memory', declared 'file'" in str(caught.value)
    assert (await js.consumer_info("EVENTS", "publisher-publish")).config.ack_wait == 30.0


async def test_a_limit_that_would_remove_messages_is_refused(js: JetStreamContext) -> None:
    await stream(js, "OUTCOMES", max_msgs_per_subject=5)
    for _ in range(2):
        await js.publish("upstream-outcome.demo.one", b"{}")

    with pytest.raises(DriftError, match="would remove messages"):
        await provision(js, apply=True)

    assert (await js.stream_info("OUTCOMES")).state.messages == 2
    await js.purge_stream("OUTCOMES")
    assert len(await provision(js, apply=True)) == 1
