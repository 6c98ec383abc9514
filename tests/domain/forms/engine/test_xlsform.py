"""Spreadsheets: what becomes of each row, and what the report says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.domain.forms.engine import (
    Field,
    FormDocument,
    SheetReport,
    compile_form,
    import_xlsform,
    sensitive_fields,
)
from tests.domain.forms.engine.workbooks import Rows, workbook

YES_NO: Rows = [["list_name", "name", "label"], ["yes_no", "yes", "Yes"], ["yes_no", "no", "No"]]


def imported(survey: Rows, choices: Rows | None = None, settings: Rows | None = None, **more: Any) -> SheetReport:
    return import_xlsform(workbook(survey, choices, settings), "sheet.xlsx", **more)


def document_of(report: SheetReport) -> FormDocument:
    assert report.document is not None, report.problems
    return report.document


def fields_of(report: SheetReport) -> list[Field]:
    return [field for page in document_of(report).pages for section in page.sections for field in section.fields]


def named(report: SheetReport) -> set[tuple[str, int, str, str]]:
    return {(one.sheet, one.row, one.column, one.code) for one in report.problems if one.severity == "error"}


def test_types_of_the_standard_become_types_of_the_document() -> None:
    rows: Rows = [
        ["type", "name", "label"],
        ["text", "a", "A"],
        ["string", "b", "B"],
        ["int", "c", "C"],
        ["decimal", "d", "D"],
        ["date", "e", "E"],
        ["dateTime", "f", "F"],
        ["time", "g", "G"],
        ["select_one yes_no", "h", "H"],
        ["select all that apply from yes_no", "i", "I"],
        ["note", None, "J"],
        ["acknowledge", "k", "K"],
        ["phone number", "l", "L"],
    ]
    types = {field.name: field.type.value for field in fields_of(imported(rows, YES_NO))}
    assert types == {
        "a": "text", "b": "text", "c": "integer", "d": "decimal", "e": "date", "f": "datetime", "g": "time",
        "h": "single_choice", "i": "multiple_choice", "note_row_11": "note", "k": "acknowledge", "l": "phone",
    }  # fmt: skip


def test_columns_become_attributes() -> None:
    rows: Rows = [
        ["type", "name", "label", "hint", "required", "required message", "relevant", "constraint",
         "constraint_message", "default", "appearance", "read_only"],
        ["integer", "n", "N", "help", "yes", "needed", None, ". > 2", "more", "5", "spinner", None],
        ["text", "t", "T", None, "${n} > 3", None, "${n} != ''", None, None, "x", None, "yes"],
        ["calculate", "c", None, None, None, None, None, None, None, None, None, None],
    ]  # fmt: skip
    rows[0].append("calculation")
    rows[3].append("${n} * 2")
    number, text, calculated = fields_of(imported(rows))
    assert (number.required, number.default, number.appearance) == (True, 5, "spinner")
    assert number.hint == {"en": "help"}
    assert number.required_message == {"en": "needed"}
    assert (number.constraint, number.constraint_message) == (". > 2", {"en": "more"})
    assert (text.required, text.relevant, text.read_only, text.default) == ("${n} > 3", "${n} != ''", True, "x")
    assert calculated.calculation == "${n} * 2"


def test_prs_columns_carry_what_the_standard_lacks() -> None:
    rows: Rows = [
        ["type", "name", "label", "prs::type", "prs::identity", "prs::sensitive", "prs::shared_with_back_office",
         "prs::maps_to", "prs::min_length", "prs::maximum", "prs::pattern", "prs::consent_text_version"],
        ["text", "mail", "M", "email", None, None, "yes", "registrant.email"],
        ["text", "doc", "D", "identity_number", "passport", "yes"],
        ["text", "code", "C", None, None, None, None, None, 2, None, "[A-Z]+"],
        ["date", "day", "D", None, None, None, None, None, None, "2027-12-31"],
        ["decimal", "part", "P", None, None, None, None, None, None, 2.5],
        ["acknowledge", "ok", "OK", None, None, None, None, None, None, None, None, "v1"],
        ["text", "land", "L", "country"],
        ["text", "long", "L", "multiline"],
        ["acknowledge", "flag", "F", "boolean"],
    ]  # fmt: skip
    mail, doc, code, day, part, ok, land, long, flag = fields_of(imported(rows))
    assert (mail.type, mail.shared_with_back_office, mail.maps_to) == ("email", True, "registrant.email")
    assert (doc.type, doc.identity, doc.sensitive) == ("identity_number", "passport", True)
    assert (code.min_length, code.pattern) == (2, "[A-Z]+")
    assert (day.maximum, part.maximum) == ("2027-12-31", 2.5)
    assert ok.consent_text_version == "v1"
    assert (land.type, long.type, flag.type) == ("country", "multiline", "boolean")


def test_languages_by_name_code_and_default() -> None:
    rows: Rows = [
        ["type", "name", "label::English (en)", "label:hindi", "hint::mr"],
        ["text", "a", "A", "अ", "आ"],
    ]
    settings = [["form_title::English (en)", "form_title::Hindi (hi)", "default_language"], ["T", "ट", "Hindi (hi)"]]
    document = document_of(imported(rows, settings=settings))
    assert (document.default_locale, document.locales) == ("hi", ("hi", "en", "mr"))
    assert document.title == {"en": "T", "hi": "ट"}
    assert document.pages[0].sections[0].fields[0].label == {"en": "A", "hi": "अ"}


def test_pages_sections_groups_and_repeats() -> None:
    rows: Rows = [
        ["type", "name", "label", "appearance", "relevant", "prs::page", "repeat_count"],
        ["text", "before", "Before"],
        ["begin group", "p1", "One", "field-list"],
        ["text", "a", "A"],
        ["begin group", "s1", "Section", None, "${a} != ''"],
        ["text", "b", "B"],
        ["begin group", "g1", "Group"],
        ["text", "c", "C"],
        ["end group"],
        ["end group"],
        ["begin repeat", "r1", "Repeat", None, None, None, "${n}"],
        ["text", "d", "D"],
        ["end repeat"],
        ["end group"],
        ["begin_group", "p2", "Two", None, "${a} = 'x'", "yes"],
        ["integer", "n", "N"],
        ["end_group"],
        ["text", "after", "After"],
    ]
    document = document_of(imported(rows, settings=[["form_id"], ["f"]]))
    shape = {
        page.name: {section.name: [field.name for field in section.fields] for section in page.sections}
        for page in document.pages
    }
    assert shape == {
        "f": {"f_fields": ["before"]},
        "p1": {"p1_fields": ["a"], "s1": ["b", "g1"], "p1_fields_2": ["r1"]},
        "p2": {"p2_fields": ["n"]},
        "f_2": {"f_2_fields": ["after"]},
    }
    assert document.pages[1].title == {"en": "One"}
    assert document.pages[1].sections[1].relevant == "${a} != ''"
    assert document.pages[2].relevant == "${a} = 'x'"
    assert document.pages[1].sections[2].fields[0].count == "${n}"


def test_or_other_adds_a_choice_and_a_field() -> None:
    rows: Rows = [["type", "name", "label"], ["select_one yes_no or_other", "q", "Q"]]
    report = imported(rows, YES_NO)
    question, specify = fields_of(report)
    assert [choice.value for choice in document_of(report).choice_lists["yes_no"]] == ["yes", "no", "other"]
    assert (specify.name, specify.relevant) == ("q_other", "selected(${q}, 'other')")
    assert question.type == "single_choice"


def test_filter_columns_and_choice_filters() -> None:
    rows: Rows = [
        ["type", "name", "label", "choice_filter"],
        ["select_one state", "s", "S", None],
        ["select_one city", "c", "C", "state = ${s}"],
    ]
    choices = [["list_name", "name", "label", "state"], ["state", "mh", "MH"], ["city", "pune", "Pune", "mh"]]
    document = document_of(imported(rows, choices))
    assert document.choice_lists["city"][0].columns == {"state": "mh"}


@pytest.mark.parametrize("skip", [False, True])
def test_unsupported_rows_are_named_and_left_out_only_by_choice(skip: bool) -> None:
    rows: Rows = [
        ["type", "name", "label", "trigger"],
        ["geotrace", "where", "Where"],
        ["begin loop over x", "l", "L"],
        ["text", "inside", "I"],
        ["end loop"],
        ["select_one_from_file shops.csv", "r", "R"],
        ["text", "t", "T", "${where}"],
    ]
    report = imported(rows, YES_NO, skip_unsupported=skip)
    places = {(one.row, one.column, one.severity) for one in report.problems if one.code == "unsupported"}
    severity = "warning" if skip else "error"
    assert places == {
        (row, column, severity) for row, column in ((2, "type"), (3, "type"), (6, "type"), (7, "trigger"))
    }
    assert [field.name for field in fields_of(report)] == ["t"] if skip else report.document is None


def test_every_problem_of_the_broken_workbook_is_listed_by_sheet_row_and_column() -> None:
    path = Path(__file__).parent / "data" / "broken.xlsx"
    report = import_xlsform(path.read_bytes(), path.name)
    assert report.document is None
    assert named(report) == {
        ("survey", 2, "name", "name"),
        ("survey", 3, "constraint", "syntax"),
        ("survey", 4, "type", "unknown_list"),
        ("survey", 5, "required", "syntax"),
        ("survey", 6, "relevant", "unknown_choice"),
        ("survey", 7, "type", "unsupported"),
        ("survey", 8, "prs::identity", "missing"),
        ("survey", 8, "prs::shared_with_back_office", "sensitive_shared"),
        ("survey", 9, "calculation", "cycle"),
        ("survey", 11, "calculation", "refused_function"),
        ("survey", 12, "default", "default"),
        ("survey", 12, "label::English (en)", "missing_text"),
        ("survey", 13, "prs::pattern", "pattern"),
        ("survey", 14, "type", "unbalanced"),
        ("survey", 15, "label::English (en)", "unknown_name"),
        ("choices", 1, "label::Klingon", "unknown_language"),
        ("choices", 4, "name", "duplicate_choice"),
        ("choices", 5, "name", "missing_name"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "survey,,,\n,type,name,label\n,text,a,A\nchoices,,,\n,list_name,name,label\nsettings\n,form_id\n,csv_form\n",
        '\ufeff"survey"\n"","type","name","label"\n"","text","a","A"\n',
        "type,name,label\ntext,a,A\n",
    ],
)
def test_csv_as_pyxform_lays_it_out(text: str) -> None:
    assert [field.name for field in fields_of(import_xlsform(text.encode(), "f.csv"))] == ["a"]


DEMO = Path(__file__).parents[4] / "deploy/local/demo/forms"


@pytest.mark.parametrize("name", ["about_you", "health"])
def test_demo_forms_import_without_a_word(name: str) -> None:
    report = import_xlsform((DEMO / f"{name}.xlsx").read_bytes(), f"{name}.xlsx")
    assert report.problems == ()
    document = document_of(report)
    assert document.locales == ("en", "hi")
    for page in document.pages:
        for section in page.sections:
            for field in section.fields:
                assert field.type == "calculated" or set(field.label) == {"en", "hi"}, field.name
    assert sensitive_fields(compile_form(document))
