"""Projects, websites, contacts, logos over HTTP."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from services.intake.api import answers
from services.intake.api.receiving import Receiver, Rules, is_multipart
from services.intake.api.wire import Get, answered, known_id, new_order, unless_known
from services.intake.bodies import WebsiteBody
from services.intake.domain.contacts import require_contact
from services.intake.domain.files import require_picture
from services.intake.domain.people import People
from shared.contracts.project import CONTACT_ID, PROJECT_ID, ContactFlags, Project
from shared.errors import ProblemError
from shared.http.auth import CallerDep
from shared.http.etag import Version
from shared.view import ProjectView

IfMatch = Annotated[str | None, Header(description="ETag of what is to be changed; `*` for any version.")]
LOGO_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


def build_projects(get: Get) -> APIRouter:
    """Return the routes of the project itself."""
    router = APIRouter(tags=["projects"])

    @router.put("/v1/projects/{project_id}", response_model=answers.ProjectAnswer)
    async def put_project(
        request: Request, project_id: str, body: Project, caller: CallerDep, if_match: IfMatch = None
    ) -> Response:
        """Register the project, or amend it. 201 when it is new."""
        if PROJECT_ID.fullmatch(project_id) is None:
            raise ProblemError(422, "invalid-project-id")
        intake = get()
        done = await intake.register_project(new_order(request, caller, if_match=if_match), project_id, body)
        recorded = done.view.log.get("intake", "project")
        created = done.sequence is not None and recorded is not None and recorded.happened == "registered"
        answer = answers.project_answer(done.view, People.of(body), datetime.now(UTC), intake.zone)
        return answered(answer, answers.project_version(done.view), 201 if created else 200)

    @router.get("/v1/projects/{project_id}", response_model=answers.ProjectAnswer)
    async def get_project(request: Request, project_id: str, caller: CallerDep) -> Response:
        """Read the project, where it stands, and whether it can be submitted."""
        intake = get()
        view = await intake.read(project_id, caller)
        people = await intake.people_for(view, caller)
        return unless_known(
            request,
            lambda: answers.project_answer(view, people, datetime.now(UTC), intake.zone),
            answers.project_version(view),
        )

    @router.get("/v1/projects/{project_id}/preflight")
    async def get_preflight(project_id: str, caller: CallerDep) -> answers.PreflightAnswer:
        """List every point that blocks a submission and every one that is worth a look, with the fix."""
        intake = get()
        view = await intake.read(project_id, caller)
        return answers.preflight_answer(view, datetime.now(UTC), intake.zone)

    return router


def build_websites(get: Get) -> APIRouter:
    """Return the routes of the website."""
    router = APIRouter(prefix="/v1/projects/{project_id}/website", tags=["projects"])

    @router.get("", response_model=answers.WebsiteAnswer)
    async def get_website(request: Request, project_id: str, caller: CallerDep) -> Response:
        """Read the website."""
        view = await get().read(project_id, caller)
        version = answers.thing_version(view, "website")
        return unless_known(request, lambda: answers.website_answer(view), version)

    @router.put("", response_model=answers.WebsiteAnswer)
    async def put_website(
        request: Request, project_id: str, body: WebsiteBody, caller: CallerDep, if_match: IfMatch = None
    ) -> Response:
        """Set the website: public at once (R28), locked or not."""
        order = new_order(request, caller, if_match=if_match)
        done = await get().set_website(order, known_id(project_id), body.url)
        return answered(answers.website_answer(done.view), answers.thing_version(done.view, "website"))

    @router.delete("", status_code=204)
    async def delete_website(
        request: Request, project_id: str, caller: CallerDep, if_match: IfMatch = None
    ) -> Response:
        """Remove the website."""
        await get().remove_website(new_order(request, caller, if_match=if_match), known_id(project_id))
        return Response(status_code=204)

    return router


def build_contacts(get: Get) -> APIRouter:
    """Return the routes of contacts."""
    router = APIRouter(prefix="/v1/projects/{project_id}/contacts/{contact_id}", tags=["projects"])

    @router.get("", response_model=answers.ContactAnswer)
    async def get_contact(request: Request, project_id: str, contact_id: str, caller: CallerDep) -> Response:
        """Read a contact and what of it is public."""
        intake = get()
        view = await intake.read(project_id, caller)
        require_contact(view.log, contact_id)
        people = await intake.people_for(view, caller)
        version = _contact_version(view, contact_id)
        return unless_known(request, lambda: answers.contact_answer(view, people, contact_id), version)

    @router.patch("", response_model=answers.ContactAnswer)
    async def patch_contact(
        request: Request,
        project_id: str,
        contact_id: str,
        body: ContactFlags,
        caller: CallerDep,
        if_match: IfMatch = None,
    ) -> Response:
        """Say what of a contact is public (R24); nothing is until it is said."""
        if re.fullmatch(CONTACT_ID, contact_id) is None:
            raise ProblemError(404, "unknown-contact")
        intake, order = get(), new_order(request, caller, if_match=if_match)
        done = await intake.show_contact(order, known_id(project_id), contact_id, body)
        people = await intake.people_for(done.view, caller)
        answer = answers.contact_answer(done.view, people, contact_id)
        return answered(answer, _contact_version(done.view, contact_id))

    return router


def _contact_version(view: ProjectView, contact_id: str) -> Version:
    """The name may change with the project, the flags with the contact."""
    project = view.log.get("intake", "project")
    own = answers.thing_version(view, "contact", contact_id)
    return Version(own=own.own, other=project.sequence if project else 0)


def build_logos(get: Get) -> APIRouter:
    """Return the routes of the logo."""
    router = APIRouter(prefix="/v1/projects/{project_id}/logo", tags=["projects"])

    @router.get("", response_model=answers.LogoAnswer)
    async def get_logo(request: Request, project_id: str, caller: CallerDep) -> Response:
        """Read what is known of the logo."""
        view = await get().read(project_id, caller)
        answer = answers.logo_answer(view)
        if answer is None:
            raise ProblemError(404, "not-found")
        return unless_known(request, lambda: answer, answers.thing_version(view, "logo"))

    @router.put("", response_model=answers.LogoAnswer, openapi_extra=LOGO_FORM)
    async def put_logo(request: Request, project_id: str, caller: CallerDep, if_match: IfMatch = None) -> Response:
        """Set the logo: png, jpeg or gif, scanned like any file; it locks with the results."""
        intake, order = get(), new_order(request, caller, if_match=if_match)
        if not is_multipart(request):
            raise ProblemError(415, "unsupported-media-type", expected="multipart/form-data")
        await intake.set_logo.admit(order, known_id(project_id))
        rules = Rules(judge_name=require_picture, file_bytes_max=intake.upload_bytes_max)
        async with intake.bodies.slot(order.caller.sub):
            with intake.spools.open() as spool:
                received = await Receiver(spool, rules).read(request)
                if received.content is None:
                    raise ProblemError(422, "missing-file")
                done = await intake.set_logo(order, project_id, received.content, spool)
        answer = answers.logo_answer(done.view)
        assert answer
        return answered(answer, answers.thing_version(done.view, "logo"))

    @router.delete("", status_code=204)
    async def delete_logo(request: Request, project_id: str, caller: CallerDep, if_match: IfMatch = None) -> Response:
        """Remove the logo."""
        await get().remove_logo(new_order(request, caller, if_match=if_match), known_id(project_id))
        return Response(status_code=204)

    return router
