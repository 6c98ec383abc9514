"""The route by which staff take a registration up again."""

from uuid import UUID

from litestar import Controller, Response, post
from litestar.params import FromPath

from api.domain.catalog.errors import EventClosed, TicketNotOnSale, TicketSoldOut
from api.domain.registrations import reinstating, schemas, staff_service
from api.domain.registrations.errors import NotEditable
from api.domain.registrations.presenting import registration_out
from api.lib.http.preconditions import etag
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass


class ReinstatingController(Controller):
    """Taking up again what was cancelled or ran out of time."""

    path = "/api/v1/organizations/{organization:uuid}/registrations/{registration:uuid}/reinstate"
    tags = ("Staff",)

    @post(
        operation_id="reinstateRegistration",
        summary="Take a cancelled or expired registration up again, with its seats if they are still there",
        status_code=200,
        opt=declare(
            Permission.REGISTRATION_MANAGE, RouteClass.STAFF, NotEditable, EventClosed, TicketSoldOut, TicketNotOnSale
        ),
    )
    async def reinstate(
        self, uow: Uow, organization: FromPath[UUID], registration: FromPath[UUID]
    ) -> Response[schemas.RegistrationOut]:
        await staff_service.enter(uow, organization, Permission.REGISTRATION_MANAGE)
        view = await reinstating.reinstate(uow, registration)
        headers = {"ETag": etag(view.revision), "Cache-Control": "no-store"}
        return Response(await registration_out(uow, view), headers=headers)
