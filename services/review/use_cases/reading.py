"""Reading one project from the log itself: as it is now, and as an earlier round was decided."""

from dataclasses import dataclass

from services.review.dossier import Source
from services.review.use_cases.commands import require
from shared.contracts.result import RoundState
from shared.contracts.review import ReviewRoundState
from shared.contracts.status import ResultView
from shared.errors import ProblemError
from shared.http.roles import Caller, Role
from shared.messaging.events import ProjectLog, Recorded
from shared.messaging.log import Log
from shared.view import ProjectView

READERS = (Role.OFFICER, Role.EXPERT)


@dataclass(frozen=True, slots=True)
class ReadReview:
    """The sources of a dossier. Raises 404 `unknown-project`, 403 `not-yours`, 404 `unknown-round`."""

    log: Log

    async def project(self, caller: Caller, project_id: str) -> ProjectLog:
        """Return the project as it is now."""
        project = await self.log.load(project_id)
        require(project, caller, *READERS)
        return project

    async def current(self, caller: Caller, project_id: str) -> Source:
        """Return what the dossier of now is made from."""
        project = await self.project(caller, project_id)
        submissions = await self._history(project, "intake", "round")
        return await self._source(project, submissions, ProjectView(project).round.number, as_decided=False)

    async def round(self, caller: Caller, project_id: str, number: int) -> Source:
        """Return what the dossier of a round is made from: everything as it stood when the round was decided."""
        now = await self.project(caller, project_id)
        submissions = await self._history(now, "intake", "round")
        if number not in {_submission(one).round for one in submissions}:
            raise ProblemError(404, "unknown-round")
        closing = await self._closing(now, submissions, number)
        project = await self.log.load_at(project_id, closing) if closing else now
        return await self._source(project, submissions, number, as_decided=True)

    async def result(self, caller: Caller, project_id: str, result_id: str) -> ResultView:
        """Return one result as it is now. Raises 404 `unknown-result`, 410 `result-deleted`."""
        view = ProjectView(await self.project(caller, project_id)).result(result_id)
        if view is None:
            raise ProblemError(404, "unknown-result")
        if view.state.deleted:
            raise ProblemError(410, "result-deleted")
        return view

    async def _source(
        self, project: ProjectLog, submissions: list[Recorded], number: int, *, as_decided: bool
    ) -> Source:
        before = _before(submissions, number)
        return Source(
            project=project,
            before=await self.log.load_at(project.project_id, before) if before else None,
            before_round=_submission(before).round if before else None,
            history=tuple(await self._history(project, "review", ">")),
            as_decided=as_decided,
        )

    async def _closing(self, now: ProjectLog, submissions: list[Recorded], number: int) -> Recorded | None:
        """The event that ended a round: an officer's decision, or that it was taken back; None while it is open."""
        for recorded in await self._history(now, "review", "round"):
            if recorded.state_as(ReviewRoundState).round == number and recorded.happened in ("approved", "returned"):
                return recorded
        withdrawn = [one for one in submissions if one.happened == "withdrawn" and _submission(one).round == number]
        return withdrawn[-1] if withdrawn else None

    async def _history(self, project: ProjectLog, owner: str, thing: str) -> list[Recorded]:
        """Every message of a thing, or of all of an owner's with `>`, as far as this load goes."""
        prefix = f"{owner}.{project.project_id}."
        last = max(
            (one.sequence for name, one in project.messages.items() if _is_under(name, prefix, thing)), default=0
        )
        return [one async for one in self.log.history(f"{prefix}{thing}", up_to=last)]


def _is_under(name: str, prefix: str, thing: str) -> bool:
    return name.startswith(prefix) if thing == ">" else name == f"{prefix}{thing}"


def _submission(recorded: Recorded) -> RoundState:
    return recorded.state_as(RoundState)


def _before(submissions: list[Recorded], number: int) -> Recorded | None:
    """The last submission before a round that was not taken back: what an officer saw last."""
    withdrawn = {_submission(one).round for one in submissions if one.happened == "withdrawn"}
    earlier = [
        one
        for one in submissions
        if one.happened == "submitted" and _submission(one).round < number and _submission(one).round not in withdrawn
    ]
    return earlier[-1] if earlier else None
