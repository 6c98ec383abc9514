"""Sheets to the bytes of a file: .xlsx, or .csv as pyxform lays it out."""

from __future__ import annotations

import csv
import datetime
import io

import xlsxwriter

from api.domain.forms.engine.document import FormDocument
from api.domain.forms.engine.xlsform.exporting import export_sheets

# The wide forms, too: some programs read them as the narrow ones.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_WIDTHS = {"name": 24, "type": 24, "label": 48}


def export_xlsx(document: FormDocument) -> bytes:
    """`document` as a workbook. Every cell is text, so none is ever evaluated. Raises SheetTooLarge."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        # The same document gives the same bytes.
        book.set_properties({"created": _EPOCH})
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for sheet in export_sheets(document):
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            for at, heading in enumerate(sheet.rows[0][1]):
                page.set_column(at, at, _WIDTHS.get(heading.partition("::")[0], 18), wrapped)
            for number, values in sheet.rows:
                for at, value in enumerate(values):
                    if value:
                        page.write_string(number - 1, at, value, bold if number == 1 else None)
    return out.getvalue()


def export_csv(document: FormDocument) -> bytes:
    """`document` as CSV in UTF-8: the name of each sheet in a row of its own, the cells from the second column on.

    CSV knows no text that only looks like a formula: a space in front keeps spreadsheet programs from
    evaluating it, and readers of XLSForm drop it. Raises SheetTooLarge.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for sheet in export_sheets(document):
        writer.writerow([sheet.name])
        writer.writerows(["", *(_inert(value) for value in values)] for _, values in sheet.rows)
    return out.getvalue().encode()


def _inert(value: str) -> str:
    return f" {value}" if value.startswith(_FORMULA) else value
