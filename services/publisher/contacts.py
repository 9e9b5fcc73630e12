"""Public contacts: read from the bucket when asked for, never kept here, so that an erasure is complete at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import nats.errors
import structlog
from nats.js import JetStreamContext
from nats.js import errors as js_errors
from nats.js.kv import KeyValue
from pydantic import ValidationError

from services.publisher.bodies import PublicPerson
from shared.contracts.project import PublicContact

BUCKET = "contacts-public"
SECONDS_MAX = 2.0

_logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class PublicContacts:
    """The one bucket of contacts that this service may read."""

    js: JetStreamContext
    _bucket: KeyValue | None = None

    async def people(self, wanted: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[PublicPerson, ...]:
        """Return who is public, by (key, fields that are flagged); nobody while the bucket does not answer."""
        if not wanted:
            return ()
        try:
            async with asyncio.timeout(SECONDS_MAX):
                found = await asyncio.gather(*(self._person(key, fields) for key, fields in wanted))
        except (nats.errors.Error, TimeoutError) as error:
            _logger.warning("contacts_not_shown", reason=repr(error))
            return ()
        return tuple(one for one in found if one is not None)

    async def _person(self, key: str, fields: tuple[str, ...]) -> PublicPerson | None:
        if self._bucket is None:
            self._bucket = await self.js.key_value(BUCKET)
        try:
            entry = await self._bucket.get(key)
            contact = PublicContact.model_validate_json(entry.value or b"")
        except (js_errors.KeyNotFoundError, js_errors.InvalidKeyError, ValidationError):
            return None
        shown = {name: value for name in fields if (value := getattr(contact, name))}
        return PublicPerson.model_validate(shown) if shown else None
