"""What the routes need, and what every request of an officer says about itself."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Path, Request, Response

from services.review.domain.act import Act
from services.review.dossier import Deadline, Reader, report_answer, result_answer, round_answer
from services.review.ports import CleanZone
from services.review.readmodel.queue import Sight
from services.review.use_cases.commands import Done, Order, require, standing, version
from services.review.use_cases.decisions import Decisions
from services.review.use_cases.reading import ReadReview
from shared.contracts.project import PROJECT_ID
from shared.contracts.subjects import SEPARATOR
from shared.errors import ProblemError
from shared.http.auth import CallerDep
from shared.http.idempotency import Idempotency, May, RepetitionKey, RepetitionKeyDep, answer
from shared.http.roles import Caller, Role
from shared.messaging.events import ProjectLog
from shared.readmodel import ReadModel

AGENCY_PEOPLE = (Role.OFFICER, Role.LEAD)
_PART = frozenset("abcdefghijklmnopqrstuvwxyz234567")
_PART_CHARACTERS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The use cases and what is read, put together by `app`."""

    decisions: Decisions
    reading: ReadReview
    rows: ReadModel
    clean: CleanZone
    idempotency: Idempotency
    deadline: Deadline

    def reader(self, caller: Caller, project: ProjectLog) -> Reader:
        """Return for whom an answer is made: notes and reasons of waivers are for people of the project's agency."""
        internal = bool(standing(project, caller).roles & set(AGENCY_PEOPLE))
        return Reader(internal=internal, now=datetime.now(UTC), deadline=self.deadline)

    def may(self, caller: Caller, project_id: str, *roles: Role) -> May:
        """Return the look whether a caller still has one of the roles in a project, as it is now."""

        async def look() -> None:
            require(await self.reading.log.load(project_id), caller, *roles)

        return look

    def round(self, done: Done, caller: Caller) -> Response:
        """Answer with the round as it is after a command."""
        found = round_answer(done.view, self.reader(caller, done.project))
        assert found is not None, "a decision on a round rests on a submission"
        return answer(found, 200, ETag=version(done.project).etag)

    def result(self, done: Done, result_id: str, caller: Caller) -> Response:
        """Answer with one result as it is after a command."""
        view = done.view.result(result_id)
        assert view is not None, "a decision on a result rests on the result"
        return answer(
            result_answer(done.view, view, self.reader(caller, done.project)), 200, ETag=version(done.project).etag
        )

    def report(self, done: Done) -> Response:
        """Answer with the final report as it is after a command."""
        return answer(report_answer(done.view), 200, ETag=version(done.project).etag)


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


DeskDep = Annotated[Desk, Depends(_desk)]


def _project_id(project_id: Annotated[str, Path(description="Id of the project.")]) -> str:
    """A malformed id names no project, and must not become part of a subject."""
    if not PROJECT_ID.fullmatch(project_id):
        raise ProblemError(404, "unknown-project")
    return project_id


def checked_result_id(result_id: str) -> str:
    """Return the id; 404 `unknown-result` for a text that cannot be one."""
    project_id, _, part = result_id.partition(SEPARATOR)
    if not PROJECT_ID.fullmatch(project_id) or len(part) != _PART_CHARACTERS or not set(part) <= _PART:
        raise ProblemError(404, "unknown-result")
    return result_id


def _result_id(result_id: Annotated[str, Path(description="Id of the result.")]) -> str:
    return checked_result_id(result_id)


ProjectIdDep = Annotated[str, Depends(_project_id)]
ResultIdDep = Annotated[str, Depends(_result_id)]


def _result_of_project(project_id: ProjectIdDep, result_id: ResultIdDep) -> str:
    if not result_id.startswith(f"{project_id}{SEPARATOR}"):
        raise ProblemError(404, "unknown-result")
    return result_id


ResultOfProjectDep = Annotated[str, Depends(_result_of_project)]


def order_of(caller: Caller, request: Request, key: RepetitionKey | None, if_match: str | None = None) -> Order:
    """Return the request as the use cases know it; without a key of the caller's its cause is unique."""
    act = Act(
        by=caller.sub,
        at=datetime.now(UTC),
        cause=key.digest if key else secrets.token_hex(16),
        correlation=request.scope.get("request_id", ""),
    )
    return Order(caller=caller, act=act, is_named=key is not None, if_match=if_match)


def _order(request: Request, caller: CallerDep, key: RepetitionKeyDep) -> Order:
    return order_of(caller, request, key)


def _replacing_order(
    request: Request,
    caller: CallerDep,
    if_match: Annotated[
        str | None, Header(description="The version to replace; needed when something stands there already.")
    ] = None,
) -> Order:
    return order_of(caller, request, None, if_match)


OrderDep = Annotated[Order, Depends(_order)]
ReplacingOrderDep = Annotated[Order, Depends(_replacing_order)]


def sight(caller: Caller, *roles: Role) -> Sight:
    """Return which projects a caller sees in lists. Raises 403 `not-yours` for everybody but `roles`."""
    caller.require(*roles)
    return Sight(
        agencies=caller.na if caller.has(*AGENCY_PEOPLE) else frozenset(),
        projects=caller.projects if caller.has(Role.EXPERT) else frozenset(),
    )
