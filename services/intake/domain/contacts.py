"""What of a contact is public (R24): nothing until it is flagged. The log holds flags and keys, never names."""

from services.intake.domain.act import Act, Decision, alone, happened, registered
from shared.contracts.project import ContactFlags, ContactState, PublicContact
from shared.errors import ProblemError
from shared.messaging.events import ProjectLog
from shared.view import ProjectView

Person = PublicContact


def flags(project: ProjectLog, contact_id: str) -> ContactState:
    """Return what of a contact is public."""
    found = project.state("intake", "contact", ContactState, contact_id)
    return found or ContactState(contact_id=contact_id)


def require_contact(project: ProjectLog, contact_id: str) -> None:
    """Raise 404 `unknown-contact` unless the project has this contact."""
    if all(one.id != contact_id for one in registered(ProjectView(project)).contacts):
        raise ProblemError(404, "unknown-contact")


def flagged(before: ContactState, change: ContactFlags) -> ContactState:
    """Return the flags after a change; what is not named stays."""
    return before.model_copy(update=change.model_dump(exclude_none=True))


def public_part(person: Person | None, state: ContactState) -> PublicContact | None:
    """Return what the public may see of a person; None when that is nothing."""
    if person is None:
        return None
    public = PublicContact(
        name=person.name if state.publish_name else None,
        email=person.email if state.publish_email else None,
        phone=person.phone if state.publish_phone else None,
    )
    return public if public != PublicContact() else None


def show_contact(project: ProjectLog, act: Act, state: ContactState) -> Decision:
    """Record what of a contact is public, and under which key it lies."""
    registered(ProjectView(project))
    if state == flags(project, state.contact_id):
        return None
    return alone(project, happened(project, act, "contact", "changed", state, thing_id=state.contact_id))
