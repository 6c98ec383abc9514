"""Constraints that Odoo's event module puts on records, and the seats they count."""

# ruff: noqa: S608 Table and column names come from the schema, never from a request; values are parameters.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend_sync.standin.errors import UserError
from backend_sync.standin.schema import MODELS, Model
from backend_sync.standin.store import Store

_SEAT_HOLDERS = {"event.event": "event_id", "event.event.ticket": "event_ticket_id"}


def seats_of(store: Store, model: Model, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Seat counts of events or tickets: `open` reserves, `done` uses; archived registrations hold none."""
    column = _SEAT_HOLDERS[model.name]
    marks = ", ".join("?" * len(ids))
    sql = (
        f"SELECT {column} AS holder, SUM(state = 'open') AS reserved, SUM(state = 'done') AS used"
        f" FROM event_registration WHERE active = 1 AND {column} IN ({marks}) GROUP BY {column}"
    )
    taken = {row["holder"]: (row["reserved"], row["used"]) for row in store.rows(sql, ids)}
    counts = {}
    for row in store.rows(f"SELECT id, seats_max FROM {model.table} WHERE id IN ({marks})", ids):
        reserved, used = taken.get(row["id"], (0, 0))
        counts[row["id"]] = {
            "seats_reserved": reserved,
            "seats_used": used,
            "seats_taken": reserved + used,
            "seats_available": row["seats_max"] - reserved - used if row["seats_max"] else 0,
        }
    return counts


def after_write(store: Store, model: Model, ids: Sequence[int], *, sync: bool) -> None:
    """Raises UserError where the records as they now are break a constraint of the model."""
    for number in ids:
        [row] = store.rows(f"SELECT * FROM {model.table} WHERE id = ?", [number])
        if model.name == "event.event":
            if row["date_end"] < row["date_begin"]:
                raise UserError("The closing date cannot be earlier than the beginning date.")
        elif model.name == "event.event.ticket":
            _check_sale(row)
        else:
            _check_ticket(store, row)
            if not sync and row["active"] and row["state"] in ("open", "done"):
                _check_seats(store, row)


def guard_unlink(store: Store, model: Model, ids: Sequence[int]) -> None:
    """Raises UserError for a ticket that somebody holds."""
    if model.name != "event.event.ticket":
        return
    sql = (
        f"SELECT name FROM {model.table} WHERE id = ? AND EXISTS"
        f" (SELECT 1 FROM event_registration WHERE event_ticket_id = {model.table}.id)"
    )
    held = [row["name"] for number in ids for row in store.rows(sql, [number])]
    if held:
        raise UserError(
            "The following tickets cannot be deleted while they have one or more registrations linked to them:\n- "
            + "\n- ".join(held)
        )


def _check_sale(row: Any) -> None:
    start, end = row["start_sale_datetime"], row["end_sale_datetime"]
    if start and end and start > end:
        raise UserError(f"The stop date cannot be earlier than the start date. Please check ticket {row['name']}")


def _check_ticket(store: Store, row: Any) -> None:
    if row["event_ticket_id"] is None:
        return
    [ticket] = store.rows("SELECT event_id FROM event_event_ticket WHERE id = ?", [row["event_ticket_id"]])
    if ticket["event_id"] != row["event_id"]:
        raise UserError("Invalid event / ticket choice")


def _check_seats(store: Store, row: Any) -> None:
    [event] = store.rows("SELECT * FROM event_event WHERE id = ?", [row["event_id"]])
    if event["seats_limited"] and event["seats_max"]:
        _refuse_overbooking(store, "event.event", event, f'- "{event["name"]}"')
    for ticket in store.rows("SELECT * FROM event_event_ticket WHERE id = ?", [row["event_ticket_id"]]):
        if ticket["seats_max"]:
            label = f'- the ticket "{ticket["name"]}" ({event["name"]})'
            _refuse_overbooking(store, "event.event.ticket", ticket, label)


def _refuse_overbooking(store: Store, model: str, row: Any, label: str) -> None:
    missing = -seats_of(store, MODELS[model], [row["id"]])[row["id"]]["seats_available"]
    if missing > 0:
        raise UserError(f"There are not enough seats available for:\n{label}: Missing {missing} seats.\n")
