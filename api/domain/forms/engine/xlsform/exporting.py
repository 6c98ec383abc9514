"""A form document to the sheets of an XLSForm, such that reading them gives the same document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from api.domain.forms.engine.document import Field, FormDocument, Page, Section, plain
from api.domain.forms.engine.types import CONTAINERS, FieldType
from api.domain.forms.engine.xlsform.cells import Cells, Key, cell, choice_cells, container_cells, field_cells
from api.domain.forms.engine.xlsform.columns import MEDIA, SURVEY_ATTRIBUTES
from api.domain.forms.engine.xlsform.exact import EXACT, difference
from api.domain.forms.engine.xlsform.importing import Import
from api.domain.forms.engine.xlsform.languages import language_of
from api.domain.forms.engine.xlsform.parts import part_rows, parts_spoken_of
from api.domain.forms.engine.xlsform.reader import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Sheet
from api.domain.forms.engine.xlsform.report import Notes

_MEDIA = tuple(f"media:{kind}" for kind in MEDIA)
_ORDER = {
    "survey": (
        "type", "name", "label", "hint", "guidance_hint", *_MEDIA, "required", "required_message", "relevant",
        "constraint", "constraint_message", "calculation", "trigger", "choice_filter", "default", "appearance",
        "parameters", "read_only", "repeat_count", "prs:type", "prs:name", "prs:page", "prs:part", "description",
        *(f"prs:{attribute}" for attribute in SURVEY_ATTRIBUTES), "prs:exact",
    ),
    "choices": ("list_name", "name", "label", *_MEDIA, "column", "prs:list", "prs:relevant", "prs:exact"),
    "settings": (
        "form_title", "form_id", "default_language", "allow_choice_duplicates", "prs:title", "prs:locales",
        "prs:exact",
    ),
}  # fmt: skip
_ALWAYS = {"survey": ("type", "name", "label"), "choices": ("list_name", "name", "label"), "settings": ()}
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class SheetTooLarge(ValueError):
    """The document has more rows, columns or cells than a spreadsheet is read with."""


def export_sheets(document: FormDocument) -> tuple[Sheet, ...]:
    """The sheets survey, choices and settings; `import_xlsform` reads them as the same document.

    What no cell can hold as it is stands in the column `prs::exact`. Raises SheetTooLarge.
    """
    work = _Export(document)
    work.fill()
    work.compare()
    return work.sheets()


@dataclass
class _Export:
    document: FormDocument
    survey: list[Cells] = field(default_factory=list)
    choices: list[Cells] = field(default_factory=list)
    settings: Cells = field(default_factory=dict)
    rows: dict[str, Cells] = field(default_factory=dict)
    """The row of every node, by its pointer."""
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _lists: dict[str, str] = field(default_factory=dict)

    def fill(self) -> None:
        self._settings()
        self._name_all()
        self._choices()
        for at, page in enumerate(self.document.pages):
            self._page(page, f"/pages/{at}")
        self._parts()

    def _parts(self) -> None:
        spoken_of = parts_spoken_of([*self.survey, *self.choices])
        if not spoken_of:
            return
        fields = {one.name: one for page in self.document.pages for one in _fields_of(page)}
        filled: list[Cells] = []
        for row in self.survey:
            filled.append(row)
            own = fields.get(row.get(("name", ""), ""))
            if own is not None and own.type not in CONTAINERS:
                filled.extend(part_rows(own, spoken_of.get(own.name, ())))
        self.survey = filled

    def _settings(self) -> None:
        document = self.document
        for locale, words in document.title.items():
            is_default = locale == document.default_locale
            self.settings[("form_title", "") if is_default else ("prs:title", locale)] = cell(words)
        self.settings[("form_id", "")] = document.name
        self.settings[("default_language", "")] = language_of(document.default_locale)
        self.settings[("prs:locales", "")] = " ".join(document.locales) if len(document.locales) > 1 else ""
        for choices in document.choice_lists.values():
            values = [choice.value for choice in choices]
            if len(values) != len(set(values)):
                self.settings[("allow_choice_duplicates", "")] = "yes"
        self.rows[""] = self.settings

    def _name_all(self) -> None:
        """Names for pages and sections that no field has: other tools know one space of names only."""
        taken = {one.name.lower() for page in self.document.pages for one in _fields_of(page)}
        for page in self.document.pages:
            named = [("page", page.name), *(("section", section.name) for section in page.sections)]
            for kind, own in named:
                name, number = own, 1
                while name.lower() in taken:
                    number += 1
                    name = f"{own}_{kind}{number if number > 2 else ''}"
                taken.add(name.lower())
                self._names[(kind, own)] = name

    def _choices(self) -> None:
        used = {one.choices for page in self.document.pages for one in _fields_of(page)}
        used |= {one.rows for page in self.document.pages for one in _fields_of(page)}
        for number, (name, choices) in enumerate(self.document.choice_lists.items(), start=1):
            shown = name if _WORD.fullmatch(name) else f"list_{number}"
            while shown != name and shown in self.document.choice_lists:
                shown += "_"
            self._lists[name] = shown
            for at, choice in enumerate(choices):
                cells = choice_cells(choice, shown)
                if shown != name or name not in used:
                    cells[("prs:list", "")] = cell(name)
                self.choices.append(cells)
                self.rows[f"/choice_lists/{name}/{at}"] = cells

    def _page(self, page: Page, pointer: str) -> None:
        cells = self._begin("page", page, pointer)
        cells[("prs:page", "")] = "yes"
        if not any(one.type is FieldType.REPEAT for one in _fields_of(page)):
            # A repeat cannot stand on a page of its own in ODK's app.
            cells[("appearance", "")] = "field-list"
        for at, section in enumerate(page.sections):
            inner = f"{pointer}/sections/{at}"
            self._begin("section", section, inner)
            self._fields(section.fields, inner)
            self.survey.append({("type", ""): "end group"})
        self.survey.append({("type", ""): "end group"})

    def _begin(self, kind: str, source: Page | Section, pointer: str) -> Cells:
        cells = container_cells(source)
        name = self._names[(kind, source.name)]
        if name != source.name:
            cells[("name", "")], cells[("prs:name", "")] = name, source.name
        self.survey.append(cells)
        self.rows[pointer] = cells
        return cells

    def _fields(self, fields: tuple[Field, ...], pointer: str) -> None:
        for at, one in enumerate(fields):
            place = f"{pointer}/fields/{at}"
            shown = one
            if one.choices is not None:
                shown = msgspec.structs.replace(one, choices=self._lists.get(one.choices, "?"))
            cells = field_cells(shown)
            self.survey.append(cells)
            self.rows[place] = cells
            if one.type in CONTAINERS:
                self._fields(one.fields, place)
                self.survey.append({("type", ""): f"end {one.type.value}"})

    def compare(self) -> None:
        """Read what was written, and write down exactly what did not survive."""
        read = dict(_nodes(self._read()))
        for pointer, wanted in _nodes(plain(msgspec.to_builtins(self.document))):
            for key, piece in difference(wanted, read[pointer]).items():
                self.rows[pointer][(key, "")] = piece

    def _read(self) -> dict[str, Any]:
        sheets = {sheet.name: sheet for sheet in self.sheets()}
        raw: dict[str, Any] = plain(Import(sheets, "form.xlsx", Notes(skip_unsupported=True)).raw())
        return raw

    def sheets(self) -> tuple[Sheet, ...]:
        plain_locale = self.document.default_locale if len(self.document.locales) == 1 else None
        tables = (("survey", self.survey), ("choices", self.choices), ("settings", [self.settings]))
        sheets = tuple(_sheet(name, rows, plain_locale) for name, rows in tables)
        rows, columns = sum(len(sheet.rows) for sheet in sheets), max(len(sheet.rows[0][1]) for sheet in sheets)
        cells = sum(len(values) for sheet in sheets for _, values in sheet.rows)
        # Every sheet of a CSV file counts its rows on, and has a row for its name.
        if rows + len(sheets) > MAX_ROWS or columns > MAX_COLUMNS or cells > MAX_CELLS:
            raise SheetTooLarge
        return sheets


def _fields_of(page: Page) -> Iterator[Field]:
    waiting = [one for section in page.sections for one in section.fields]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(one.fields)


def _nodes(value: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that has a row of its own, by its pointer."""
    yield pointer, value
    for name in ("pages", "sections", "fields"):
        for at, one in enumerate(value.get(name, ())):
            yield from _nodes(one, f"{pointer}/{name}/{at}")
    for name, choices in value.get("choice_lists", {}).items() if not pointer else ():
        for at, one in enumerate(choices):
            yield f"{pointer}/choice_lists/{name}/{at}", one


def _family(key: str) -> str:
    """Filter columns stand together, and so do the cells of what is too long for one."""
    return "column" if key.startswith("column:") else "prs:exact" if EXACT.fullmatch(key) else key


def _sheet(name: str, rows: list[Cells], plain_locale: str | None) -> Sheet:
    order = {key: at for at, key in enumerate(_ORDER[name])}
    given = {key for row in rows for key, text in row.items() if text}
    present = {key for key, _ in given}
    given |= {(key, plain_locale or "") for key in _ALWAYS[name] if key not in present}
    columns = sorted(given, key=lambda key: (order[_family(key[0])], key))
    headings = [_heading(name, key, plain_locale) for key in columns]
    lines = [(1, headings)]
    for number, row in enumerate(rows, start=2):
        values = [row.get(key, "") for key in columns]
        while values and not values[-1]:
            values.pop()
        lines.append((number, values))
    return Sheet(name, lines)


def _heading(sheet: str, key: Key, plain_locale: str | None) -> str:
    name, locale = key
    if name.startswith("column:"):
        return name.removeprefix("column:")
    if name == "prs:accept":
        return "body::accept"
    if sheet == "choices" and name.startswith("prs:"):
        return name.replace(":", " ")
    name = "prs::description" if name == "description" else name.replace(":", "::")
    return f"{name}::{language_of(locale)}" if locale and locale != plain_locale else name
