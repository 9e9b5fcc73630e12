"""One event of the log into rows. What stands in these rows is what the public may see, with three exceptions.

`descriptions` wait for an approval, `takedowns` for a publication that was slower, `objects` for the sweep.
"""

import json
from pathlib import Path
from sqlite3 import Connection

from services.publisher.readmodel import objects, results
from shared.contracts.model import WireModel
from shared.contracts.project import (
    ContactState,
    Organisation,
    ProjectDescription,
    ProjectState,
    PublicLogoState,
    WebsiteState,
)
from shared.contracts.publication import PublicationState
from shared.contracts.result import ResultState
from shared.contracts.review import ReviewResultState, ReviewRoundState
from shared.messaging.events import Recorded
from shared.readmodel import Schema

CONTACT_FIELDS = ("name", "email", "phone")


def project_event(db: Connection, recorded: Recorded) -> None:
    """Write the rows of one event; most events of the log change nothing that is public."""
    if (recorded.address.owner, recorded.address.thing) not in _READ:
        return
    match state := recorded.state():
        case ResultState():
            results.describe(db, recorded, state)
        case ReviewRoundState():
            objects.may_come(db, recorded, state)
        case _:
            _public_event(db, recorded, state)
            _touch(db, recorded)


def _public_event(db: Connection, recorded: Recorded, state: WireModel) -> None:
    match state:
        case ProjectState():
            _project(db, recorded, state)
        case WebsiteState():
            _website(db, recorded, state)
        case PublicLogoState():
            _logo(db, recorded, state)
        case ContactState():
            _contact(db, recorded, state)
        case ReviewResultState():
            results.take_down(db, recorded, state)
        case PublicationState():
            results.publish(db, recorded, state)
            objects.of_result(db, recorded, state)


_READ = frozenset(
    {
        ("intake", "project"),
        ("intake", "contact"),
        ("intake", "result"),
        ("review", "result"),
        ("review", "round"),
        ("publisher", "result"),
        ("publisher", "website"),
        ("publisher", "logo"),
    }
)


def _touch(db: Connection, recorded: Recorded) -> None:
    """The project's public state may be another one now: caches ask again."""
    db.execute("UPDATE projects SET touched = ? WHERE project_id = ?", (recorded.sequence, recorded.address.project_id))


def _project(db: Connection, recorded: Recorded, state: ProjectState) -> None:
    about, project_id = state.description, recorded.address.project_id
    present = [one for one in about.organisations if not one.withdrawn]
    gone = {one.id for one in about.organisations if one.withdrawn}
    row = {
        "project_id": project_id,
        "title": about.title,
        "acronym": about.acronym,
        "summary": about.summary,
        "programme": about.programme,
        "call_year": about.call_year,
        "start_date": about.start_date.isoformat(),
        "end_date": about.end_date.isoformat(),
        "languages": json.dumps(about.languages),
        "organisations": json.dumps([_organisation(one) for one in present], ensure_ascii=False),
        "contact_ids": json.dumps([one.id for one in state.contacts if one.organisation_id not in gone]),
        "funding": about.funding,
        "granting_authority": about.granting_authority,
        "sequence": recorded.sequence,
        "touched": recorded.sequence,
    }
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != "project_id")
    (number,) = db.execute(
        f"INSERT INTO projects ({columns}) VALUES ({values}) "  # noqa: S608 - column names of ours
        f"ON CONFLICT (project_id) DO UPDATE SET {changes} RETURNING number",
        row,
    ).fetchone()
    _index(db, number, about, present)
    db.execute("DELETE FROM facets WHERE project_id = ? AND result_id = ''", (project_id,))
    db.executemany(
        "INSERT OR IGNORE INTO facets VALUES (?, '', ?, ?)",
        [(project_id, facet, value) for facet, value in _facets(about, present)],
    )


def _organisation(one: Organisation) -> dict[str, str | None]:
    return {
        "name": one.name,
        "country": one.country,
        "city": one.city,
        "region": one.region,
        "role": one.role,
        "type": one.type,
        "website": str(one.website) if one.website else None,
    }


def _index(db: Connection, number: int, about: ProjectDescription, present: list[Organisation]) -> None:
    db.execute("DELETE FROM project_search WHERE rowid = ?", (number,))
    db.execute(
        "INSERT INTO project_search (rowid, title, acronym, summary, organisations) VALUES (?, ?, ?, ?, ?)",
        (number, about.title, about.acronym, about.summary, " · ".join(one.name for one in present)),
    )


def _facets(about: ProjectDescription, present: list[Organisation]) -> list[tuple[str, str]]:
    found = [("programme", about.programme), *(("language", one) for one in about.languages)]
    if about.call_year:
        found.append(("year", str(about.call_year)))
    return found + [("country", one.country) for one in present if one.country]


def _website(db: Connection, recorded: Recorded, state: WebsiteState) -> None:
    project_id = recorded.address.project_id
    if state.url is None:
        db.execute("DELETE FROM websites WHERE project_id = ?", (project_id,))
    else:
        db.execute("INSERT OR REPLACE INTO websites VALUES (?, ?)", (project_id, state.url))


def _logo(db: Connection, recorded: Recorded, state: PublicLogoState) -> None:
    project_id = recorded.address.project_id
    db.execute("DELETE FROM logos WHERE project_id = ?", (project_id,))
    if state.object_key and state.sha256 and state.content_type:
        db.execute(
            "INSERT INTO logos VALUES (?, ?, ?, ?)", (project_id, state.object_key, state.sha256, state.content_type)
        )
    objects.of_logo(db, recorded, state)


def _contact(db: Connection, recorded: Recorded, state: ContactState) -> None:
    """Only where the flagged fields lie; the person's data stay in the bucket, from where they can be erased."""
    flags = (state.publish_name, state.publish_email, state.publish_phone)
    shown = [name for name, flag in zip(CONTACT_FIELDS, flags, strict=True) if flag]
    project_id = recorded.address.project_id
    db.execute("DELETE FROM contacts WHERE project_id = ? AND contact_id = ?", (project_id, state.contact_id))
    if shown and state.public_key:
        db.execute(
            "INSERT INTO contacts VALUES (?, ?, ?, ?)",
            (project_id, state.contact_id, state.public_key, json.dumps(shown)),
        )


SCHEMA = Schema(
    version=1, tables=Path(__file__).with_name("tables.sql").read_text(encoding="utf-8"), project=project_event
)
