"""Odoo's search domains and orders, as SQL with parameters."""

# ruff: noqa: S608 Table and column names come from the schema, never from a request; values are parameters.

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from backend_sync.standin.errors import UserError
from backend_sync.standin.schema import MODELS, Field, Model

Condition = tuple[str, list[Any]]

_COMPARISONS = {"=", "!=", "<", "<=", ">", ">=", "in", "not in", "=?"}
_PATTERNS = {"like", "ilike", "not like", "not ilike", "=like", "=ilike"}
# How many terms each operator leaves open beyond the one it takes the place of.
_OPERATORS = {"&": 1, "|": 1, "!": 0}
_ORDER_TERM = re.compile(r"^(\w+)(?:\s+(asc|desc))?$", re.IGNORECASE)
_ID = Field("id", "integer", "ID", required=True)


def where(model: Model, domain: Sequence[Any], *, active_test: bool) -> Condition:
    """The condition of a domain; archived records are left out unless it names `active` or `active_test` is off."""
    terms = list(domain)
    if active_test and "active" in model.fields and not any(_names_active(term) for term in terms):
        terms.append(["active", "=", True])
    if not terms:
        return "1", []
    stack: list[Condition] = []
    for term in reversed(_normalized(terms)):
        if term in ("&", "|"):
            (left, left_values), (right, right_values) = stack.pop(), stack.pop()
            joint = "AND" if term == "&" else "OR"
            stack.append((f"({left} {joint} {right})", [*left_values, *right_values]))
        elif term == "!":
            condition, values = stack.pop()
            stack.append((f"NOT ({condition})", values))
        else:
            stack.append(_leaf(model, term))
    return stack.pop()


def order_by(model: Model, order: str | None) -> str:
    """The ORDER BY list. Raises UserError where it is none."""
    terms = []
    for part in (order or model.order).split(","):
        match = _ORDER_TERM.match(part.strip())
        if not match:
            raise UserError(
                f'Invalid "order" specified ({order}). A valid "order" specification is a comma-separated list of valid'
                " field names (optionally followed by asc/desc for the direction)"
            )
        field = _field(model, match[1], f"Invalid field {match[1]!r} on model {model.name!r}")
        terms.append(f'"{field.name}" {match[2] or "asc"}')
    return ", ".join(terms)


def _names_active(term: Any) -> bool:
    return isinstance(term, list | tuple) and len(term) > 0 and term[0] == "active"


def _normalized(terms: list[Any]) -> list[Any]:
    """The domain in prefix notation: terms that merely follow each other are joined by `&`."""
    result: list[Any] = []
    open_terms = 1
    for term in terms:
        if open_terms == 0:
            result.insert(0, "&")
            open_terms = 1
        open_terms += _OPERATORS.get(term, -1) if isinstance(term, str) else -1
        result.append(term)
    if open_terms:
        raise ValueError("Domain is malformed")
    return result


def _field(model: Model, name: str, complaint: str) -> Field:
    field = _ID if name == "id" else model.fields.get(name)
    if field is None or field.computed:
        raise ValueError(complaint)
    return field


def _leaf(model: Model, term: Any) -> Condition:
    if not isinstance(term, list | tuple) or len(term) != 3 or not isinstance(term[0], str):
        raise ValueError(f"Invalid leaf {term!r}")
    path, operator, value = term
    if operator not in _COMPARISONS | _PATTERNS:
        raise ValueError(f"Invalid leaf {tuple(term)!r}")
    name, _, rest = path.partition(".")
    field = _field(model, name, f"Invalid field {model.name}.{name} in leaf {tuple(term)!r}")
    if rest:
        related = MODELS[field.relation]
        condition, values = _leaf(related, [rest, operator, value])
        return f'"{name}" IN (SELECT id FROM {related.table} WHERE {condition})', values
    if operator in _PATTERNS:
        return _pattern(name, operator, value)
    return _comparison(field, operator, value)


def _comparison(field: Field, operator: str, value: Any) -> Condition:
    column = f'"{field.name}"'
    if operator == "=?":
        return ("1", []) if value is False or value is None else _comparison(field, "=", value)
    if operator in ("in", "not in"):
        return _membership(column, operator, value)
    if field.kind == "boolean":
        wanted = int(bool(value) == (operator == "="))
        return f"COALESCE({column}, 0) = ?", [wanted]
    if operator in ("=", "!=") and (value is False or value is None):
        return f"{column} IS {'' if operator == '=' else 'NOT '}NULL", []
    if operator == "!=":
        return f"({column} IS NULL OR {column} != ?)", [value]
    return f"{column} {operator} ?", [value]


def _membership(column: str, operator: str, value: Any) -> Condition:
    items = list(value) if isinstance(value, list | tuple) else [value]
    listed = [item for item in items if item is not False and item is not None]
    marks = ", ".join("?" * len(listed))
    unset = len(listed) != len(items)
    if operator == "in":
        return f"({column} IN ({marks}){f' OR {column} IS NULL' if unset else ''})", listed
    nulls = f"{column} IS NOT NULL AND" if unset else f"{column} IS NULL OR"
    return f"({nulls} {column} NOT IN ({marks}))", listed


def _pattern(name: str, operator: str, value: Any) -> Condition:
    fold: Callable[[str], str] = str.casefold if "ilike" in operator else str
    column = f'fold("{name}")' if "ilike" in operator else f'"{name}"'
    text = fold(str(value or ""))
    if not operator.startswith("="):
        text = f"%{text}%"
    if operator.startswith("not"):
        return f'("{name}" IS NULL OR {column} NOT LIKE ?)', [text]
    return f"{column} LIKE ?", [text]
