"""Headings: which of them mean what, in which language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.domain.forms.engine.xlsform.languages import locale_of
from api.domain.forms.engine.xlsform.reader import Sheet
from api.domain.forms.engine.xlsform.report import Notes

MEDIA = ("image", "audio", "video")
TRANSLATED = frozenset(
    {"label", "hint", "guidance_hint", "required_message", "constraint_message", "form_title", "description"}
    | {f"media:{kind}" for kind in MEDIA}
)

_ALIASES: Mapping[str, str] = {
    "caption": "label",
    "list name": "list_name",
    "value": "name",
    "relevance": "relevant",
    "bind:relevant": "relevant",
    "bind:constraint": "constraint",
    "bind:calculate": "calculation",
    "bind:required": "required",
    "bind:readonly": "read_only",
    "bind:jr:constraintmsg": "constraint_message",
    "bind:jr:requiredmsg": "required_message",
    "constraint-msg": "constraint_message",
    "constraint message": "constraint_message",
    "constraint_msg": "constraint_message",
    "required message": "required_message",
    "required_msg": "required_message",
    "calculate": "calculation",
    "readonly": "read_only",
    "read only": "read_only",
    "repeat count": "repeat_count",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "control:appearance": "appearance",
    "body:appearance": "appearance",
    "command": "type",
    "id_string": "form_id",
    "title": "form_title",
    "choice filter": "choice_filter",
    "prs:description": "description",
    "guidance hint": "guidance_hint",
    "body:accept": "prs:accept",
    "control:accept": "prs:accept",
    **{kind: f"media:{kind}" for kind in MEDIA},
}
_PLAIN = frozenset(
    {
        "type", "name", "label", "hint", "required", "required_message", "relevant", "constraint",
        "constraint_message", "calculation", "default", "appearance", "read_only", "choice_filter",
        "repeat_count", "description", "list_name", "form_title", "form_id", "default_language",
        "guidance_hint", "trigger", "parameters", "prs:accept",
    }
) | {f"media:{kind}" for kind in MEDIA}  # fmt: skip
SURVEY_ATTRIBUTES = (
    "identity", "sensitive", "shared_with_back_office", "maps_to", "consent_text_version", "retain_days", "purpose",
    "minimum", "maximum", "step", "min_length", "max_length", "pattern", "min_choices", "max_choices", "min_items",
    "max_items", "rows", "currencies", "accept", "max_bytes",
)  # fmt: skip
"""What the standard has no column for: attributes of a field by the names the document gives them."""
PRS = {
    "survey": frozenset({"type", "name", "page", "part", "exact", *SURVEY_ATTRIBUTES}),
    "choices": frozenset({"list", "relevant", "exact"}),
    "settings": frozenset({"locales", "exact"}),
}
_CHANGING = frozenset({"choice_filter_file", "save_to", "entities"})
"""Columns whose loss would change what the form asks."""
_FILTER = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_-]*")
"""A column of choices that a choice filter can name."""
_SILENT = frozenset({"version", "allow_choice_duplicates", "namespaces", "submission_url", "public_key", "sms_keyword"})


@dataclass(frozen=True)
class Column:
    """`key` is None for a heading without meaning here; `locale` is '' where none was named."""

    heading: str
    key: str | None
    locale: str = ""


@dataclass
class Row:
    number: int
    cells: dict[str, str] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)

    def get(self, key: str) -> str:
        return self.cells.get(key, "")


@dataclass
class Table:
    sheet: str
    rows: list[Row] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    locales: list[str] = field(default_factory=list)
    """In the order of the columns; '' stands for texts without a language."""
    label_locales: list[str] = field(default_factory=list)

    def heading(self, key: str) -> str:
        return self.headings.get(key, key)


def read_table(sheet: Sheet | None, name: str, notes: Notes) -> Table:
    """The rows of `sheet` below its headings, which are its first row that is not empty."""
    table = Table(name)
    if sheet is None or not sheet.rows:
        return table
    top, headings = sheet.rows[0]
    columns = [read_heading(heading, name, top, notes) for heading in headings]
    for column in columns:
        if column.key is not None:
            table.headings.setdefault(column.key, column.heading)
        if column.key in TRANSLATED and column.locale not in table.locales:
            table.locales.append(column.locale)
        if column.key == "label":
            table.label_locales.append(column.locale)
    for number, cells in sheet.rows[1:]:
        table.rows.append(_row(number, cells, columns, name, notes))
    return table


def read_heading(heading: str, sheet: str, row: int, notes: Notes) -> Column:
    """What a column of this heading holds; one that cannot be understood is noted."""
    # On the sheet choices other tools take every heading with a colon, but none with a space, for a column of data.
    parts = [part.strip() for part in re.sub(r"^\s*prs ", "prs::", heading).replace("::", ":").split(":")]
    plain = ":".join(part.lower() for part in parts)
    if parts[0].lower() == "prs" and len(parts) > 1:
        return _prs_column(heading, parts, sheet, row, notes)
    if parts[0].lower() == "media" and len(parts) > 1:
        parts, plain = parts[1:], plain.removeprefix("media:")
    key = _ALIASES.get(plain, plain.replace(" ", "_"))
    if key in _PLAIN:
        return Column(heading, key)
    first = _ALIASES.get(parts[0].lower(), parts[0].lower().replace(" ", "_"))
    if first in TRANSLATED and len(parts) > 1:
        return _translated(heading, first, ":".join(parts[1:]), sheet, row, notes)
    return _other_column(heading, key, sheet, row, notes)


def _prs_column(heading: str, parts: list[str], sheet: str, row: int, notes: Notes) -> Column:
    key = parts[1].lower().replace(" ", "_")
    if key == "title" and sheet == "settings" and parts[2:]:
        # The standard has one title, in one language.
        return _translated(heading, "form_title", ":".join(parts[2:]), sheet, row, notes)
    if key == "description":
        return _translated(heading, key, ":".join(parts[2:]), sheet, row, notes) if parts[2:] else Column(heading, key)
    if key in PRS.get(sheet, frozenset()) or re.fullmatch(r"exact_\d{1,3}", key):
        return Column(heading, f"prs:{key}")
    notes.error(sheet, row, heading, "unknown_column", f"there is no column prs::{key} in the sheet {sheet!r}")
    return Column(heading, None)


def _translated(heading: str, key: str, language: str, sheet: str, row: int, notes: Notes) -> Column:
    locale = locale_of(language)
    if locale is None:
        message = f"the language {language!r} is not known; write its code in brackets, such as {key}::English (en)"
        notes.error(sheet, row, heading, "unknown_language", message)
        return Column(heading, None)
    return Column(heading, key, locale)


def _other_column(heading: str, key: str, sheet: str, row: int, notes: Notes) -> Column:
    if sheet == "choices" and _FILTER.fullmatch(heading.strip()):
        return Column(heading, f"column:{heading.strip()}")
    if key in _CHANGING:
        return Column(heading, f"unsupported:{key}")
    if heading and key not in _SILENT:
        notes.warn(sheet, row, heading, "unknown_column", f"the column {heading!r} has no meaning here and is not read")
    return Column(heading, None)


def _row(number: int, cells: list[str], columns: list[Column], sheet: str, notes: Notes) -> Row:
    row = Row(number)
    if any(cells[len(columns) :]):
        notes.warn(sheet, number, "", "no_heading", "cells of this row stand under no heading and are not read")
    for column, cell in zip(columns, cells, strict=False):
        if not cell:
            continue
        if column.key is None:
            continue
        if column.key in TRANSLATED:
            row.texts.setdefault(column.key, {}).setdefault(column.locale, cell)
        elif column.key.startswith("column:"):
            row.columns[column.key.removeprefix("column:")] = cell
        elif column.key.startswith("unsupported:"):
            notes.unsupported(sheet, number, column.heading, f"the column {column.heading!r} is not supported")
        else:
            row.cells.setdefault(column.key, cell)
    return row
