"""Routes of registrations that staff add, of trials, and of what was changed."""

from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath, JSONBody

from api.domain.catalog.errors import EventClosed
from api.domain.organizations.errors import LivesElsewhere
from api.domain.registrations import adding, history, schemas
from api.domain.registrations.contracts import Allowance
from api.domain.registrations.presenting import registration_out
from api.lib.errors import NotFound
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_NO_STORE = {"Cache-Control": "no-store"}
TRIALS = 1_000


class AddingController(Controller):
    """What staff do with registrations that are not their own."""

    path = "/api/v1"
    tags = ("Staff",)

    @post(
        "/registrations/on-behalf",
        operation_id="addRegistration",
        summary="Begin a registration for somebody; its token fills it as a guest's does",
        opt=declare(Permission.REGISTRATION_CREATE, RouteClass.STAFF, NotFound, EventClosed, LivesElsewhere),
    )
    async def add(self, uow: Uow, data: JSONBody[schemas.AddIn]) -> Response[schemas.RegistrationStarted]:
        allowance = Allowance(late=data.late, over=data.over, silent=data.silent)
        view, token = await adding.begin(uow, data.event, data.locale, allowance)
        body = schemas.RegistrationStarted(registration=await registration_out(uow, view), token=token)
        return Response(body, headers=_NO_STORE)

    @get(
        "/registrations/{registration:uuid}/history",
        operation_id="getRegistrationHistory",
        summary="What happened to a registration, the newest first: who changed which answer, from what to what",
        opt=declare(Permission.REGISTRATION_READ, RouteClass.STAFF),
    )
    async def history(self, uow: Uow, registration: FromPath[UUID]) -> Response[list[schemas.HistoryEntry]]:
        entries = await history.timeline(uow, registration)
        return Response([schemas.HistoryEntry(**msgspec.structs.asdict(entry)) for entry in entries], headers=_NO_STORE)

    @delete(
        "/events/{event:uuid}/trials",
        operation_id="removeTrials",
        summary="Delete an event's trials for good, up to a thousand at once",
        status_code=200,
        opt=declare(Permission.EVENT_MANAGE, RouteClass.STAFF),
    )
    async def remove_trials(self, uow: Uow, event: FromPath[UUID]) -> schemas.TrialsRemoved:
        removed = await adding.remove_trials(uow, event, TRIALS)
        return schemas.TrialsRemoved(removed=removed, more=removed == TRIALS)
