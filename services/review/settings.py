"""The settings of review, from the environment."""

from pydantic import Field

from shared.runner import ServiceSettings
from shared.settings import (
    NatsSettings,
    OidcSettings,
    ReplicasSettings,
    ReportSettings,
    S3Settings,
    StateSettings,
    TimeZoneSettings,
)


class Settings(
    ServiceSettings,
    NatsSettings,
    S3Settings,
    OidcSettings,
    StateSettings,
    ReportSettings,
    TimeZoneSettings,
    ReplicasSettings,
):
    """Everything that review reads from its environment."""

    review_days: int = Field(
        default=60,
        ge=1,
        le=3_650,
        description="How long a review may take from the submission on; later it is overdue.",
        json_schema_extra={"unit": "calendar days"},
    )
