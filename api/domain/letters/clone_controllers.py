"""The route that makes an event after the model of another: here, because mails are the last that are copied."""

from uuid import UUID

from litestar import Controller, Response, post
from litestar.params import FromPath, JSONBody

from api.domain.catalog import cloning, schemas
from api.domain.catalog.controllers import detail
from api.domain.catalog.errors import SlugTaken
from api.domain.letters import repository
from api.domain.registrations import rules
from api.lib import clock
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass


class CloneController(Controller):
    """Events made after the model of others."""

    path = "/api/v1/events/{event:uuid}/clones"
    tags = ("Events",)

    @post(
        operation_id="cloneEvent",
        summary="Add a draft with the texts, picture, tickets, steps, rules and mails of an event; no registrations",
        opt=declare(Permission.EVENT_MANAGE, RouteClass.STAFF, SlugTaken),
    )
    async def clone(
        self, uow: Uow, event: FromPath[UUID], data: JSONBody[schemas.CloneIn]
    ) -> Response[schemas.EventOut]:
        model, made, moved = await cloning.clone(uow, event, slug=data.slug, starts_at=data.starts_at)
        await rules.copy(uow, model, made, moved)
        await repository.copy_of_event(uow.session, model.id, made.id, clock.now())
        return await detail(uow, made)
