"""What the columns of a sheet become: types, appearances, parameters, defaults, media; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from api.domain.forms.engine import Field, SheetReport, import_xlsform
from tests.domain.forms.engine.workbooks import Rows, workbook

CHOICES: Rows = [["list_name", "name", "label"], ["l", "a", "A"], ["l", "b", "B"], ["rows", "r", "R"]]


def imported(survey: Rows, choices: Rows | None = None, **more: Any) -> SheetReport:
    return import_xlsform(workbook(survey, choices or CHOICES), "sheet.xlsx", **more)


def fields_of(report: SheetReport) -> dict[str, Field]:
    assert report.document is not None, report.problems
    sections = (section for page in report.document.pages for section in page.sections)
    return {field.name: field for section in sections for field in section.fields}


def one(headings: list[str], cells: list[Any]) -> Field:
    """The field of a sheet of one row, whose name is `q`."""
    return fields_of(imported([["type", "name", "label", *headings], [cells[0], "q", "Q", *cells[1:]]]))["q"]


def errors_of(headings: list[str], cells: list[Any]) -> list[tuple[str, str]]:
    report = imported([["type", "name", "label", *headings], [cells[0], "q", "Q", *cells[1:]]])
    return [(problem.column, problem.code) for problem in report.problems if problem.severity == "error"]


@pytest.mark.parametrize(
    ("row_type", "appearance", "prs", "kind", "left"),
    [
        ("text", "multiline", "", "multiline", None),
        ("text", "url", "", "url", None),
        ("text", "numbers", "", "text", "numbers"),
        ("select_one l", "minimal", "", "single_choice", "minimal"),
        ("select_one l", "likert", "", "likert", None),
        ("select_one l", "likert", "single_choice", "single_choice", "likert"),
        ("select_one l", "w1 likert", "", "likert", "w1"),
        ("image", "signature", "", "signature", None),
        ("image", "draw", "", "signature", "draw"),
        ("image", "annotate", "", "image", "annotate"),
        ("range", "rating", "", "rating", None),
        ("photo", "", "", "image", None),
        ("acknowledge", "", "", "acknowledge", None),
        ("acknowledge", "", "consent", "consent", None),
        ("acknowledge", "", "boolean", "boolean", None),
        ("decimal", "", "money", "money", None),
        ("text", "", "person_name", "person_name", None),
        ("text", "", "address", "address", None),
        ("text", "", "language", "language", None),
        ("text", "", "currency", "currency", None),
        ("rank l", "", "", "ranking", None),
        ("geopoint", "maps", "", "location", "maps"),
        ("barcode", "", "", "barcode", None),
        ("hidden", "", "", "hidden", None),
        ("file", "", "", "file", None),
    ],
)
def test_type_and_appearance_become_a_type(
    row_type: str, appearance: str, prs: str, kind: str, left: str | None
) -> None:
    field = one(["appearance", "prs::type"], [row_type, appearance, prs])
    assert (field.type, field.appearance) == (kind, left)


@pytest.mark.parametrize(
    ("appearance", "parameters", "expected"),
    [
        ("", "start=0 end=10 step=2", (0, 10, 2)),
        ("", "start=0;end=1;step=0.25", (0, 1, 0.25)),
        ("", "", (1, 10, 1)),
        ("rating", "start=1 end=7 step=1", (None, 7, None)),
        ("rating", "", (None, None, None)),
    ],
)
def test_a_range_has_the_ends_and_the_step_of_its_parameters(
    appearance: str, parameters: str, expected: tuple[Any, Any, Any]
) -> None:
    field = one(["appearance", "parameters"], ["range", appearance, parameters])
    assert field.type == "rating"
    assert (field.minimum, field.maximum, field.step) == expected


def test_parameters_that_only_concern_a_device_are_warned_of_and_others_refused() -> None:
    rows: Rows = [["type", "name", "label", "parameters"], ["image", "q", "Q", "max-pixels=640"]]
    report = imported(rows)
    assert report.document is not None
    found = [(problem.row, problem.column, problem.code, problem.severity) for problem in report.problems]
    assert (2, "parameters", "parameter", "warning") in found
    assert errors_of(["parameters"], ["select_one l", "randomize=true"]) == [("parameters", "unsupported")]
    assert errors_of(["parameters"], ["range", "start=low"]) == [("parameters", "number")]
    assert errors_of(["parameters"], ["range", "from one to ten"]) == [("parameters", "parameters")]


@pytest.mark.parametrize(
    ("row_type", "prs", "cell", "default"),
    [
        ("text", "", "hello", "hello"),
        ("text", "", "a - b", "a - b"),
        ("text", "", "call (me)", "call (me)"),
        ("text", "", "concat('a', 'b')", "=concat('a', 'b')"),
        ("integer", "", "-3", -3),
        ("integer", "", "1 + 1", "=1 + 1"),
        ("date", "", "2026-01-02", "2026-01-02"),
        ("date", "", "today()", "=today()"),
        ("select_multiple l", "", "a b", ["a", "b"]),
        ("rank l", "", "b a", ["b", "a"]),
        ("acknowledge", "", "OK", True),
        ("geopoint", "", "18.5 73.8", {"latitude": 18.5, "longitude": 73.8}),
        ("decimal", "money", "1999 EUR", {"amount": 1999, "currency": "EUR"}),
        ("text", "person_name", '{"given": "A"}', {"given": "A"}),
    ],
)
def test_a_default_is_a_value_or_an_expression(row_type: str, prs: str, cell: str, default: Any) -> None:
    assert one(["default", "prs::type"], [row_type, cell, prs]).default == default


@pytest.mark.parametrize(
    ("row_type", "cell"), [("integer", "many"), ("date", "${born"), ("geopoint", "18.5"), ("acknowledge", "perhaps")]
)
def test_a_default_that_is_no_answer_is_named(row_type: str, cell: str) -> None:
    assert errors_of(["default"], [row_type, cell]) == [("default", "default")]


def test_guidance_accepted_files_and_the_attributes_of_new_types() -> None:
    rows: Rows = [
        ["type", "name", "label", "guidance_hint", "body::accept", "prs::max_bytes", "prs::currencies", "prs::minimum",
         "prs::type", "prs::rows"],
        ["file", "cv", "CV", "A PDF, please", "application/pdf, image/*", 5000],
        ["decimal", "gift", "Gift", "", "", "", "EUR INR", 100, "money"],
        ["select_multiple l", "grid", "Grid", "", "", "", "", "", "matrix", "rows"],
    ]  # fmt: skip
    fields = fields_of(imported(rows))
    assert fields["cv"].guidance == {"en": "A PDF, please"}
    assert (fields["cv"].accept, fields["cv"].max_bytes) == (("application/pdf", "image/*"), 5000)
    assert (fields["gift"].currencies, fields["gift"].minimum) == (("EUR", "INR"), 100)
    grid = fields["grid"]
    assert (grid.type, grid.rows, grid.choices, grid.multiple) == ("matrix", "rows", "l", True)


def test_media_are_addresses_by_language_and_files_beside_the_sheet_are_not() -> None:
    rows: Rows = [
        ["type", "name", "label::English (en)", "media::image", "audio::Hindi (hi)"],
        ["text", "q", "Q", "https://example.org/a.png", "https://example.org/a.mp3"],
        ["text", "r", "R", "a.png"],
    ]
    choices: Rows = [["list_name", "name", "label", "image"], ["l", "a", "A", "/media/a.png"]]
    report = imported([*rows, ["select_one l", "s", "S"]], choices, skip_unsupported=True)
    fields = fields_of(report)
    media = fields["q"].media
    assert media is not None
    assert (media.image, media.audio) == ({"en": "https://example.org/a.png"}, {"hi": "https://example.org/a.mp3"})
    assert fields["r"].media is None
    assert [(one.row, one.column) for one in report.problems if one.code == "unsupported"] == [(3, "media::image")]
    assert report.document is not None
    picture = report.document.choice_lists["l"][0].media
    assert picture is not None
    assert picture.image == {"en": "/media/a.png"}


def test_a_trigger_names_one_question_of_a_calculation() -> None:
    rows: Rows = [["type", "name", "label", "calculation", "trigger"], ["text", "a", "A"], ["text", "b", "B"]]
    made = fields_of(imported([*rows, ["calculate", "c", None, "now()", "${a}"]]))
    assert made["c"].trigger == "a"
    for row in (["calculate", "c", None, "now()", "${a}, ${b}"], ["text", "c", "C", None, "${a}"]):
        report = imported([*rows, row])
        found = [(one.row, one.column, one.code) for one in report.problems if one.severity == "error"]
        assert found == [(4, "trigger", "unsupported")]


@pytest.mark.parametrize(
    "row_type",
    ["geotrace", "geoshape", "start-geopoint", "background-audio", "start", "end", "today", "deviceid", "username",
     "phonenumber", "email", "audit", "xml-external", "csv-external", "select_one_external l",
     "select_one_from_file l.csv", "select_multiple_from_file l.xml", "rank l or_other", "select_one", "osm",
     "hologram"],
)  # fmt: skip
def test_what_is_not_supported_says_so_and_is_left_out_only_by_choice(row_type: str) -> None:
    rows: Rows = [["type", "name", "label"], [row_type, "q", "Q"], ["text", "t", "T"]]
    strict = imported(rows)
    assert strict.document is None
    errors = [problem for problem in strict.problems if problem.severity == "error"]
    assert [(problem.sheet, problem.row, problem.column, problem.code) for problem in errors] == [
        ("survey", 2, "type", "unsupported")
    ]
    assert len(errors[0].message) > len(row_type)
    lenient = imported(rows, skip_unsupported=True)
    assert list(fields_of(lenient)) == ["t"]
    assert any(problem.row == 2 and problem.message.endswith("(left out)") for problem in lenient.problems)


def test_a_question_that_needs_one_left_out_says_which_row_that_was() -> None:
    rows: Rows = [
        ["type", "name", "label", "relevant"],
        ["geotrace", "way", "Way", None],
        ["text", "t", "T", "${way} != ''"],
    ]
    report = imported(rows, skip_unsupported=True)
    assert report.document is None
    errors = [(one.row, one.column, one.message) for one in report.problems if one.severity == "error"]
    assert [(row, column) for row, column, _ in errors] == [(3, "relevant")]
    assert errors[0][2].endswith("(row 2 is not supported)")


def test_the_column_of_exact_attributes_is_checked_like_any_other() -> None:
    assert errors_of(["prs::exact"], ["text", "{"]) == [("prs::exact", "exact")]
    assert errors_of(["prs::exact"], ["text", '{"fields": []}']) == [("prs::exact", "exact")]
    assert errors_of(["prs::exact"], ["text", '{"minimum": 3}']) == [("prs::minimum", "misplaced")]
    assert one(["prs::exact"], ["text", '{"hint": {"en": " a "}}']).hint == {"en": " a "}
