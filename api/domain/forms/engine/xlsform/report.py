"""What an import found: the document, and every problem by sheet, row and column."""

from __future__ import annotations

from typing import Literal

import msgspec

from api.domain.forms.engine.document import FormDocument

Severity = Literal["error", "warning"]
MAX_PROBLEMS = 1_000


class SheetProblem(msgspec.Struct, frozen=True):
    """`row` counts from 1 as the spreadsheet shows it, 0 for a whole sheet; `column` is its heading."""

    sheet: str
    row: int
    column: str
    code: str
    severity: Severity
    message: str


class SheetReport(msgspec.Struct, frozen=True):
    """`document` is None where anything is an error."""

    document: FormDocument | None
    problems: tuple[SheetProblem, ...]


class Notes:
    """Collects problems. What is unsupported is an error, or a warning where the caller agreed to skip it."""

    def __init__(self, *, skip_unsupported: bool) -> None:
        self.skip_unsupported = skip_unsupported
        self.left_out: dict[str, int] = {}
        """Rows by the names of the questions that could not be read."""
        self._problems: list[SheetProblem] = []

    def error(self, sheet: str, row: int, column: str, code: str, message: str) -> None:
        self._add(SheetProblem(sheet, row, column, code, "error", message))

    def warn(self, sheet: str, row: int, column: str, code: str, message: str) -> None:
        self._add(SheetProblem(sheet, row, column, code, "warning", message))

    def unsupported(self, sheet: str, row: int, column: str, message: str) -> None:
        severity: Severity = "warning" if self.skip_unsupported else "error"
        left = " (left out)" if self.skip_unsupported else ""
        self._add(SheetProblem(sheet, row, column, "unsupported", severity, message + left))

    def _add(self, problem: SheetProblem) -> None:
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(problem)

    @property
    def failed(self) -> bool:
        return any(problem.severity == "error" for problem in self._problems)

    def sorted(self) -> tuple[SheetProblem, ...]:
        """By sheet in the order they are read, then by row."""
        sheets = {"": 0, "settings": 1, "survey": 2, "choices": 3}
        unique = dict.fromkeys(self._problems)
        return tuple(sorted(unique, key=lambda one: (sheets.get(one.sheet, 9), one.row)))
