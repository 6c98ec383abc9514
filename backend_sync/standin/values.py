"""Odoo's silent coercions on the way into a column, and what a column reads as; every rule here was recorded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from backend_sync.odoo.wire import INT_MAX, INT_MIN
from backend_sync.standin.errors import NumericValueOutOfRange
from backend_sync.standin.schema import Field

DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S"
Column = int | str | None


def now_text() -> str:
    """The current time as Odoo writes it."""
    return datetime.now(UTC).strftime(DATETIME_FORMAT)


def to_column(model: str, field: Field, value: Any) -> Column:
    """The stored form. Raises ValueError, TypeError or NumericValueOutOfRange where Odoo does, and only there."""
    match field.kind:
        case "boolean":
            return int(bool(value))
        case "integer":
            number = int(value or 0)
            if not INT_MIN <= number <= INT_MAX:
                raise NumericValueOutOfRange("integer out of range")
            return number
        case "datetime":
            return _datetime(value)
        case "selection":
            return _selection(model, field, value)
        case "many2one":
            # Text and [id, name] pairs empty the field without a word.
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case _:
            return None if value is None or value is False else str(value)


def _datetime(value: Any) -> str | None:
    if not value:
        return None
    # Odoo cuts its format to the value's length, so a date or a time without seconds passes and `T` does not.
    moment = datetime.strptime(value, DATETIME_FORMAT[: len(value) - 2])  # noqa: DTZ007
    return moment.strftime(DATETIME_FORMAT)


def _selection(model: str, field: Field, value: Any) -> str | None:
    if value is None or value is False:
        return None
    if any(value == choice for choice, _ in field.selection):
        return str(value)
    raise ValueError(f"Wrong value for {model}.{field.name}: {value!r}")


def from_column(field: Field, value: Column) -> bool | int | str:
    """What `read` answers: NULL is false, except that a number is 0."""
    if field.kind == "boolean":
        return bool(value)
    if field.kind == "integer":
        return value or 0
    return False if value is None else value
