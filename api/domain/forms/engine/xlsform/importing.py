"""A spreadsheet in the XLSForm standard to a form document, with every problem in one report."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from api.domain.forms.engine.api import examine
from api.domain.forms.engine.checks import MAX_NAME, NAME
from api.domain.forms.engine.document import SCHEMA, FormDocument
from api.domain.forms.engine.problems import Problem
from api.domain.forms.engine.xlsform.archive import WorkbookRefused
from api.domain.forms.engine.xlsform.choices import OTHER, Origins, other_choice, read_choices
from api.domain.forms.engine.xlsform.columns import SURVEY_ATTRIBUTES, Row, Table, read_table
from api.domain.forms.engine.xlsform.exact import apply_exact
from api.domain.forms.engine.xlsform.pages import PageMaker
from api.domain.forms.engine.xlsform.reader import Sheet, read_workbook
from api.domain.forms.engine.xlsform.report import Notes, SheetProblem, SheetReport
from api.domain.forms.engine.xlsform.rows import FieldMaker
from api.domain.forms.engine.xlsform.survey import Entry, read_survey
from api.domain.forms.engine.xlsform.texts import Texts, languages

_HEADINGS = {
    "title": "label",
    "description": "hint",
    "count": "repeat_count",
    "value": "name",
    "choices": "type",
    "fields": "type",
    "guidance": "guidance_hint",
    "media": "media:image",
}
_PRS = frozenset(SURVEY_ATTRIBUTES)
_SHOWN = re.compile(r"\$\{([^}]*)\}")


def import_xlsform(data: bytes, filename: str, *, skip_unsupported: bool = False) -> SheetReport:
    """The document in a spreadsheet (.xlsx, .xls or .csv), or why there is none.

    `skip_unsupported` leaves out rows and columns that are not supported, each with a warning; otherwise
    they are errors. Never raises for what the file contains.
    """
    notes = Notes(skip_unsupported=skip_unsupported)
    try:
        sheets = read_workbook(data, filename)
    except WorkbookRefused as refused:
        return SheetReport(None, (SheetProblem("", 0, "", refused.code, "error", refused.message),))
    if "survey" not in sheets:
        return SheetReport(None, (SheetProblem("", 0, "", "no_survey", "error", "there is no sheet named 'survey'"),))
    document = Import(sheets, filename, notes).document()
    return SheetReport(None if notes.failed else document, notes.sorted())


class Import:
    """One spreadsheet on its way to a document; `notes` holds what came up."""

    def __init__(self, sheets: dict[str, Sheet], filename: str, notes: Notes) -> None:
        self._notes = notes
        self._filename = filename
        self._origins: Origins = {}
        self._survey = read_table(sheets["survey"], "survey", notes)
        self._choices = read_table(sheets.get("choices"), "choices", notes)
        self._settings = read_table(sheets.get("settings"), "settings", notes)

    def document(self) -> FormDocument | None:
        for key in ("type", "name"):
            if key not in self._survey.headings:
                self._notes.error("survey", 1, key, "missing_column", f"the sheet 'survey' has no column {key!r}")
        if self._notes.failed and "type" not in self._survey.headings:
            return None
        raw = self.raw()
        document, _, problems = examine(raw)
        places = _places(raw, self._origins)
        for problem in problems:
            self._place(problem, places)
        return document

    def raw(self) -> dict[str, Any]:
        """The document as JSON, unchecked; the rows that nothing can be made of are noted."""
        texts = self._languages()
        entries = read_survey(self._survey, self._notes)
        selects = list(_selects(entries))
        used = {entry.type.choices for entry in selects} | {entry.row.get("prs:rows") for entry in selects}
        lists = read_choices(self._choices, used, texts, self._origins, self._notes)
        for name in sorted({entry.type.choices for entry in selects if entry.type.other}):
            if all(choice["value"] != OTHER for choice in lists.get(name, [])):
                lists.setdefault(name, []).append(other_choice(texts))
        name = self._name()
        maker = FieldMaker(self._survey, texts, self._origins, self._notes)
        raw = {
            "schema": SCHEMA,
            "name": name,
            "title": self._title(texts, name),
            "default_locale": texts.default,
            "locales": list(texts.locales),
            "choice_lists": lists,
            "pages": PageMaker(maker, name).pages(entries),
        }
        apply_exact(raw, self._setting(), self._settings, self._notes)
        return raw

    def _languages(self) -> Texts:
        texts = languages(self._settings, (self._survey, self._choices), self._notes)
        listed = self._setting().get("prs:locales").split()
        return Texts(texts.default, tuple(listed)) if listed else texts

    def _setting(self) -> Row:
        return self._settings.rows[0] if self._settings.rows else Row(0)

    def _name(self) -> str:
        wanted = self._setting().get("form_id") or self._setting().get("name") or PurePath(self._filename).stem
        if NAME.fullmatch(wanted) and len(wanted) <= MAX_NAME:
            return wanted
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", wanted).strip("_-")[:64]
        return name if re.match(r"[A-Za-z_]", name) else f"form_{name}"[:64]

    def _title(self, texts: Texts, name: str) -> dict[str, str]:
        title = texts.of(self._setting(), "form_title")
        return {
            texts.default: name.replace("_", " "),
            **{key: text for key, text in title.items() if key in texts.locales},
        }

    def _place(self, problem: Problem, places: dict[str, tuple[str, Row]]) -> None:
        pointer, attribute = problem.pointer, ""
        while pointer and pointer not in places:
            pointer, _, attribute = pointer.rpartition("/")
        sheet, row = places.get(pointer, ("survey", Row(0)))
        position = f" (character {problem.position + 1})" if problem.position is not None else ""
        heading = self._heading(sheet, attribute) if pointer else ""
        message = problem.message + position + self._left_out(problem)
        self._notes.error(sheet, row.number, heading, problem.code, message)

    def _left_out(self, problem: Problem) -> str:
        """Why a name is unknown, where its row could not be read."""
        found = _SHOWN.search(problem.message) if problem.code == "unknown_name" else None
        row = self._notes.left_out.get(found[1]) if found is not None else None
        return f" (row {row} is not supported)" if row is not None else ""

    def _heading(self, sheet: str, attribute: str) -> str:
        table: Table = self._choices if sheet == "choices" else self._survey
        key = f"prs:{attribute}" if attribute in _PRS else _HEADINGS.get(attribute, attribute)
        return table.headings.get(key, f"prs::{attribute}" if attribute in _PRS else key)


def _selects(entries: list[Entry]) -> list[Entry]:
    found: list[Entry] = []
    for entry in entries:
        found.extend(_selects(entry.inside))
        if entry.type.choices:
            found.append(entry)
    return found


def _places(raw: Any, origins: Origins, pointer: str = "") -> dict[str, tuple[str, Row]]:
    """The row behind every pointer that has one."""
    found: dict[str, tuple[str, Row]] = {}
    if isinstance(raw, dict):
        if id(raw) in origins:
            found[pointer] = origins[id(raw)]
        for key, value in raw.items():
            found.update(_places(value, origins, f"{pointer}/{key}"))
    elif isinstance(raw, list):
        for at, value in enumerate(raw):
            found.update(_places(value, origins, f"{pointer}/{at}"))
    return found
