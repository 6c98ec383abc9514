"""The choices sheet: lists of choices with their filter columns."""

from __future__ import annotations

from typing import Any

from api.domain.forms.engine.xlsform.columns import MEDIA, Row, Table
from api.domain.forms.engine.xlsform.exact import apply_exact
from api.domain.forms.engine.xlsform.media import read_media
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
        name = row.get("prs:list") or row.get("list_name")
        if not name:
            if row.get("name") or row.texts:
                heading = table.heading("list_name")
                notes.error(table.sheet, row.number, heading, "missing_list", "the name of the list is missing")
            continue
        # An export names every list it means to keep, used or not.
        if name not in used and not row.get("prs:list"):
            if name not in unused:
                heading = table.heading("list_name")
                notes.warn(table.sheet, row.number, heading, "unused_list", f"nothing uses the list {name!r}")
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
    label = texts.of(row, "label")
    media = read_media(row, table, texts, notes)
    if not label and any(row.texts.get(f"media:{kind}") for kind in MEDIA):
        # Choices shown as pictures alone: the name stands in for those who cannot see them.
        label = {texts.default: value}
    choice: dict[str, Any] = {"value": value, "label": label}
    if media:
        choice["media"] = media
    if row.columns:
        choice["columns"] = row.columns
    if row.get("prs:relevant"):
        choice["relevant"] = row.get("prs:relevant")
    apply_exact(choice, row, table, notes)
    return choice


def other_choice(texts: Texts) -> dict[str, Any]:
    """The choice that `or_other` adds."""
    return {"value": OTHER, "label": texts.known(_OTHER_LABELS)}
