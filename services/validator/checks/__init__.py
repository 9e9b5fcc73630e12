"""The policy of checks: which there are, in which order, and where each runs.

| check         | where          | asks                                                            |
|---------------|----------------|-----------------------------------------------------------------|
| size          | service        | is it within the limit (R30)?                                   |
| format        | sandbox        | is it what its name says, whole, open and without macros (R31)? |
| malware       | clamd          | does the engine say exactly OK (R49)?                           |
| personal-data | sandbox        | does its text name people (R37)?                                |
| quality       | sandbox        | what could be better (R35, R41, R44, R45)? Hints only           |

size and malware run in the service itself: they parse nothing. Everything that parses runs in a child process.
"""

from dataclasses import dataclass
from types import MappingProxyType

from services.validator.policy import CHECKS, HINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxedCheck:
    """A check that runs in a child: its module has `examine(specimen) -> Examination`."""

    name: str
    module: str
    deadline_seconds: float


FORMAT = SandboxedCheck(name="format", module="services.validator.checks.format", deadline_seconds=60)
PERSONAL_DATA = SandboxedCheck(
    name="personal-data", module="services.validator.checks.personal_data", deadline_seconds=60
)
QUALITY = SandboxedCheck(name="quality", module="services.validator.checks.quality", deadline_seconds=5)
SANDBOXED = MappingProxyType({check.name: check for check in (FORMAT, PERSONAL_DATA, QUALITY)})

assert {*CHECKS, *HINTS} == {"size", "malware", *SANDBOXED}
