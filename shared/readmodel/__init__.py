"""Disposable read models: the log, followed into a local SQLite file. Deleting the file loses nothing."""

from shared.readmodel.database import Schema
from shared.readmodel.model import LogSource, ReadModel

__all__ = ["LogSource", "ReadModel", "Schema"]
