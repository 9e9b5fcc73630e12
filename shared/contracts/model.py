"""The base of every wire model: frozen; unknown fields are refused by producers and ignored by consumers.

Ignored is not thrown away: during an upgrade two versions run side by side, and the older one must be able to change a
thing without taking from it what the newer one wrote.
"""

import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):  # noqa: PLW1641 - pydantic hashes frozen models
    """What travels or is stored. Consumers ignore fields that they do not know, so that fields can be added."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read what may come from a newer version. Fields that are unknown here are kept at every depth for `to_json`.

        They stay with the part in which they stand: `model_copy` takes them along, a part that is replaced loses them.
        """
        return cls.model_validate_json(data, extra="allow")

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, as far as this version understands them."""
        same = super().__eq__(other)
        if same is not False or not isinstance(other, type(self)):
            return same
        return (_holds_unknown(self) or _holds_unknown(other)) and self.model_dump() == other.model_dump()

    def amended(self, new: Self) -> Self:
        """Return `new`, which replaces this, with what is unknown here and in every field that stays the same."""
        before, after = self.model_dump(), new.model_dump()
        changes = {name: value for name, value in new if before[name] != after[name]}
        return self.model_copy(update=changes)

    def to_json(self) -> bytes:
        """Return the state as JSON with what `from_json` kept; `model_dump`, and so every answer, is without."""
        if not _holds_unknown(self):
            return self.model_dump_json(exclude_none=True).encode()
        whole = _with_unknown(self, self.model_dump(mode="json", exclude_none=True))
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


class StrictModel(BaseModel):
    """What a caller sends us: an unknown field is a mistake and is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _holds_unknown(value: object) -> bool:
    match value:
        case BaseModel():
            return bool(value.__pydantic_extra__) or any(map(_holds_unknown, value.__dict__.values()))
        case tuple() | list():
            return any(map(_holds_unknown, value))
        case dict():
            return any(map(_holds_unknown, value.values()))
        case _:
            return False


def _with_unknown(value: object, known: Any) -> Any:
    """Return `known`, the JSON of `value`, with what its parts hold beside it."""
    match value:
        case BaseModel():
            fields = {name: _with_unknown(getattr(value, name), one) for name, one in known.items()}
            return fields | (value.__pydantic_extra__ or {})
        case tuple() | list():
            return [_with_unknown(part, one) for part, one in zip(value, known, strict=True)]
        case dict():
            return {name: _with_unknown(value[name], one) for name, one in known.items()}
        case _:
            return known
