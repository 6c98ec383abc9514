"""Public forms of the standard: what becomes of each, held against pyxform's own reading."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pyxform.xls2xform import convert

from api.domain.forms.engine import (
    Field,
    FormDocument,
    Section,
    canonical_bytes,
    check_document,
    compile_form,
    export_csv,
    export_xlsx,
    import_xlsform,
)
from api.domain.forms.engine.document import Page
from api.domain.forms.engine.xlsform.languages import locale_of

FOLDER = Path(__file__).parents[3] / "data/xlsform"
FORMS = sorted(path for path in FOLDER.iterdir() if path.suffix in (".xls", ".xlsx", ".csv"))


class Expected(NamedTuple):
    """Fields of each type; and what is not offered, by sheet, row and column."""

    types: dict[str, int]
    locales: tuple[str, ...] = ("en",)
    unsupported: frozenset[tuple[str, int, str]] = frozenset()


def _pictures(*rows: int) -> frozenset[tuple[str, int, str]]:
    return frozenset(("choices", row, "image") for row in rows)


EXPECTED = {
    "ODKValidateWarnings.xlsx": Expected({"text": 1, "phone": 1, "integer": 1}),
    "cascading_select_test_equivalent.xls": Expected({"single_choice": 7, "calculated": 2}),
    "choice_filter_test.xlsx": Expected({"single_choice": 3}),
    "field-list.xlsx": Expected({"single_choice": 1}, ("en", "zh")),
    "group.xlsx": Expected({"text": 1, "phone": 1, "integer": 1}),
    "loop.xlsx": Expected({"multiple_choice": 1, "text": 1}, unsupported=frozenset({("survey", 3, "type")})),
    "repeat_date_test.xls": Expected({"note": 2, "calculated": 1, "repeat": 1, "single_choice": 2}),
    "specify_other.xlsx": Expected({"single_choice": 1, "text": 1}),
    "table-list.xls": Expected(
        {"note": 1, "group": 2, "single_choice": 2, "multiple_choice": 2}, unsupported=_pictures(23, 24)
    ),
    "text_and_integer.xlsx": Expected({"text": 1, "integer": 1}),
    "tutorial.xls": Expected({"repeat": 1, "text": 1, "single_choice": 7, "integer": 2}),
    "utf_csv.csv": Expected({"text": 1}),
    "widgets.xls": Expected(
        {
            "text": 3,
            "integer": 1,
            "decimal": 1,
            "date": 1,
            "time": 1,
            "multiple_choice": 7,
            "single_choice": 10,
            "acknowledge": 1,
            "location": 2,
            "barcode": 1,
            "image": 1,
            "audio": 1,
            "video": 1,
            "datetime": 1,
            "group": 2,
        },
        unsupported=_pictures(20, 21, 23, 24),
    ),
    "yes_or_no_question.xlsx": Expected({"single_choice": 1}),
}


def lenient(path: Path) -> FormDocument:
    document = import_xlsform(path.read_bytes(), path.name, skip_unsupported=True).document
    assert document is not None
    return document


def fields_of(document: FormDocument) -> Iterator[Field]:
    for page in document.pages:
        for section in page.sections:
            for field in section.fields:
                yield from _with_inner(field)


def _with_inner(field: Field) -> Iterator[Field]:
    yield field
    for inner in field.fields:
        yield from _with_inner(inner)


def test_every_public_form_is_expected_to_be_something() -> None:
    assert {path.name for path in FORMS} == EXPECTED.keys()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_public_form_imports_or_its_report_names_every_unsupported_row(path: Path) -> None:
    expected = EXPECTED[path.name]
    strict = import_xlsform(path.read_bytes(), path.name)
    errors = {(one.sheet, one.row, one.column) for one in strict.problems if one.severity == "error"}
    assert errors == expected.unsupported
    assert (strict.document is None) == bool(expected.unsupported)
    document = lenient(path)
    assert document.locales == expected.locales
    assert check_document(canonical_bytes(document)) == []
    types: dict[str, int] = {}
    for field in fields_of(document):
        types[field.type.value] = types.get(field.type.value, 0) + 1
    assert types == expected.types
    assert len(compile_form(document).items) >= sum(types.values())


# What pyxform calls them.
TYPES = {
    "text": "text", "string": "text", "int": "integer", "integer": "integer", "decimal": "decimal", "date": "date",
    "time": "time", "dateTime": "datetime", "note": "note", "calculate": "calculated", "trigger": "acknowledge",
    "select one": "single_choice", "select all that apply": "multiple_choice", "phone number": "phone",
    "geopoint": "location", "barcode": "barcode", "photo": "image", "image": "image", "audio": "audio",
    "video": "video", "group": "group", "repeat": "repeat",
}  # fmt: skip
BINDS = {"relevant": "relevant", "constraint": "constraint", "calculate": "calculation"}
TRUE = ("true()", True, "yes")


def pyxform_reads(source: Any, kind: str | None = None) -> dict[str, Any]:
    """Its own reading of a sheet, which it offers no public way to."""
    return convert(source, file_type=kind, validate=False)._pyxform  # type: ignore[no-any-return]  # noqa: SLF001


def elements(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in node.get("children", ()):
        name = str(child.get("name", ""))
        if name == "meta" or name.startswith(("generated_", "reserved_")) or child["type"] == "loop":
            continue
        yield child
        yield from elements(child)


def by_locale(words: Any, document: FormDocument) -> dict[str, str]:
    if words is None:
        return {}
    if isinstance(words, str):
        return {document.default_locale: words}
    return {
        (locale_of(name) if name != "default" else None) or document.default_locale: text
        for name, text in words.items()
    }


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_names_types_labels_and_conditions_are_those_that_pyxform_reads(path: Path) -> None:
    document = lenient(path)
    fields = {field.name: field for field in fields_of(document)}
    blocks: dict[str, Page | Section] = {page.name: page for page in document.pages}
    blocks |= {section.name: section for page in document.pages for section in page.sections}
    seen = 0
    for element in elements(pyxform_reads(str(path))):
        name = element["name"]
        if name not in fields:
            assert element["type"] == "group", name
            assert blocks[name].title in (None, by_locale(element.get("label"), document))
            continue
        seen += 1
        _same(fields[name], element, document)
    assert seen == sum(field.type != "note" or not field.name.startswith("note_row_") for field in fields.values())


def _same(field: Field, element: dict[str, Any], document: FormDocument) -> None:
    bind = element.get("bind", {})
    assert field.type == TYPES[element["type"]], field.name
    is_table = "table-list" in (field.appearance or "")
    added = field.name.endswith("_other")
    if not is_table and not added:
        assert field.label == by_locale(element.get("label"), document)
        assert (field.hint or {}) == by_locale(element.get("hint"), document)
    if not added:
        for theirs, ours in BINDS.items():
            assert getattr(field, ours) == bind.get(theirs), (field.name, theirs)
    assert (field.constraint_message or {}) == by_locale(bind.get("jr:constraintMsg"), document)
    assert bool(field.required) == (bind.get("required") in TRUE)
    assert field.read_only == (bind.get("readonly") in TRUE)
    assert field.choice_filter == element.get("choice_filter")
    if "list_name" in element:
        assert field.choices == element["list_name"]
        values = [choice.value for choice in document.choice_lists[element["list_name"]]]
        assert values == [choice["name"] for choice in element["choices"]]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_public_form_leaves_as_it_came_and_pyxform_reads_it_again(path: Path) -> None:
    document = lenient(path)
    for kind, data in (("xlsx", export_xlsx(document)), ("csv", export_csv(document))):
        report = import_xlsform(data, f"again.{kind}")
        assert report.problems == ()
        assert report.document is not None
        assert canonical_bytes(report.document) == canonical_bytes(document)
        names = {element["name"] for element in elements(pyxform_reads(io.BytesIO(data), f".{kind}"))}
        assert names >= {field.name for field in fields_of(document)}
