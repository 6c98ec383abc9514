"""Routes of previews."""

from datetime import timedelta
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.params import FromPath, JSONBody

from api.domain.catalog import previewing, schemas
from api.domain.catalog.controllers import event_out
from api.domain.catalog.errors import FlowInvalid, PreviewOver
from api.lib import clock
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_NO_STORE = {"Cache-Control": "no-store"}


class PreviewController(Controller):
    """An event as it is edited, shown to whoever has its signed address for an hour."""

    path = "/api/v1"
    tags = ("Events",)

    @post(
        "/events/{event:uuid}/previews",
        operation_id="createPreview",
        summary="Make an address that shows the event as it is edited, for an hour",
        opt=declare(Permission.EVENT_MANAGE, RouteClass.STAFF),
    )
    async def make(self, uow: Uow, event: FromPath[UUID]) -> Response[schemas.PreviewLink]:
        token, seconds = await previewing.make(uow, event)
        # In the fragment, so that no server's log ever holds it.
        url = f"{uow.kernel.settings.public_url}/preview#{token}"
        body = schemas.PreviewLink(url=url, expires_at=clock.now() + timedelta(seconds=seconds))
        return Response(body, headers=_NO_STORE)

    @post(
        "/previews",
        operation_id="openPreview",
        summary="The event, its tickets, steps and forms as they are edited; nothing is written",
        status_code=200,
        opt=declare(Permission.PUBLIC, RouteClass.CATALOGUE, PreviewOver),
    )
    async def open(self, uow: Uow, data: JSONBody[schemas.EventPreviewIn]) -> Response[schemas.EventPreview]:
        event = await previewing.enter(uow, data.token)
        shown = await event_out(uow, event)
        try:
            flow = msgspec.json.decode(await previewing.flow(uow, event), type=schemas.FlowOut)
            body = schemas.EventPreview(event=shown, flow=flow, problems=[])
        except FlowInvalid as error:
            problems = [
                schemas.PreviewProblem(pointer=one.pointer, code=one.code, message=one.message) for one in error.errors
            ]
            body = schemas.EventPreview(event=shown, flow=None, problems=problems)
        return Response(body, headers=_NO_STORE)
