"""What intake can be told from outside."""

import json
import re
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from shared.runner import ServiceSettings
from shared.settings import (
    FetchSettings,
    NatsSettings,
    OidcSettings,
    ReplicasSettings,
    ReportSettings,
    S3Settings,
    StateSettings,
    TimeZoneSettings,
    UploadSettings,
    WebAddress,
)

_AGENCY = re.compile(r"[A-Z]{2}[0-9]{2}")


def _agencies(value: object) -> object:
    """Read `{"source": ["LV01"]}`; whoever is not named may touch nothing."""
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, dict) or not all(
        isinstance(codes, list | tuple) and all(isinstance(one, str) and _AGENCY.fullmatch(one) for one in codes)
        for codes in found.values()
    ):
        raise ValueError('must be JSON of sources and agency codes, for example {"demo":["LV01"]}')
    return {source: tuple(codes) for source, codes in found.items()}


class IntakeSettings(
    ServiceSettings,
    NatsSettings,
    S3Settings,
    OidcSettings,
    StateSettings,
    UploadSettings,
    ReportSettings,
    TimeZoneSettings,
    ReplicasSettings,
    FetchSettings,
):
    """Everything that intake reads from its environment."""

    upstream_agencies: Annotated[dict[str, tuple[str, ...]], NoDecode, BeforeValidator(_agencies)] = Field(
        default={},
        description='JSON of the agencies that each source on NATS may touch, for example {"demo":["LV01"]}.',
    )
    upstream_slots: int = Field(default=8, ge=1, le=64, description="Events from NATS in work at once.")
    bodies_at_once: int = Field(
        default=32, ge=1, le=512, description="Files received at once; each takes up to 2 MB of memory."
    )
    pieces_at_once: int = Field(
        default=8, ge=1, le=128, description="Pieces of resumable uploads received at once; each takes up to 12 MB."
    )
    intake_url: WebAddress | None = Field(
        default=None, description="Base address under which callers reach intake; else that of their request."
    )
    sweeper_access_key: str | None = Field(
        default=None, description="Key that may list and delete in `incoming`; without it nothing is swept here."
    )
    sweeper_secret_key: SecretStr | None = Field(default=None, description="Secret of the sweeper's key.")
    sweep_seconds: float = Field(
        default=3_600.0,
        gt=0,
        description="Pause between two sweeps of orphaned objects.",
        json_schema_extra={"unit": "seconds"},
    )
