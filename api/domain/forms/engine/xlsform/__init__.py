"""Spreadsheets in the XLSForm standard: read into form documents."""

from __future__ import annotations

from api.domain.forms.engine.xlsform.importing import import_xlsform
from api.domain.forms.engine.xlsform.report import SheetProblem, SheetReport

__all__ = ["SheetProblem", "SheetReport", "import_xlsform"]
