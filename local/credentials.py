"""Passwords and keys of one platform: made once, kept in its home, readable by its owner alone."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from shared.messaging.permissions import USERS as MESSAGING_USERS
from shared.storage.zones import USERS as STORE_USERS

UPSTREAM_USERS = ("upstream-demo",)
STORE_SECRETS = ("jwt", "filer-jwt", "filer-read-jwt")


class Credentials:
    """`nats`: user to password; `store`: user to (access key, secret key); `inner`: the store's own secrets."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.nats: dict[str, str] = content.get("nats", {})
        self.store: dict[str, tuple[str, str]] = {name: tuple(pair) for name, pair in content.get("store", {}).items()}
        self.inner: dict[str, str] = content.get("inner", {})

    @classmethod
    def of_home(cls, home: Path) -> "Credentials":
        """What the home holds, completed with whatever is missing and written back."""
        path = home / "credentials.json"
        found = cls(json.loads(path.read_text()) if path.exists() else {})
        if found.complete():
            write_private(path, found.as_json())
        return found

    def complete(self) -> bool:
        """Make what is missing; True when something was."""
        before = self.as_json()
        for user in (*MESSAGING_USERS, *UPSTREAM_USERS):
            self.nats.setdefault(user, secrets.token_urlsafe(24))
        for user in STORE_USERS:
            self.store.setdefault(user, (secrets.token_hex(10).upper(), secrets.token_urlsafe(30)))
        for name in STORE_SECRETS:
            self.inner.setdefault(name, secrets.token_urlsafe(32))
        return self.as_json() != before

    def as_json(self) -> str:
        return json.dumps({"nats": self.nats, "store": self.store, "inner": self.inner}, indent=2)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    beside.replace(path)
