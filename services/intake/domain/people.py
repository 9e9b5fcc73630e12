"""The people of a project: what the log must not hold."""

from pydantic import Field

from shared.contracts.model import WireModel
from shared.contracts.project import AgencyContact, Project, PublicContact


class People(WireModel):
    """Everybody of one project, by contact id, and the agency's expert."""

    contacts: dict[str, PublicContact] = Field(default_factory=dict)
    na_contact: AgencyContact | None = None

    @classmethod
    def of(cls, project: Project) -> "People":
        """Return the persons in the body of a registration."""
        return cls(
            contacts={
                one.id: PublicContact(name=one.name, email=one.email, phone=one.phone) for one in project.contacts
            },
            na_contact=project.na_contact,
        )
