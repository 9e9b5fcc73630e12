"""Every stream, bucket and durable consumer, declared once. upgrade.py applies them; services only compare."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError

from shared.contracts.subjects import OWNERS
from shared.errors import PermanentError

DAY_SECONDS = 86_400.0
ACK_WAIT_SECONDS = 10.0
MEBIBYTE = 1 << 20

STREAMS = (
    api.StreamConfig(
        name="EVENTS",
        description="the record: what happened, for ever",
        subjects=[f"{owner}.>" for owner in OWNERS],
        discard=api.DiscardPolicy.NEW,
        allow_direct=True,
        max_msg_size=MEBIBYTE,
    ),
    api.StreamConfig(
        name="UPSTREAM",
        description="the inbox of systems that publish on NATS, until handled",
        subjects=["upstream.>"],
        retention=api.RetentionPolicy.WORK_QUEUE,
        discard=api.DiscardPolicy.NEW,
        max_bytes=1024 * MEBIBYTE,
        max_msg_size=MEBIBYTE,
    ),
    api.StreamConfig(
        name="OUTCOMES",
        description="what became of each upstream event",
        subjects=["upstream-outcome.>"],
        discard=api.DiscardPolicy.OLD,
        max_age=30 * DAY_SECONDS,
        max_msgs_per_subject=1,
        max_bytes=1024 * MEBIBYTE,
        allow_direct=True,
    ),
    api.StreamConfig(
        name="DEADLETTERS",
        description="messages that could not be handled, with the reason",
        subjects=["deadletter.>"],
        discard=api.DiscardPolicy.NEW,
        max_age=90 * DAY_SECONDS,
        max_bytes=1024 * MEBIBYTE,
        allow_direct=True,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A key-value bucket. `writer` alone may write it; `readers` may read beside the writer."""

    name: str
    writer: str
    readers: tuple[str, ...] = ()
    ttl_seconds: float | None = None


BUCKETS = (
    Bucket(name="contacts", writer="intake"),
    Bucket(name="contacts-public", writer="intake", readers=("publisher", "validator")),
    Bucket(name="idempotency-intake", writer="intake", ttl_seconds=DAY_SECONDS),
    Bucket(name="idempotency-review", writer="review", ttl_seconds=DAY_SECONDS),
    Bucket(name="uploads", writer="intake", ttl_seconds=7 * DAY_SECONDS),
    Bucket(name="rescans", writer="validator"),
    Bucket(name="progress", writer="validator", readers=("intake",), ttl_seconds=3_600),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A durable pull consumer: long work that a service takes message by message and settles itself."""

    durable: str
    service: str
    stream: str
    filters: tuple[str, ...]


WORK = (
    Work(
        durable="validator-check",
        service="validator",
        stream="EVENTS",
        filters=("intake.*.result.*", "intake.*.logo"),
    ),
    Work(
        durable="publisher-publish",
        service="publisher",
        stream="EVENTS",
        filters=(
            "intake.*.project",
            "intake.*.website",
            "intake.*.logo",
            "intake.*.report",
            "intake.*.result.*",
            "validator.>",
            "review.>",
        ),
    ),
    Work(durable="intake-upstream", service="intake", stream="UPSTREAM", filters=("upstream.>",)),
    *(
        Work(
            durable=f"{service}-replay",
            service=service,
            stream="DEADLETTERS",
            filters=(f"deadletter.replay.{service}",),
        )
        for service in ("intake", "validator", "publisher")
    ),
)


def work(durable: str) -> Work:
    """Return the declaration of a durable consumer."""
    return next(one for one in WORK if one.durable == durable)


def consumer_config(one: Work) -> api.ConsumerConfig:
    """Return the one profile of all work: explicit acknowledgement, redelivered for ever, in no hurry to give up."""
    return api.ConsumerConfig(
        durable_name=one.durable,
        deliver_policy=api.DeliverPolicy.ALL,
        ack_policy=api.AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=-1,
        max_ack_pending=10_000,
        filter_subjects=list(one.filters),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One setting of a stream, or of a consumer on it, that is not as declared; without `field` all is missing."""

    stream: str
    consumer: str | None = None
    field: str = ""
    actual: object = None
    declared: object = None

    @property
    def what(self) -> str:
        """The thing, as people name it."""
        return f"consumer {self.consumer}" if self.consumer else f"stream {self.stream}"

    def __str__(self) -> str:
        if not self.field:
            where = f" on {self.stream}" if self.consumer else ""
            return f"{self.what}{where} is missing: run `results provision`"
        return f"{self.what}: {self.field} is {_plain(self.actual)!r}, declared {_plain(self.declared)!r}"


class DriftError(PermanentError):
    """What stands on the server differs from its declaration. The text names each difference."""

    code = "stream-drift"

    @classmethod
    def of(cls, found: Iterable[object], hint: str = "") -> "DriftError":
        """Say it a line each, and what to do."""
        return cls("differs from its declaration:\n  " + "\n  ".join(map(str, found)) + hint)


async def check_drift(js: JetStreamContext, *, replicas: int = 1, service: str | None = None) -> None:
    """Raise DriftError unless streams and consumers are as declared; with `service`, only what that service uses."""
    if found := await differences(js, replicas=replicas, service=service):
        raise DriftError.of(found)


async def differences(js: JetStreamContext, *, replicas: int = 1, service: str | None = None) -> list[Difference]:
    """Compare what stands on the server with what is declared here; with `service`, only what that service uses."""
    found: list[Difference] = []
    for stream in all_streams(replicas):
        if service is None or stream.name in _streams_of(service):
            found += await _stream_differences(js, stream)
    for one in WORK:
        if service in (None, one.service):
            found += await _consumer_differences(js, one)
    return found


def _streams_of(service: str) -> set[str]:
    buckets = {f"KV_{one.name}" for one in BUCKETS if service in (one.writer, *one.readers)}
    return {"EVENTS", "DEADLETTERS"} | buckets | {one.stream for one in WORK if one.service == service}


def all_streams(replicas: int) -> Iterator[api.StreamConfig]:
    """Yield the declaration of every stream, those under key-value buckets included."""
    for stream in (*STREAMS, *map(_bucket_stream, BUCKETS)):
        yield stream.evolve(
            storage=api.StorageType.FILE,
            retention=stream.retention or api.RetentionPolicy.LIMITS,
            num_replicas=replicas,
        )


def _bucket_stream(bucket: Bucket) -> api.StreamConfig:
    """Return the stream under a key-value bucket, as the clients of all languages expect it; one revision is kept."""
    return api.StreamConfig(
        name=f"KV_{bucket.name}",
        subjects=[f"$KV.{bucket.name}.>"],
        max_msgs_per_subject=1,
        max_age=bucket.ttl_seconds,
        discard=api.DiscardPolicy.NEW,
        allow_rollup_hdrs=True,
        allow_direct=True,
        max_bytes=1024 * MEBIBYTE,
    )


async def _stream_differences(js: JetStreamContext, declared: api.StreamConfig) -> list[Difference]:
    name = str(declared.name)
    try:
        actual = (await js.stream_info(name)).config
    except NotFoundError:
        return [Difference(stream=name)]
    fields = ("subjects", "retention", "discard", "storage", "num_replicas", "allow_direct", "allow_rollup_hdrs")
    limits = ("max_age", "max_bytes", "max_msgs_per_subject", "max_msg_size")
    return [
        Difference(stream=name, field=field, actual=getattr(actual, field), declared=getattr(declared, field))
        for field in (*fields, *limits)
        if _normal(getattr(actual, field)) != _normal(getattr(declared, field))
    ]


async def _consumer_differences(js: JetStreamContext, one: Work) -> list[Difference]:
    try:
        actual = (await js.consumer_info(one.stream, one.durable)).config
    except NotFoundError:
        return [Difference(stream=one.stream, consumer=one.durable)]
    declared = consumer_config(one)
    fields = ("ack_policy", "ack_wait", "max_deliver", "max_ack_pending", "deliver_policy")
    pairs = [(field, getattr(actual, field), getattr(declared, field)) for field in fields]
    filters = actual.filter_subjects or ([actual.filter_subject] if actual.filter_subject else [])
    pairs.append(("filter_subjects", sorted(filters), sorted(one.filters)))
    return [
        Difference(stream=one.stream, consumer=one.durable, field=field, actual=stands, declared=wanted)
        for field, stands, wanted in pairs
        if stands != wanted
    ]


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def _normal(value: object) -> object:
    """The server answers -1, 0 or nothing for «no limit» and «off»."""
    return None if value in (-1, 0, 0.0, False) else value
