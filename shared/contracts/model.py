"""The base of every wire model: frozen; unknown fields are refused by producers and ignored by consumers."""

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """What travels or is stored. Consumers ignore fields that they do not know, so that fields can be added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class StrictModel(BaseModel):
    """What a caller sends us: an unknown field is a mistake and is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
