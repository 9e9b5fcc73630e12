"""The life of a project: registered, amended, ended by the clock, terminated by the agency."""

from dataclasses import dataclass
from datetime import date

from services.intake.domain.act import Act, Decision, happened, registered
from services.intake.domain.links import public_url
from shared.contracts.project import ContactAccess, Project, ProjectDescription, ProjectState, Termination
from shared.contracts.status import has_ended
from shared.messaging.events import ProjectLog
from shared.view import ProjectView


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What an upstream says of a project; the people's names lie in the bucket `contacts` under `contacts_key`."""

    description: ProjectDescription
    contacts: tuple[ContactAccess, ...]
    contacts_key: str | None

    @classmethod
    def of(cls, project: Project, contacts_key: str | None) -> "Registration":
        """Split the body of a registration into what the log may hold and the key of what it may not."""
        return cls(
            description=ProjectDescription.model_validate(
                project.model_dump(include=set(ProjectDescription.model_fields))
            ),
            contacts=tuple(
                ContactAccess(id=one.id, organisation_id=one.organisation_id, access=one.access, sub=one.sub)
                for one in project.contacts
            ),
            contacts_key=contacts_key,
        )


def register(project: ProjectLog, act: Act, registration: Registration, today: date) -> Decision:
    """Register the project or amend it. An end date that moves into the future opens the project again.

    Raises 422 `url-not-allowed` for a website of an organisation that the public could not or must not follow.
    """
    for one in registration.description.organisations:
        if one.website:
            public_url(str(one.website))
    before = ProjectView(project).project
    ended = before is not None and before.ended_at is not None and registration.description.end_date < today
    state = ProjectState(
        id=project.project_id,
        description=registration.description,
        contacts=registration.contacts,
        contacts_key=registration.contacts_key,
        registered_at=before.registered_at if before else act.at,
        ended_at=before.ended_at if before and ended else None,
        termination=before.termination if before else None,
    )
    if state == before:
        return None
    if before is None:
        return happened(project, act, "project", "registered", state)
    return happened(project, act, "project", "amended", before.amended(state))


def terminate(project: ProjectLog, act: Act, *, eligible_costs: bool) -> Decision:
    """End the project early; with eligible costs what was approved is still published (A3)."""
    before = registered(ProjectView(project))
    if before.termination and before.termination.eligible_costs == eligible_costs:
        return None
    state = before.model_copy(update={"termination": Termination(eligible_costs=eligible_costs, at=act.at)})
    return happened(project, act, "project", "terminated", state)


def end(project: ProjectLog, act: Act, today: date) -> Decision:
    """Note that the last day of the project is over (R27), once."""
    before = ProjectView(project).project
    if before is None or before.ended_at or before.termination or not has_ended(before, today):
        return None
    return happened(project, act, "project", "ended", before.model_copy(update={"ended_at": act.at}))
