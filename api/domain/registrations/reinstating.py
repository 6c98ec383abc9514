"""A registration that was cancelled or ran out of time, taken up again by staff."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from api.domain.audit import service as audit
from api.domain.catalog import ticket_service
from api.domain.catalog.contracts import Event, EventState
from api.domain.catalog.errors import EventClosed, TicketNotOnSale
from api.domain.registrations import access, repository, seats, views
from api.domain.registrations.contracts import REINSTATABLE, RegistrationState, RegistrationView
from api.domain.registrations.errors import NotEditable
from api.domain.registrations.models import Registration, SeatHold
from api.domain.registrations.submission import announce
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Destination
from api.lib import clock
from api.lib.security import Permission
from api.lib.uow import UnitOfWork


async def reinstate(uow: UnitOfWork, uid: UUID) -> RegistrationView:
    """Take a registration up again: what was confirmed takes its seats anew, what was not is a draft again.

    Reinstating what is not over changes nothing.

    Raises:
        NotFound: there is none such for this caller.
        NotEditable: it is nobody's any more, or the event is archived.
        EventClosed: it would be a draft, and the event takes no registrations now.
        TicketSoldOut, TicketNotOnSale: its seats are gone; nothing is changed then.
    """
    row = await access.enter(uow, uid, Permission.REGISTRATION_MANAGE, lock=True, staff_only=True)
    if RegistrationState(row.state) not in REINSTATABLE:
        return await views.view(uow, row)
    event = await access.event_of(uow, row)
    if row.erased_at is not None or event.state is EventState.ARCHIVED:
        raise NotEditable("It is nobody's any more, or its event is archived: make a new registration.")
    now = clock.now()
    row.cancelled_at = None
    if row.submitted_at is None:
        if not event.registration_open(now):
            raise EventClosed
        row.state = RegistrationState.DRAFT
        row.expires_at = now + timedelta(seconds=uow.kernel.settings.draft_seconds)
    else:
        row.state = RegistrationState.CONFIRMED
    row.touch()
    people = "planned" if row.submitted_at is None else "registered"
    await repository.set_attendees(uow.session, row.id, people, now)
    await uow.session.flush()
    await audit.record(
        uow, "registration.reinstated", subject_type="registration", subject_uid=row.uid,
        organization_id=row.organization_id,
    )  # fmt: skip
    if row.submitted_at is not None and not row.is_test:
        await _announce(uow, row)
        await _take_again(uow, row, event)
    return await views.view(uow, row)


async def _announce(uow: UnitOfWork, row: Registration) -> None:
    # Not as a confirmation: the analysts would count it twice.
    await announce(uow, row, Aggregate.REGISTRATION)
    if uow.kernel.settings.smtp_url and row.contact_email:
        await sync.enqueue(
            uow, [Destination.MAIL], Aggregate.CONFIRMATION, row.uid,
            revision=row.revision, organization_id=row.organization_id,
        )  # fmt: skip


async def _take_again(uow: UnitOfWork, row: Registration, event: Event) -> None:
    """Take one seat for each of its people; the contended rows come last."""
    tickets = await ticket_service.of(uow, event)
    wanted = Counter(person.ticket_id for person in await repository.attendees_of(uow.session, [row.id]))
    if wanted.keys() - {ticket.id for ticket in tickets}:
        raise TicketNotOnSale("The event no longer has one of its tickets.")
    rows = [
        SeatHold(
            registration_id=row.id,
            organization_id=row.organization_id,
            ticket_id=ticket_id,
            quantity=quantity,
            state="wanted",
            held_until=None,
        )
        for ticket_id, quantity in sorted(wanted.items())
    ]
    uow.session.add_all(rows)
    await seats.take(uow, tickets, rows)
