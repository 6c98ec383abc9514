"""Forms over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

from api.lib.schema import Input, Output, Text


class FormIn(Input, frozen=True, kw_only=True):
    """A new form: ``source`` is a form document (docs/guides/forms.md)."""

    organization: UUID
    source: dict[str, Any]


class FormSourceIn(Input, frozen=True, kw_only=True):
    """A form document."""

    source: dict[str, Any]


class FormSummary(Output, frozen=True, kw_only=True):
    """A form in a list; ``latest_version`` is 0 until it is published."""

    uid: UUID
    name: str
    title: Text
    revision: int
    latest_version: int
    updated_at: datetime


class FormOut(Output, frozen=True, kw_only=True):
    """A form with its draft document."""

    uid: UUID
    name: str
    title: Text
    revision: int
    latest_version: int
    updated_at: datetime
    source: dict[str, Any]


class FormProblem(Output, frozen=True, kw_only=True):
    """A place in the document that keeps it from being published."""

    pointer: str
    code: str
    message: str


class FormCheck(Output, frozen=True, kw_only=True):
    """``valid`` is true where ``problems`` is empty."""

    valid: bool
    problems: list[FormProblem]


class FormPublished(Output, frozen=True, kw_only=True):
    """The version that was made."""

    uid: UUID
    version: int
    version_uid: UUID


class SheetProblem(Output, frozen=True, kw_only=True):
    """A place in the spreadsheet; rows count from 1 as the spreadsheet shows them."""

    sheet: str
    row: int | None
    column: str | None
    code: str
    severity: str
    message: str


class SheetImport(Output, frozen=True, kw_only=True):
    """The form made from a spreadsheet, with the warnings that came up."""

    form: FormSummary
    problems: list[SheetProblem]


class FormPreview(Output, frozen=True, kw_only=True):
    """A form that nothing was kept of: its document, and what the compiler made of it."""

    source: dict[str, Any]
    compiled: dict[str, Any]


class SheetPreview(Output, frozen=True, kw_only=True):
    """What a spreadsheet would become; ``form`` is null where a problem is an error."""

    problems: list[SheetProblem]
    form: FormPreview | None
