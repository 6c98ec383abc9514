"""The column `prs::exact`: attributes that no cell can hold as they are, as one JSON object.

A cell loses white space around it, carriage returns and control characters, and cannot say that a text is
empty. An export writes what would be lost here; an import lets it win over the row's other cells. What is too long
for one cell goes on in `prs::exact_2` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from api.domain.forms.engine.document import plain
from api.domain.forms.engine.xlsform.columns import Row, Table
from api.domain.forms.engine.xlsform.report import Notes

STRUCTURE = frozenset({"fields", "sections", "pages", "choice_lists", "schema"})
"""What rows say by where they stand."""


EXACT = re.compile(r"prs:exact(?:_([2-9]|[1-9]\d{1,2}))?")
_PIECE = 15_000
"""Characters in a cell: fewer than are read of one."""
_SPACE = "\\u0020"


def _rank(key: str) -> int:
    match = EXACT.fullmatch(key)
    return int(match[1] or 1) if match else 0


def apply_exact(node: dict[str, Any], row: Row, table: Table, notes: Notes) -> None:
    """Set on `node` what the row holds exactly; null takes an attribute away."""
    text = "".join(row.cells[key] for key in sorted(row.cells, key=_rank) if EXACT.fullmatch(key))
    if not text:
        return
    given = json_of(text)
    if not isinstance(given, dict) or STRUCTURE & given.keys():
        message = "this column is written by exports and holds a JSON object of attributes; clear the cell"
        notes.error(table.sheet, row.number, table.heading("prs:exact"), "exact", message)
        return
    for name, value in given.items():
        if value is None:
            node.pop(name, None)
        else:
            node[name] = value


def json_of(text: str) -> Any:
    """The JSON value in a cell; None where there is none, or one nested deeper than any document."""
    try:
        return plain(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        return None


def difference(wanted: dict[str, Any], read: dict[str, Any]) -> dict[str, str]:
    """The cells that make `wanted` of what was `read`, by their columns; none where they are the same."""
    changed: dict[str, Any] = dict.fromkeys(read.keys() - wanted.keys())
    for name, value in wanted.items():
        if name not in read or _encoded(read[name]) != _encoded(value):
            changed[name] = value
    for name in STRUCTURE:
        changed.pop(name, None)
    # Escaped to ASCII, as neither white space nor control characters may stand bare in a cell.
    text = _ascii(msgspec.json.encode(changed, order="sorted").decode()) if changed else ""
    return {f"prs:exact{f'_{at}' if at > 1 else ''}": piece for at, piece in enumerate(_pieces(text), start=1)}


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE]
        # A cell loses the spaces at its edges; all there are stand in strings, where they can be written so.
        inner = piece.strip(" ")
        before, _, after = piece.partition(inner) if inner else (piece, "", "")
        yield before.replace(" ", _SPACE) + inner + after.replace(" ", _SPACE)


def _encoded(value: Any) -> bytes:
    return msgspec.json.encode(value, order="sorted")


def _ascii(text: str) -> str:
    units = text.encode("utf-16-be")
    codes = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    escaped = "".join(chr(code) if 32 <= code < 127 else f"\\u{code:04x}" for code in codes)
    # A workbook reads x005F_ as an escape of its own.
    return escaped.replace("x005F_", "\\u0078005F_")
