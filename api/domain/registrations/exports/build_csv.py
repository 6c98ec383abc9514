"""Rows as CSV, in a process of its own: ``python -m api.domain.registrations.exports.build_csv``."""

from collections.abc import Iterator
from itertools import islice
from typing import IO

from api.domain.registrations.exports.building import build
from api.domain.registrations.exports.columns import Plan, Value
from api.domain.registrations.exports.spreadsheet import heading, lines

GROUP = 500


def csv_file(plan: Plan, rows: Iterator[list[Value]], out: IO[bytes]) -> None:
    """Write the heading and the rows."""
    out.write(heading(plan))
    while group := list(islice(rows, GROUP)):
        out.write(lines(group))
        out.flush()


if __name__ == "__main__":
    build(csv_file)
