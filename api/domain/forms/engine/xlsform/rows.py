"""One row of the survey to one field of the document."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from api.domain.forms.engine.types import CONTAINERS, FieldType
from api.domain.forms.engine.xlsform.choices import OTHER, Origins
from api.domain.forms.engine.xlsform.columns import MEDIA_UNSUPPORTED, Row, Table
from api.domain.forms.engine.xlsform.report import Notes
from api.domain.forms.engine.xlsform.survey import Entry
from api.domain.forms.engine.xlsform.texts import Texts

_TRUE = frozenset({"yes", "true", "true()", "1", "y", "x"})
_FALSE = frozenset({"no", "false", "false()", "0", "n", ""})
_INTEGERS = ("min_length", "max_length", "min_choices", "max_choices", "min_items", "max_items", "retain_days")
_WORDS = ("pattern", "maps_to", "identity", "consent_text_version", "purpose")
_EXPRESSIONS = ("relevant", "constraint", "choice_filter")
_OVERRIDES: dict[str, frozenset[FieldType]] = {
    "text": frozenset(
        {FieldType.MULTILINE, FieldType.EMAIL, FieldType.PHONE, FieldType.COUNTRY, FieldType.IDENTITY_NUMBER}
    ),
    "consent": frozenset({FieldType.BOOLEAN, FieldType.CONSENT}),
}
_SPECIFY = {
    "en": "Please specify",
    "hi": "कृपया बताएं",
    "mr": "कृपया सांगा",
    "fr": "Veuillez préciser",
    "es": "Especifique",
}
_DYNAMIC = re.compile(r"\$\{|\)\s*$")


@dataclass
class FieldMaker:
    table: Table
    texts: Texts
    origins: Origins
    notes: Notes

    def make(self, entry: Entry) -> list[dict[str, Any]]:
        """The field of `entry`, followed by the one that `or_other` adds."""
        kind = self._type(entry)
        row = entry.row
        field: dict[str, Any] = {"name": self._name(row, kind), "type": kind.value}
        self.origins[id(field)] = (self.table.sheet, row)
        if row.media:
            self.notes.unsupported(self.table.sheet, row.number, row.media, MEDIA_UNSUPPORTED)
        self._texts(field, row)
        self._conditions(field, row)
        self._attributes(field, row)
        if kind in CONTAINERS:
            field["fields"] = [made for inside in entry.inside for made in self.make(inside)]
            self._repeat(field, row, kind)
        elif entry.type.choices:
            field["choices"] = entry.type.choices
        self._default(field, row, kind)
        return [field, self._specify(field, row)] if entry.type.other else [field]

    def _type(self, entry: Entry) -> FieldType:
        if entry.is_block:
            return FieldType.GROUP if entry.type.block == "group" else FieldType.REPEAT
        kind = entry.type.type or FieldType.TEXT
        wanted = entry.row.get("prs:type").lower()
        if not wanted:
            multiline = kind is FieldType.TEXT and "multiline" in entry.row.get("appearance").split()
            return FieldType.MULTILINE if multiline else kind
        allowed = _OVERRIDES.get(kind.value, frozenset())
        if wanted not in {one.value for one in allowed}:
            offered = ", ".join(sorted(one.value for one in allowed)) or "no other type"
            self._error(entry.row, "prs:type", "type", f"a row of this type can be {offered}, not {wanted!r}")
            return kind
        return FieldType(wanted)

    def _name(self, row: Row, kind: FieldType) -> str:
        name = row.get("name")
        if not name and kind is FieldType.NOTE:
            return f"note_row_{row.number}"
        if not name:
            self._error(row, "name", "missing_name", "the name is missing")
            return f"unnamed_row_{row.number}"
        return name

    def _texts(self, field: dict[str, Any], row: Row) -> None:
        for key in ("label", "hint", "required_message", "constraint_message"):
            text = self.texts.of(row, key)
            if text:
                field[key] = text

    def _conditions(self, field: dict[str, Any], row: Row) -> None:
        for key in _EXPRESSIONS:
            if row.get(key):
                field[key] = row.get(key)
        if row.get("calculation"):
            if field["type"] == FieldType.CALCULATED:
                field["calculation"] = row.get("calculation")
            else:
                message = "a calculation belongs into a row of type calculate"
                self.notes.unsupported(self.table.sheet, row.number, self.table.heading("calculation"), message)
        required = row.get("required")
        if required.lower() in _TRUE:
            field["required"] = True
        elif required.lower() not in _FALSE:
            field["required"] = required
        self._read_only(field, row)

    def _read_only(self, field: dict[str, Any], row: Row) -> None:
        text = row.get("read_only").lower()
        if text in _TRUE:
            field["read_only"] = True
        elif text not in _FALSE:
            heading = self.table.heading("read_only")
            self.notes.unsupported(self.table.sheet, row.number, heading, "read_only is yes or no, not a condition")

    def _attributes(self, field: dict[str, Any], row: Row) -> None:
        if row.get("appearance"):
            field["appearance"] = row.get("appearance")
        for key in _WORDS:
            if row.get(f"prs:{key}"):
                field[key] = row.get(f"prs:{key}")
        for key in _INTEGERS:
            self._convert(field, row, key, int)
        numeric = field["type"] in (FieldType.INTEGER, FieldType.DECIMAL)
        for key in ("minimum", "maximum"):
            self._convert(field, row, key, _number if numeric else str)
        for key in ("sensitive", "shared_with_back_office"):
            self._flag(field, row, key)

    def _flag(self, field: dict[str, Any], row: Row, key: str) -> None:
        text = row.get(f"prs:{key}").lower()
        if text in _TRUE:
            field[key] = True
        elif text not in _FALSE:
            self._error(row, f"prs:{key}", "yes_or_no", "write yes or no")

    def _convert(self, field: dict[str, Any], row: Row, key: str, convert: Callable[[str], int | float | str]) -> None:
        text = row.get(f"prs:{key}")
        if not text:
            return
        try:
            field[key] = convert(text)
        except ValueError:
            self._error(row, f"prs:{key}", "number", f"{text!r} is not a number")

    def _repeat(self, field: dict[str, Any], row: Row, kind: FieldType) -> None:
        if row.get("repeat_count") and kind is FieldType.REPEAT:
            field["count"] = row.get("repeat_count")

    def _default(self, field: dict[str, Any], row: Row, kind: FieldType) -> None:
        text = row.get("default")
        if not text or kind in CONTAINERS:
            return
        if _DYNAMIC.search(text) and kind not in (FieldType.TEXT, FieldType.MULTILINE):
            heading = self.table.heading("default")
            self.notes.unsupported(self.table.sheet, row.number, heading, "a default is a value, not an expression")
            return
        try:
            field["default"] = _default_value(text, kind)
        except ValueError:
            self._error(row, "default", "default", f"{text!r} is no answer to this question")

    def _specify(self, field: dict[str, Any], row: Row) -> dict[str, Any]:
        extra = {
            "name": f"{field['name']}_other",
            "type": FieldType.TEXT.value,
            "label": self.texts.known(_SPECIFY),
            "relevant": f"selected(${{{field['name']}}}, '{OTHER}')",
        }
        self.origins[id(extra)] = (self.table.sheet, row)
        return extra

    def _error(self, row: Row, key: str, code: str, message: str) -> None:
        self.notes.error(self.table.sheet, row.number, self.table.heading(key), code, message)


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _default_value(text: str, kind: FieldType) -> Any:
    if kind in (FieldType.INTEGER, FieldType.DECIMAL):
        return _number(text)
    if kind is FieldType.MULTIPLE_CHOICE:
        return text.split()
    if kind in (FieldType.BOOLEAN, FieldType.CONSENT):
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError(text)
        return text.lower() in _TRUE
    return text
