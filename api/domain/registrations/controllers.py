"""Routes of registrations, for the people who register and for integrators."""

import io
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import segno
from litestar import Controller, Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, PathParameter

from api.domain.accounts.errors import AccountNeeded
from api.domain.catalog import service as catalog
from api.domain.catalog.controllers import EventRef, cacheable
from api.domain.catalog.errors import EventClosed, TicketNotOnSale, TicketSoldOut
from api.domain.catalog.schemas import FlowOut
from api.domain.organizations.errors import LivesElsewhere
from api.domain.registrations import lifecycle, schemas, service, submission
from api.domain.registrations.contracts import RegistrationView
from api.domain.registrations.errors import (
    AnswersInvalid,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    LinkInvalid,
    NotEditable,
    StepNotApplicable,
    StepNotInFlow,
)
from api.domain.registrations.hot_path.completions import Completions
from api.domain.registrations.hot_path.members import Caller
from api.domain.registrations.presenting import event_out, registration_out, shown, step_input
from api.lib import clock, telemetry
from api.lib.errors import NotFound
from api.lib.http.preconditions import IdempotencyKey, IfMatch, IfNoneMatch, etag, idempotency_key, revision
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass

StepName = Annotated[str, PathParameter(max_length=64, description="A step of the pinned flow.")]

_HOLDER = Permission.REGISTRATION_HOLDER
_CLASS = RouteClass.REGISTRATION


async def _answer(uow: Uow, view: RegistrationView, status: int = 200) -> Response[schemas.RegistrationOut]:
    return Response(
        await registration_out(uow, view),
        status_code=status,
        headers={"ETag": etag(view.revision), "Cache-Control": "no-store"},
    )


async def _started(
    uow: Uow, view: RegistrationView, token: str | None, status: int
) -> Response[schemas.RegistrationStarted]:
    body = schemas.RegistrationStarted(registration=await registration_out(uow, view), token=token)
    return Response(body, status_code=status, headers={"ETag": etag(view.revision), "Cache-Control": "no-store"})


class EventRegistrationController(Controller):
    """For integrators: a whole registration at once."""

    path = "/api/v1/events/{event:str}/registrations"
    tags = ("Registrations",)

    @post(
        operation_id="registerWhole",
        summary="Make one complete registration in one call",
        opt=declare(
            Permission.PUBLIC, _CLASS, EventClosed, TicketSoldOut, TicketNotOnSale, AnswersInvalid,
            IdempotencyInProgress, IdempotencyKeyReused, LivesElsewhere,
        ),
    )  # fmt: skip
    async def register_whole(
        self,
        request: Request[Any, Any, Any],
        completions: NamedDependency[Completions],
        event: EventRef,
        data: JSONBody[schemas.WholeRegistrationIn],
        key: IdempotencyKey = None,
    ) -> Response[schemas.RegistrationStarted]:
        given = {name: step_input(step) for name, step in data.steps.items()}
        made = await completions.register(
            Caller(request.user, telemetry.request_id.get()),
            event,
            data.locale,
            given,
            key=idempotency_key(key),
            body=await request.body(),
        )
        body = schemas.RegistrationStarted(registration=shown(made.view, made.event), token=made.token)
        return Response(body, status_code=201, headers={"ETag": etag(made.view.revision), "Cache-Control": "no-store"})


class RegistrationController(Controller):
    """A draft step by step, and what follows."""

    path = "/api/v1/registrations"
    tags = ("Registrations",)

    @post(
        operation_id="startRegistration",
        summary="Begin a draft; a guest gets the token that holds it",
        opt=declare(Permission.PUBLIC, _CLASS, NotFound, EventClosed, LivesElsewhere),
    )
    async def start(self, uow: Uow, data: JSONBody[schemas.RegistrationIn]) -> Response[schemas.RegistrationStarted]:
        view, token = await service.start(uow, data.event, data.locale)
        return await _started(uow, view, token, 201)

    @post(
        "/resume",
        operation_id="resumeRegistration",
        summary="Exchange a resume link for the draft it belongs to",
        status_code=200,
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN, LinkInvalid),
    )
    async def resume(self, uow: Uow, data: JSONBody[schemas.ResumeIn]) -> Response[schemas.RegistrationStarted]:
        view, token = await service.resume(uow, data.token)
        return await _started(uow, view, token, 200)

    @get(
        "/{registration:uuid}",
        operation_id="getRegistration",
        summary="A registration as its owner sees it",
        opt=declare(_HOLDER, _CLASS),
    )
    async def get_registration(self, uow: Uow, registration: FromPath[UUID]) -> Response[schemas.RegistrationOut]:
        return await _answer(uow, await service.get(uow, registration))

    @get(
        "/{registration:uuid}/flow",
        operation_id="getRegistrationFlow",
        summary="The flow version the registration began with",
        opt=declare(_HOLDER, _CLASS),
    )
    async def get_flow(
        self, uow: Uow, registration: FromPath[UUID], if_none_match: IfNoneMatch = None
    ) -> Response[FlowOut]:
        return cacheable(await service.flow_document(uow, registration), if_none_match)

    @put(
        "/{registration:uuid}/steps/{step:str}",
        operation_id="saveStep",
        summary="Save a step of a draft",
        opt=declare(
            _HOLDER, _CLASS, NotEditable, EventClosed, StepNotInFlow, StepNotApplicable, AnswersInvalid,
            TicketSoldOut, TicketNotOnSale,
        ),
    )  # fmt: skip
    async def save_step(
        self,
        uow: Uow,
        registration: FromPath[UUID],
        step: StepName,
        data: JSONBody[schemas.StepSaveIn],
        if_match: IfMatch,
    ) -> Response[schemas.RegistrationOut]:
        view = await service.save_step(
            uow, registration, step, step_input(data), complete=data.complete, revision=revision(if_match)
        )
        return await _answer(uow, view)

    @post(
        "/{registration:uuid}/submit",
        operation_id="submitRegistration",
        summary="Confirm the registration",
        status_code=200,
        opt=declare(
            _HOLDER, _CLASS, NotEditable, EventClosed, AnswersInvalid, TicketSoldOut, TicketNotOnSale,
            IdempotencyInProgress, IdempotencyKeyReused,
        ),
    )  # fmt: skip
    async def submit(
        self, uow: Uow, registration: FromPath[UUID], if_match: IfMatch, key: IdempotencyKey = None
    ) -> Response[schemas.RegistrationOut]:
        view = await submission.submit(uow, registration, revision=revision(if_match), key=idempotency_key(key))
        return await _answer(uow, view)

    @post(
        "/{registration:uuid}/cancel",
        operation_id="cancelRegistration",
        summary="Cancel the registration; its seats come back",
        status_code=200,
        opt=declare(_HOLDER, _CLASS, NotEditable),
    )
    async def cancel(self, uow: Uow, registration: FromPath[UUID]) -> Response[schemas.RegistrationOut]:
        return await _answer(uow, await lifecycle.cancel(uow, registration))

    @post(
        "/{registration:uuid}/resume-links",
        operation_id="createResumeLink",
        summary="Make a link that resumes the draft on another device",
        opt=declare(_HOLDER, _CLASS, NotEditable),
    )
    async def make_link(
        self, uow: Uow, registration: FromPath[UUID], data: JSONBody[schemas.ResumeLinkIn]
    ) -> Response[schemas.ResumeLink]:
        url, seconds = await service.make_link(uow, registration, send=data.send)
        body = schemas.ResumeLink(url=url, expires_at=clock.now() + timedelta(seconds=seconds))
        return Response(body, headers={"Cache-Control": "no-store"})

    @post(
        "/{registration:uuid}/claim",
        operation_id="claimRegistration",
        summary="Move a guest's registration into your account",
        status_code=200,
        opt=declare(Permission.SIGNED_IN, _CLASS, AccountNeeded),
    )
    async def claim(self, uow: Uow, registration: FromPath[UUID]) -> Response[schemas.RegistrationOut]:
        return await _answer(uow, await service.claim(uow, registration))

    @get(
        "/{registration:uuid}/qr.svg",
        operation_id="getQrCode",
        summary="The confirmation's QR code",
        media_type="image/svg+xml",
        opt=declare(_HOLDER, _CLASS),
    )
    async def qr(self, uow: Uow, registration: FromPath[UUID]) -> Response[bytes]:
        view = await service.get(uow, registration)
        if view.confirmation_number is None:
            raise NotFound("Submit the registration first; its code comes with the confirmation.")
        buffer = io.BytesIO()
        segno.make(f"PRS:{view.confirmation_number}", error="m", micro=False).save(
            buffer, kind="svg", scale=6, border=4, xmldecl=False
        )
        return Response(
            buffer.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"}
        )


class MyRegistrationController(Controller):
    """The signed-in person's registrations."""

    path = "/api/v1/me/registrations"
    tags = ("Registrations",)

    @get(
        operation_id="listMyRegistrations",
        summary="Your registrations, the last changed first",
        opt=declare(Permission.SIGNED_IN, RouteClass.DEFAULT, AccountNeeded),
    )
    async def mine(self, uow: Uow) -> list[schemas.MyRegistration]:
        rows = await service.mine(uow)
        events = await catalog.by_ids(uow, [row.event_id for row in rows])
        return [
            schemas.MyRegistration(
                uid=row.uid,
                event=event_out(events[row.event_id]),
                state=row.state,
                confirmation_number=row.confirmation_number,
                updated_at=row.updated_at,
            )
            for row in rows
            if row.event_id in events
        ]
