"""Records of one model under one caller, with the methods that Odoo offers over XML-RPC.

The class is called `BaseModel` and the signatures are Odoo's because a wrong call is answered with their names in it.
"""

# ruff: noqa: S608 Table and column names come from the schema, never from a request; values are parameters.

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from backend_sync.standin.checks import after_write, guard_unlink, seats_of
from backend_sync.standin.domain import order_by, where
from backend_sync.standin.errors import AccessError, missing_record, not_null
from backend_sync.standin.schema import MODELS, Field, Model
from backend_sync.standin.store import Store
from backend_sync.standin.values import Column, from_column, now_text, to_column

Vals = dict[str, Any]
_CLASSIC = "_classic_read"
_ID_MARKS = 500


class Caller(msgspec.Struct, frozen=True):
    """Who calls; `may_write` stands for the rights of an event manager, `may_sync` for the addon's group."""

    uid: int
    may_write: bool = True
    may_sync: bool = True


class BaseModel:
    """Methods of one call. `ids` are the records it is about, empty for a method of the model."""

    def __init__(self, store: Store, model: Model, caller: Caller, context: Vals, ids: Sequence[int] = ()) -> None:
        self.store = store
        self.model = model
        self.caller = caller
        self.context = context
        self.ids = list(ids)

    def other(self, name: str) -> BaseModel:
        """The same caller at another model."""
        return BaseModel(self.store, MODELS[name], self.caller, self.context)

    # Reading

    def search(
        self, domain: Sequence[Any], offset: int = 0, limit: int | None = None, order: str | None = None
    ) -> list[int]:
        condition, values = self._where(domain)
        sql = f"SELECT id FROM {self.model.table} WHERE {condition} ORDER BY {order_by(self.model, order)}"
        rows = self.store.rows(f"{sql} LIMIT ? OFFSET ?", [*values, limit or -1, offset or 0])
        return [row["id"] for row in rows]

    def search_count(self, domain: Sequence[Any], limit: int | None = None) -> int:
        condition, values = self._where(domain)
        sql = f"SELECT COUNT(*) AS n FROM (SELECT 1 FROM {self.model.table} WHERE {condition} LIMIT ?)"
        count: int = self.store.rows(sql, [*values, limit or -1])[0]["n"]
        return count

    def search_read(
        self,
        domain: Sequence[Any] | None = None,
        fields: Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
        **read_kwargs: Any,
    ) -> list[Vals]:
        self._fields_of(fields or ())
        self.ids = self.search(domain or [], offset, limit, order)
        return self.read(fields, **read_kwargs)

    def read(self, fields: Sequence[str] | None = None, load: str = _CLASSIC) -> list[Vals]:
        chosen = self._fields_of(fields or self.model.fields)
        rows = {row["id"]: row for row in self._rows(self.ids)}
        answers = [
            {"id": number, **{field.name: self._read_stored(field, rows[number]) for field in chosen}}
            for number in self.ids
            if number in rows
        ]
        for field in chosen:
            if field.computed:
                self._read_computed(field, answers)
            elif field.kind == "many2one" and load == _CLASSIC:
                self._read_names(field, answers)
        return answers

    def fields_get(
        self, allfields: Sequence[str] | None = None, attributes: Sequence[str] | None = None
    ) -> dict[str, Vals]:
        names = self.model.fields if not allfields else [name for name in self.model.fields if name in allfields]
        answer = {}
        for name in names:
            field = self.model.fields[name]
            about: Vals = {
                "type": field.kind,
                "string": field.label,
                "required": field.required,
                "readonly": field.readonly,
                "store": not field.computed,
            }
            if field.relation:
                about["relation"] = field.relation
            if field.selection:
                about["selection"] = [list(choice) for choice in field.selection]
            answer[name] = {key: value for key, value in about.items() if not attributes or key in attributes}
        return answer

    # Writing

    def create(self, vals_list: Vals | list[Vals]) -> int | list[int]:
        self.check_access("create")
        if isinstance(vals_list, dict):
            return self.insert([vals_list])[0]
        return self.insert(vals_list)

    def write(self, vals: Vals) -> bool:
        self.check_access("modify")
        self.update(vals)
        return True

    def unlink(self) -> bool:
        self.check_access("delete")
        self.check_exist()
        guard_unlink(self.store, self.model, self.ids)
        for number in self.ids:
            self.store.write(self.model, f"DELETE FROM {self.model.table} WHERE id = ?", [number])
        return True

    def insert(self, vals_list: Iterable[Vals], *, sync: bool = False) -> list[int]:
        """The new ids. `sync` leaves the decision about seats to whoever calls."""
        stamp = now_text()
        created = []
        for vals in vals_list:
            columns = self._columns_of({**self._defaults, **vals})
            columns |= {"create_date": stamp, "write_date": stamp}
            if columns.get("state") == "done" and not columns["date_closed"]:
                columns["date_closed"] = stamp
            self._check_columns(columns)
            names = ", ".join(f'"{name}"' for name in columns)
            marks = ", ".join("?" * len(columns))
            sql = f"INSERT INTO {self.model.table} ({names}) VALUES ({marks})"
            created.append(self.store.write(self.model, sql, list(columns.values())))
        after_write(self.store, self.model, created, sync=sync)
        return created

    def update(self, vals: Vals, *, sync: bool = False) -> None:
        """Writes the same values to every record in `ids`."""
        columns = self._columns_of(vals)
        self.check_exist()
        self._check_columns(columns)
        if columns and self.ids:
            columns["write_date"] = now_text()
            names = ", ".join(f'"{name}" = ?' for name in columns)
            for number in self.ids:
                sql = f"UPDATE {self.model.table} SET {names} WHERE id = ?"
                self.store.write(self.model, sql, [*columns.values(), number])
            if columns.get("state") == "done":
                sql = f"UPDATE {self.model.table} SET date_closed = ? WHERE id = ? AND date_closed IS NULL"
                for number in self.ids:
                    self.store.write(self.model, sql, [columns["write_date"], number])
            after_write(self.store, self.model, self.ids, sync=sync)

    # Inside

    def check_access(self, operation: str) -> None:
        """Raises AccessError as Odoo words it."""
        if self.caller.may_write:
            return
        groups = self.model.removers if operation == "delete" else self.model.writers
        listed = "\n".join(f"\t- {group}" for group in groups)
        raise AccessError(
            f"You are not allowed to {operation} '{self.model.label}' ({self.model.name}) records.\n\n"
            f"This operation is allowed for the following groups:\n{listed}\n\n"
            "Contact your administrator to request access if necessary."
        )

    def check_exist(self) -> None:
        """Raises the fault of a missing record where one of `ids` is not there."""
        known = {row["id"] for row in self._rows(self.ids)}
        for number in self.ids:
            if number not in known:
                raise missing_record(self.model.name, number, self.caller.uid)

    def _where(self, domain: Sequence[Any]) -> tuple[str, list[Any]]:
        return where(self.model, domain, active_test=bool(self.context.get("active_test", True)))

    def _rows(self, ids: Sequence[Any]) -> list[Any]:
        rows = []
        for start in range(0, len(ids), _ID_MARKS):
            part = list(ids[start : start + _ID_MARKS])
            sql = f"SELECT * FROM {self.model.table} WHERE id IN ({', '.join('?' * len(part))})"
            rows.extend(self.store.rows(sql, part))
        return rows

    def _fields_of(self, names: Iterable[str]) -> list[Field]:
        for name in names:
            if name != "id" and name not in self.model.fields:
                raise ValueError(f"Invalid field {name!r} on model {self.model.name!r}")
        return [self.model.fields[name] for name in names if name != "id"]

    @property
    def _defaults(self) -> Vals:
        return {field.name: field.default for field in self.model.columns}

    def _columns_of(self, vals: Vals) -> dict[str, Column]:
        stored = [field for field in self._fields_of(vals) if not field.computed]
        return {field.name: to_column(self.model.name, field, vals[field.name]) for field in stored}

    def _check_columns(self, columns: dict[str, Column]) -> None:
        for name, value in columns.items():
            field = self.model.fields[name]
            if field.required and value is None:
                raise not_null(self.model.label, self.model.name, field.label, name)
            if field.kind == "many2one" and value is not None and not self.other(field.relation).exists(value):
                raise missing_record(field.relation, value, self.caller.uid)

    def exists(self, number: Column) -> bool:
        """Whether there is such a record."""
        return bool(self.store.rows(f"SELECT 1 FROM {self.model.table} WHERE id = ?", [number]))

    def _read_stored(self, field: Field, row: Any) -> Any:
        return False if field.computed else from_column(field, row[field.name])

    def _read_computed(self, field: Field, answers: list[Vals]) -> None:
        ids = [answer["id"] for answer in answers]
        if field.kind == "one2many":
            values: dict[int, Any] = self._lines(field, ids)
        elif field.name == "display_name":
            values = self.display_names(ids)
        elif field.name == "seats_limited":
            values = {row["id"]: bool(row["seats_max"]) for row in self._rows(ids)}
        else:
            seats = seats_of(self.store, self.model, ids)
            values = {number: counts[field.name] for number, counts in seats.items()}
        for answer in answers:
            answer[field.name] = values[answer["id"]]

    def _lines(self, field: Field, ids: list[int]) -> dict[int, list[int]]:
        if not field.relation:
            return {number: [] for number in ids}
        lines = self.other(field.relation)
        return {number: lines.search([[field.inverse, "=", number]]) for number in ids}

    def _read_names(self, field: Field, answers: list[Vals]) -> None:
        names = self.other(field.relation).display_names([answer[field.name] for answer in answers])
        for answer in answers:
            if answer[field.name]:
                answer[field.name] = [answer[field.name], names[answer[field.name]]]

    def display_names(self, ids: Sequence[int]) -> dict[int, str]:
        """Names as a many2one shows them."""
        rows = self._rows(sorted({number for number in ids if number}))
        return {row["id"]: row["name"] or f"#{row['id']}" for row in rows}


def _state_action(state: str) -> Callable[[BaseModel], None]:
    def action(self: BaseModel) -> None:
        self.write({"state": state})

    return action


def _finish_event(self: BaseModel) -> None:
    self.check_access("modify")
    self.check_exist()


# Methods that return None: Odoo commits them and then faults on its own answer.
ACTIONS: dict[str, dict[str, Callable[[BaseModel], None]]] = {
    "event.registration": {
        "action_cancel": _state_action("cancel"),
        "action_confirm": _state_action("open"),
        "action_set_done": _state_action("done"),
        "action_set_draft": _state_action("draft"),
    },
    "event.event": {"action_set_done": _finish_event},
}
