"""Rows as XLSX and Parquet, in a process of its own: ``python -m api.domain.registrations.exports.workbook xlsx``.

It reads a plan and then registrations, a JSON text a line, from its standard input, and writes the file to its standard
output. It holds no connection and no secret. A workbook can only be written when its last row is known, so it grows in
a temporary file; Parquet leaves as its row groups are full. Beside the API's process neither takes its memory (pyarrow
alone is 60 MB) nor its time.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import IO, Any

import msgspec
import pyarrow
import xlsxwriter
from pyarrow import parquet
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.domain.registrations.exports.columns import Kind, Plan, Reader, Value, headings, kinds, text
from api.domain.registrations.exports.spreadsheet import stamp

# Rows of one sheet with its heading, and characters of one cell, as spreadsheets read them (ECMA-376).
SHEET_ROWS = 1_048_576
CELL = 32_767
# Spreadsheets count days from here.
FIRST_DAY = date(1900, 1, 1)
GROUP = 10_000
# Others are served first.
NICENESS = 10

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


def _moment(
    sheet: Worksheet, row: int, column: int, value: date | time | datetime, styles: dict[str, Format]
) -> None:
    day = value.date() if isinstance(value, datetime) else value
    if isinstance(day, date) and day < FIRST_DAY:
        sheet.write_string(row, column, stamp(value))
        return
    kind = "datetime" if isinstance(value, datetime) else "date" if isinstance(value, date) else "time"
    sheet.write_datetime(row, column, value, styles[kind])


_TYPES: dict[Kind, pyarrow.DataType] = {
    "text": pyarrow.string(),
    "integer": pyarrow.int64(),
    "decimal": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
    "date": pyarrow.date32(),
    "time": pyarrow.time64("us"),
    "datetime": pyarrow.timestamp("us", tz="UTC"),
}
_PYTHON: dict[Kind, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "decimal": (int, float),
    "boolean": (bool,),
    "date": (date,),
    "time": (time,),
    "datetime": (datetime,),
}


def parquet_file(plan: Plan, rows: Iterator[list[Value]], out: IO[bytes]) -> None:
    """Write a Parquet file, a row group for each ten thousand rows; what is not of its column's type is left out."""
    wanted = kinds(plan)
    schema = pyarrow.schema(
        [pyarrow.field(name, _TYPES[kind]) for name, kind in zip(headings(plan), wanted, strict=True)]
    )
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while group := list(islice(rows, GROUP)):
            arrays = [
                pyarrow.array([_typed(value, kind) for value in values], type=_TYPES[kind])
                for values, kind in zip(zip(*group, strict=True), wanted, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            out.flush()


def _typed(value: Value, kind: Kind) -> Any:
    if value is None or (isinstance(value, bool) and kind not in ("boolean", "text")):
        return None
    if kind == "text":
        return text(value) if isinstance(value, str | int | float) else stamp(value)
    if kind == "datetime" and isinstance(value, datetime):
        return value if value.tzinfo else None
    return value if isinstance(value, _PYTHON[kind]) else None


BUILDERS = {"xlsx": xlsx, "parquet": parquet_file}


def main(form: str) -> None:
    """Read a plan and registrations from the standard input, write the file to the standard output."""
    os.nice(NICENESS)
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)
    reader = Reader(plan)
    BUILDERS[form](plan, (reader.row(line) for line in sys.stdin.buffer), sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
