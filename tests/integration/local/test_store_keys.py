"""Each service's key can do its own things in the zones and nothing else: the real SDK on the real store."""

import io
import secrets
from collections.abc import Callable, Iterator

import pytest
from minio import Minio
from minio.error import S3Error

from local.servers import SeaweedServer
from shared.storage.zones import BUCKETS, CLEAN, INCOMING, PUBLIC, RECEIPTS, USERS

Action = Callable[[Minio, str, str], None]


def put(client: Minio, bucket: str, key: str) -> None:
    client.put_object(bucket, key, io.BytesIO(b"bytes"), 5)


def put_in_parts(client: Minio, bucket: str, key: str) -> None:
    size = (5 << 20) + 1
    client.put_object(bucket, key, io.BytesIO(bytes(size)), size, part_size=5 << 20)


def ignore(_answer: object) -> None:
    return None


ACTIONS: dict[str, Action] = {
    "put": put,
    "put-parts": put_in_parts,
    "get": lambda client, bucket, key: client.get_object(bucket, key).close(),
    "stat": lambda client, bucket, key: ignore(client.stat_object(bucket, key)),
    "delete": lambda client, bucket, key: client.remove_object(bucket, key),
    "list": lambda client, bucket, _key: ignore(list(client.list_objects(bucket, recursive=True))),
}
READ = {"get", "stat"}
WRITE = {"put", "put-parts"}
EVERYTHING_IN = READ | WRITE | {"delete"}

# What is allowed, by user and then by (bucket, folder of the key). Whatever is not here must be refused.
ALLOWED: dict[str, dict[tuple[str, str], set[str]]] = {
    "intake": {
        (INCOMING, "p-1"): WRITE,
        (INCOMING, "parts"): EVERYTHING_IN,
        (RECEIPTS, "p-1"): WRITE,
        (RECEIPTS, "parts"): WRITE,
    },
    "validator": {
        (INCOMING, "p-1"): READ,
        (INCOMING, "parts"): READ,
        (CLEAN, "p-1"): EVERYTHING_IN,
        (CLEAN, "parts"): EVERYTHING_IN,
    },
    "review": {
        (CLEAN, "p-1"): READ,
        (CLEAN, "parts"): READ,
        (RECEIPTS, "p-1"): WRITE,
        (RECEIPTS, "parts"): WRITE,
    },
    "publisher": {
        (CLEAN, "p-1"): READ,
        (CLEAN, "parts"): READ,
        (PUBLIC, "p-1"): EVERYTHING_IN,
        (PUBLIC, "parts"): EVERYTHING_IN,
    },
    "sweeper": {
        (INCOMING, "p-1"): {"delete", "list"},
        (INCOMING, "parts"): {"delete", "list"},
    },
    "archive": {
        (bucket, folder): READ | {"list"} for bucket in (INCOMING, CLEAN, PUBLIC) for folder in ("p-1", "parts")
    },
    "backup": {(bucket, folder): READ | {"list"} for bucket in BUCKETS for folder in ("p-1", "parts")},
    "operator": {(bucket, folder): EVERYTHING_IN | {"list"} for bucket in BUCKETS for folder in ("p-1", "parts")},
}
REFUSALS = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
WRITERS = {INCOMING: "intake", CLEAN: "validator", PUBLIC: "publisher", RECEIPTS: "intake"}


@pytest.mark.parametrize("user", USERS)
def test_a_key_can_do_exactly_its_own_things(store_server: SeaweedServer, user: str) -> None:
    client = client_of(store_server, user)
    for bucket, folder, key in every_place(store_server):
        for name, action in ACTIONS.items():
            fresh_object(store_server, bucket, key)
            expected = name in ALLOWED[user].get((bucket, folder), set())
            assert is_allowed(action, client, bucket, key) is expected, f"{user} {name} {bucket}/{key}"


def test_a_stranger_can_do_nothing(store_server: SeaweedServer) -> None:
    for client in (
        Minio(store_server.endpoint, secure=False, region="us-east-1"),
        Minio(store_server.endpoint, "NOBODY", "no-secret-at-all", secure=False, region="us-east-1"),
        Minio(store_server.endpoint, keys(store_server, "validator")[0], "wrong", secure=False, region="us-east-1"),
    ):
        for bucket, _folder, key in every_place(store_server):
            fresh_object(store_server, bucket, key)
            for name, action in ACTIONS.items():
                assert not is_allowed(action, client, bucket, key), f"{name} {bucket}/{key}"


@pytest.mark.parametrize("user", USERS)
def test_no_key_can_make_or_remove_a_bucket_or_open_one(store_server: SeaweedServer, user: str) -> None:
    client = client_of(store_server, user)
    opened = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}'
    attempts: tuple[Callable[[], object], ...] = (
        lambda: client.make_bucket(f"new-{secrets.token_hex(4)}"),
        lambda: client.remove_bucket(PUBLIC),
        lambda: client.set_bucket_policy(INCOMING, opened),
        lambda: client.set_bucket_policy(PUBLIC, opened),
    )
    for attempt in attempts:
        with pytest.raises(S3Error):
            attempt()


def client_of(store: SeaweedServer, user: str) -> Minio:
    access_key, secret_key = keys(store, user)
    return Minio(store.endpoint, access_key, secret_key, secure=False, region="us-east-1")


def keys(store: SeaweedServer, user: str) -> tuple[str, str]:
    return store.credentials.store[user]


def every_place(store: SeaweedServer) -> Iterator[tuple[str, str, str]]:
    """(bucket, folder, key) of one object in each folder whose rights may differ."""
    for bucket in BUCKETS:
        for folder in ("p-1", "parts"):
            yield bucket, folder, f"{folder}/{store.ports.base}-keys"


def fresh_object(store: SeaweedServer, bucket: str, key: str) -> None:
    put(client_of(store, WRITERS[bucket]), bucket, key)


def is_allowed(action: Action, client: Minio, bucket: str, key: str) -> bool:
    try:
        action(client, bucket, key)
    except S3Error as error:
        if error.code not in REFUSALS:
            raise
        return False
    return True
