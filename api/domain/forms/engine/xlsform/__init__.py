"""Spreadsheets in the XLSForm standard: read into form documents, and written from them."""

from __future__ import annotations

from api.domain.forms.engine.xlsform.exporting import SheetTooLarge
from api.domain.forms.engine.xlsform.importing import import_xlsform
from api.domain.forms.engine.xlsform.report import SheetProblem, SheetReport
from api.domain.forms.engine.xlsform.writing import export_csv, export_xlsx

__all__ = ["SheetProblem", "SheetReport", "SheetTooLarge", "export_csv", "export_xlsx", "import_xlsform"]
