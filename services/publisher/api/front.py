"""What the routes need, put together by `app`."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from services.publisher.api.files import Downloads
from services.publisher.catalogue import Catalogue
from services.publisher.proof import Prove

NO_CACHE = "no-cache"
"""What may be revoked is asked for again each time; the tag makes that cheap."""

ProjectId = Annotated[str, Path(max_length=63)]
ResultId = Annotated[str, Path(max_length=128)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """Everything that a visitor can ask for."""

    catalogue: Catalogue
    downloads: Downloads
    prove: Prove


def front(request: Request) -> Front:
    """Return what `app` put together when the service started."""
    found = request.app.state.front
    assert isinstance(found, Front)
    return found


FrontDep = Annotated[Front, Depends(front)]
