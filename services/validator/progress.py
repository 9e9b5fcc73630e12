"""Where the checks of one content are. Pure: told what is over, says what is under way."""

from dataclasses import dataclass, field
from datetime import datetime

from services.validator.content import Content
from services.validator.one_pass import Spool
from services.validator.policy import CHECKS, HINTS
from shared.contracts.progress import CheckProgress


@dataclass(slots=True, kw_only=True)
class Progress:
    """One content under way. Reading counts as the first check, whose end is known when the last byte has come."""

    content: Content
    spool: Spool
    checks: tuple[str, ...] = (*CHECKS, *HINTS)
    _over: set[str] = field(default_factory=set)

    def over(self, check: str) -> None:
        """Take in that a check has come to its end."""
        self._over.add(check)

    def state(self, now: datetime) -> CheckProgress:
        """Return what is under way: the first check that is not over."""
        left = [check for check in self.checks if check not in self._over]
        return CheckProgress(
            revision=self.content.revision,
            check=left[0] if left else self.checks[-1],
            number=min(len(self.checks) - len(left) + 1, len(self.checks)),
            of=len(self.checks),
            percent=self._percent(),
            at=now,
        )

    def _percent(self) -> int | None:
        if self.spool.is_whole or self.content.size == 0:
            return None
        return min(100 * self.spool.size // self.content.size, 100)
