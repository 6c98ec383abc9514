"""The choices sheet: lists of choices with their filter columns."""

from __future__ import annotations

from typing import Any

from api.domain.forms.engine.xlsform.columns import MEDIA_UNSUPPORTED, Row, Table
from api.domain.forms.engine.xlsform.report import Notes
from api.domain.forms.engine.xlsform.texts import Texts

Origins = dict[int, tuple[str, Row]]
"""The row behind each object of the raw document, by identity: pointers are known only at the end."""

OTHER = "other"
_OTHER_LABELS = {
    "en": "Other",
    "hi": "अन्य",
    "mr": "इतर",
    "fr": "Autre",
    "es": "Otro",
    "pt": "Outro",
    "de": "Andere",
    "ar": "أخرى",
}


def read_choices(
    table: Table, used: set[str], texts: Texts, origins: Origins, notes: Notes
) -> dict[str, list[dict[str, Any]]]:
    """Choice lists by name, of those in `used`."""
    lists: dict[str, list[dict[str, Any]]] = {}
    unused: set[str] = set()
    for row in table.rows:
        name = row.get("list_name")
        if not name:
            if row.get("name") or row.texts:
                heading = table.heading("list_name")
                notes.error(table.sheet, row.number, heading, "missing_list", "the name of the list is missing")
            continue
        if name not in used:
            if name not in unused:
                notes.warn(
                    table.sheet,
                    row.number,
                    table.heading("list_name"),
                    "unused_list",
                    f"nothing uses the list {name!r}",
                )
            unused.add(name)
            continue
        choice = _choice(row, table, texts, notes)
        if choice is not None:
            origins[id(choice)] = (table.sheet, row)
            lists.setdefault(name, []).append(choice)
    return lists


def _choice(row: Row, table: Table, texts: Texts, notes: Notes) -> dict[str, Any] | None:
    value = row.get("name")
    if not value:
        notes.error(table.sheet, row.number, table.heading("name"), "missing_name", "the choice has no name")
        return None
    if row.media:
        notes.unsupported(table.sheet, row.number, row.media, MEDIA_UNSUPPORTED)
    label = texts.of(row, "label")
    if not label and row.media:
        # Its picture is reported already; without one the name is all there is to show.
        label = {texts.default: value}
    choice: dict[str, Any] = {"value": value, "label": label}
    if row.columns:
        choice["columns"] = row.columns
    if row.get("prs:relevant"):
        choice["relevant"] = row.get("prs:relevant")
    return choice


def other_choice(texts: Texts) -> dict[str, Any]:
    """The choice that `or_other` adds."""
    return {"value": OTHER, "label": texts.known(_OTHER_LABELS)}
