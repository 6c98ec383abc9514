"""Routes of registrations, for staff."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api.domain.registrations import lifecycle, schemas, staff_filters, staff_service
from api.domain.registrations.asking import Asked, provide_asked
from api.domain.registrations.errors import CancelFirst, ExportsBusy
from api.domain.registrations.exports import service as exports
from api.domain.registrations.presenting import filters_out, registration_out, staff_rows
from api.lib import clock
from api.lib.http import pagination
from api.lib.http.preconditions import etag
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.http.streaming import OwnTypeStream
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_READ = Permission.REGISTRATION_READ


class StaffRegistrationController(Controller):
    """Lists, search and export of an organization's registrations."""

    path = "/api/v1"
    tags = ("Staff",)
    dependencies = {  # noqa: RUF012 (the framework declares it so)
        "asked": Provide(provide_asked, sync_to_thread=False)
    }

    @get(
        "/organizations/{organization:uuid}/registrations",
        operation_id="listRegistrations",
        summary="Registrations of an organization and those below it, the last changed first",
        opt=declare(_READ, RouteClass.STAFF),
    )
    async def list_registrations(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        asked: NamedDependency[Asked],
        cursor: pagination.CursorText = None,
        limit: pagination.Limit = 50,
    ) -> schemas.StaffRegistrationPage:
        ids = await staff_service.enter(uow, organization, _READ)
        wanted, _ = await asked.filter(uow, ids)
        rows = await staff_service.listed(uow, wanted, pagination.decode(cursor), limit + 1)
        shown = rows[:limit]
        items = await staff_rows(uow, shown)
        last = shown[-1] if len(rows) > limit else None
        cursor_text = pagination.encode(clock.isoformat(last.updated_at), last.uid) if last else None
        return schemas.StaffRegistrationPage(items=items, next_cursor=cursor_text)

    @get(
        "/organizations/{organization:uuid}/registrations/filters",
        operation_id="getRegistrationFilters",
        summary="What registrations can be filtered by, and how many of them have what, under the same filters",
        opt=declare(_READ, RouteClass.STAFF),
    )
    async def filters(
        self, uow: Uow, organization: FromPath[UUID], asked: NamedDependency[Asked]
    ) -> schemas.RegistrationFilters:
        ids = await staff_service.enter(uow, organization, _READ)
        wanted, event = await asked.filter(uow, ids)
        return filters_out(await staff_filters.summary(uow, wanted, event))

    @get(
        "/organizations/{organization:uuid}/registrations/export",
        operation_id="exportRegistrations",
        summary="Submitted registrations as CSV, XLSX or Parquet; with `event`, all its answers, the sensitive masked",
        media_type="text/csv",
        opt=declare(Permission.REGISTRATION_EXPORT, RouteClass.EXPORT, ExportsBusy),
    )
    async def export(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        asked: NamedDependency[Asked],
        form: Annotated[Literal["csv", "xlsx", "parquet"], QueryParameter(name="format")] = "csv",
    ) -> Stream:
        ids = await staff_service.enter(uow, organization, Permission.REGISTRATION_EXPORT)
        wanted, event = await asked.filter(uow, ids)
        export = exports.Export(
            uow.kernel, uow.principal, uow.request_id, uow.scope, ids[0], exports.Format(form), event,
            await exports.choice(uow, wanted),
        )  # fmt: skip
        pieces = await exports.written(export)
        name = f"registrations-{event.slug if event else 'all'}.{form}"
        headers: dict[str, Any] = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return OwnTypeStream(pieces, media_type=exports.MEDIA_TYPES[export.form], headers=headers)

    @delete(
        "/organizations/{organization:uuid}/registrations/{registration:uuid}",
        operation_id="deleteRegistration",
        summary="Hide a registration that is over; it can be restored for thirty days",
        opt=declare(Permission.REGISTRATION_MANAGE, RouteClass.STAFF, CancelFirst),
    )
    async def delete_registration(self, uow: Uow, organization: FromPath[UUID], registration: FromPath[UUID]) -> None:
        await staff_service.enter(uow, organization, Permission.REGISTRATION_MANAGE)
        await lifecycle.delete(uow, registration)

    @post(
        "/organizations/{organization:uuid}/registrations/{registration:uuid}/restore",
        operation_id="restoreRegistration",
        summary="Bring a deleted registration back",
        status_code=200,
        opt=declare(Permission.REGISTRATION_MANAGE, RouteClass.STAFF),
    )
    async def restore(
        self, uow: Uow, organization: FromPath[UUID], registration: FromPath[UUID]
    ) -> Response[schemas.RegistrationOut]:
        await staff_service.enter(uow, organization, Permission.REGISTRATION_MANAGE)
        view = await lifecycle.restore(uow, registration)
        return Response(await registration_out(uow, view), headers={"ETag": etag(view.revision)})
