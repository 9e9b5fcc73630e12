"""What the validator can be told from outside."""

from pathlib import Path

from pydantic import Field

from shared.runner import ServiceSettings
from shared.settings import (
    ClamdSettings,
    NatsSettings,
    ReplicasSettings,
    S3Settings,
    StateSettings,
    UploadSettings,
)


class ValidatorSettings(
    ServiceSettings, NatsSettings, S3Settings, StateSettings, UploadSettings, ClamdSettings, ReplicasSettings
):
    """Everything that the validator reads from its environment."""

    validator_slots: int = Field(
        default=4,
        ge=1,
        le=32,
        description=(
            "Files in work at once. Not more than clamd's MaxThreads; each takes spool space for one file and up to "
            "17 MB of memory."
        ),
    )
    validator_parsers: int = Field(
        default=2, ge=1, le=32, description="Parser children kept warm; about one per core that the validator may use."
    )
    validator_recognition_parsers: int = Field(
        default=1,
        ge=1,
        le=32,
        description=(
            "More parser children, for files with words in pictures alone: each takes a core for up to 30 s a file, at "
            "low priority. Started when the first such file comes."
        ),
    )
    validator_recognition_files: int = Field(
        default=4,
        ge=1,
        le=32,
        description=(
            "Files with words in pictures that may stand beside the slots, waiting for those children or with them; "
            "each takes spool space for one file. More are put back into the queue."
        ),
    )
    validator_rescan_seconds: float = Field(
        default=2.0,
        ge=0.05,
        le=3_600,
        description=(
            "Pause in seconds between two files when everything public is scanned again because there are new "
            "signatures; 2 makes 43,200 files a day at most."
        ),
    )
    validator_policy: Path | None = Field(
        default=None, description="A policy file instead of the built-in services/validator/policy.toml."
    )
