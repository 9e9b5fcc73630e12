"""What each NATS user may publish and hear: the one source for the local platform and for the manifests.

A service appends under its own owner token only, pulls from its own consumers only, and can neither create nor
delete nor purge anything. The server enforces it.
"""

from typing import NamedTuple

from shared.contracts.subjects import OWNERS
from shared.messaging.streams import BUCKETS, WORK

UPSTREAM_PREFIX = "upstream-"
SERVICES = OWNERS


class Permissions(NamedTuple):
    """Subjects that a user may publish to and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def permissions(user: str) -> Permissions:
    """Return the permissions of a user: a service, `operator`, `archive`, `backup`, or `upstream-<source>`."""
    if user == "operator":
        return Permissions((">",), (">",))
    if user == "archive":
        return Permissions(_READ_THE_LOG, (f"_INBOX.{user}.>",))
    if user == "backup":
        return Permissions(_READ_EVERYTHING, (*(f"{owner}.>" for owner in OWNERS), f"_INBOX.{user}.>"))
    if user.startswith(UPSTREAM_PREFIX):
        source = user.removeprefix(UPSTREAM_PREFIX)
        return Permissions((f"upstream.{source}.>",), (f"upstream-outcome.{source}.>", f"_INBOX.{user}.>"))
    assert user in SERVICES, user
    return Permissions(
        tuple(_publish_of_service(user)),
        (*(f"{owner}.>" for owner in OWNERS), f"_INBOX.{user}.>"),
    )


def _publish_of_service(service: str) -> list[str]:
    allowed = [
        f"{service}.>",
        f"deadletter.{service}.>",
        "$JS.API.INFO",
        "$JS.API.DIRECT.GET.EVENTS",
        "$JS.API.DIRECT.GET.EVENTS.>",
        "$JS.API.STREAM.MSG.GET.EVENTS",
        "$JS.API.STREAM.INFO.EVENTS",
        "$JS.API.STREAM.INFO.DEADLETTERS",
    ]
    for one in WORK:
        if one.service == service:
            allowed += _consume(one.stream, one.durable)
    for bucket in BUCKETS:
        if service in (bucket.writer, *bucket.readers):
            allowed += _read_bucket(bucket.name)
        if service == bucket.writer:
            allowed.append(f"$KV.{bucket.name}.>")
    if service == "intake":
        allowed += ["upstream-outcome.>", "$JS.API.DIRECT.GET.OUTCOMES.>", "$JS.API.STREAM.MSG.GET.OUTCOMES"]
    return list(dict.fromkeys(allowed))


def _consume(stream: str, durable: str) -> list[str]:
    return [
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.CONSUMER.INFO.{stream}.{durable}",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}",
        f"$JS.ACK.{stream}.{durable}.>",
        f"$JS.ACK.*.*.{stream}.{durable}.>",
    ]


def _read_bucket(bucket: str) -> list[str]:
    return [
        f"$JS.API.STREAM.INFO.KV_{bucket}",
        f"$JS.API.STREAM.MSG.GET.KV_{bucket}",
        f"$JS.API.DIRECT.GET.KV_{bucket}.>",
        f"$JS.API.DIRECT.GET.KV_{bucket}",
    ]


# `results archive follow` knows nothing but the log: no contacts, no remembered answers, no inbox.
_READ_THE_LOG = (
    "$JS.API.DIRECT.GET.EVENTS",
    "$JS.API.DIRECT.GET.EVENTS.>",
    "$JS.API.STREAM.MSG.GET.EVENTS",
    "$JS.API.STREAM.INFO.EVENTS",
)
_READ_EVERYTHING = (
    "$JS.API.INFO",
    "$JS.API.STREAM.INFO.*",
    "$JS.API.STREAM.MSG.GET.*",
    "$JS.API.DIRECT.GET.>",
    "$JS.API.CONSUMER.INFO.>",
)
USERS = (*SERVICES, "operator", "archive", "backup")
