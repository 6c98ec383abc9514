"""Routes of forms, for organisers and editors."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody

from api.domain.forms import contracts, engine, schemas, service
from api.domain.forms.errors import FormInvalid, FormNameTaken, NothingToPublish, SheetInvalid
from api.domain.organizations import service as organizations
from api.lib.errors import FieldProblem
from api.lib.http.preconditions import IfMatch, OptionalIfMatch, etag, revision
from api.lib.http.routes import DOCUMENT, UPLOAD, declare
from api.lib.http.session import Uow
from api.lib.security import Permission, Scope
from api.lib.throttle import RouteClass


@dataclass(frozen=True)
class SheetUpload:
    """An XLSForm spreadsheet: .xlsx, .xls or .csv, at most 5 MiB."""

    file: UploadFile


def _summary(form: contracts.Form) -> schemas.FormSummary:
    return schemas.FormSummary(
        uid=form.uid,
        name=form.name,
        title=form.title,
        revision=form.revision,
        latest_version=form.latest_version,
        updated_at=form.updated_at,
    )


async def _enter(uow: Uow, permission: Permission) -> list[int]:
    ids = uow.principal.organizations_with(permission)
    await uow.enter(Scope(organization_ids=ids))
    return sorted(ids)


class FormController(Controller):
    """Forms are edited as drafts and used as immutable versions."""

    path = "/api/v1/forms"
    tags = ("Forms",)

    @get(
        operation_id="listForms",
        summary="Forms of your organizations",
        opt=declare(Permission.FORM_READ, RouteClass.STAFF),
    )
    async def list_forms(self, uow: Uow) -> list[schemas.FormSummary]:
        ids = await _enter(uow, Permission.FORM_READ)
        return [_summary(form) for form in await service.of(uow, ids)]

    @post(
        operation_id="createForm",
        summary="Add a form",
        opt=declare(Permission.FORM_MANAGE, RouteClass.STAFF, FormInvalid, FormNameTaken, body=DOCUMENT),
    )
    async def create_form(self, uow: Uow, data: JSONBody[schemas.FormIn]) -> schemas.FormSummary:
        organization = await organizations.enter(uow, data.organization, Permission.FORM_MANAGE)
        return _summary(await service.create(uow, organization, data.source))

    @post(
        "/check",
        operation_id="checkForm",
        summary="Say everything that keeps a document from being published",
        status_code=200,
        opt=declare(Permission.FORM_READ, RouteClass.STAFF, body=DOCUMENT),
    )
    async def check_form(self, data: JSONBody[schemas.FormSourceIn]) -> schemas.FormCheck:
        problems = [
            schemas.FormProblem(pointer=p.pointer, code=p.code, message=p.message) for p in service.check(data.source)
        ]
        return schemas.FormCheck(valid=not problems, problems=problems)

    @post(
        "/import",
        operation_id="importForm",
        summary="Make a form from an XLSForm spreadsheet (.xlsx, .xls, .csv)",
        dto=None,
        opt=declare(Permission.FORM_MANAGE, RouteClass.STAFF, SheetInvalid, FormInvalid, FormNameTaken, body=UPLOAD),
    )
    async def import_form(
        self,
        uow: Uow,
        organization: FromQuery[UUID],
        data: MultipartBody[SheetUpload],
        skip_unsupported: FromQuery[bool] = False,
    ) -> schemas.SheetImport:
        entered = await organizations.enter(uow, organization, Permission.FORM_MANAGE)
        content = await data.file.read()
        report = engine.import_xlsform(content, data.file.filename or "", skip_unsupported=skip_unsupported)
        problems = [_sheet_problem(problem) for problem in report.problems]
        if report.document is None:
            raise SheetInvalid(
                errors=tuple(
                    FieldProblem("/file", p.code, _place(p)) for p in report.problems if p.severity == "error"
                ),
                extra={"problems": msgspec.to_builtins(problems)},
            )
        form = await service.create(uow, entered, msgspec.to_builtins(report.document))
        return schemas.SheetImport(form=_summary(form), problems=problems)

    @get(
        "/{form:uuid}",
        operation_id="getForm",
        summary="A form with its draft",
        opt=declare(Permission.FORM_READ, RouteClass.STAFF),
    )
    async def get_form(self, uow: Uow, form: FromPath[UUID]) -> Response[schemas.FormOut]:
        await _enter(uow, Permission.FORM_READ)
        found, draft = await service.get(uow, form)
        body = schemas.FormOut(
            **msgspec.structs.asdict(_summary(found)), source=msgspec.json.decode(draft, type=dict[str, Any])
        )
        return Response(body, headers={"ETag": etag(found.revision)})

    @put(
        "/{form:uuid}",
        operation_id="updateForm",
        summary="Replace a form's draft",
        opt=declare(Permission.FORM_MANAGE, RouteClass.STAFF, FormInvalid, FormNameTaken, body=DOCUMENT),
    )
    async def update_form(
        self, uow: Uow, form: FromPath[UUID], data: JSONBody[schemas.FormSourceIn], if_match: IfMatch
    ) -> Response[schemas.FormSummary]:
        await _enter(uow, Permission.FORM_MANAGE)
        updated = await service.update(uow, form, data.source, revision(if_match))
        return Response(_summary(updated), headers={"ETag": etag(updated.revision)})

    @post(
        "/{form:uuid}/publish",
        operation_id="publishForm",
        summary="Make the draft the next version",
        opt=declare(Permission.FORM_MANAGE, RouteClass.STAFF, FormInvalid, NothingToPublish),
    )
    async def publish_form(
        self, uow: Uow, form: FromPath[UUID], if_match: OptionalIfMatch = None
    ) -> schemas.FormPublished:
        await _enter(uow, Permission.FORM_MANAGE)
        published, version_uid = await service.publish(uow, form, revision(if_match, required=False))
        return schemas.FormPublished(uid=published.uid, version=published.latest_version, version_uid=version_uid)


def _sheet_problem(problem: engine.SheetProblem) -> schemas.SheetProblem:
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
