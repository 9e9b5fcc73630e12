"""Moments as the rows hold them."""

from datetime import UTC, datetime


def instant(moment: datetime) -> str:
    """Return a moment in UTC and of one length, so that texts compare like moments; without a zone it is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")
