"""Export: a document survives its way through a spreadsheet byte by byte, and other tools read it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from api.domain.forms.engine import FormDocument, canonical_bytes, export_csv, export_xlsx
from api.domain.forms.engine.document import plain
from api.domain.forms.engine.xlsform.importing import Import
from api.domain.forms.engine.xlsform.reader import read_workbook
from api.domain.forms.engine.xlsform.report import Notes
from tests.domain.forms.engine.documents import documents

WRITERS = {"xlsx": export_xlsx, "csv": export_csv}
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def parsed(raw: dict[str, Any]) -> FormDocument:
    return msgspec.convert(plain(raw), FormDocument)


def read_back(document: FormDocument, kind: str) -> bytes:
    data = WRITERS[kind](document)
    notes = Notes(skip_unsupported=False)
    raw = Import(read_workbook(data, f"x.{kind}"), f"x.{kind}", notes).raw()
    assert notes.sorted() == ()
    return canonical_bytes(parsed(raw))


@pytest.mark.parametrize("kind", WRITERS)
@SETTINGS
@given(documents())
def test_document_to_sheet_to_document_is_identity(kind: str, raw: dict[str, Any]) -> None:
    document = parsed(raw)
    assert read_back(document, kind) == canonical_bytes(document)


@pytest.mark.parametrize("kind", WRITERS)
@SETTINGS
@given(documents(odd=True))
def test_what_no_cell_can_hold_survives_too(kind: str, raw: dict[str, Any]) -> None:
    document = parsed(raw)
    assert read_back(document, kind) == canonical_bytes(document)
