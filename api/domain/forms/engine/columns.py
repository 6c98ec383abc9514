"""Answers as typed columns for exports: one for each field, several for an answer of several parts.

Names are stable: `age`, `price.currency`, `children/0/age`. They hold no page or section, so that a field keeps
its column when it moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from api.domain.forms.engine.compiled import CompiledForm
from api.domain.forms.engine.compiler import compile_form
from api.domain.forms.engine.document import Field, FormDocument, Text
from api.domain.forms.engine.rendering import major
from api.domain.forms.engine.scalars import as_scalar
from api.domain.forms.engine.types import PARTS, UPLOADED, FieldType, ValueType
from api.domain.forms.engine.values import to_string

Kind = Literal["text", "integer", "decimal", "boolean", "date", "time", "datetime", "money"]
Cell = str | int | float | bool | date | time | datetime | Decimal | None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """`path` leads into the answers. Of a sensitive field the kind is `text`: it may be shown masked."""

    name: str
    kind: Kind
    path: tuple[str | int, ...]
    part: str | None
    label: Text
    type: FieldType
    sensitive: bool


_KINDS: Mapping[FieldType, Kind] = MappingProxyType(
    {
        FieldType.INTEGER: "integer",
        FieldType.DECIMAL: "decimal",
        FieldType.RATING: "decimal",
        FieldType.BOOLEAN: "boolean",
        FieldType.CONSENT: "boolean",
        FieldType.ACKNOWLEDGE: "boolean",
        FieldType.DATE: "date",
        FieldType.TIME: "time",
        FieldType.DATETIME: "datetime",
        FieldType.MONEY: "money",
    }
)
_CALCULATED: Mapping[ValueType, Kind] = MappingProxyType(
    {
        ValueType.NUMBER: "decimal",
        ValueType.BOOLEAN: "boolean",
        ValueType.DATE: "date",
        ValueType.TIME: "time",
        ValueType.DATETIME: "datetime",
    }
)


def columns_of(
    document: FormDocument, repeats: Mapping[str, int] | None = None, compiled: CompiledForm | None = None
) -> tuple[Column, ...]:
    """The columns of every answer to `document`, in its order.

    `repeats` says how many items each repeat has at most, by its path of names (`children`, `children/toys`; see
    `repeat_sizes`); one that is not there has no columns. `compiled`, where there is one already, saves compiling
    a document with calculations again.
    """
    return tuple(_Columns(document, repeats or {}, compiled).all())


def repeat_sizes(document: FormDocument, answers: Mapping[str, Any]) -> dict[str, int]:
    """How many items the repeats have in `answers`, by path of names; of nested ones the most there are in one."""
    found: dict[str, int] = {}
    for fields in _fields(document):
        _measure(fields, answers, "", found)
    return found


def _fields(document: FormDocument) -> Iterator[tuple[Field, ...]]:
    return (section.fields for page in document.pages for section in page.sections)


def _measure(fields: tuple[Field, ...], answers: Any, path: str, found: dict[str, int]) -> None:
    if not isinstance(answers, Mapping):
        return
    for field in fields:
        if field.type is FieldType.GROUP:
            _measure(field.fields, answers, path, found)
        elif field.type is FieldType.REPEAT:
            items, inner = answers.get(field.name), f"{path}{field.name}"
            for at, item in enumerate(items if isinstance(items, list) else ()):
                found[inner] = max(found.get(inner, 0), at + 1)
                _measure(field.fields, item, f"{inner}/", found)


class _Columns:
    def __init__(self, document: FormDocument, repeats: Mapping[str, int], compiled: CompiledForm | None) -> None:
        self._document = document
        self._repeats = repeats
        self._calculated: dict[str, ValueType | None] | None = None
        if compiled is not None:
            self._learn(compiled)

    def _learn(self, compiled: CompiledForm) -> dict[str, ValueType | None]:
        self._calculated = {item.name: item.value_type for item in compiled.items if item.kind == "field"}
        return self._calculated

    def all(self) -> Iterator[Column]:
        for fields in _fields(self._document):
            yield from self._of(fields, (), "")

    def _of(self, fields: tuple[Field, ...], path: tuple[str | int, ...], repeat: str) -> Iterator[Column]:
        for field in fields:
            if field.type is FieldType.GROUP:
                yield from self._of(field.fields, path, repeat)
            elif field.type is FieldType.REPEAT:
                inner = f"{repeat}{field.name}"
                for at in range(self._repeats.get(inner, 0)):
                    yield from self._of(field.fields, (*path, field.name, at), f"{inner}/")
            elif field.type is not FieldType.NOTE:
                yield from self._field(field, (*path, field.name))

    def _field(self, field: Field, path: tuple[str | int, ...]) -> Iterator[Column]:
        whole = Column(
            name="/".join(str(step) for step in path),
            kind=self._kind(field),
            path=path,
            part=None,
            label=field.label,
            type=field.type,
            sensitive=field.sensitive,
        )
        if field.type is not FieldType.MATRIX:
            yield whole
        if field.sensitive and field.type is not FieldType.MATRIX:
            return
        for part, kind, label in self._parts(field):
            name = f"{whole.name}.{part}"
            shown: Kind = "text" if field.sensitive else kind
            yield msgspec.structs.replace(whole, name=name, kind=shown, part=part, label=label)

    def _parts(self, field: Field) -> Iterator[tuple[str, Kind, Text]]:
        if field.type is FieldType.MATRIX:
            seen: set[str] = set()
            for row in self._document.choice_lists.get(field.rows or "", ()):
                if row.value not in seen:
                    seen.add(row.value)
                    yield (
                        row.value,
                        "text",
                        {
                            locale: f"{field.label.get(locale, '')}: {words}".removeprefix(": ")
                            for locale, words in row.label.items()
                        },
                    )
        elif field.type is FieldType.MONEY:
            yield "currency", "text", field.label
        elif field.type in UPLOADED:
            yield "upload", "text", field.label
        else:
            for part, known in PARTS.get(field.type, {}).items():
                yield part, "decimal" if known is ValueType.NUMBER else "text", field.label

    def _kind(self, field: Field) -> Kind:
        if field.sensitive:
            return "text"
        if field.type is not FieldType.CALCULATED:
            return _KINDS.get(field.type, "text")
        calculated = self._learn(compile_form(self._document)) if self._calculated is None else self._calculated
        known = calculated.get(field.name)
        return "text" if known is None else _CALCULATED.get(known, "text")


def cells(columns: Sequence[Column], answers: Mapping[str, Any]) -> list[Cell]:
    """The values of `columns` in `answers`: typed as the columns are, None where there is no answer that fits.

    Moments are aware and in UTC; money is a Decimal in major units; several choices have a space between them.
    """
    return [_cell(column, answers) for column in columns]


def _cell(column: Column, answers: Any) -> Cell:
    path = column.path
    value = answers.get(path[0])
    for step in path[1:]:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    if value is None:
        return None
    if column.part is not None:
        value = value.get(column.part, value.get("masked")) if isinstance(value, dict) else None
    try:
        return None if value is None else _CELLS[column.kind](value)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return None


def _text(value: Any) -> str | None:
    if value.__class__ is str:
        return value or None
    return to_string(as_scalar(value)) or None


def _integer(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and value == int(value) else None


def _decimal(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


_CELLS: Mapping[Kind, Callable[[Any], Cell]] = MappingProxyType(
    {
        "text": _text,
        "integer": _integer,
        "decimal": _decimal,
        "boolean": _boolean,
        "date": lambda value: date.fromisoformat(value[:10]),
        "time": time.fromisoformat,
        "datetime": datetime.fromisoformat,
        "money": major,
    }
)
