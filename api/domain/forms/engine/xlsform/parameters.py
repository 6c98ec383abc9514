"""The parameters column: `start=0 end=10 step=2` and the like."""

from __future__ import annotations

import math
import re
from typing import Any

from api.domain.forms.engine.types import FieldType
from api.domain.forms.engine.xlsform.columns import Row, Table
from api.domain.forms.engine.xlsform.report import Notes

RATING_DEFAULTS = {"minimum": 1, "maximum": 5, "step": 1}
"""What a rating has where its field does not say otherwise."""
RANGE_DEFAULTS = {"minimum": 1, "maximum": 10, "step": 1}
"""What the standard gives a range."""
_RANGE = {"start": "minimum", "end": "maximum", "step": "step"}
_DISPLAY = frozenset(
    {
        "max-pixels", "quality", "app", "capture-accuracy", "warning-accuracy", "allow-mock-accuracy", "rows",
        "incremental", "tick_interval", "placeholder", "tick_labelset", "track-changes", "location-priority",
    }
)  # fmt: skip
"""Parameters that change how a device asks, not what is asked."""
_PAIR = re.compile(r"([^\s=,;]+)\s*=\s*([^\s,;]+)")


def number(text: str) -> int | float:
    """Raises ValueError for what is no finite number."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def apply_parameters(field: dict[str, Any], row: Row, table: Table, notes: Notes, *, stars: bool) -> None:
    """Set on `field` what the row's parameters say; `stars` where a range has the appearance `rating`."""
    text, heading = row.get("parameters"), table.heading("parameters")
    rest = _PAIR.sub(" ", text)
    if rest.strip(" ,;\t\n"):
        notes.error(table.sheet, row.number, heading, "parameters", f"write name=value, not {rest.strip()!r}")
    given = {name.lower(): value for name, value in _PAIR.findall(text)}
    if field["type"] == FieldType.RATING and row.get("prs:type").lower() != FieldType.RATING:
        _range(field, given, row, table, notes, stars=stars)
    for name in given:
        if name in _DISPLAY:
            notes.warn(table.sheet, row.number, heading, "parameter", f"the parameter {name!r} has no effect here")
        else:
            notes.unsupported(table.sheet, row.number, heading, f"the parameter {name!r} is not supported")


def _range(field: dict[str, Any], given: dict[str, str], row: Row, table: Table, notes: Notes, *, stars: bool) -> None:
    values: dict[str, int | float] = dict(RATING_DEFAULTS if stars else RANGE_DEFAULTS)
    for name, attribute in _RANGE.items():
        text = given.pop(name, None)
        if text is None:
            continue
        try:
            values[attribute] = number(text)
        except ValueError:
            message = f"{name} is a number, not {text!r}"
            notes.error(table.sheet, row.number, table.heading("parameters"), "number", message)
    for attribute, value in values.items():
        # Stars have no use for what goes without saying; a slider says it all.
        if not stars or value != RATING_DEFAULTS[attribute]:
            field[attribute] = value
