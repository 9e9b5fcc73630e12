"""What is read of the log beside a project's present: its history, as far as its people may see it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from services.intake.domain import history
from shared.contracts.review import ReviewResultState, ReviewRoundState
from shared.contracts.subjects import project_of
from shared.messaging.events import Recorded
from shared.messaging.log import Log

Told = tuple[Recorded, dict[str, Any]]
"""An event that is shown, and what is told beside its own state."""


@dataclass(frozen=True, slots=True)
class History:
    """Reads every event of a project or a result, in order."""

    log: Log

    async def of_project(self, project_id: str, after: int = 0) -> AsyncIterator[Told]:
        """Yield what the project's people may see after a place in the record."""
        async for recorded in self.log.history(f"*.{project_id}.>", after):
            if history.is_shown(recorded):
                yield recorded, await self._decisions(recorded)

    async def of_result(self, result_id: str) -> list[Told]:
        """Return what the project's people may see of one result."""
        subject = f"*.{project_of(result_id)}.result.{result_id}"
        return [(one, {}) async for one in self.log.history(subject) if history.is_shown(one)]

    async def _decisions(self, recorded: Recorded) -> dict[str, Any]:
        """With the end of a round the decisions on its results become visible: the last one on each until then."""
        if not history.decides_a_round(recorded):
            return {}
        round_ = recorded.state_as(ReviewRoundState).round
        last: dict[str, ReviewResultState] = {}
        subject = f"review.{recorded.address.project_id}.result.*"
        async for one in self.log.history(subject, up_to=recorded.sequence):
            last[one.address.thing_id] = one.state_as(ReviewResultState)
        return {"decisions": history.decisions(last, round_)}
