"""Routes of spreadsheets: forms read from them, looked at before, and written to them."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, MultipartBody, QueryParameter

from api.domain.forms import engine, schemas, service
from api.domain.forms.controllers import enter, summary
from api.domain.forms.errors import FormInvalid, FormNameTaken, FormTooLargeForSheet, SheetInvalid
from api.domain.organizations import service as organizations
from api.lib.errors import FieldProblem
from api.lib.http.routes import UPLOAD, declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass

Format = Literal["xlsx", "csv", "json"]
_MEDIA_TYPES: dict[Format, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
}


@dataclass(frozen=True)
class SheetUpload:
    """An XLSForm spreadsheet: .xlsx, .xls or .csv, at most 5 MiB."""

    file: UploadFile


async def _read(data: SheetUpload, *, skip_unsupported: bool) -> engine.SheetReport:
    content = await data.file.read()
    # A large workbook takes seconds: other requests go on meanwhile.
    return await asyncio.to_thread(
        engine.import_xlsform, content, data.file.filename or "", skip_unsupported=skip_unsupported
    )


class SheetController(Controller):
    """Spreadsheets in the XLSForm standard."""

    path = "/api/v1/forms"
    tags = ("Forms",)

    @post(
        "/import",
        operation_id="importForm",
        summary="Make a form, or the draft of one, from an XLSForm spreadsheet (.xlsx, .xls, .csv)",
        dto=None,
        opt=declare(Permission.FORM_MANAGE, RouteClass.STAFF, SheetInvalid, FormInvalid, FormNameTaken, body=UPLOAD),
    )
    async def import_form(
        self,
        uow: Uow,
        organization: FromQuery[UUID],
        data: MultipartBody[SheetUpload],
        skip_unsupported: FromQuery[bool] = False,
        replaces: FromQuery[UUID | None] = None,
    ) -> schemas.SheetImport:
        """Any error rejects the whole sheet. ``skip_unsupported`` leaves out what is not supported, with a warning
        each; ``replaces`` is a form whose draft the sheet becomes: its published versions stay as they are."""
        entered = await organizations.enter(uow, organization, Permission.FORM_MANAGE)
        report = await _read(data, skip_unsupported=skip_unsupported)
        problems = [_problem(problem) for problem in report.problems]
        if report.document is None:
            raise SheetInvalid(
                errors=tuple(
                    FieldProblem("/file", p.code, _place(p)) for p in report.problems if p.severity == "error"
                ),
                extra={"problems": msgspec.to_builtins(problems)},
            )
        source = msgspec.to_builtins(report.document)
        if replaces is None:
            form = await service.create(uow, entered, source)
        else:
            form = await service.update(uow, replaces, source, None)
        return schemas.SheetImport(form=summary(form), problems=problems)

    @post(
        "/import/preview",
        operation_id="previewSheet",
        summary="Read a spreadsheet without keeping anything: its problems, and the form if there is one",
        dto=None,
        status_code=200,
        opt=declare(Permission.FORM_READ, RouteClass.STAFF, body=UPLOAD),
    )
    async def preview_sheet(
        self, data: MultipartBody[SheetUpload], skip_unsupported: FromQuery[bool] = False
    ) -> schemas.SheetPreview:
        report = await _read(data, skip_unsupported=skip_unsupported)
        form = None
        if report.document is not None:
            form = schemas.FormPreview(
                source=msgspec.to_builtins(report.document),
                compiled=msgspec.to_builtins(engine.compile_form(report.document)),
            )
        return schemas.SheetPreview(problems=[_problem(problem) for problem in report.problems], form=form)

    @get(
        "/{form:uuid}/versions/{number:int}/export",
        operation_id="exportForm",
        summary="A version of a form as a spreadsheet or as its document; version 0 is the draft",
        media_type=_MEDIA_TYPES["xlsx"],
        opt=declare(
            Permission.FORM_READ, RouteClass.EXPORT, FormTooLargeForSheet, answers=tuple(_MEDIA_TYPES.values())
        ),
    )
    async def export_form(
        self,
        uow: Uow,
        form: FromPath[UUID],
        number: FromPath[int],
        kind: Annotated[Format, QueryParameter(name="format")] = "xlsx",
    ) -> Response[bytes]:
        """What is imported from the spreadsheet again is the same document, byte by byte."""
        await enter(uow, Permission.FORM_READ)
        found, source = await service.source(uow, form, number)
        body = await asyncio.to_thread(service.exported, source, kind)
        name = f"{found.name}-{f'v{number}' if number else 'draft'}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return Response(body, media_type=_MEDIA_TYPES[kind], headers=headers)


def _problem(problem: engine.SheetProblem) -> schemas.SheetProblem:
    return schemas.SheetProblem(
        sheet=problem.sheet,
        row=problem.row,
        column=problem.column,
        code=problem.code,
        severity=problem.severity,
        message=problem.message,
    )


def _place(problem: engine.SheetProblem) -> str:
    row = f" row {problem.row}" if problem.row else ""
    column = f" column {problem.column}" if problem.column else ""
    return f"{problem.sheet}{row}{column}: {problem.message}"
