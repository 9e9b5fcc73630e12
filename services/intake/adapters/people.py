"""Names, e-mail addresses and telephone numbers of people: in two key-value buckets, never in the log.

Keys hold a salted digest of what lies under them and the salt: nobody can guess a person from a key in the log, and no
late deletion can hit what was written since.
"""

import hashlib
import secrets
from dataclasses import dataclass, field

from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError

from services.intake.domain.people import People
from shared.contracts.model import WireModel
from shared.contracts.project import PublicContact
from shared.messaging.buckets import Bucket

CONTACTS = "contacts"
CONTACTS_PUBLIC = "contacts-public"


@dataclass(slots=True)
class KvPeople:
    """The buckets `contacts` and `contacts-public`, written before the event that names the key."""

    js: JetStreamContext
    _contacts: Bucket = field(init=False)
    _public: Bucket = field(init=False)

    def __post_init__(self) -> None:
        self._contacts = Bucket(self.js, CONTACTS)
        self._public = Bucket(self.js, CONTACTS_PUBLIC)

    async def read(self, key: str | None) -> People:
        """Return everybody under a key; nobody when there is none."""
        if key is None:
            return People()
        try:
            data, _ = await self._contacts.get(key)
        except KeyNotFoundError:
            return People()
        return People.from_json(data or b"{}")

    async def write(self, project_id: str, people: People, known_key: str | None) -> str | None:
        """Keep everybody and return the key; the known one when nothing changed, None when there is nobody."""
        if people == People():
            return None
        return await _write(self._contacts, project_id, people, known_key)

    async def write_public(
        self, project_id: str, contact_id: str, public: PublicContact | None, known_key: str | None
    ) -> str | None:
        """Keep what the public may see of a contact and return its key; None when that is nothing."""
        if public is None:
            return None
        return await _write(self._public, f"{project_id}.{contact_id}", public, known_key)

    async def forget(self, key: str | None) -> None:
        """Delete what no event names any more."""
        await _delete(self._contacts, key)

    async def forget_public(self, key: str | None) -> None:
        """Delete what is no longer public."""
        await _delete(self._public, key)


async def _write(bucket: Bucket, prefix: str, model: WireModel, known_key: str | None) -> str:
    data = model.to_json()
    if known_key and known_key == _key(prefix, data, known_key.rpartition("-")[2]):
        return known_key
    key = _key(prefix, data, secrets.token_hex(8))
    await bucket.put(key, data)
    return key


def _key(prefix: str, data: bytes, salt: str) -> str:
    return f"{prefix}.{hashlib.sha256(salt.encode() + data).hexdigest()[:32]}-{salt}"


async def _delete(bucket: Bucket, key: str | None) -> None:
    if key is not None:
        await bucket.delete(key)
