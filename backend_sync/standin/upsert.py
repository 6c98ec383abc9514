"""`ext_upsert` as the addon does it, and the log of what arrived."""

# ruff: noqa: S608 Table and column names come from the schema, never from a request; values are parameters.

from __future__ import annotations

from typing import Any

from backend_sync.odoo.wire import INT_MAX
from backend_sync.standin.errors import AccessError, UserError
from backend_sync.standin.records import BaseModel, Vals
from backend_sync.standin.schema import Field
from backend_sync.standin.values import now_text

Held = dict[str, tuple[int, int]]


def ext_upsert(self: BaseModel, vals_list: list[Vals]) -> list[Vals]:
    """Creates or updates one record per item by `ext_uuid`; only a newer `ext_rev` writes. All or nothing."""
    if not self.caller.may_sync:
        raise AccessError("Only the synchronisation may write the platform's records.")
    rows = _blanked(self, [_checked(self, vals) for vals in vals_list])
    newest: dict[str, Vals] = {}
    for vals in rows:
        known = newest.get(vals["ext_uuid"])
        if known is None or vals["ext_rev"] > known["ext_rev"]:
            newest[vals["ext_uuid"]] = vals
    held = _held(self, list(newest))
    ids = {uuid: number for uuid, (number, _) in held.items()}
    written = [vals for uuid, vals in newest.items() if uuid not in held or vals["ext_rev"] > held[uuid][1]]
    for vals in _resolved(self, written):
        uuid = vals["ext_uuid"]
        if uuid in held:
            BaseModel(self.store, self.model, self.caller, self.context, [held[uuid][0]]).update(vals, sync=True)
        else:
            ids[uuid] = self.insert([vals], sync=True)[0]
    results = _results(rows, newest, held, ids)
    _log(self, rows, results)
    return results


def ext_erase(self: BaseModel, uuids: list[str]) -> list[Vals]:
    """Blanks what is personal in these records and remembers the identifiers. The records stay."""
    if not self.caller.may_sync:
        raise AccessError("Only the synchronisation may erase the platform's records.")
    if not isinstance(uuids, list) or not all(isinstance(uuid, str) and uuid.strip() for uuid in uuids):
        raise UserError("Each item must be an ext_uuid.")
    if not self.model.blanks:
        raise UserError(f"{self.model.name} holds nothing personal.")
    held = _held(self, uuids)
    for uuid in uuids:
        sql = "INSERT INTO erased (model, ext_uuid) VALUES (?, ?) ON CONFLICT DO NOTHING"
        self.store.write(self.model, sql, [self.model.name, uuid])
    known = [held[uuid][0] for uuid in uuids if uuid in held]
    BaseModel(self.store, self.model, self.caller, self.context, known).update(dict(self.model.blanks), sync=True)
    return [{"ext_uuid": uuid, "status": "erased" if uuid in held else "unknown"} for uuid in uuids]


def _blanked(self: BaseModel, vals_list: list[Vals]) -> list[Vals]:
    """The items as they may be written: those of erased records without what is personal."""
    uuids = [vals["ext_uuid"] for vals in vals_list]
    erased: set[str] = set()
    for start in range(0, len(uuids), 500):
        part = uuids[start : start + 500]
        sql = f"SELECT ext_uuid FROM erased WHERE model = ? AND ext_uuid IN ({', '.join('?' * len(part))})"
        erased |= {row["ext_uuid"] for row in self.store.rows(sql, [self.model.name, *part])}
    return [{**vals, **self.model.blanks} if vals["ext_uuid"] in erased else vals for vals in vals_list]


def _checked(self: BaseModel, vals: Any) -> Vals:
    if not isinstance(vals, dict):
        raise UserError("Each item must be a dictionary.")
    uuid, rev = vals.get("ext_uuid"), vals.get("ext_rev")
    if not isinstance(uuid, str) or not uuid.strip():
        raise UserError("An item has no ext_uuid.")
    if isinstance(rev, bool) or not isinstance(rev, int) or not 0 <= rev <= INT_MAX:
        raise UserError(f"The item {uuid} has no valid ext_rev.")
    for name, value in vals.items():
        field = self.model.fields.get(name)
        if field is None:
            raise ValueError(f"Invalid field {name!r} on model {self.model.name!r}")
        if field.kind == "boolean" and not isinstance(value, bool):
            raise UserError(f"The item {uuid} has no boolean in {name}.")
        if field.kind == "many2one" and not (value is False or isinstance(value, str)):
            raise UserError(f"The item {uuid} does not refer by ext_uuid in {name}.")
    return vals


def _held(self: BaseModel, uuids: list[str]) -> Held:
    found: Held = {}
    for start in range(0, len(uuids), 500):
        part = uuids[start : start + 500]
        sql = f"SELECT id, ext_uuid, ext_rev FROM {self.model.table} WHERE ext_uuid IN ({', '.join('?' * len(part))})"
        found |= {row["ext_uuid"]: (row["id"], row["ext_rev"] or 0) for row in self.store.rows(sql, part)}
    return found


def _resolved(self: BaseModel, vals_list: list[Vals]) -> list[Vals]:
    resolved = [dict(vals) for vals in vals_list]
    for field in self.model.fields.values():
        if field.kind == "many2one":
            _resolve(self, field, resolved)
    return resolved


def _resolve(self: BaseModel, field: Field, vals_list: list[Vals]) -> None:
    named = [vals for vals in vals_list if isinstance(vals.get(field.name), str)]
    found = _held(self.other(field.relation), list({vals[field.name] for vals in named}))
    for vals in named:
        uuid = vals[field.name]
        if uuid not in found:
            raise UserError(f"{self.model.name} {vals['ext_uuid']} refers by {field.name} to {uuid}, which is unknown.")
        vals[field.name] = found[uuid][0]


def _results(rows: list[Vals], newest: dict[str, Vals], held: Held, ids: dict[str, int]) -> list[Vals]:
    results = []
    written = set()
    for vals in rows:
        uuid, rev = vals["ext_uuid"], vals["ext_rev"]
        before = held[uuid][1] if uuid in held else None
        now = max(newest[uuid]["ext_rev"], -1 if before is None else before)
        if rev < now:
            status = "stale"
        elif rev == before or uuid in written:
            status = "unchanged"
        else:
            status = "created" if before is None else "updated"
            written.add(uuid)
        results.append({"ext_uuid": uuid, "id": ids[uuid], "ext_rev": now, "status": status})
    return results


def _log(self: BaseModel, rows: list[Vals], results: list[Vals]) -> None:
    stamp = now_text()
    sql = "INSERT INTO arrival (model, ext_uuid, ext_rev, status, arrived_at) VALUES (?, ?, ?, ?, ?)"
    for vals, result in zip(rows, results, strict=True):
        entry = [self.model.name, vals["ext_uuid"], vals["ext_rev"], result["status"], stamp]
        self.store.write(self.model, sql, entry)
