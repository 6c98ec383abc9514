"""Submitting: all or nothing, once for each Idempotency-Key, with the seats taken last."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert

from api.domain.audit import service as audit
from api.domain.catalog import flow_service, ticket_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event, FlowVersion, StepKind, Ticket
from api.domain.forms.contracts import PublishedForm
from api.domain.privacy import consents
from api.domain.privacy.contracts import ANALYTICS, ConsentGiven
from api.domain.registrations import access, answers, assessment, repository, sealing, seats, service, views
from api.domain.registrations.contracts import AttendeeInput, RegistrationView, SeatChoice, StepInput
from api.domain.registrations.errors import (
    AnswersInvalid,
    IdempotencyInProgress,
    IdempotencyKeyReused,
)
from api.domain.registrations.models import IdempotencyKey, Registration, SeatHold
from api.domain.registrations.repository import RegistrationRepository
from api.domain.registrations.uploads import attaching
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Destination
from api.lib import clock
from api.lib.errors import FieldProblem, NotFound
from api.lib.ids import confirmation_number
from api.lib.security import Permission
from api.lib.settings import Settings
from api.lib.uow import UnitOfWork


class Request(msgspec.Struct, frozen=True):
    """What makes a submit the same submit: its scope, its key, and a keyed digest of its body."""

    scope: str
    key: str | None
    body: bytes


async def once(
    uow: UnitOfWork, request: Request, act: Callable[[], Awaitable[Registration]]
) -> tuple[Registration, bool]:
    """Run ``act`` unless its key has been seen; returns the registration and whether it was made before.

    Raises:
        IdempotencyInProgress: another transaction has the key now.
        IdempotencyKeyReused: the key came with another body.
    """
    if request.key is None:
        return await act(), False
    if not await repository.try_key(uow.session, request.scope, request.key):
        raise IdempotencyInProgress(headers={"Retry-After": "1"})
    digest = uow.kernel.vault.digest(request.body)
    known = await repository.known_key(uow.session, request.scope, request.key)
    if known is not None:
        if known.request_digest != digest:
            raise IdempotencyKeyReused
        row = await RegistrationRepository(session=uow.session).by_uid(known.registration_uid)
        if row is None:
            raise NotFound
        return row, True
    row = await act()
    await uow.session.execute(
        insert(IdempotencyKey).values(
            scope=request.scope,
            key=request.key,
            request_digest=digest,
            registration_uid=row.uid,
            organization_id=row.organization_id,
            created_at=clock.now(),
        )
    )
    return row, False


async def submit(uow: UnitOfWork, uid: UUID, *, revision: int | None, key: str | None) -> RegistrationView:
    """Confirm a draft.

    Raises:
        NotFound, PreconditionFailed, NotEditable, EventClosed, AnswersInvalid, TicketSoldOut, IdempotencyInProgress,
        IdempotencyKeyReused: as their names say.
    """
    entered = await access.enter(uow, uid, Permission.REGISTRATION_MANAGE)

    async def act() -> Registration:
        row, event = await service.editable(uow, entered.uid, revision)
        flow = await access.flow_of(uow, row)
        saved = await service.opened_steps(uow, row, flow)
        given = {name: StepInput(answers=answers) for name, answers in saved.items()}
        await _complete(uow, row, event, flow, given, kept=saved)
        return row

    body = f"{uid}:{revision}".encode()
    row, _ = await once(uow, Request(f"registration:{uid}", key, body), act)
    return await views.view(uow, row)


async def register(
    uow: UnitOfWork, which: str, locale: str, given: Mapping[str, StepInput], *, key: str | None, body: bytes
) -> tuple[RegistrationView, str | None]:
    """Make one complete registration in one call, for integrators.

    Raises:
        as ``submit``, and TicketNotOnSale.
    """
    # Whether it is open is asked inside: a replayed key answers even after the event has closed.
    event = await catalog.published(uow, which)

    async def act() -> Registration:
        row, event = await service.begin(uow, which, locale)
        flow = await access.flow_of(uow, row)
        forms = await flow_service.forms_of(uow, flow)
        problems = [*assessment.unexpected_parts(flow, given), *given_masks(flow, forms, given)]
        if problems:
            raise AnswersInvalid(errors=tuple(problems))
        await _complete(uow, row, event, flow, given)
        return row

    caller = uow.principal.subject_uid or "guest"
    row, _ = await once(uow, Request(scope_of(event.uid, caller), key, body), act)
    return await views.view(uow, row), await service.token_for(uow, row)


def scope_of(event: UUID, caller: str) -> str:
    """Return the scope of an Idempotency-Key that comes with a complete registration."""
    return f"event:{event}:{caller}"


def given_masks(
    flow: FlowVersion, forms: Mapping[UUID, PublishedForm], given: Mapping[str, StepInput]
) -> list[FieldProblem]:
    """Return a problem for each mask: in a new registration there is nothing that one could stand for."""
    return [
        FieldProblem(f"/steps/{step.name}/answers{pointer}", "masked", "Enter this answer again.")
        for step in flow.document.steps
        if step.form_version is not None and step.name in given
        for pointer in answers.masks(forms[step.form_version].compiled, given[step.name].answers or {})
    ]


async def _complete(
    uow: UnitOfWork,
    row: Registration,
    event: Event,
    flow: FlowVersion,
    given: Mapping[str, StepInput],
    *,
    kept: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Validate the whole, write it, and take the seats; the contended rows come last and are held for one statement."""
    forms = await flow_service.forms_of(uow, flow)
    found = assessment.assess(flow, forms, given, service.clock_of(row), locale=row.locale, kept=kept)
    found = await attaching.assessed(uow, row, flow, forms, found)
    tickets = await ticket_service.of(uow, event)
    wanted = await _wanted(uow, row, event, flow, given, tickets)
    people = await _people(uow, row, flow, found.contact, given, wanted, tickets)
    problems = list(found.problems)
    if not wanted:
        problems.append(FieldProblem(tickets_pointer(flow), "required", "Choose a ticket."))
    named = flow.of_kind(StepKind.ATTENDEES)
    if named is not None and wanted:
        seats_by_ticket = {
            ticket.uid: row_.quantity for row_ in wanted for ticket in tickets if ticket.id == row_.ticket_id
        }
        problems.extend(
            service.attendee_problems(people, seats_by_ticket, f"/steps/{named.name}/attendees", complete=True)
        )
    if problems:
        raise AnswersInvalid(errors=tuple(problems))
    await _write(uow, row, flow, found, people, tickets)
    await _confirm(uow, row)
    if row.is_test:
        return
    for seat in wanted:
        if seat.state == "wanted":
            await seats.make_room(uow, row, next(one for one in tickets if one.id == seat.ticket_id), seat.quantity)
    await seats.take(uow, tickets, wanted)


def tickets_pointer(flow: FlowVersion) -> str:
    """Return where in the body the tickets are chosen."""
    step = flow.of_kind(StepKind.TICKETS)
    return f"/steps/{step.name}/tickets" if step else "/tickets"


async def _wanted(
    uow: UnitOfWork,
    row: Registration,
    event: Event,
    flow: FlowVersion,
    given: Mapping[str, StepInput],
    tickets: list[Ticket],
) -> list[SeatHold]:
    """Return the seats to take: those the draft chose, those of the call, or one of the event's only ticket."""
    held = await repository.seats_of(uow.session, [row.id], lock=True)
    if held:
        return held
    step = flow.of_kind(StepKind.TICKETS)
    choice: tuple[SeatChoice, ...] = ()
    if step is not None and step.name in given:
        choice = given[step.name].tickets or ()
    elif step is None and len(tickets) == 1:
        choice = (SeatChoice(tickets[0].uid, 1),)
    pointer = tickets_pointer(flow)
    seats.checked(choice, pointer)
    late = seats.allows(row, "late")
    pairs = await ticket_service.chosen(
        uow, event, [(seat.ticket, seat.quantity) for seat in choice], pointer, late=late
    )
    if not (row.is_test or seats.allows(row, "over")):
        await seats.refuse_sold_out(uow, pairs)
    rows = [
        SeatHold(
            registration_id=row.id,
            organization_id=row.organization_id,
            ticket_id=ticket.id,
            quantity=quantity,
            state="wanted",
        )
        for ticket, quantity in pairs
    ]
    uow.session.add_all(rows)
    return rows


async def _people(
    uow: UnitOfWork,
    row: Registration,
    flow: FlowVersion,
    contact: Mapping[str, str],
    given: Mapping[str, StepInput],
    wanted: list[SeatHold],
    tickets: list[Ticket],
) -> tuple[AttendeeInput, ...]:
    by_id = {ticket.id: ticket.uid for ticket in tickets}
    step = flow.of_kind(StepKind.ATTENDEES)
    if step is None:
        name, email = contact.get("name", ""), contact.get("email", "")
        return tuple(AttendeeInput(by_id[seat.ticket_id], name, email) for seat in wanted for _ in range(seat.quantity))
    if step.name in given:
        return given[step.name].attendees or ()
    saved = await repository.attendees_of(uow.session, [row.id])
    return tuple(AttendeeInput(by_id[one.ticket_id], one.name, one.email) for one in saved if one.ticket_id in by_id)


async def _write(
    uow: UnitOfWork,
    row: Registration,
    flow: FlowVersion,
    found: assessment.Assessment,
    people: tuple[AttendeeInput, ...],
    tickets: list[Ticket],
) -> None:
    forms = await flow_service.forms_of(uow, flow)
    steps = {
        step.name: (
            forms[step.form_version].compiled if step.form_version else None,
            found.answers.get(step.name, {}),
            True,
        )
        for step in flow.document.steps
        if step.name in found.applicable
    }
    dropped = [step.name for step in flow.document.steps if step.name not in found.applicable]
    await sealing.forget(uow, row, dropped)
    await repository.drop_steps(uow.session, row.id, dropped)
    await sealing.store(uow, row, steps)
    service.keep_contact(row, found.contact)
    await consents.give(
        uow,
        [
            ConsentGiven(purpose, version, row.locale, f"form:{form.name}")
            for step in flow.document.steps
            if step.form_version is not None and step.name in found.applicable
            for form in (forms[step.form_version].compiled,)
            for purpose, version in answers.consents(form, found.answers.get(step.name, {}))
        ],
        registration_id=row.id,
        organization_id=row.organization_id,
    )
    by_uid = {ticket.uid: ticket.id for ticket in tickets}
    await repository.put_attendees(
        uow.session,
        row.id,
        [
            service.attendee_row(row, position, by_uid[person.ticket], person) | {"state": "registered"}
            for position, person in enumerate(people)
        ],
    )


async def _confirm(uow: UnitOfWork, row: Registration) -> None:
    now = clock.now()
    row.state = "confirmed"
    row.confirmation_number = confirmation_number()
    row.submitted_at, row.expires_at = now, None
    row.touch()
    await uow.session.flush()
    await audit.record(
        uow, "registration.confirmed", subject_type="registration", subject_uid=row.uid,
        organization_id=row.organization_id,
    )  # fmt: skip
    silent = seats.allows(row, "silent")
    await announce(uow, row, Aggregate.REGISTRATION if silent else Aggregate.CONFIRMATION)
    uow.kernel.metrics.increment("registration.confirmed")


async def announce(uow: UnitOfWork, row: Registration, occasion: Aggregate) -> None:
    """Tell the other systems: the back office always, the person by mail and the analysts where these are set up.

    Nobody is told of a trial.
    """
    if row.is_test:
        return
    confirmed = occasion is Aggregate.CONFIRMATION
    measured = confirmed and bool(await consents.consenting(uow, ANALYTICS, [row.id]))
    for destination, aggregate in messages(uow.kernel.settings, occasion, email=row.contact_email, measured=measured):
        await sync.enqueue(
            uow, [destination], aggregate, row.uid, revision=row.revision, organization_id=row.organization_id
        )


def messages(
    settings: Settings, occasion: Aggregate, *, email: str, measured: bool
) -> list[tuple[Destination, Aggregate]]:
    """Return whom to tell what of an occasion. ``measured``: the person lets the analysts know."""
    found = [(Destination.ODOO, Aggregate.REGISTRATION)]
    if settings.smtp_url and email and occasion is not Aggregate.REGISTRATION:
        found.append((Destination.MAIL, occasion))
    if measured and settings.mixpanel_token:
        found.append((Destination.ANALYTICS, Aggregate.SUBMITTED))
    return found


async def tell_analysts(uow: UnitOfWork, row: Registration) -> None:
    """Have the analysts told of a registration that was confirmed, where there are any."""
    if uow.kernel.settings.mixpanel_token:
        await sync.enqueue(
            uow, [Destination.ANALYTICS], Aggregate.SUBMITTED, row.uid, revision=row.revision,
            organization_id=row.organization_id,
        )  # fmt: skip
