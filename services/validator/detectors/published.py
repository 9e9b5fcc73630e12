"""What the project has published about itself, and what therefore is no finding. Pure.

Values are compared whole and by kind: an e-mail address without regard to case, a telephone number by all its digits
with the code of its country, a name by its words, an address from its street to its postal code. Nothing else is ever
excused: no number of a person, an account or a card, no date of birth, no minutes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.validator.detectors import Hit, names, words
from services.validator.detectors.contact import with_country_code

_KINDS = {
    "email-address": "email",
    "shared-mailbox": "email",
    "phone-number": "phone",
    "person-name": "name",
    "postal-address": "address",
}
_CELLS = re.compile(r", ?|[\t;|\n]+")

Value = tuple[str, str]
"""A kind and the form in which its values are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The values that do not count."""

    values: frozenset[Value] = field(default_factory=frozenset)

    def repeated(self, hit: Hit) -> Value | None:
        """Return the value that a hit repeats; None when the hit counts."""
        if not self.values or (value := value_of(hit)) is None:
            return None
        if value[0] == "name":
            return next((one for one in _orders(value[1]) if one in self.values), None)
        return value if value in self.values else None

    def has_name(self, name: str) -> bool:
        """Say whether the name of a person is published."""
        return bool(self.values) and any(one in self.values for one in _orders(_name(name)))

    def has_phone(self, written: str) -> bool:
        """Say whether a telephone number is published."""
        number = with_country_code(written) if self.values else None
        return number is not None and ("phone", number) in self.values


NOTHING = Published()


def value_of(hit: Hit) -> Value | None:
    """Return what of a hit is compared; None when hits of its kind always count."""
    kind = _KINDS.get(hit.code)
    match kind:
        case None:
            return None
        case "email" | "phone":
            return kind, hit.value.casefold()
        case "name":
            return kind, _name(hit.shown)
        case _:
            return (kind, hit.whole) if hit.whole else None


def _name(shown: str) -> str:
    """Return the words of a name alone; with what stands beside it in capitals when that may be another person."""
    name, *rest = _CELLS.split(shown, maxsplit=1)
    beside = words(rest[0]).split() if rest else []
    if " " not in name or not beside or any(names.is_given(word) for word in beside):
        return words(shown)
    is_other = len(beside) == 1 or any(names.is_word(word) or names.is_institution(word) for word in beside)
    return words(name if is_other else shown)


def _orders(name: str) -> Iterator[Value]:
    """Give a name as it is, and with the family name at the other end."""
    yield "name", name
    first, _, rest = name.partition(" ")
    yield "name", f"{rest} {first}"
    rest, _, last = name.rpartition(" ")
    yield "name", f"{last} {rest}"
