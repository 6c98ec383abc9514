"""One row of the survey to one field of the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from api.domain.forms.engine.types import CONTAINERS, FieldType
from api.domain.forms.engine.xlsform.choices import OTHER, Origins
from api.domain.forms.engine.xlsform.columns import Row, Table
from api.domain.forms.engine.xlsform.defaults import FALSE, TRUE, read_default
from api.domain.forms.engine.xlsform.exact import apply_exact
from api.domain.forms.engine.xlsform.media import read_media
from api.domain.forms.engine.xlsform.parameters import apply_parameters, number
from api.domain.forms.engine.xlsform.report import Notes
from api.domain.forms.engine.xlsform.survey import Entry
from api.domain.forms.engine.xlsform.texts import Texts

_INTEGERS = (
    "min_length", "max_length", "min_choices", "max_choices", "min_items", "max_items", "retain_days", "max_bytes",
)  # fmt: skip
_WORDS = ("pattern", "maps_to", "identity", "consent_text_version", "purpose", "rows")
_LISTS = ("currencies", "accept")
_EXPRESSIONS = ("relevant", "constraint", "choice_filter")
_TEXTS = {
    "label": "label",
    "hint": "hint",
    "guidance_hint": "guidance",
    "required_message": "required_message",
    "constraint_message": "constraint_message",
}
_NUMERIC = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.RATING})
OVERRIDES: Mapping[FieldType, frozenset[FieldType]] = MappingProxyType(
    {
        FieldType.TEXT: frozenset(
            {
                FieldType.MULTILINE, FieldType.EMAIL, FieldType.PHONE, FieldType.COUNTRY, FieldType.IDENTITY_NUMBER,
                FieldType.URL, FieldType.LANGUAGE, FieldType.CURRENCY, FieldType.ADDRESS, FieldType.PERSON_NAME,
                FieldType.TEXT,
            }
        ),
        FieldType.ACKNOWLEDGE: frozenset({FieldType.BOOLEAN, FieldType.CONSENT, FieldType.ACKNOWLEDGE}),
        FieldType.DECIMAL: frozenset({FieldType.MONEY, FieldType.RATING, FieldType.DECIMAL}),
        FieldType.SINGLE_CHOICE: frozenset({FieldType.LIKERT, FieldType.MATRIX, FieldType.SINGLE_CHOICE}),
        FieldType.MULTIPLE_CHOICE: frozenset({FieldType.MATRIX, FieldType.MULTIPLE_CHOICE}),
        FieldType.IMAGE: frozenset({FieldType.SIGNATURE, FieldType.IMAGE}),
    }
)  # fmt: skip
"""What `prs::type` may make of a row's own type."""
RENDERINGS: Mapping[tuple[FieldType, str], FieldType] = MappingProxyType(
    {
        (FieldType.TEXT, "multiline"): FieldType.MULTILINE,
        (FieldType.TEXT, "url"): FieldType.URL,
        (FieldType.SINGLE_CHOICE, "likert"): FieldType.LIKERT,
        (FieldType.IMAGE, "signature"): FieldType.SIGNATURE,
        (FieldType.RATING, "rating"): FieldType.RATING,
    }
)
"""Appearances that ask for a type of their own, which then says what the appearance said."""
_DRAWN = (FieldType.IMAGE, "draw")
_SPECIFY = {
    "en": "Please specify",
    "hi": "कृपया बताएं",
    "mr": "कृपया सांगा",
    "fr": "Veuillez préciser",
    "es": "Especifique",
    "ar": "يرجى التحديد",
}
_REFERENCE = re.compile(r"\$\{\s*([^{}\s]+)\s*\}")


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
        self._texts(field, row)
        self._conditions(field, row)
        self._attributes(field, row)
        self._appearance(field, entry, kind)
        if kind in CONTAINERS:
            field["fields"] = [made for inside in entry.inside for made in self.make(inside)]
            self._repeat(field, row, kind)
        elif entry.type.choices:
            field["choices"] = entry.type.choices
            if kind is FieldType.MATRIX and entry.type.type is FieldType.MULTIPLE_CHOICE:
                field["multiple"] = True
        self._default(field, row, kind)
        apply_exact(field, row, self.table, self.notes)
        return [field, self._specify(field, row)] if entry.type.other else [field]

    def _type(self, entry: Entry) -> FieldType:
        if entry.is_block:
            return FieldType.GROUP if entry.type.block == "group" else FieldType.REPEAT
        kind = entry.type.type or FieldType.TEXT
        wanted = entry.row.get("prs:type").lower()
        if not wanted:
            return self._rendered(entry.row, kind)
        allowed = OVERRIDES.get(kind, frozenset({kind}))
        if wanted not in {one.value for one in allowed}:
            offered = ", ".join(sorted(one.value for one in allowed))
            self._error(entry.row, "prs:type", "type", f"a row of this type can be {offered}, not {wanted!r}")
            return kind
        return FieldType(wanted)

    def _rendered(self, row: Row, kind: FieldType) -> FieldType:
        if kind is FieldType.ACKNOWLEDGE and row.get("prs:consent_text_version"):
            return FieldType.CONSENT
        words = row.get("appearance").split()
        found = [RENDERINGS[(kind, word)] for word in words if (kind, word) in RENDERINGS]
        if not found and any((kind, word) == _DRAWN for word in words):
            return FieldType.SIGNATURE
        return found[0] if found else kind

    def _appearance(self, field: dict[str, Any], entry: Entry, kind: FieldType) -> None:
        text, words = entry.row.get("appearance"), entry.row.get("appearance").split()
        said = next((word for word in words if entry.type.type and RENDERINGS.get((entry.type.type, word)) == kind), "")
        if said:
            words.remove(said)
            text = " ".join(words)
        if text:
            field["appearance"] = text
        apply_parameters(field, entry.row, self.table, self.notes, stars=said == "rating")

    def _name(self, row: Row, kind: FieldType) -> str:
        name = row.get("prs:name") or row.get("name")
        if not name and kind is FieldType.NOTE:
            return f"note_row_{row.number}"
        if not name:
            self._error(row, "name", "missing_name", "the name is missing")
            return f"unnamed_row_{row.number}"
        return name

    def _texts(self, field: dict[str, Any], row: Row) -> None:
        for key, attribute in _TEXTS.items():
            text = self.texts.of(row, key)
            if text:
                field[attribute] = text
        media = read_media(row, self.table, self.texts, self.notes)
        if media:
            field["media"] = media

    def _conditions(self, field: dict[str, Any], row: Row) -> None:
        for key in _EXPRESSIONS:
            if row.get(key):
                field[key] = row.get(key)
        if row.get("calculation"):
            if field["type"] == FieldType.CALCULATED:
                field["calculation"] = row.get("calculation")
            else:
                message = "a calculation belongs into a row of type calculate"
                self._unsupported(row, "calculation", message)
        self._trigger(field, row)
        required = row.get("required")
        if required.lower() in TRUE:
            field["required"] = True
        elif required.lower() not in FALSE:
            field["required"] = required
        self._read_only(field, row)

    def _trigger(self, field: dict[str, Any], row: Row) -> None:
        text = row.get("trigger")
        if not text:
            return
        names = _REFERENCE.findall(text)
        if len(names) != 1 or _REFERENCE.sub("", text).strip(" ,"):
            self._unsupported(row, "trigger", "a trigger names one question, such as ${age}")
        elif field["type"] != FieldType.CALCULATED:
            self._unsupported(row, "trigger", "a trigger belongs into a row of type calculate")
        else:
            field["trigger"] = names[0]

    def _read_only(self, field: dict[str, Any], row: Row) -> None:
        text = row.get("read_only").lower()
        if text in TRUE:
            field["read_only"] = True
        elif text not in FALSE:
            self._unsupported(row, "read_only", "read_only is yes or no, not a condition")

    def _attributes(self, field: dict[str, Any], row: Row) -> None:
        for key in _WORDS:
            if row.get(f"prs:{key}"):
                field[key] = row.get(f"prs:{key}")
        for key in _LISTS:
            words = [word for word in re.split(r"[\s,;]+", row.get(f"prs:{key}")) if word]
            if words:
                field[key] = words
        for key in _INTEGERS:
            self._convert(field, row, key, int)
        numeric = field["type"] in _NUMERIC
        for key in ("minimum", "maximum"):
            self._convert(field, row, key, number if numeric else str)
        self._convert(field, row, "step", number)
        for key in ("sensitive", "shared_with_back_office"):
            self._flag(field, row, key)

    def _flag(self, field: dict[str, Any], row: Row, key: str) -> None:
        text = row.get(f"prs:{key}").lower()
        if text in TRUE:
            field[key] = True
        elif text not in FALSE:
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
        try:
            field["default"] = read_default(text, kind)
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

    def _unsupported(self, row: Row, key: str, message: str) -> None:
        self.notes.unsupported(self.table.sheet, row.number, self.table.heading(key), message)
