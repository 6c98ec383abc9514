"""Rows of the survey sheet to a tree: groups and repeats with what they contain."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.domain.forms.engine.xlsform.columns import Row, Table
from api.domain.forms.engine.xlsform.report import Notes
from api.domain.forms.engine.xlsform.rowtypes import RowType, row_type


@dataclass
class Entry:
    """A question, or a group or repeat with `inside`."""

    row: Row
    type: RowType
    inside: list[Entry] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        return self.type.kind == "begin"


@dataclass
class _Open:
    entry: Entry
    dropped: bool


def read_survey(table: Table, notes: Notes) -> list[Entry]:
    """The entries of the survey, in order; what is unsupported or unbalanced is noted and left out."""
    top: list[Entry] = []
    stack: list[_Open] = []
    for row in table.rows:
        text = row.get("type")
        if row.get("prs:part"):
            # It only tells other tools what a part of an answer is.
            continue
        if not text:
            if row.get("name") or row.texts:
                notes.error(table.sheet, row.number, table.heading("type"), "missing_type", "the type is missing")
            continue
        entry = Entry(row, row_type(text))
        if entry.type.kind == "end":
            _close(entry, stack, top, table, notes)
            continue
        dropped = bool(stack) and stack[-1].dropped
        if entry.is_block:
            stack.append(_Open(entry, _refused(entry, dropped, table, notes)))
        elif not dropped and not _refused(entry, dropped, table, notes):
            _into(stack, top).append(entry)
    while stack:
        # Closed where the sheet ends, so that what it contains is still looked at.
        left_open = stack.pop()
        message = f"this {left_open.entry.type.block} is never ended"
        notes.error(table.sheet, left_open.entry.row.number, table.heading("type"), "unbalanced", message)
        if not left_open.dropped:
            _into(stack, top).append(left_open.entry)
    return top


def _refused(entry: Entry, within_dropped: bool, table: Table, notes: Notes) -> bool:
    """Whether the row cannot be read; that is noted unless it lies in a block that is left out whole."""
    if within_dropped:
        notes.left_out.setdefault(entry.row.get("name"), entry.row.number)
        return True
    reason = "loops are not supported; use a repeat" if entry.type.block == "loop" else entry.type.reason
    if reason:
        notes.unsupported(table.sheet, entry.row.number, table.heading("type"), reason)
        notes.left_out.setdefault(entry.row.get("name"), entry.row.number)
    return bool(reason)


def _into(stack: list[_Open], top: list[Entry]) -> list[Entry]:
    return stack[-1].entry.inside if stack else top


def _close(end: Entry, stack: list[_Open], top: list[Entry], table: Table, notes: Notes) -> None:
    block = end.type.block
    if not stack or stack[-1].entry.type.block != block:
        open_block = (
            f"the open {stack[-1].entry.type.block} of row {stack[-1].entry.row.number}" if stack else "nothing"
        )
        message = f"'end {block}' stands here, but {open_block} is to be ended"
        notes.error(table.sheet, end.row.number, table.heading("type"), "unbalanced", message)
        return
    closed = stack.pop()
    if not closed.dropped:
        _into(stack, top).append(closed.entry)
