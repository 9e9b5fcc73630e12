"""What the public asks for, answered from the read model: lists, projects, results, and what became of those gone."""

import json
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Generic, TypeVar

from services.publisher.bodies import (
    Facets,
    Listing,
    ProjectSummary,
    PublicFile,
    PublicOrganisation,
    PublicProject,
    PublicResult,
)
from services.publisher.media import media_type
from services.publisher.ports import People
from services.publisher.readmodel import listing, queries
from services.publisher.readmodel.listing import Filter, Found, Value
from services.publisher.readmodel.queries import Gone, ProjectRows
from shared.errors import ProblemError
from shared.http.etag import Version
from shared.http.pagination import encode_cursor
from shared.readmodel import ReadModel

Body = TypeVar("Body")
After = tuple[Value, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Generic[Body]):
    """What is answered and its version."""

    body: Body
    version: Version


@dataclass(slots=True, kw_only=True)
class Catalogue:
    """`public_url` is the address under which the public reaches us; ids that nobody published are 404."""

    model: ReadModel
    contacts: People
    public_url: str

    async def projects(self, wanted: Filter, *, limit: int, after: After) -> Listing[ProjectSummary]:
        """Return one page of projects: every registered one is public (R29 speaks of results)."""

        def read(db: Connection) -> Listing[ProjectSummary]:
            found = listing.find(db, "projects", wanted, limit=limit, after=after)
            return _listing(found, [self._summary(db, row) for row in found.rows])

        return await self.model.read(read)

    async def results(self, wanted: Filter, *, limit: int, after: After) -> Listing[PublicResult]:
        """Return one page of published results."""

        def read(db: Connection) -> Listing[PublicResult]:
            found = listing.find(db, "results", wanted, limit=limit, after=after)
            titles = queries.project_titles(db, {row["project_id"] for row in found.rows})
            return _listing(found, [self._result(row, titles[row["project_id"]]) for row in found.rows])

        return await self.model.read(read)

    async def project(self, project_id: str) -> Shown[PublicProject]:
        """Return a project with its public contacts and published results. Raises 404 `unknown-project`."""

        def read(db: Connection) -> tuple[ProjectRows, ProjectSummary] | None:
            rows = queries.project(db, project_id)
            return (rows, self._summary(db, rows.project)) if rows else None

        found = await self.model.read(read)
        if found is None:
            raise ProblemError(404, "unknown-project")
        rows, summary = found
        body = PublicProject(
            **summary.model_dump(),
            funding=rows.project["funding"],
            granting_authority=rows.project["granting_authority"],
            contacts=await self.contacts.people(rows.contacts),
            results=tuple(self._result(row, summary.title) for row in rows.results),
        )
        return Shown(body=body, version=Version(own=rows.project["sequence"], other=rows.project["touched"]))

    async def result(self, result_id: str) -> Shown[PublicResult]:
        """Return a published result. Raises 404 `unknown-result`, 410 for one that was public."""
        row, owner = await self.rows_of_result(result_id)
        return Shown(
            body=self._result(row, owner["title"]), version=Version(own=row["sequence"], other=owner["sequence"])
        )

    async def rows_of_result(self, result_id: str) -> tuple[Row, Row]:
        """Return the rows of a published result and its project. Raises 404 and 410 as `result` does."""
        found = await self.model.read(lambda db: queries.result(db, result_id))
        if found is None:
            raise ProblemError(404, "unknown-result")
        if isinstance(found, Gone):
            raise ProblemError(410, found.code, reason=found.reason)
        return found

    async def is_public(self, result_id: str, sha256: str) -> bool:
        """Tell whether these bytes are public now."""
        return await self.model.read(lambda db: queries.is_public(db, result_id, sha256))

    async def logo(self, project_id: str) -> Row:
        """Return where a project's logo lies. Raises 404 `not-found`."""
        row = await self.model.read(lambda db: queries.logo(db, project_id))
        if row is None:
            raise ProblemError(404, "not-found")
        return row

    def _summary(self, db: Connection, row: Row) -> ProjectSummary:
        project_id = row["project_id"]
        logo = queries.logo(db, project_id)
        return ProjectSummary(
            id=project_id,
            title=row["title"],
            acronym=row["acronym"],
            summary=row["summary"],
            programme=row["programme"],
            call_year=row["call_year"],
            start_date=row["start_date"],
            end_date=row["end_date"],
            languages=tuple(json.loads(row["languages"])),
            organisations=tuple(PublicOrganisation.model_validate(one) for one in json.loads(row["organisations"])),
            website=queries.website(db, project_id),
            logo=f"{self.public_url}/v1/projects/{project_id}/logo" if logo else None,
            results_count=queries.results_count(db, project_id),
            page_url=f"{self.public_url}/projects/{project_id}",
        )

    def _result(self, row: Row, project_title: str) -> PublicResult:
        result_id = row["result_id"]
        address = f"{self.public_url}/v1/results/{result_id}"
        return PublicResult(
            id=result_id,
            project_id=row["project_id"],
            project_title=project_title,
            kind=row["kind"],
            title=row["title"],
            description=row["description"],
            category=row["category"],
            languages=tuple(json.loads(row["languages"])),
            url=row["url"],
            revision=row["revision"],
            file=PublicFile(
                name=row["name"], size=row["size"], sha256=row["sha256"], media_type=media_type(row["name"])
            ),
            published_at=row["published_at"],
            first_published_at=row["first_published_at"],
            file_url=f"{address}/file",
            proof_url=f"{address}/proof",
            page_url=f"{self.public_url}/results/{result_id}",
        )


def _listing(found: Found, items: list[Body]) -> Listing[Body]:
    facets = {
        name: [{"value": value, "count": count} for value, count in values] for name, values in found.facets.items()
    }
    following = encode_cursor(*found.following) if found.following else None
    return Listing(items=items, next=following, total=found.total, facets=Facets.model_validate(facets))
