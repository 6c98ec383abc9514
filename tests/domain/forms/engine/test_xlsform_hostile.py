"""Files that are not what they say: a problem, never an exception, and little memory."""

from __future__ import annotations

import csv
import io
import struct
import tracemalloc
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.domain.forms.engine import import_xlsform
from tests.domain.forms.engine.workbooks import repacked, workbook

GOOD = workbook([["type", "name", "label"], ["text", "a", "A"]])
SHEET = "xl__worksheets__sheet1_xml"
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'
OPEN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
CLOSE = b"</sheetData></worksheet>"
BOMB = (
    HEAD + b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>&b;</sheetData></worksheet>'
)


def code(data: bytes, name: str = "f.xlsx") -> str:
    report = import_xlsform(data, name)
    assert report.document is None
    return report.problems[0].code


def far_cell(reference: str) -> bytes:
    cell = f'<row r="{reference[1:]}"><c r="{reference}" t="inlineStr"><is><t>x</t></is></c></row>'
    return repacked(GOOD, **{SHEET: HEAD + OPEN + cell.encode() + CLOSE})


def lying_archive() -> bytes:
    """30 MiB behind a directory entry and a header that both say one byte."""
    data = bytearray(repacked(GOOD, xl__big_xml=b" " * (30 * 1024 * 1024)))
    size = struct.pack("<I", 30 * 1024 * 1024)
    at = data.find(size)
    while at >= 0:
        data[at : at + 4] = struct.pack("<I", 1)
        at = data.find(size, at + 4)
    return bytes(data)


CASES = {
    "nothing": (b"", "f.xlsx", "wrong_extension"),
    "text named xlsx": (b"hello", "f.xlsx", "wrong_extension"),
    "workbook named csv": (GOOD, "f.csv", "wrong_extension"),
    "workbook named xls": (GOOD, "f.xls", "wrong_extension"),
    "no ending": (GOOD, "f", "wrong_extension"),
    "macro ending": (GOOD, "f.xlsm", "macros"),
    "macros inside": (repacked(GOOD, xl__vbaProject_bin=b"x"), "f.xlsx", "macros"),
    "truncated": (GOOD[: len(GOOD) // 2], "f.xlsx", "unreadable"),
    "zip but no workbook": (repacked(GOOD)[:0] + b"PK\x03\x04" + b"x" * 100, "f.xlsx", "unreadable"),
    "entity bomb": (repacked(GOOD, **{SHEET: BOMB}), "f.xlsx", "entities"),
    "utf-16 part": (repacked(GOOD, **{SHEET: BOMB.decode().encode("utf-16")}), "f.xlsx", "entities"),
    "broken xml": (repacked(GOOD, **{SHEET: HEAD + OPEN}), "f.xlsx", "unreadable"),
    "zip bomb": (repacked(GOOD, xl__big_xml=b" " * (60 * 1024 * 1024)), "f.xlsx", "too_large"),
    "large part": (repacked(GOOD, xl__big_xml=b" " * (30 * 1024 * 1024)), "f.xlsx", "too_large"),
    "lying directory": (lying_archive(), "f.xlsx", "unreadable"),
    "too many parts": (repacked(GOOD, **{f"xl__p{at}_xml": b"<a/>" for at in range(1_001)}), "f.xlsx", "too_large"),
    "row too far": (far_cell("A30001"), "f.xlsx", "too_large"),
    "too many columns": (workbook([["type", *["x"] * 500]]), "f.xlsx", "too_large"),
    "too large a file": (b"x" * (8 * 1024 * 1024 + 1), "f.csv", "too_large"),
    "latin-1": ("type,name,label\ntext,a,\xe9\n".encode("latin-1"), "f.csv", "unreadable"),
    "long csv cell": (b'type,name,label\ntext,a,"' + b"x" * 200_000, "f.csv", "unreadable"),
    "old excel, cut": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "f.xls", "unreadable"),
    "no survey": (b"choices\n,list_name,name,label\n", "f.csv", "no_survey"),
    "no type column": (b"survey\n,name,label\n,a,A\n", "f.csv", "missing_column"),
}


@pytest.mark.parametrize("name", CASES)
def test_hostile_file_is_a_problem(name: str) -> None:
    data, filename, expected = CASES[name]
    assert code(data, filename) == expected


def test_a_cell_in_the_last_corner_does_not_cost_memory() -> None:
    data = far_cell("A1048576")
    tracemalloc.start()
    import_xlsform(data, "f.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 1024 * 1024


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_any_damage_to_a_workbook_is_survived(seed: int) -> None:
    random = Random(seed)  # noqa: S311 -- damage, not secrets
    data = bytearray(GOOD)
    for _ in range(random.randint(1, 20)):
        data[random.randrange(4, len(data))] = random.randrange(256)
    import_xlsform(bytes(data), "f.xlsx")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(
    ["survey", "choices", "settings", "type", "name", "label", "text", "begin group", "end group", "begin repeat",
     "end repeat", "select_one x or_other", "list_name", "${a}", "a", "", "calculate", "calculation", "x", "yes",
     "default_language", "label::English (en)", "prs::type", "prs::sensitive", "\x00", "🍔"]
), max_size=6), max_size=12))  # fmt: skip
def test_any_csv_gives_a_report(rows: list[list[str]]) -> None:
    text = "\n".join(",".join(row) for row in rows)
    report = import_xlsform(text.encode(), "f.csv")
    assert report.document is not None or report.problems


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_report(data: bytes) -> None:
    for name in ("f.csv", "f.xls", "f.xlsx"):
        report = import_xlsform(data, name)
        assert report.document is not None or report.problems


_HUGE = ["9" * 100, "1e400", "-1e308", "nan", "{" * 9_000, '{"a":' * 900 + "1" + "}" * 900, '{"label": 1}',
         '{"default": {"a": 1e400}}', '{"name": "\\u0000"}', "start=1e999 end=nan step=0", "${a}", "${", "=", "= =",
         "1999 EUR", "9" * 60 + " EUR", "a b", "[]", "today()", "concat(" * 200, "yes", "x"]  # fmt: skip
_TYPES = ["text", "integer", "decimal", "range", "rank l", "select_one l", "select_multiple l", "calculate", "file",
          "geopoint", "acknowledge", "begin group", "begin repeat", "hidden", "image"]  # fmt: skip
_COLUMNS = ["default", "parameters", "trigger", "calculation", "appearance", "prs::exact", "prs::minimum", "prs::type",
            "prs::max_bytes", "prs::currencies", "prs::rows", "prs::step", "prs::name", "prs::part", "body::accept",
            "media::image", "repeat_count", "prs::retain_days", "prs::locales"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_TYPES), st.sampled_from(_COLUMNS), st.sampled_from(_HUGE)), max_size=4))
def test_any_cell_of_any_column_gives_a_report(rows: list[tuple[str, str, str]]) -> None:
    headings = list(dict.fromkeys(column for _, column, _ in rows))
    survey = [["type", "name", "label", *headings]]
    survey += [
        [kind, f"q{at}", "Q", *(cell if heading == column else "" for heading in headings)]
        for at, (kind, column, cell) in enumerate(rows)
    ]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["survey"])
    writer.writerows([["", *row] for row in survey])
    writer.writerows([["choices"], ["", "list_name", "name", "label"], ["", "l", "a", "A"]])
    report = import_xlsform(out.getvalue().encode(), "f.csv")
    assert report.document is not None or report.problems
