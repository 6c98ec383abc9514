"""The stand-in's own tables: one SQLite file that survives a kill, one transaction at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend_sync.standin.errors import SerializationFailure, UserError, still_referred_to
from backend_sync.standin.schema import MODELS, Field, Model

_TYPES = {"boolean": "INTEGER", "integer": "INTEGER", "many2one": "INTEGER"}
# Each row that ext_upsert was given and committed, also one that changed nothing: a test holds records against these.
_ARRIVAL = """
CREATE TABLE IF NOT EXISTS arrival (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL,
    ext_uuid TEXT NOT NULL,
    ext_rev INTEGER NOT NULL,
    status TEXT NOT NULL,
    arrived_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS arrival_ext_uuid ON arrival (model, ext_uuid);
"""
# Identifiers whose personal data was erased: what arrives for them later is blanked as well.
_ERASED = """
CREATE TABLE IF NOT EXISTS erased (
    model TEXT NOT NULL,
    ext_uuid TEXT NOT NULL,
    PRIMARY KEY (model, ext_uuid)
);
"""


class Store:
    """The tables. Reads and writes go through `transaction`, which one thread at a time holds."""

    def __init__(self, path: str | Path, first_ids: Mapping[str, int] | None = None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._connection.row_factory = sqlite3.Row
        self._connection.create_function("fold", 1, _fold, deterministic=True)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "case_sensitive_like=ON",
            "secure_delete=ON",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        for model in MODELS.values():
            self._connection.executescript(_ddl(model))
            self._add_columns(model)
        self._connection.executescript(_ARRIVAL)
        self._connection.executescript(_ERASED)
        for name, first in (first_ids or {}).items():
            self._start_ids(MODELS[name].table, first)

    def _add_columns(self, model: Model) -> None:
        """A file of an earlier version learns the fields that came since."""
        known = {row["name"] for row in self._connection.execute(f"PRAGMA table_info({model.table})")}
        for field in model.columns:
            if field.name not in known:
                self._connection.execute(f"ALTER TABLE {model.table} ADD COLUMN {_column_ddl(field)}")

    def _start_ids(self, table: str, first: int) -> None:
        known = self._connection.execute("SELECT 1 FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        if known is None:
            self._connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, first - 1))

    @contextmanager
    def transaction(self, *, rollback: bool = False) -> Iterator[Store]:
        """Commits at the end, or rolls back where the block raises or `rollback` asks for it."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("ROLLBACK" if rollback else "COMMIT")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._connection.execute(sql, parameters).fetchall()

    def write(self, model: Model, sql: str, parameters: Sequence[Any]) -> int:
        """The id of the row last inserted. Constraint violations become Odoo's faults."""
        try:
            return self._connection.execute(sql, parameters).lastrowid or 0
        except sqlite3.IntegrityError as error:
            if "UNIQUE" in str(error):
                raise UserError("The operation cannot be completed: The platform UID must be unique.") from None
            raise still_referred_to(*_referrer(model)) from None
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise SerializationFailure("could not serialize access due to concurrent update") from None
            raise

    def settle(self) -> None:
        """Empties the write-ahead log: the file then holds what is stored, and nothing that was."""
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Waits for the transaction under way and closes the file."""
        with self._lock:
            self._connection.close()


def _fold(value: object) -> str | None:
    return None if value is None else str(value).casefold()


def _column_ddl(field: Field) -> str:
    ddl = f'"{field.name}" {_TYPES.get(field.kind, "TEXT")}'
    if field.name == "ext_uuid":
        ddl += " UNIQUE"
    if field.kind == "many2one":
        ddl += f" REFERENCES {MODELS[field.relation].table} (id) ON DELETE {field.on_delete}"
    return ddl


def _ddl(model: Model) -> str:
    columns = ", ".join(_column_ddl(field) for field in model.columns)
    indexes = "".join(
        f'CREATE INDEX IF NOT EXISTS {model.table}_{field.name} ON {model.table} ("{field.name}");'
        for field in model.columns
        if field.kind == "many2one"
    )
    return f"CREATE TABLE IF NOT EXISTS {model.table} (id INTEGER PRIMARY KEY AUTOINCREMENT, {columns});{indexes}"


def _referrer(model: Model) -> tuple[str, str, str]:
    """The model and constraint that hold a record of `model`."""
    column = "event_ticket_id" if model.name == "event.event.ticket" else "event_id"
    holder = MODELS["event.registration"]
    return holder.label, holder.name, f"{holder.table}_{column}_fkey"
