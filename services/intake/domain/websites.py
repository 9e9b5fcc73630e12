"""The website of a project: public the moment it is set (R28), locked or not."""

from services.intake.domain.act import Act, Decision, alone, happened, registered
from services.intake.domain.links import public_url
from shared.contracts.project import WebsiteState
from shared.messaging.events import ProjectLog
from shared.view import ProjectView


def website(project: ProjectLog) -> WebsiteState:
    """Return the website; without `url` when there is none."""
    return project.state("intake", "website", WebsiteState) or WebsiteState()


def set_website(project: ProjectLog, act: Act, url: str) -> Decision:
    """Set the website. Raises 422 `url-not-allowed`, 404 `unknown-project`."""
    registered(ProjectView(project))
    state = WebsiteState(url=public_url(url))
    if state == website(project):
        return None
    return alone(project, happened(project, act, "website", "set", state))


def remove_website(project: ProjectLog, act: Act) -> Decision:
    """Remove the website, if there is one."""
    registered(ProjectView(project))
    if website(project).url is None:
        return None
    return alone(project, happened(project, act, "website", "removed", WebsiteState()))
