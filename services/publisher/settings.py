"""What the publisher can be told from outside."""

from pydantic import Field

from shared.runner import ServiceSettings
from shared.settings import NatsSettings, PublicSettings, ReplicasSettings, S3Settings, StateSettings


class PublisherSettings(ServiceSettings, NatsSettings, S3Settings, StateSettings, PublicSettings, ReplicasSettings):
    """Everything that the publisher reads from its environment."""

    publisher_sweep_seconds: float = Field(
        default=3_600.0,
        gt=0,
        description="How often objects that no event names are looked for in the public zone and removed.",
        json_schema_extra={"unit": "seconds"},
    )
