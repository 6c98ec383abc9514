"""What arrived, as scripts and the page read it."""

# ruff: noqa: S608 Table and column names come from the schema, never from a request; values are parameters.

from __future__ import annotations

from typing import Any

import msgspec

from backend_sync.standin.schema import MODELS, Model
from backend_sync.standin.store import Store
from backend_sync.standin.values import from_column

MAX_LIMIT = 1000


class Query(msgspec.Struct, frozen=True):
    """Which records: by exact `ext_uuids`, or containing `text` in name, e-mail, number or uid; newest first."""

    model: str
    ext_uuids: tuple[str, ...] = ()
    text: str = ""
    limit: int = 100
    offset: int = 0


class Listing(msgspec.Struct, frozen=True):
    """One page of records and how many there are in all."""

    model: str
    total: int
    items: list[dict[str, Any]]


def list_records(store: Store, query: Query) -> Listing:
    """Records with references as `ext_uuid`, when they arrived and how often they were delivered."""
    model = MODELS[query.model]
    condition, values = _condition(model, query)
    limit = max(0, min(query.limit, MAX_LIMIT))
    sql = (
        f"SELECT r.*, {_references(model)}"
        " (SELECT COUNT(*) FROM arrival a WHERE a.model = ? AND a.ext_uuid = r.ext_uuid) AS deliveries,"
        " (SELECT MIN(arrived_at) FROM arrival a WHERE a.model = ? AND a.ext_uuid = r.ext_uuid) AS arrived_at,"
        " (SELECT MAX(arrived_at) FROM arrival a WHERE a.model = ? AND a.ext_uuid = r.ext_uuid) AS last_arrived_at"
        f" FROM {model.table} r WHERE {condition} ORDER BY r.id DESC LIMIT ? OFFSET ?"
    )
    with store.transaction():
        count = f"SELECT COUNT(*) AS n FROM {model.table} r WHERE {condition}"
        total = store.rows(count, values)[0]["n"]
        rows = store.rows(sql, [model.name, model.name, model.name, *values, limit, max(0, query.offset)])
    return Listing(model.name, total, [_item(model, row) for row in rows])


def totals(store: Store) -> dict[str, dict[str, int]]:
    """Records, deliveries and distinct uids delivered, by model."""
    with store.transaction():
        return {
            model.name: {
                "records": store.rows(f"SELECT COUNT(*) AS n FROM {model.table}")[0]["n"],
                "deliveries": store.rows("SELECT COUNT(*) AS n FROM arrival WHERE model = ?", [model.name])[0]["n"],
                "ext_uuids": store.rows(
                    "SELECT COUNT(DISTINCT ext_uuid) AS n FROM arrival WHERE model = ?", [model.name]
                )[0]["n"],
            }
            for model in MODELS.values()
        }


def _condition(model: Model, query: Query) -> tuple[str, list[Any]]:
    parts, values = ["1"], list[Any]()
    if query.ext_uuids:
        parts.append(f"r.ext_uuid IN ({', '.join('?' * len(query.ext_uuids))})")
        values.extend(query.ext_uuids)
    if query.text:
        columns = [name for name in ("name", "email", "prs_number", "ext_uuid") if name in model.fields]
        parts.append("(" + " OR ".join(f"instr(fold(r.{name}), ?) > 0" for name in columns) + ")")
        values.extend([query.text.casefold()] * len(columns))
    return " AND ".join(parts), values


def _references(model: Model) -> str:
    return "".join(
        f" (SELECT t.ext_uuid FROM {MODELS[field.relation].table} t WHERE t.id = r.{field.name}) AS {field.name}_uuid,"
        f" (SELECT t.name FROM {MODELS[field.relation].table} t WHERE t.id = r.{field.name}) AS {field.name}_name,"
        for field in model.columns
        if field.kind == "many2one"
    )


def _item(model: Model, row: Any) -> dict[str, Any]:
    item: dict[str, Any] = {"id": row["id"]}
    for field in model.columns:
        if field.kind == "many2one":
            item[field.name] = row[f"{field.name}_uuid"] or False
            item[f"{field.name}_name"] = row[f"{field.name}_name"] or False
        else:
            item[field.name] = from_column(field, row[field.name])
    for name in ("deliveries", "arrived_at", "last_arrived_at"):
        item[name] = row[name]
    return item
