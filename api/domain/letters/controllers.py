"""Routes of what people hold in their hands: tickets, calendar entries, confirmations sent again."""

import asyncio
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody

from api.domain.letters import calendar_file, mailings, schemas, service, ticket_pdf
from api.domain.letters.errors import MailNotSetUp, NotConfirmed
from api.lib import clock
from api.lib.errors import NotFound
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass

_HOLDER = Permission.REGISTRATION_HOLDER
_CALENDAR = "text/calendar; charset=utf-8"


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


class HeldController(Controller):
    """What the holder of a registration can take along."""

    path = "/api/v1/registrations"
    tags = ("Registrations",)

    @get(
        "/{registration:uuid}/ticket.pdf",
        operation_id="getTicketPdf",
        summary="The ticket, to print or to keep on a phone",
        media_type="application/pdf",
        opt=declare(_HOLDER, RouteClass.EXPORT, NotConfirmed),
    )
    async def ticket(self, uow: Uow, registration: FromPath[UUID]) -> Response[bytes]:
        facts = await service.ticket(uow, registration)
        # Nobody else's request waits for it.
        content = await asyncio.to_thread(ticket_pdf.render, facts)
        return _file(content, "application/pdf", f"{facts.number}.pdf")

    @get(
        "/{registration:uuid}/calendar.ics",
        operation_id="getCalendarEntry",
        summary="The event as an entry for calendars",
        media_type=_CALENDAR,
        opt=declare(_HOLDER, RouteClass.REGISTRATION, NotConfirmed),
    )
    async def calendar(self, uow: Uow, registration: FromPath[UUID]) -> Response[bytes]:
        facts = await service.calendar(uow, registration)
        return _file(await asyncio.to_thread(calendar_file.render, facts), _CALENDAR, "event.ics")

    @post(
        "/{registration:uuid}/resend",
        operation_id="resendConfirmation",
        summary="Send the confirmation again, at most every ten minutes",
        status_code=204,
        opt=declare(_HOLDER, RouteClass.SUPPORT, NotConfirmed, MailNotSetUp),
    )
    async def again(self, uow: Uow, registration: FromPath[UUID]) -> None:
        await mailings.again(uow, registration)

    @post(
        "/resend",
        operation_id="resendToAddress",
        summary="Send whatever is confirmed for an address again; the answer is the same whether there is anything",
        status_code=204,
        opt=declare(Permission.PUBLIC, RouteClass.SIGN_IN, NotFound),
    )
    async def to_address(self, uow: Uow, data: JSONBody[schemas.AgainIn]) -> None:
        await mailings.to_address(uow, data.event, data.email)


class MailingController(Controller):
    """Confirmations sent again to many."""

    path = "/api/v1/organizations/{organization:uuid}/mailings"
    tags = ("Mails",)

    @get(
        operation_id="listMailings",
        summary="The newest mailings, and how far they are",
        opt=declare(Permission.REGISTRATION_READ, RouteClass.STAFF),
    )
    async def list_mailings(self, uow: Uow, organization: FromPath[UUID]) -> list[schemas.MailingOut]:
        now = clock.now()
        return [schemas.mailing_out(one, now) for one in await mailings.listed(uow, organization)]

    @post(
        operation_id="startMailing",
        summary="Send confirmations again: of an event, of some registrations, or all",
        status_code=202,
        opt=declare(Permission.REGISTRATION_MANAGE, RouteClass.STAFF, MailNotSetUp),
    )
    async def start(
        self, uow: Uow, organization: FromPath[UUID], data: JSONBody[schemas.MailingIn]
    ) -> schemas.MailingOut:
        made = await mailings.start(uow, organization, data.event, data.registrations)
        return schemas.mailing_out(made, clock.now())

    @post(
        "/{mailing:uuid}/stop",
        operation_id="stopMailing",
        summary="Withdraw the mails that are not sent yet",
        status_code=200,
        opt=declare(Permission.REGISTRATION_MANAGE, RouteClass.STAFF),
    )
    async def stop(self, uow: Uow, organization: FromPath[UUID], mailing: FromPath[UUID]) -> schemas.MailingOut:
        return schemas.mailing_out(await mailings.stop(uow, organization, mailing), clock.now())
