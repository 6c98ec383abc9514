"""Export: a document survives its way through a spreadsheet byte by byte, and other tools read it."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from api.domain.forms.engine import (
    FieldType,
    FormDocument,
    canonical_bytes,
    export_csv,
    export_xlsx,
    import_xlsform,
    parse_document,
)
from api.domain.forms.engine.document import Choice, Field
from api.domain.forms.engine.xlsform import exporting
from tests.domain.forms.engine.documents import documents, everything
from tests.vectors.written_forms import FORMS, choices, field, form

WRITERS = {"xlsx": export_xlsx, "csv": export_csv}
KINDS = st.sampled_from(sorted(WRITERS))
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(FEW, max_examples=1_500)


def read_back(document: FormDocument, kind: str) -> bytes:
    report = import_xlsform(WRITERS[kind](document), f"another name.{kind}")
    assert report.problems == ()
    assert report.document is not None
    return canonical_bytes(report.document)


def survives(kind: str, raw: dict[str, Any]) -> None:
    document = parse_document(raw)
    assert read_back(document, kind) == canonical_bytes(document)


def pyxform_accepts(kind: str, raw: dict[str, Any]) -> None:
    data = io.BytesIO(WRITERS[kind](parse_document(raw)))
    assert "<h:html" in convert(data, file_type=f".{kind}", validate=False).xform


@FEW
@given(KINDS, documents())
def test_document_to_sheet_to_document_is_identity(kind: str, raw: dict[str, Any]) -> None:
    survives(kind, raw)


@FEW
@given(KINDS, documents(odd=True))
def test_what_no_cell_can_hold_survives_too(kind: str, raw: dict[str, Any]) -> None:
    survives(kind, raw)


@FEW
@given(KINDS, documents())
def test_pyxform_accepts_what_is_exported(kind: str, raw: dict[str, Any]) -> None:
    pyxform_accepts(kind, raw)


@pytest.mark.campaign
@pytest.mark.timeout(3_600)
@MANY
@given(KINDS, documents(), documents(odd=True))
def test_identity_and_acceptance_at_length(kind: str, plain: dict[str, Any], odd: dict[str, Any]) -> None:
    survives(kind, plain)
    survives(kind, odd)
    pyxform_accepts(kind, plain)


@pytest.mark.parametrize("name", FORMS)
def test_hand_written_forms_survive_both_ways(name: str) -> None:
    for kind in WRITERS:
        survives(kind, FORMS[name])


def test_identity_fails_without_the_column_of_what_no_cell_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = form(("p", [field("a", "text", hint={"en": " around "}), field("b", "text", required="true()")]))
    document = parse_document(raw)
    assert read_back(document, "xlsx") == canonical_bytes(document)
    monkeypatch.setattr(exporting, "difference", lambda _wanted, _read: {})
    assert read_back(document, "xlsx") != canonical_bytes(document)


@pytest.mark.parametrize("kind", WRITERS)
def test_every_type_and_every_attribute_survives_and_pyxform_accepts_it(kind: str) -> None:
    raw = everything()
    fields = raw["pages"][0]["sections"][0]["fields"]
    assert {field["type"] for field in fields} == {kind.value for kind in FieldType}
    assert {name for field in fields for name in field} == set(Field.__struct_fields__)
    assert {name for choices in raw["choice_lists"].values() for one in choices for name in one} == set(
        Choice.__struct_fields__
    )
    survives(kind, raw)
    pyxform_accepts(kind, raw)
    assert "prs::exact" not in headings(parse_document(raw))["survey"]


def headings(document: FormDocument) -> dict[str, list[str]]:
    book = openpyxl.load_workbook(io.BytesIO(export_xlsx(document)))
    return {sheet.title: [str(cell.value) for cell in sheet[1]] for sheet in book.worksheets}


def test_an_ordinary_form_uses_the_columns_of_the_standard() -> None:
    raw = form(
        (
            "p",
            [
                field("why", "multiline", hint={"en": "h"}, guidance={"en": "g"}, required=True),
                field("stars", "rating", maximum=7),
                field("cv", "file", accept=["application/pdf", "image/*"]),
                field("scale", "likert", choices="five"),
                field("born", "date", default="=today()"),
                field("sign", "signature"),
            ],
        ),
        lists={"five": choices("a", "b")},
    )
    document = parse_document(raw)
    assert headings(document) == {
        "survey": [
            "type", "name", "label", "hint", "guidance_hint", "required", "default", "appearance", "parameters",
            "prs::page", "body::accept",
        ],
        "choices": ["list_name", "name", "label"],
        "settings": ["form_title", "form_id", "default_language"],
    }  # fmt: skip
    survey = openpyxl.load_workbook(io.BytesIO(export_xlsx(document)))["survey"]
    rows = {row[1].value: [cell.value for cell in row] for row in survey.iter_rows(min_row=4)}
    assert rows["why"][7] == "multiline"
    assert (rows["stars"][0], rows["stars"][7:9]) == ("range", ["rating", "start=1 end=7 step=1"])
    assert rows["scale"][0] == "select_one five"
    assert rows["born"][6] == "today()"
    assert (rows["sign"][0], rows["sign"][7]) == ("image", "signature")


@pytest.mark.parametrize("kind", WRITERS)
def test_parts_of_answers_are_calculations_for_other_tools_and_nothing_to_us(kind: str) -> None:
    raw = form(
        (
            "p",
            [
                field("home", "location"),
                field("gift", "money", currencies=["EUR"]),
                field("grid", "matrix", rows="l", choices="l"),
                field("north", "text", relevant="${home.latitude} > 50 and ${home.longitude} > 0"),
                field("thanks", "text", relevant="${gift.currency} = 'EUR' and ${grid.a} = 'b'"),
            ],
        ),
        lists={"l": choices("a", "b")},
    )
    survives(kind, raw)
    pyxform_accepts(kind, raw)
    survey = openpyxl.load_workbook(io.BytesIO(export_xlsx(parse_document(raw))))["survey"]
    at = [cell.value for cell in survey[1]].index("calculation")
    worked_out = {row[1].value: row[at].value for row in survey if "." in str(row[1].value)}
    assert worked_out == {
        "home.latitude": "selected-at(${home}, 0)", "home.longitude": "selected-at(${home}, 1)",
        "gift.currency": "'EUR'", "grid.a": "''",
    }  # fmt: skip


def test_what_looks_like_a_formula_is_text_in_a_workbook_and_inert_in_csv() -> None:
    words = ["=1+1", "+1", "-1", "@SUM(1)", "\uff1d1"]
    raw = form(("p", [field(f"q{at}", "text", hint={"en": text}) for at, text in enumerate(words)]))
    document = parse_document(raw)
    survey = openpyxl.load_workbook(io.BytesIO(export_xlsx(document)))["survey"]
    assert {cell.value: cell.data_type for row in survey for cell in row if cell.value in words} == dict.fromkeys(
        words, "s"
    )
    cells = export_csv(document).decode().replace("\r\n", ",").split(",")
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\uff1d"))] == []
    assert [cell.strip() for cell in cells if cell.strip() in words] == words


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_too_long_for_one_cell_goes_on_in_the_next(kind: str) -> None:
    words = [" " + "आ " * 4_900, "x" * 9_000 + " " * 900, "\u0001" * 9_999, " x005F_" * 1_000]
    raw = form(
        ("p", [field(f"q{at}", "text", hint={"en": text}, guidance={"en": text}) for at, text in enumerate(words)])
    )
    survives(kind, raw)
    assert "prs::exact_8" in headings(parse_document(raw))["survey"]


def test_the_largest_form_fits_into_a_sheet_and_a_larger_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = {"many": [{"value": f"v{at}", "label": {"en": f"V {at}"}} for at in range(20_000)]}
    raw = form(("p", [field("a", "single_choice", choices="many")]), lists=lists)
    document = parse_document(raw)
    assert read_back(document, "csv") == canonical_bytes(document)
    monkeypatch.setattr(exporting, "MAX_ROWS", 20_000)
    with pytest.raises(exporting.SheetTooLarge):
        export_csv(document)
