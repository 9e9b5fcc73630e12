"""What a project says of itself, read with the same detectors as its files: the values that do not count in them."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from services.validator.detectors import contact, words
from services.validator.detectors.published import Published, Value, value_of
from services.validator.detectors.search import search
from services.validator.text import Block

VALUES_MAX = 1_000


def published_by(told: Mapping[str, Any]) -> Published:
    """Take in public `texts` and public `people` (name, email, phone, country); each may lack what is not public."""
    return Published(values=frozenset(islice(_values(told), VALUES_MAX)))


def _values(told: Mapping[str, Any]) -> Iterator[Value]:
    for person in told.get("people", ()):
        yield from _of_person(**person)
    for text in told.get("texts", ()):
        yield from _in(text)


def _in(text: str) -> Iterator[Value]:
    yield from filter(None, map(value_of, search(Block(text))))


def _of_person(
    name: str | None = None, email: str | None = None, phone: str | None = None, country: str | None = None
) -> Iterator[Value]:
    if name:
        yield "name", words(name)
        yield from (value for value in _in(name) if value[0] == "name")
    if email:
        yield from (("email", hit.value) for hit in contact.emails(Block(email)) if hit.shown == email.strip())
    if phone and (number := contact.with_country_code(phone, (country,) if country else ())):
        yield "phone", number
