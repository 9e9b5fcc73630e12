"""Key-value buckets that provisioning made, read from their leader, and how they fail."""

from collections.abc import Iterator
from contextlib import contextmanager

import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import APIError, KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from shared.errors import TransientError


def bucket(js: JetStreamContext, name: str) -> KeyValue:
    """Return a bucket whose reads come from the leader, so that they are never stale."""
    return KeyValue(name=name, stream=f"KV_{name}", pre=f"$KV.{name}.", js=js, direct=False)


@contextmanager
def away_is_transient() -> Iterator[None]:
    """Turn a server that does not answer into TransientError; what it answers stays what it is."""
    try:
        yield
    except (KeyNotFoundError, KeyWrongLastSequenceError):
        raise
    except (nats.errors.Error, TimeoutError, APIError) as error:
        raise TransientError(f"a key-value bucket did not answer: {error!r}") from error
