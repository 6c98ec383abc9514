"""Bytes of a spreadsheet to rows of text, bounded; .xlsx, .xls, and .csv as pyxform lays it out."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import openpyxl
import xlrd  # type: ignore[import-untyped]

from api.domain.forms.engine.xlsform.archive import WorkbookRefused, inspect_archive

MAX_FILE = 8 * 1024 * 1024
MAX_ROWS = 30_000
MAX_COLUMNS = 400
MAX_CELLS = 600_000
MAX_CELL = 20_000
SHEETS = ("survey", "choices", "settings")

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass
class Sheet:
    """Rows with their number as the spreadsheet shows it; empty rows are left out."""

    name: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def read_workbook(data: bytes, filename: str) -> dict[str, Sheet]:
    """The sheets named survey, choices and settings. Raises WorkbookRefused."""
    if len(data) > MAX_FILE:
        raise WorkbookRefused("too_large", f"the file is larger than {MAX_FILE // 1024 // 1024} MiB")
    extension = PurePath(filename).suffix.lower()
    if extension in (".xlsm", ".xltm", ".xlsb"):
        raise WorkbookRefused("macros", "workbooks with macros are not read; save it as .xlsx")
    kind = _kind(data)
    if extension != kind:
        message = f"the file is named {extension or 'without ending'} but holds {kind[1:]}"
        raise WorkbookRefused("wrong_extension", message)
    if kind == ".csv":
        return _read_csv(data)
    if kind == ".xlsx":
        inspect_archive(data)
    try:
        return _collect(_xlsx_rows(data) if kind == ".xlsx" else _xls_rows(data))
    except WorkbookRefused:
        raise
    except Exception:  # noqa: BLE001 -- on damaged bytes the two parsers raise whatever comes
        raise WorkbookRefused("unreadable", "the file is damaged and cannot be read") from None


def _kind(data: bytes) -> str:
    if data.startswith(_ZIP):
        return ".xlsx"
    return ".xls" if data.startswith(_OLE) else ".csv"


Row = tuple[str, int, list[str]]


def _collect(rows: Iterable[Row]) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    cells = 0
    for name, number, values in rows:
        sheet = sheets.setdefault(name, Sheet(name))
        if number > MAX_ROWS:
            raise WorkbookRefused("too_large", f"the sheet {name!r} has more than {MAX_ROWS} rows")
        while values and not values[-1]:
            values.pop()
        if not values:
            continue
        if len(values) > MAX_COLUMNS:
            raise WorkbookRefused("too_large", f"row {number} of {name!r} has more than {MAX_COLUMNS} columns")
        cells += len(values)
        if cells > MAX_CELLS:
            raise WorkbookRefused("too_large", f"the workbook has more than {MAX_CELLS} cells")
        sheet.rows.append((number, values))
    return sheets


def _xlsx_rows(data: bytes) -> Iterator[Row]:
    workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in workbook.worksheets:
            name = sheet.title.strip().lower()
            if name not in SHEETS:
                continue
            # One row and column more than allowed, to tell a full sheet from one that is too large.
            rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS + 1, values_only=True)
            for number, values in enumerate(rows, start=1):
                if any(value is not None for value in values):
                    yield name, number, [_text(value) for value in values]
    finally:
        workbook.close()


def _xls_rows(data: bytes) -> Iterator[Row]:
    workbook = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True)
    for name in workbook.sheet_names():
        plain = name.strip().lower()
        if plain not in SHEETS:
            continue
        sheet = workbook.sheet_by_name(name)
        for row in range(min(sheet.nrows, MAX_ROWS + 1)):
            cells = sheet.row(row)[: MAX_COLUMNS + 1]
            yield plain, row + 1, [_xls_text(cell, workbook.datemode) for cell in cells]


def _xls_text(cell: Any, datemode: int) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _text(xlrd.xldate_as_datetime(cell.value, datemode))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return _text(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return _text(xlrd.error_text_from_code.get(cell.value, "#ERROR"))
    return _text(cell.value)


def _read_csv(data: bytes) -> dict[str, Sheet]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WorkbookRefused("unreadable", "the file is neither a workbook nor CSV in UTF-8") from None
    try:
        return _collect(_csv_rows(csv.reader(io.StringIO(text, newline=""))))
    except csv.Error:
        raise WorkbookRefused("unreadable", "the file is not readable as CSV") from None


def _csv_rows(reader: Iterable[list[str]]) -> Iterator[Row]:
    """A row whose first cell is filled names the sheet that begins; without one, all is the survey."""
    current, indent = "", 1
    for number, values in enumerate(reader, start=1):
        cells = [_text(value) for value in values]
        head = cells[0].lower() if cells else ""
        if head in SHEETS and not any(cells[1:]):
            current = head
        elif not current and "type" in [cell.lower() for cell in cells]:
            current, indent = "survey", 0
        if current and head != current:
            yield current, number, cells[indent:]


def _text(value: Any) -> str:
    """A cell as a person reads it: whole numbers without a fraction, dates in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)[:MAX_CELL].strip()
