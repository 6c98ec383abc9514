"""CSV that a spreadsheet shows and never runs."""

import csv
import io
from collections.abc import Sequence

# A cell that begins so is run as a formula by spreadsheets (OWASP: CSV injection); some read wide forms as narrow ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

# Tells spreadsheets that UTF-8 follows.
MARK = "\ufeff".encode()


def disarmed(cell: str) -> str:
    """Return a cell; one that could be a formula is preceded by an apostrophe."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def line(cells: Sequence[str]) -> bytes:
    """Return one line; a cell that could be a formula is preceded by an apostrophe."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([disarmed(cell) for cell in cells])
    return buffer.getvalue().encode()
