"""Rows as XLSX, in a process of its own: ``python -m api.domain.registrations.exports.build_xlsx``.

A workbook can only be written when its last row is known, so it grows in a temporary file.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.domain.registrations.exports.building import build
from api.domain.registrations.exports.columns import Plan, Value, headings
from api.domain.registrations.exports.spreadsheet import stamp

# Rows of one sheet with its heading, and characters of one cell, as spreadsheets read them (ECMA-376).
SHEET_ROWS = 1_048_576
CELL = 32_767
# Spreadsheets count days from here.
FIRST_DAY = date(1900, 1, 1)

_STYLES = {"date": "yyyy-mm-dd", "time": "hh:mm:ss", "datetime": "yyyy-mm-dd hh:mm:ss"}


def xlsx(plan: Plan, rows: Iterator[list[Value]], out: IO[bytes]) -> None:
    """Write a workbook; texts are texts whatever they look like."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder, "remove_timezone": True})
        styles = {name: book.add_format({"num_format": pattern}) for name, pattern in _STYLES.items()}
        bold = book.add_format({"bold": True})
        first = next(rows, None)
        while True:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            for column, heading in enumerate(headings(plan)):
                sheet.write_string(0, column, heading[:CELL], bold)
            if first is None:
                break
            _sheet(sheet, [first], styles, 1)
            _sheet(sheet, islice(rows, SHEET_ROWS - 2), styles, 2)
            first = next(rows, None)
            if first is None:
                break
        book.close()
        with path.open("rb") as made:
            shutil.copyfileobj(made, out)


def _sheet(sheet: Worksheet, rows: Iterable[Sequence[Value]], styles: dict[str, Format], start: int) -> None:
    for at, row in enumerate(rows, start):
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                sheet.write_string(at, column, value[:CELL])
            elif isinstance(value, bool):
                sheet.write_boolean(at, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(at, column, value)
            else:
                _moment(sheet, at, column, value, styles)


def _moment(sheet: Worksheet, row: int, column: int, value: date | time | datetime, styles: dict[str, Format]) -> None:
    day = value.date() if isinstance(value, datetime) else value
    if isinstance(day, date) and day < FIRST_DAY:
        sheet.write_string(row, column, stamp(value))
        return
    kind = "datetime" if isinstance(value, datetime) else "date" if isinstance(value, date) else "time"
    sheet.write_datetime(row, column, value, styles[kind])


if __name__ == "__main__":
    build(xlsx)
