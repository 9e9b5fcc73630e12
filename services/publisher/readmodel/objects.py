"""Which keys of the public zone the log names, and which it named once or could have: the sweep looks at those."""

from sqlite3 import Connection

from shared.contracts.project import PublicLogoState
from shared.contracts.publication import PublicationState
from shared.contracts.review import ReviewRoundState
from shared.contracts.subjects import object_key
from shared.messaging.events import Recorded


def may_come(db: Connection, recorded: Recorded, state: ReviewRoundState) -> None:
    """An approved content may be copied any time; a copy that was never published must not stay."""
    if state.status != "approved" or state.approved is None:
        return
    rows = [
        (object_key(one.result_id, one.revision, one.sha256), one.result_id, recorded.time.timestamp())
        for one in state.approved.manifest
    ]
    db.executemany("INSERT OR IGNORE INTO objects VALUES (?, ?, 0, ?)", rows)


def of_result(db: Connection, recorded: Recorded, state: PublicationState) -> None:
    """Exactly the published content of a result is named."""
    key = object_key(state.result_id, state.revision, state.sha256)
    _name(db, recorded, state.result_id, key, is_named=state.status == "published")


def of_logo(db: Connection, recorded: Recorded, state: PublicLogoState) -> None:
    """Exactly the shown logo of a project is named."""
    _name(db, recorded, f"{recorded.address.project_id}/logo", state.object_key, is_named=True)


def _name(db: Connection, recorded: Recorded, owner: str, key: str | None, *, is_named: bool) -> None:
    since = recorded.time.timestamp()
    db.execute("UPDATE objects SET named = 0, since = ? WHERE owner = ? AND named = 1", (since, owner))
    if key:
        db.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)", (key, owner, int(is_named), since))
