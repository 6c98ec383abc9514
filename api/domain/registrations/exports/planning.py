"""The columns that form versions make. No I/O.

A field is a column, or as many as its answer has parts. Fields of the same name and step in several versions share a
column, whose heading names each form and version. Answers inside repeats share a text cell, one after the other.
"""

from collections.abc import Iterable, Sequence

import msgspec

from api.domain.forms import engine
from api.domain.forms.engine import CompiledForm, FieldType, Item, ValueType
from api.domain.registrations.exports.columns import Column, Kind


class Version(msgspec.Struct, frozen=True):
    """A form version as it stands at a step of a flow."""

    step: str
    form: CompiledForm
    number: int


_KINDS: dict[FieldType, Kind] = {
    FieldType.INTEGER: "integer",
    FieldType.DECIMAL: "decimal",
    FieldType.RATING: "decimal",
    FieldType.BOOLEAN: "boolean",
    FieldType.CONSENT: "boolean",
    FieldType.ACKNOWLEDGE: "boolean",
    FieldType.DATE: "date",
    FieldType.TIME: "time",
    FieldType.DATETIME: "datetime",
}
_VALUE_KINDS: dict[ValueType, Kind] = {
    ValueType.NUMBER: "decimal",
    ValueType.BOOLEAN: "boolean",
    ValueType.DATE: "date",
    ValueType.TIME: "time",
    ValueType.DATETIME: "datetime",
}
_PARTS: dict[FieldType, tuple[tuple[str, Kind], ...]] = {
    FieldType.MONEY: (("amount", "decimal"), ("currency", "text")),
    FieldType.LOCATION: tuple((part, "decimal") for part in ("latitude", "longitude", "altitude", "accuracy")),
    FieldType.ADDRESS: tuple((part, "text") for part in ("line1", "line2", "city", "region", "postal_code", "country")),
    FieldType.PERSON_NAME: tuple((part, "text") for part in ("given", "additional", "family")),
}


def columns_of(versions: Sequence[Version]) -> tuple[Column, ...]:
    """Return the columns of some form versions, the newest version's order first; texts where the versions differ."""
    found: dict[tuple[str, tuple[str, ...], str], list[tuple[Version, Kind]]] = {}
    for version in sorted(versions, key=lambda one: -one.number):
        for path, item in engine.leaf_fields(version.form):
            for part, kind in _parts(item, version.form, repeated=len(path) > 1):
                found.setdefault((version.step, path, part), []).append((version, kind))
    return tuple(
        Column(_heading(key, [version for version, _ in uses]), _common(kind for _, kind in uses), *key)
        for key, uses in found.items()
    )


def _parts(item: Item, form: CompiledForm, *, repeated: bool) -> Sequence[tuple[str, Kind]]:
    if item.sensitive or repeated or item.type is None:
        return (("", "text"),)
    if item.type is FieldType.MATRIX:
        rows = form.lists.get(getattr(item, "rows", None) or "", ())
        return tuple((row.value, "text") for row in rows) or (("", "text"),)
    if item.type is FieldType.CALCULATED:
        return (("", _VALUE_KINDS.get(item.value_type or ValueType.STRING, "text")),)
    return _PARTS.get(item.type) or (("", _KINDS.get(item.type, "text")),)


def _heading(key: tuple[str, tuple[str, ...], str], versions: Sequence[Version]) -> str:
    step, path, part = key
    name = ".".join(bit for bit in (step, *path, part) if bit)
    forms: dict[str, set[int]] = {}
    for version in versions:
        forms.setdefault(version.form.name, set()).add(version.number)
    named = "; ".join(f"{form} {', '.join(f'v{one}' for one in sorted(numbers))}" for form, numbers in forms.items())
    return f"{name} ({named})"


def _common(kinds: Iterable[Kind]) -> Kind:
    found = set(kinds)
    if len(found) == 1:
        return found.pop()
    return "decimal" if found == {"integer", "decimal"} else "text"
