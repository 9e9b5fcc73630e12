"""Projects as a process loaded them last, so that the next load reads only what has come since.

The log never changes what it has: an older position and everything after it is the newer position, exactly.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from shared.messaging.events import ProjectLog, Recorded

MESSAGES_KEPT_MAX = 20_000
KEPT_SECONDS_MAX = 300.0


@dataclass(slots=True)
class KnownProjects:
    """The projects used last, up to `messages_max` messages in all (about 2 KB each).

    Each is forgotten after `seconds_max`, so that what an operator erased does not live on in memory.
    """

    messages_max: int = MESSAGES_KEPT_MAX
    seconds_max: float = KEPT_SECONDS_MAX
    _projects: "OrderedDict[str, tuple[ProjectLog, float]]" = field(default_factory=OrderedDict)
    _messages: int = 0

    def up_to(self, project_id: str, sequence: int) -> ProjectLog | None:
        """Return the project at the newest known position that is not after `sequence`."""
        project, expires_at = self._projects.get(project_id, (None, 0.0))
        if project is None or project.position > sequence:
            return None
        if time.monotonic() > expires_at:
            self.forget(project_id)
            return None
        self._projects.move_to_end(project_id)
        return project

    def keep(self, project: ProjectLog) -> None:
        """Remember the project, unless a newer position of it is known."""
        known, expires_at = self._projects.get(project.project_id, (None, time.monotonic() + self.seconds_max))
        if known is not None and known.position >= project.position:
            return
        self.forget(project.project_id)
        self._projects[project.project_id] = (project, expires_at)
        self._messages += len(project.messages)
        while self._messages > self.messages_max:
            self.forget(next(iter(self._projects)))

    def forget(self, project_id: str) -> None:
        """Drop the project, if it is known."""
        dropped, _ = self._projects.pop(project_id, (None, 0.0))
        self._messages -= len(dropped.messages) if dropped else 0


def grown(project: ProjectLog, since: list[Recorded], position: int) -> ProjectLog:
    """Return the project with what has come since, as of `position`; messages stay ordered by their sequence."""
    messages = dict(project.messages)
    for one in since:
        messages.pop(one.subject, None)
        messages[one.subject] = one
    return ProjectLog(project.project_id, position, messages, project.foreign)
