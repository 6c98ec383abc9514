"""Rows as CSV: what a spreadsheet shows and never runs."""

import csv
import io
from collections.abc import Sequence
from datetime import date, time

from api.domain.registrations.exports.columns import Plan, Value, headings
from api.lib import clock, csv_text


def shown(value: Value) -> str | int | float:
    """Return a value as a cell of text, disarmed; numbers stay numbers."""
    if isinstance(value, str):
        return csv_text.disarmed(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    return stamp(value)


def stamp(value: date | time) -> str:
    """Return a moment in UTC with ``Z``, a day or a time of day in ISO 8601."""
    return clock.isoformat(value) if getattr(value, "tzinfo", None) else value.isoformat()  # type: ignore[arg-type]


def heading(plan: Plan) -> bytes:
    """Return the first line, marked as UTF-8."""
    return csv_text.MARK + csv_text.line(headings(plan))


def lines(rows: Sequence[Sequence[Value]]) -> bytes:
    """Return lines of CSV."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([[shown(value) for value in row] for row in rows])
    return buffer.getvalue().encode()
