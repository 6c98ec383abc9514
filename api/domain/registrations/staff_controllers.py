"""Routes of registrations, for staff."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api.domain.catalog import service as catalog
from api.domain.registrations import lifecycle, schemas, staff_service
from api.domain.registrations.errors import CancelFirst, ExportsBusy
from api.domain.registrations.exports import service as exports
from api.domain.registrations.presenting import registration_out, staff_rows
from api.domain.registrations.repository import RegistrationRepository
from api.lib import clock
from api.lib.http import pagination
from api.lib.http.preconditions import etag
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.http.streaming import OwnTypeStream
from api.lib.security import Permission
from api.lib.throttle import RouteClass

StateFilter = Annotated[
    Literal["draft", "confirmed", "cancelled", "expired"] | None,
    QueryParameter(name="state", description="Only in this state."),
]
EventFilter = Annotated[UUID | None, QueryParameter(name="event", description="Only of this event.")]


class StaffRegistrationController(Controller):
    """Lists, search and export of an organization's registrations."""

    path = "/api/v1"
    tags = ("Staff",)

    @get(
        "/organizations/{organization:uuid}/registrations",
        operation_id="listRegistrations",
        summary="Registrations of an organization and those below it, the last changed first",
        opt=declare(Permission.REGISTRATION_READ, RouteClass.STAFF),
    )
    async def list_registrations(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        q: Annotated[
            str | None, QueryParameter(max_length=200, description="Parts of name, address or number.")
        ] = None,
        event: EventFilter = None,
        in_state: StateFilter = None,
        cursor: pagination.CursorText = None,
        limit: pagination.Limit = 50,
    ) -> schemas.StaffRegistrationPage:
        ids = await staff_service.enter(uow, organization, Permission.REGISTRATION_READ)
        rows = await staff_service.listed(
            uow,
            ids,
            words=q,
            event=await staff_service.event_id(uow, ids, event),
            state=in_state,
            before=pagination.decode(cursor),
            limit=limit + 1,
        )
        shown = rows[:limit]
        items = await staff_rows(uow, shown)
        last = shown[-1] if len(rows) > limit else None
        cursor_text = pagination.encode(clock.isoformat(last.updated_at), last.uid) if last else None
        return schemas.StaffRegistrationPage(items=items, next_cursor=cursor_text)

    @get(
        "/organizations/{organization:uuid}/registrations/export",
        operation_id="exportRegistrations",
        summary="Submitted registrations as CSV, XLSX or Parquet; with `event`, all its answers, the sensitive ones masked",
        media_type="text/csv",
        opt=declare(Permission.REGISTRATION_EXPORT, RouteClass.EXPORT, ExportsBusy),
    )
    async def export(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        form: Annotated[Literal["csv", "xlsx", "parquet"], QueryParameter(name="format")] = "csv",
        event: EventFilter = None,
    ) -> Stream:
        ids = await staff_service.enter(uow, organization, Permission.REGISTRATION_EXPORT)
        chosen = await staff_service.event_id(uow, ids, event)
        found = (await catalog.by_ids(uow, [chosen]))[chosen] if chosen is not None else None
        export = exports.Export(
            uow.kernel, uow.principal, uow.request_id, uow.scope, ids[0], exports.Format(form), found,
            RegistrationRepository(session=uow.session).exported(ids, chosen),
        )  # fmt: skip
        pieces = await exports.written(export)
        name = f"registrations-{found.slug if found else 'all'}.{form}"
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
