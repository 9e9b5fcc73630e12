"""Bringing streams, buckets and consumers to their declaration: what is missing is created, the rest only when asked.

NATS can change most settings in place. What it cannot, and what would throw messages away, is refused with the way
that a person has to take. Whatever is refused, nothing at all has been changed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from nats.js import JetStreamContext, api

from shared.messaging.streams import (
    WORK,
    Difference,
    DriftError,
    all_streams,
    check_drift,
    consumer_config,
    differences,
    work,
)

HINT = "\nNothing was changed. `results provision --apply` changes what NATS can change in place."
FIXED_OF_STREAM = ("retention", "storage")
FIXED_OF_CONSUMER = ("ack_policy", "deliver_policy")
UNLIMITED: dict[str, object] = {"max_age": 0.0, "max_bytes": -1, "max_msgs_per_subject": -1, "max_msg_size": -1}


async def provision(js: JetStreamContext, *, replicas: int = 1, apply: bool = False) -> list[str]:
    """Create what is missing and return a line per thing. With `apply`, change what stands there differently.

    DriftError, and nothing changed, when something differs and `apply` is off, or when a difference cannot be
    changed in place without loss.
    """
    found = await differences(js, replicas=replicas)
    changed = [one for one in found if one.field]
    if changed and not apply:
        raise DriftError.of(found, HINT)
    if refused := [text for one in changed if (text := await _refusal(js, one))]:
        raise DriftError.of(refused, "\nNothing was changed.")
    done = await _create(js, found, replicas)
    await _change(js, changed, replicas)
    await check_drift(js, replicas=replicas)
    return done + [f"changed {one.what}: {one.field} from {one.actual!r} to {one.declared!r}" for one in changed]


async def _create(js: JetStreamContext, found: Iterable[Difference], replicas: int) -> list[str]:
    missing = [one for one in found if not one.field]
    streams = {one.stream for one in missing if not one.consumer}
    consumers = {one.consumer for one in missing}
    for stream in all_streams(replicas):
        if stream.name in streams:
            await js.add_stream(stream)
    for one in WORK:
        if one.durable in consumers:
            await js.add_consumer(one.stream, consumer_config(one))
    return [f"created {one.what}" for one in missing]


async def _change(js: JetStreamContext, changed: Iterable[Difference], replicas: int) -> None:
    """Only what differs is set; whatever else stands there stays."""
    wanted: dict[tuple[str, str | None], dict[str, object]] = {}
    for one in changed:
        value = UNLIMITED.get(one.field) if one.declared is None else one.declared
        wanted.setdefault((one.stream, one.consumer), {})[one.field] = value
    for (stream, consumer), fields in wanted.items():
        if consumer:
            config = (await js.consumer_info(stream, consumer)).config
            if "filter_subjects" in fields:
                fields |= {"filter_subject": None, "filter_subjects": list(work(consumer).filters)}
            await js.add_consumer(stream, config.evolve(**fields))
        else:
            await js.update_stream((await js.stream_info(stream)).config.evolve(**fields))


async def _refusal(js: JetStreamContext, one: Difference) -> str | None:
    """Say why a difference is not changed here, and what to do instead; None when it can be."""
    if one.consumer:
        if one.field not in FIXED_OF_CONSUMER:
            return None
        service = work(one.consumer).service
        return (
            f"{one}: NATS cannot change that. Stop {service}, `nats consumer rm {one.stream} {one.consumer} --force`, "
            f"`results provision`, start {service}: it goes through {one.stream} again and finds done what is done"
        )
    if one.field in FIXED_OF_STREAM:
        return (
            f"{one}: NATS cannot change that. `results backup --to ARCHIVE`, stop the services, "
            "`results restore --from ARCHIVE` into an empty NATS (docs/operations/backup.md)"
        )
    state = (await js.stream_info(one.stream)).state
    if state.messages and would_drop(one, state, (await js.get_msg(one.stream, state.first_seq)).time):
        return (
            f"{one}: that would remove messages that stand there. Handle or archive them first, or keep the old limit"
        )
    return None


def would_drop(one: Difference, state: api.StreamState, oldest: datetime | None) -> bool:
    """Whether a narrower limit would remove something from a stream with messages; where that is not known, yes."""
    limit = one.declared
    if not isinstance(limit, int | float) or limit <= 0:
        return False
    match one.field:
        case "max_bytes":
            return state.bytes > limit
        case "max_age":
            return oldest is None or (datetime.now(UTC) - oldest).total_seconds() >= limit
        case "max_msgs_per_subject":
            return state.messages > limit
    return False
