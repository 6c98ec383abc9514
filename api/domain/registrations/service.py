"""Drafts: begun, saved step by step, resumed on another device, claimed into an account."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.domain.accounts.errors import AccountNeeded
from api.domain.audit import service as audit
from api.domain.catalog import flow_service, ticket_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event, FlowStep, FlowVersion, StepKind
from api.domain.catalog.errors import EventClosed
from api.domain.forms import engine
from api.domain.organizations import service as organizations
from api.domain.registrations import access, answers, assessment, repository, sealing, seats, views
from api.domain.registrations.contracts import AttendeeInput, Contact, RegistrationView, StepInput, StepProblem
from api.domain.registrations.errors import (
    AnswersInvalid,
    LinkInvalid,
    NotEditable,
    StepNotApplicable,
    StepNotInFlow,
)
from api.domain.registrations.models import Registration
from api.domain.registrations.repository import RegistrationRepository
from api.domain.registrations.uploads import attaching
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Destination
from api.lib import clock
from api.lib.crypto import hash_token
from api.lib.errors import FieldProblem, NotFound, Unprocessable
from api.lib.ids import new_uid
from api.lib.security import Permission, Scope
from api.lib.uow import UnitOfWork

# A guest can come back to a confirmed registration for longer than any draft lives.
CAPABILITY_SECONDS = 430 * 86400

# A person at a keyboard cannot send these: they are a client's mistake and refuse the whole save.
_CLIENT_MISTAKES = frozenset({"type", "unknown_field"})


async def begin(uow: UnitOfWork, which: str, locale: str) -> tuple[Registration, Event]:
    """Add an empty draft for an event, pinned to its current flow.

    Raises:
        NotFound, EventClosed, LivesElsewhere: as their names say.
    """
    event = await catalog.open_for_registration(uow, which)
    return await add_draft(uow, event, locale, account=uow.principal.account_id), event


async def add_draft(
    uow: UnitOfWork, event: Event, locale: str, *, account: int | None, allowance: dict[str, bool] | None = None
) -> Registration:
    """Add an empty draft, pinned to the event's current flow, which the caller has seen to be there.

    Raises:
        LivesElsewhere: as its name says.
    """
    home = (await organizations.by_ids(uow, [event.organization_id]))[event.organization_id]
    organizations.refuse_elsewhere(uow.kernel.settings, home)
    assert event.flow_version_id is not None  # noqa: S101 (the caller has checked it)
    now = clock.now()
    return await RegistrationRepository(session=uow.session).add(
        Registration(
            uid=new_uid(),
            organization_id=event.organization_id,
            event_id=event.id,
            flow_version_id=event.flow_version_id,
            account_id=account,
            state="draft",
            locale=locale,
            clock_now=now,
            clock_timezone=event.timezone,
            is_test=event.test_mode,
            allowance=allowance,
            expires_at=now + timedelta(seconds=uow.kernel.settings.draft_seconds),
        )
    )


async def start(uow: UnitOfWork, which: str, locale: str) -> tuple[RegistrationView, str | None]:
    """Begin a draft; a guest gets the capability token that holds it."""
    row, _ = await begin(uow, which, locale)
    return await views.view(uow, row), await token_for(uow, row)


async def token_for(uow: UnitOfWork, row: Registration) -> str | None:
    """Return a capability for a guest; an account needs none."""
    if row.account_id is not None:
        return None
    return await access.grant_token(uow, row, "capability", CAPABILITY_SECONDS)


async def get(uow: UnitOfWork, uid: UUID) -> RegistrationView:
    """Return a registration the caller may see.

    Raises:
        NotFound: there is none such for this caller.
    """
    return await views.view(uow, await access.enter(uow, uid, Permission.REGISTRATION_READ))


async def contact(uow: UnitOfWork, uid: UUID) -> Contact:
    """Return who holds a registration that is the caller's, and enter its organization.

    Raises:
        NotFound: there is none such for this caller.
    """
    row = await access.enter(uow, uid, None)
    return Contact(row.uid, row.organization_id, row.contact_name, row.contact_email, row.confirmation_number)


async def flow_document(uow: UnitOfWork, uid: UUID) -> bytes:
    """Return the flow a registration is pinned to, with its forms."""
    row = await access.enter(uow, uid, Permission.REGISTRATION_READ)
    return await flow_service.compose(uow, await access.event_of(uow, row), await access.flow_of(uow, row))


async def mine(uow: UnitOfWork) -> list[Registration]:
    """Return the registrations of the signed-in account, the last changed first.

    Raises:
        AccountNeeded: the caller is a key or a service.
    """
    account_id = uow.principal.account_id
    if account_id is None:
        raise AccountNeeded
    reachable = await repository.organizations_of_account(uow.session, account_id)
    await uow.enter(Scope(frozenset(reachable)))
    return await RegistrationRepository(session=uow.session).of_account(account_id, 200)


async def editable(uow: UnitOfWork, uid: UUID, revision: int | None) -> tuple[Registration, Event]:
    """Lock a draft that may still be changed.

    Raises:
        NotFound, PreconditionFailed, NotEditable, EventClosed: as their names say.
    """
    row = await access.enter(uow, uid, Permission.REGISTRATION_MANAGE, lock=True)
    row.expect(revision)
    if row.state != "draft":
        raise NotEditable
    event = await access.event_of(uow, row)
    if not event.registration_open(clock.now()) and not seats.allows(row, "late"):
        raise EventClosed
    return row, event


async def save_step(
    uow: UnitOfWork, uid: UUID, name: str, given: StepInput, *, complete: bool, revision: int | None
) -> RegistrationView:
    """Save one step of a draft.

    With ``complete`` the step must be whole; otherwise what is well formed is kept and the rest is reported in the
    step's ``problems``: nothing a person has typed well is lost because of something else.

    Raises:
        NotFound, PreconditionFailed, NotEditable, EventClosed, StepNotInFlow, StepNotApplicable, AnswersInvalid,
        TicketNotOnSale, TicketSoldOut: as their names say.
    """
    row, event = await editable(uow, uid, revision)
    flow = await access.flow_of(uow, row)
    step = flow.step(name)
    if step is None:
        raise StepNotInFlow
    unexpected = assessment.unexpected_parts(flow, {name: given})
    if unexpected:
        raise Unprocessable(
            errors=tuple(FieldProblem(p.pointer.removeprefix(f"/steps/{name}"), p.code, p.message) for p in unexpected)
        )
    problems: list[StepProblem] = []
    if step.kind is StepKind.FORM:
        problems = await _save_form(uow, row, flow, step, given.answers or {}, complete=complete)
    else:
        if step.kind is StepKind.TICKETS:
            await _save_tickets(uow, row, event, given, complete=complete)
        elif step.kind is StepKind.ATTENDEES:
            await _save_attendees(uow, row, event, given.attendees or (), complete=complete)
        await sealing.store(uow, row, {name: (None, {}, complete)})
    row.expires_at = clock.now() + timedelta(seconds=uow.kernel.settings.draft_seconds)
    row.touch()
    await uow.session.flush()
    return await views.view(uow, row, {name: problems})


def clock_of(row: Registration) -> engine.Clock:
    """Return what `now` and `today()` mean for a registration."""
    return engine.Clock(row.clock_now, row.clock_timezone)


async def opened_steps(uow: UnitOfWork, row: Registration, flow: FlowVersion) -> dict[str, dict[str, Any]]:
    """Return the saved answers of all form steps, the sensitive ones opened: to validate, in this process only."""
    saved = {step.step: step.answers for step in await repository.steps_of(uow.session, [row.id])}
    values = await sealing.opened(uow, row, await repository.sealed_of(uow.session, [row.id]))
    return {
        step.name: answers.put_in(
            saved[step.name], {pointer: value for (at, pointer), value in values.items() if at == step.name}
        )
        for step in flow.document.steps
        if step.kind is StepKind.FORM and step.name in saved
    }


async def _save_form(
    uow: UnitOfWork,
    row: Registration,
    flow: FlowVersion,
    step: FlowStep,
    given: Mapping[str, Any],
    *,
    complete: bool,
) -> list[StepProblem]:
    forms = await flow_service.forms_of(uow, flow)
    assert step.form_version is not None  # noqa: S101 (publish refuses a form step without a form)
    form = forms[step.form_version].compiled
    before = await opened_steps(uow, row, flow)
    await _refuse_inapplicable(row, flow, step, before)
    lost: list[str] = []
    if answers.masks(form, given):
        sealed = await repository.sealed_of(uow.session, [row.id])
        stored = await sealing.open_step(uow, row, sealed, step.name)
        given, lost = answers.restore_masked(form, given, stored)
    result = engine.validate(form, given, clock_of(row), partial=not complete, before=before.get(step.name, {}))
    kept, missing = await attaching.attach(uow, row, {step.name: form}, {step.name: result.answers})
    problems = assessment.field_problems(result.errors, "/answers", row.locale)
    problems.extend(FieldProblem(f"/answers{one.pointer}", one.code, one.message) for _, one in missing)
    problems.extend(FieldProblem(f"/answers{at}", "masked", "Enter this answer again.") for at in lost)
    if problems and (complete or any(problem.code in _CLIENT_MISTAKES for problem in problems)):
        raise AnswersInvalid(errors=tuple(problems))
    await sealing.store(uow, row, {step.name: (form, kept[step.name], complete)})
    keep_contact(row, assessment.contact_of(form, kept[step.name]))
    return [StepProblem(problem.pointer, problem.code, problem.message) for problem in problems]


async def _refuse_inapplicable(
    row: Registration, flow: FlowVersion, step: FlowStep, saved: Mapping[str, Mapping[str, Any]]
) -> None:
    values: dict[str, Any] = {}
    for earlier in flow.document.steps:
        if not assessment.applies(earlier, values, clock_of(row)):
            if earlier.name == step.name:
                raise StepNotApplicable
            continue
        if earlier.name == step.name:
            return
        values |= assessment.step_values(earlier, saved.get(earlier.name, {}))


def keep_contact(row: Registration, contact: Mapping[str, str]) -> None:
    """Remember who registers, for lists, mails and the back office."""
    before = {"name": row.contact_name, "email": row.contact_email, "phone": row.contact_phone}
    kept = contact_kept({**before, **contact})
    row.contact_name, row.contact_email, row.contact_phone = kept["name"], kept["email"], kept["phone"]


def contact_kept(contact: Mapping[str, str]) -> dict[str, str]:
    """Return name, email and phone as they are stored; what was not given is empty."""
    longest = (("name", 200), ("email", 254), ("phone", 32))
    return {part: contact.get(part, "")[:length] for part, length in longest}


async def _save_tickets(uow: UnitOfWork, row: Registration, event: Event, given: StepInput, *, complete: bool) -> None:
    choice = given.tickets or ()
    if complete and not choice:
        raise AnswersInvalid(errors=(FieldProblem("/tickets", "required", "Choose a ticket."),))
    await seats.choose(uow, row, event, choice, "/tickets")


async def _save_attendees(
    uow: UnitOfWork, row: Registration, event: Event, people: tuple[AttendeeInput, ...], *, complete: bool
) -> None:
    held = {seat.ticket_id: seat.quantity for seat in await repository.seats_of(uow.session, [row.id])}
    tickets = {ticket.uid: ticket for ticket in await ticket_service.of(uow, event)}
    wanted = {ticket.uid: held[ticket.id] for ticket in tickets.values() if ticket.id in held}
    problems = attendee_problems(people, wanted, "/attendees", complete=complete)
    if problems:
        raise AnswersInvalid(errors=tuple(problems))
    rows = [attendee_row(row, position, tickets[person.ticket].id, person) for position, person in enumerate(people)]
    await repository.put_attendees(uow.session, row.id, rows)


def attendee_problems(
    people: tuple[AttendeeInput, ...], wanted: Mapping[UUID, int], pointer: str, *, complete: bool
) -> list[FieldProblem]:
    """Return what keeps the people from fitting the seats: one person for each seat of each ticket."""
    problems = []
    count: dict[UUID, int] = {}
    for index, person in enumerate(people):
        count[person.ticket] = count.get(person.ticket, 0) + 1
        if count[person.ticket] > wanted.get(person.ticket, 0):
            problems.append(
                FieldProblem(f"{pointer}/{index}/ticket", "maximum", "More people than seats on this ticket.")
            )
        if complete and not person.name.strip():
            problems.append(FieldProblem(f"{pointer}/{index}/name", "required", "Give the person's name."))
    if complete and not problems and count != dict(wanted):
        seats_wanted = sum(wanted.values())
        problems.append(FieldProblem(pointer, "required", f"Name one person for each of the {seats_wanted} seats."))
    return problems


def attendee_row(row: Registration, position: int, ticket_id: int, person: AttendeeInput) -> dict[str, Any]:
    """Return the row of one attendee."""
    now = clock.now()
    return {
        "uid": new_uid(),
        "organization_id": row.organization_id,
        "registration_id": row.id,
        "ticket_id": ticket_id,
        "position": position,
        "name": person.name.strip(),
        "email": person.email,
        "state": "planned",
        "revision": 1,
        "created_at": now,
        "updated_at": now,
    }


async def make_link(uow: UnitOfWork, uid: UUID, *, send: bool) -> tuple[str, int]:
    """Return a link that resumes a draft once on another device, and its life in seconds; ``send`` mails one too.

    Raises:
        NotFound, NotEditable: as their names say.
    """
    row = await access.enter(uow, uid, Permission.REGISTRATION_MANAGE, lock=True)
    if row.state != "draft":
        raise NotEditable
    seconds = uow.kernel.settings.resume_link_seconds
    token = await access.grant_token(uow, row, "resume", seconds)
    if send:
        if not row.contact_email:
            raise Unprocessable(errors=(FieldProblem("/send", "required", "Give your e-mail address first."),))
        await sync.enqueue(
            uow, [Destination.MAIL], Aggregate.RESUME_LINK, row.uid,
            revision=row.revision, organization_id=row.organization_id,
        )  # fmt: skip
    return link(uow, token), seconds


def link(uow: UnitOfWork, token: str) -> str:
    """Return the address of a resume token. In the fragment, so that no server's log ever holds it."""
    return f"{uow.kernel.settings.public_url}/resume#{token}"


async def resume(uow: UnitOfWork, token: str) -> tuple[RegistrationView, str | None]:
    """Exchange a resume link for the capability of its draft, once.

    Raises:
        LinkInvalid: it is unknown, used or over.
    """
    digest = hash_token(token)
    organization_id = await repository.organization_of_token(uow.session, digest)
    if organization_id is None:
        raise LinkInvalid
    await uow.enter_organization(organization_id)
    registration_id = await repository.use_link(uow.session, digest, clock.now())
    row = (
        await RegistrationRepository(session=uow.session).get_one_or_none(id=registration_id)
        if registration_id is not None
        else None
    )
    if row is None or row.deleted_at is not None:
        raise LinkInvalid
    token_made = await access.grant_token(uow, row, "capability", CAPABILITY_SECONDS)
    return await views.view(uow, row), token_made


async def claim(uow: UnitOfWork, uid: UUID) -> RegistrationView:
    """Move a guest's registration into the signed-in account.

    Raises:
        AccountNeeded: the caller is a key or a service.
        NotFound: the caller does not hold it. Staff may change registrations, not take them.
    """
    if uow.principal.account_id is None:
        raise AccountNeeded
    row = await access.enter(uow, uid, None, lock=True)
    if row.account_id not in (None, uow.principal.account_id):
        raise NotFound
    row.account_id = uow.principal.account_id
    row.touch()
    await uow.session.flush()
    await audit.record(
        uow, "registration.claimed", subject_type="registration", subject_uid=row.uid,
        organization_id=row.organization_id,
    )  # fmt: skip
    return await views.view(uow, row)
