"""Routes of requests for help."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody

from api.domain.organizations import service as organizations
from api.domain.support import schemas, service
from api.domain.support.contracts import SupportRequest, reference
from api.domain.sync.contracts import SyncStatus
from api.lib import clock
from api.lib.errors import NotFound
from api.lib.http import pagination
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission, Scope
from api.lib.throttle import RouteClass

_STATES = {"synced": "sent", "dead": "failed"}


def _out(request: SupportRequest, status: SyncStatus | None) -> schemas.SupportRequestOut:
    return schemas.SupportRequestOut(
        uid=request.uid,
        reference=request.reference,
        created_at=request.created_at,
        subject=request.subject,
        message=request.message,
        email=request.email,
        name=request.name,
        registration=request.registration_uid,
        confirmation_number=request.confirmation_number,
        state=_STATES.get(status.state, "waiting") if status else "sent",
        ticket=request.ticket,
        error=status.error if status else None,
    )


class SupportController(Controller):
    """Help for participants, and what they asked for, for staff."""

    path = "/api/v1"
    tags = ("Support",)

    @post(
        "/support-requests",
        operation_id="askForSupport",
        summary="Ask for help; the answer comes by mail",
        status_code=202,
        opt=declare(Permission.PUBLIC, RouteClass.SUPPORT, NotFound),
    )
    async def ask(self, uow: Uow, data: JSONBody[schemas.SupportRequestIn]) -> schemas.SupportRequestTaken:
        uid = await service.ask(
            uow, subject=data.subject, message=data.message, email=data.email, registration=data.registration
        )
        return schemas.SupportRequestTaken(uid=uid, reference=reference(uid))

    @get(
        "/organizations/{organization:uuid}/support-requests",
        operation_id="listSupportRequests",
        summary="What the participants of an organization and those below it asked for, the newest first",
        opt=declare(Permission.REGISTRATION_READ, RouteClass.STAFF),
    )
    async def list_requests(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        cursor: pagination.CursorText = None,
        limit: pagination.Limit = 50,
    ) -> schemas.SupportRequestPage:
        entered = await organizations.enter(uow, organization, Permission.REGISTRATION_READ)
        below = (await organizations.subtrees(uow, [entered.id]))[entered.id]
        await uow.enter(Scope(organization_ids=below))
        found = await service.page(uow, sorted(below), pagination.decode(cursor), limit + 1)
        last = found[limit - 1][0] if len(found) > limit else None
        return schemas.SupportRequestPage(
            items=[_out(*one) for one in found[:limit]],
            next_cursor=pagination.encode(clock.isoformat(last.created_at), last.uid) if last else None,
        )
