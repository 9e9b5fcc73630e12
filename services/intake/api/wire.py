"""What every route shares: the use cases behind it, who asks, and how an answer with a version is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from services.intake.api.admission import Admission
from services.intake.domain.access import sees_people, standing
from services.intake.domain.act import Act, new_cause
from services.intake.domain.people import People
from services.intake.domain.results import require_result
from services.intake.ports import News, OutcomeStore, PeopleStore, ProgressBoard, Spools
from services.intake.queries import History
from services.intake.use_cases.commands import Commands, Order
from services.intake.use_cases.contacts import ShowContact
from services.intake.use_cases.gathering import GatherContent
from services.intake.use_cases.logos import RemoveLogo, SetLogo
from services.intake.use_cases.projects import RegisterProject
from services.intake.use_cases.results import AddResult, AdmitResult, DeleteResult, DescribeResult, ReviseResult
from services.intake.use_cases.rounds import SubmitRound, WithdrawRound
from services.intake.use_cases.uploads import BeginUpload, ReceiveUpload
from services.intake.use_cases.upstream import HandleUpstreamEvent
from services.intake.use_cases.websites import RemoveWebsite, SetWebsite
from shared.contracts.progress import CheckProgress
from shared.contracts.project import PROJECT_ID
from shared.contracts.result import Status
from shared.contracts.status import ResultView, checked_status
from shared.contracts.subjects import project_of
from shared.errors import ProblemError
from shared.http.etag import Version, is_not_modified
from shared.http.idempotency import Idempotency, May, RepetitionKey
from shared.http.roles import Caller, Role
from shared.view import ProjectView


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The service as the routes see it."""

    commands: Commands
    people: PeopleStore
    history: History
    news: News
    progress: ProgressBoard
    outcomes: OutcomeStore
    idempotency: Idempotency
    spools: Spools
    bodies: Admission
    pieces: Admission
    zone: ZoneInfo
    upload_bytes_max: int
    public_base: str | None
    is_stopping: Callable[[], bool]

    register_project: RegisterProject
    set_website: SetWebsite
    remove_website: RemoveWebsite
    show_contact: ShowContact
    set_logo: SetLogo
    remove_logo: RemoveLogo
    admit_result: AdmitResult
    add_result: AddResult
    revise_result: ReviseResult
    describe_result: DescribeResult
    delete_result: DeleteResult
    begin_upload: BeginUpload
    receive_upload: ReceiveUpload
    gather: GatherContent
    submit_round: SubmitRound
    withdraw_round: WithdrawRound
    handle_event: HandleUpstreamEvent

    async def read(self, project_id: str, caller: Caller) -> ProjectView:
        """Return a project that the caller may see; 404 `unknown-project` otherwise."""
        view = await self.commands.view(known_id(project_id))
        standing(view, caller).require()
        return view

    async def read_result(self, result_id: str, caller: Caller) -> tuple[ProjectView, ResultView]:
        """Return a result that the caller may see; 404 `unknown-result`, 410 `result-deleted`."""
        view = await self.commands.view(result_project(result_id))
        if not standing(view, caller).sees:
            raise ProblemError(404, "unknown-result")
        return view, require_result(view, result_id)

    def may(self, caller: Caller, project_id: str, *roles: Role) -> May:
        """Return the look whether a caller still has one of the roles in a project, as it is now."""

        async def look() -> None:
            standing(await self.commands.view(project_id), caller).require(*roles)

        return look

    async def progress_of(self, one: ResultView) -> CheckProgress | None:
        """Return how far the checks of a result are; None where none runs, or nobody says."""
        if checked_status(one) not in {Status.VALIDATING, Status.CHECK_FAILED}:
            return None
        return await self.progress.read(one.state.id, one.state.revision)

    async def people_for(self, view: ProjectView, caller: Caller) -> People:
        """Return the people of a project as far as the caller may know them."""
        if view.project is None or not sees_people(view, caller):
            return People()
        return await self.people.read(view.project.contacts_key)


Get = Callable[[], Intake]


def new_order(
    request: Request, caller: Caller, *, key: RepetitionKey | None = None, if_match: str | None = None
) -> Order:
    """Return the request as a use case takes it; with the same key it is the same act again."""
    act = Act(
        by=caller.sub,
        at=datetime.now(UTC),
        cause=key.digest if key else new_cause(),
        correlation=request.scope.get("request_id", ""),
    )
    return Order(caller=caller, act=act, if_match=if_match, key=key)


def known_id(project_id: str) -> str:
    """Return an id that can be one; 404 `unknown-project` otherwise."""
    if PROJECT_ID.fullmatch(project_id) is None:
        raise ProblemError(404, "unknown-project")
    return project_id


def result_project(result_id: str) -> str:
    """Return the project that a result id names; 404 `unknown-result` when it cannot be one."""
    project_id = project_of(result_id)
    part = result_id.removeprefix(f"{project_id}~")
    if PROJECT_ID.fullmatch(project_id) is None or not (part.isascii() and part.isalnum()) or len(part) != 26:
        raise ProblemError(404, "unknown-result")
    return project_id


def answered(body: BaseModel, version: Version | None, status: int = 200, **headers: str) -> Response:
    """Return a body with its version."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if version is not None:
        named["ETag"] = version.etag
    return Response(body.model_dump_json(), status, headers=named, media_type="application/json")


def unless_known(request: Request, body: Callable[[], BaseModel], version: Version) -> Response:
    """Return a body, or 304 to a caller who holds this very version."""
    if is_not_modified(request.headers.get("if-none-match"), version):
        return Response(status_code=304, headers={"ETag": version.etag})
    return answered(body(), version)
