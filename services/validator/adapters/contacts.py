"""The public contacts of a project, read from the bucket `contacts-public` at the moment of the check, kept nowhere."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import APIError, KeyNotFoundError
from nats.js.kv import KeyValue
from pydantic import ValidationError

from services.validator.published import PublicEntry
from shared.contracts.project import PublicContact
from shared.errors import TransientError

BUCKET = "contacts-public"
SECONDS_MAX = 2.0


class ContactsAwayError(TransientError):
    """The bucket does not answer, or not in time."""


@dataclass(slots=True)
class PublicContacts:
    """The one bucket of contacts that this service may read; from its leader, so nothing old is taken for public."""

    js: JetStreamContext
    _kv: KeyValue = field(init=False)

    def __post_init__(self) -> None:
        self._kv = KeyValue(name=BUCKET, stream=f"KV_{BUCKET}", pre=f"$KV.{BUCKET}.", js=self.js, direct=False)

    async def people(self, entries: Sequence[PublicEntry]) -> list[dict[str, str]]:
        """Return each contact by its public fields and `country`; without those taken back meanwhile.

        Raises `ContactsAwayError` after two seconds.
        """
        try:
            async with asyncio.timeout(SECONDS_MAX):
                found = await asyncio.gather(*map(self._person, entries))
        except (nats.errors.Error, TimeoutError, APIError) as error:
            raise ContactsAwayError(f"the bucket {BUCKET} did not answer: {error!r}") from error
        return [one for one in found if one]

    async def _person(self, entry: PublicEntry) -> dict[str, str]:
        try:
            contact = PublicContact.model_validate_json((await self._kv.get(entry.key)).value or b"")
        except (KeyNotFoundError, ValidationError):
            return {}
        shown = {name: value for name in entry.fields if (value := getattr(contact, name))}
        return shown | {"country": entry.country} if shown and entry.country else shown
