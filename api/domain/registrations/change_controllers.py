"""Routes of changes after the confirmation, and of what an event lets people change."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from api.domain.catalog.errors import TicketNotOnSale, TicketSoldOut
from api.domain.catalog.schemas import StepName
from api.domain.registrations import changing, rules, schemas
from api.domain.registrations.errors import AnswersInvalid, ChangesClosed, NotEditable
from api.domain.registrations.presenting import registration_out, step_input
from api.domain.registrations.rules import Rules
from api.lib.http.preconditions import IfMatch, OptionalIfMatch, etag, revision
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.schema import END, Input, Moment, Output
from api.lib.security import Permission
from api.lib.throttle import RouteClass

Name = Annotated[str, Meta(pattern=rf"^[a-z][a-z0-9_]{{0,40}}(\.[A-Za-z][A-Za-z0-9_-]{{0,63}})?{END}")]


class ChangeIn(Input, frozen=True, kw_only=True):
    """What changes, by step: answers field by field (null takes one out), all seats, all people."""

    steps: Annotated[dict[StepName, schemas.StepIn], Meta(min_length=1, max_length=50)]


class RulesIn(Input, frozen=True, kw_only=True):
    """What participants may do. Without ``changes_until`` they may change until the event begins; without
    ``cancel_until`` they may cancel until it is archived. ``editable`` names steps or fields (`about.phone`)."""

    changes_until: Moment | None = None
    cancel_until: Moment | None = None
    editable: Annotated[list[Name], Meta(max_length=500)] = msgspec.field(default_factory=list)
    on_ticket: Annotated[list[Name], Meta(max_length=50)] = msgspec.field(default_factory=list)


class RulesOut(Output, frozen=True, kw_only=True):
    """What an event lets its participants do."""

    changes_until: datetime | None
    cancel_until: datetime | None
    editable: list[str]
    on_ticket: list[str]
    revision: int


class AllowedOut(Output, frozen=True, kw_only=True):
    """What the caller may do with a registration now. The deadlines are those in force."""

    can_change: bool
    changes_until: datetime | None
    editable: list[str]
    can_cancel: bool
    cancel_until: datetime | None


def _rules(found: Rules) -> Response[RulesOut]:
    body = RulesOut(
        changes_until=found.changes_until,
        cancel_until=found.cancel_until,
        editable=list(found.editable),
        on_ticket=list(found.on_ticket),
        revision=found.revision,
    )
    return Response(body, headers={"ETag": etag(found.revision), "Cache-Control": "no-store"})


class ChangeController(Controller):
    """Changing a confirmed registration."""

    path = "/api/v1/registrations/{registration:uuid}"
    tags = ("Registrations",)

    @get(
        "/allowed",
        operation_id="getAllowedChanges",
        summary="What you may change, and until when",
        opt=declare(Permission.REGISTRATION_HOLDER, RouteClass.REGISTRATION),
    )
    async def allowed(self, uow: Uow, registration: FromPath[UUID]) -> Response[AllowedOut]:
        found = await changing.allowed(uow, registration)
        body = AllowedOut(
            can_change=found.can_change,
            changes_until=found.changes_until,
            editable=list(found.editable),
            can_cancel=found.can_cancel,
            cancel_until=found.cancel_until,
        )
        return Response(body, headers={"Cache-Control": "no-store"})

    @put(
        "/changes",
        operation_id="changeRegistration",
        summary="Change what the organiser lets you change, all or nothing",
        opt=declare(
            Permission.REGISTRATION_HOLDER, RouteClass.REGISTRATION, NotEditable, ChangesClosed, AnswersInvalid,
            TicketSoldOut, TicketNotOnSale,
        ),
    )  # fmt: skip
    async def change(
        self, uow: Uow, registration: FromPath[UUID], data: JSONBody[ChangeIn], if_match: IfMatch
    ) -> Response[schemas.RegistrationOut]:
        given = {name: step_input(step) for name, step in data.steps.items()}
        view = await changing.change(uow, registration, given, revision=revision(if_match))
        return Response(
            await registration_out(uow, view),
            headers={"ETag": etag(view.revision), "Cache-Control": "no-store"},
        )


class RulesController(Controller):
    """What an event lets its participants do, for organisers."""

    path = "/api/v1/events/{event:uuid}/participant-rules"
    tags = ("Events",)

    @get(
        operation_id="getParticipantRules",
        summary="What participants may change, and until when",
        opt=declare(Permission.EVENT_MANAGE, RouteClass.STAFF),
    )
    async def get_rules(self, uow: Uow, event: FromPath[UUID]) -> Response[RulesOut]:
        return _rules(await rules.of_event(uow, event))

    @put(
        operation_id="saveParticipantRules",
        summary="Set what participants may change, and until when",
        opt=declare(Permission.EVENT_MANAGE, RouteClass.STAFF),
    )
    async def save_rules(
        self, uow: Uow, event: FromPath[UUID], data: JSONBody[RulesIn], if_match: OptionalIfMatch = None
    ) -> Response[RulesOut]:
        wanted = Rules(data.changes_until, data.cancel_until, tuple(data.editable), tuple(data.on_ticket))
        return _rules(await rules.save(uow, event, wanted, revision(if_match, required=False)))
