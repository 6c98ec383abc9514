"""Changing a confirmed registration: what the organiser lets people change, validated as a whole, seats included."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from api.domain.audit import service as audit
from api.domain.catalog import flow_service, ticket_service
from api.domain.catalog.contracts import Event, FlowStep, FlowVersion, StepKind, Ticket
from api.domain.forms import engine
from api.domain.forms.contracts import PublishedForm
from api.domain.privacy import consents
from api.domain.privacy.contracts import ConsentGiven
from api.domain.registrations import (
    access,
    answers,
    assessment,
    changing_people,
    history,
    repository,
    rules,
    sealing,
    seats,
    service,
    views,
)
from api.domain.registrations.contracts import RegistrationView, SeatChoice, StepInput
from api.domain.registrations.errors import AnswersInvalid, ChangesClosed, NotEditable
from api.domain.registrations.models import Registration
from api.domain.registrations.submission import announce
from api.domain.registrations.uploads import attaching
from api.domain.sync.contracts import Aggregate
from api.lib import clock
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

Forms = Mapping[UUID, PublishedForm]
_CLOSED = "The organiser lets nobody change this any more; ask them."


class _Case(msgspec.Struct, frozen=True):
    """What one change is about. ``free`` is staff, whom the participants' rules do not bind."""

    row: Registration
    event: Event
    flow: FlowVersion
    forms: Forms
    rules: rules.Rules
    free: bool
    before: dict[str, dict[str, Any]]

    def form_of(self, step: FlowStep) -> engine.CompiledForm:
        assert step.form_version is not None  # noqa: S101 (a published form step has one)
        return self.forms[step.form_version].compiled

    def opens(self, step: str, field: str | None = None) -> bool:
        return self.free or self.rules.opens(step, field)


async def change(
    uow: UnitOfWork, uid: UUID, given: Mapping[str, StepInput], *, revision: int | None
) -> RegistrationView:
    """Change a confirmed registration: what is given replaces what was there, field by field; null takes an answer out.

    All or nothing: the whole registration is validated again, and seats are taken or given back with it.

    Raises:
        NotFound, PreconditionFailed, NotEditable, ChangesClosed, AnswersInvalid, Unprocessable, TicketNotOnSale,
        TicketSoldOut: as their names say.
    """
    row = await access.enter(uow, uid, Permission.REGISTRATION_MANAGE, lock=True)
    row.expect(revision)
    case = await _case(uow, row)
    unexpected = assessment.unexpected_parts(case.flow, given)
    if unexpected:
        raise Unprocessable(errors=tuple(unexpected))
    merged, problems = await _merged(uow, case, given)
    found = assessment.assess(case.flow, case.forms, merged, service.clock_of(row), locale=row.locale, kept=case.before)
    found = await attaching.assessed(uow, row, case.flow, case.forms, found)
    tickets = await ticket_service.of(uow, case.event)
    moved = await _seats(uow, case, given, tickets, problems)
    people = await changing_people.planned(uow, row, case.flow, given, found.contact, moved, tickets)
    problems += _people_problems(case, given, people, moved)
    problems += found.problems
    if problems:
        raise AnswersInvalid(errors=tuple(problems))
    changed = _changed(case, found, moved, people)
    if not changed:
        return await views.view(uow, row)
    await _write(uow, case, found)
    await _remember(uow, case, found)
    await changing_people.put(uow, row, people)
    await _announce(uow, row, changed)
    # The contended rows come last.
    await _move(uow, row, moved)
    return await views.view(uow, row)


async def _case(uow: UnitOfWork, row: Registration) -> _Case:
    free = uow.principal.has(Permission.REGISTRATION_MANAGE, row.organization_id)
    if row.state != "confirmed" or row.erased_at is not None:
        raise NotEditable
    event = await access.event_of(uow, row)
    found = (await rules.of(uow, [row.event_id]))[row.event_id]
    if not free and not found.may_change(event, clock.now()):
        raise ChangesClosed
    flow = await access.flow_of(uow, row)
    forms = await flow_service.forms_of(uow, flow)
    return _Case(row, event, flow, forms, found, free, await service.opened_steps(uow, row, flow))


async def _merged(
    uow: UnitOfWork, case: _Case, given: Mapping[str, StepInput]
) -> tuple[dict[str, StepInput], list[FieldProblem]]:
    """Return all answers as they would stand, and what may not be changed."""
    merged = {name: StepInput(answers=saved) for name, saved in case.before.items()}
    problems: list[FieldProblem] = []
    sealed = await repository.sealed_of(uow.session, [case.row.id])
    for step in case.flow.document.steps:
        part = given.get(step.name)
        if step.kind is not StepKind.FORM or part is None:
            continue
        form = case.form_of(step)
        asked = dict(part.answers or {})
        if answers.masks(form, asked):
            stored = await sealing.open_step(uow, case.row, sealed, step.name)
            asked, lost = answers.restore_masked(form, asked, stored)
            problems += [
                FieldProblem(f"/steps/{step.name}/answers{at}", "masked", "Enter this answer again.") for at in lost
            ]
        whole, closed = _overlaid(case, step, form, asked)
        merged[step.name] = StepInput(answers=whole)
        problems += closed
    return merged, problems


def _overlaid(
    case: _Case, step: FlowStep, form: engine.CompiledForm, asked: Mapping[str, Any]
) -> tuple[dict[str, Any], list[FieldProblem]]:
    before = case.before.get(step.name, {})
    shown = engine.evaluate(form, before, service.clock_of(case.row)).visible
    agreed = {path[0] for path, item in engine.leaf_fields(form) if item.type == "consent"}
    whole = dict(before)
    # What the change makes apply is open: nobody has answered it yet. If it does not apply, it is dropped.
    is_new = step.name not in case.before
    problems = []
    for name, value in asked.items():
        if value == before.get(name):
            continue
        where = f"/steps/{step.name}/answers/{name}"
        if name in agreed and name in before:
            problems.append(FieldProblem(where, "consent", "Withdraw a consent on the page about your data."))
        elif not is_new and not case.opens(step.name, name) and (name in before or f"/{name}" in shown):
            problems.append(FieldProblem(where, "closed", _CLOSED))
        elif value is None:
            whole.pop(name, None)
        else:
            whole[name] = value
    return whole, problems


class _Moved(msgspec.Struct, frozen=True):
    """Seats before and after, by ticket."""

    before: dict[int, int]
    after: dict[int, int]
    tickets: dict[int, Ticket]


async def _seats(
    uow: UnitOfWork,
    case: _Case,
    given: Mapping[str, StepInput],
    tickets: Sequence[Ticket],
    problems: list[FieldProblem],
) -> _Moved:
    held = {seat.ticket_id: seat.quantity for seat in await repository.seats_of(uow.session, [case.row.id], lock=True)}
    by_id = {ticket.id: ticket for ticket in tickets}
    step = case.flow.of_kind(StepKind.TICKETS)
    choice = given[step.name].tickets if step is not None and step.name in given else None
    if step is None or choice is None:
        return _Moved(held, held, by_id)
    pointer = f"/steps/{step.name}/tickets"
    seats.checked(choice, pointer)
    wanted = await _chosen(uow, case.event, choice, held, by_id, pointer)
    if wanted != held and not case.opens(step.name):
        problems.append(FieldProblem(pointer, "closed", _CLOSED))
    if not wanted:
        problems.append(FieldProblem(pointer, "required", "Choose a ticket, or cancel the registration."))
    return _Moved(held, wanted, by_id)


async def _chosen(
    uow: UnitOfWork,
    event: Event,
    choice: Sequence[SeatChoice],
    held: Mapping[int, int],
    by_id: Mapping[int, Ticket],
    pointer: str,
) -> dict[int, int]:
    """Return seats by ticket. What somebody has already may be kept after its sale has ended; more of it may not."""
    uids = {ticket.uid: ticket.id for ticket in by_id.values()}
    kept = {uids[one.ticket]: one.quantity for one in choice if held.get(uids.get(one.ticket, 0), 0) >= one.quantity}
    more = [(one.ticket, one.quantity) for one in choice if uids.get(one.ticket, 0) not in kept]
    bought = await ticket_service.chosen(uow, event, more, pointer)
    return kept | {ticket.id: quantity for ticket, quantity in bought}


def _people_problems(
    case: _Case, given: Mapping[str, StepInput], people: changing_people.Plan, moved: _Moved
) -> list[FieldProblem]:
    step = case.flow.of_kind(StepKind.ATTENDEES)
    if step is None:
        return []
    pointer = f"/steps/{step.name}/attendees"
    wanted = {moved.tickets[key].uid: quantity for key, quantity in moved.after.items()}
    problems = service.attendee_problems(people.wanted, wanted, pointer, complete=True)
    seats_moved = moved.before != moved.after
    if people.differs and step.name in given and not (case.opens(step.name) or seats_moved):
        problems.append(FieldProblem(pointer, "closed", _CLOSED))
    return problems


def _changed(case: _Case, found: assessment.Assessment, moved: _Moved, people: changing_people.Plan) -> list[str]:
    """Return the steps that change, in the flow's order."""
    names = []
    for step in case.flow.document.steps:
        if step.kind is StepKind.FORM:
            before = case.before.get(step.name)
            after = found.answers.get(step.name) if step.name in found.applicable else None
            differs = before != after
        else:
            differs = (step.kind is StepKind.TICKETS and moved.before != moved.after) or (
                step.kind is StepKind.ATTENDEES and people.differs
            )
        if differs:
            names.append(step.name)
    return names


async def _write(uow: UnitOfWork, case: _Case, found: assessment.Assessment) -> None:
    row = case.row
    dropped = [step.name for step in case.flow.document.steps if step.name not in found.applicable]
    await sealing.forget(uow, row, dropped)
    await repository.drop_steps(uow.session, row.id, dropped)
    changed = {
        step.name: (case.form_of(step), found.answers[step.name], True)
        for step in case.flow.document.steps
        if step.name in found.answers and found.answers[step.name] != case.before.get(step.name)
    }
    await sealing.store(uow, row, changed)
    service.keep_contact(row, found.contact)
    await consents.give(
        uow,
        [
            ConsentGiven(purpose, version, row.locale, f"form:{form.name}")
            for name, (form, given, _) in changed.items()
            for purpose, version in answers.consents(form, given)
            if (purpose, version) not in answers.consents(form, case.before.get(name, {}))
        ],
        registration_id=row.id,
        organization_id=row.organization_id,
    )


async def _remember(uow: UnitOfWork, case: _Case, found: assessment.Assessment) -> None:
    """Keep what changed, answer by answer."""
    changes = [
        (step.name, change)
        for step in case.flow.document.steps
        if step.kind is StepKind.FORM
        for change in history.differences(
            case.form_of(step), case.before.get(step.name, {}), found.answers.get(step.name, {})
        )
    ]
    await history.keep(uow, case.row, changes)


async def _announce(uow: UnitOfWork, row: Registration, changed: list[str]) -> None:
    row.touch()
    await uow.session.flush()
    await audit.record(
        uow, "registration.changed", subject_type="registration", subject_uid=row.uid,
        organization_id=row.organization_id, details={"steps": changed},
    )  # fmt: skip
    await announce(uow, row, Aggregate.CHANGED)


async def _move(uow: UnitOfWork, row: Registration, moved: _Moved) -> None:
    """Take and give back seats, each counter once and in the tickets' order."""
    if moved.before == moved.after:
        return
    if row.is_test:
        after = [(moved.tickets[key], quantity) for key, quantity in sorted(moved.after.items())]
        await repository.put_seats(uow.session, row.id, seats.trial_rows(row, after))
        return
    await repository.put_seats(
        uow.session,
        row.id,
        [
            {"registration_id": row.id, "organization_id": row.organization_id, "ticket_id": key, "quantity": quantity,
             "state": "taken", "held_until": None}
            for key, quantity in sorted(moved.after.items())
        ],
    )  # fmt: skip
    for key in sorted(moved.before.keys() | moved.after.keys()):
        more = moved.after.get(key, 0) - moved.before.get(key, 0)
        if more > 0:
            await seats.take_more(uow, moved.tickets[key], more)
        elif more < 0:
            await ticket_service.give_back(uow, [{"ticket_id": key, "held": 0, "taken": -more}])


class Allowed(msgspec.Struct, frozen=True):
    """What the caller may do with a registration now."""

    can_change: bool
    changes_until: datetime | None
    editable: tuple[str, ...]
    can_cancel: bool
    cancel_until: datetime | None


async def allowed(uow: UnitOfWork, uid: UUID) -> Allowed:
    """Return what the caller may do with a registration now; staff may do all of it.

    Raises:
        NotFound: there is none such for this caller.
    """
    row = await access.enter(uow, uid, Permission.REGISTRATION_READ)
    event = await access.event_of(uow, row)
    found = (await rules.of(uow, [row.event_id]))[row.event_id]
    now = clock.now()
    active = row.state == "confirmed" and row.erased_at is None
    return Allowed(
        can_change=active and found.may_change(event, now),
        changes_until=(found.changes_until or event.starts_at) if found.editable else None,
        editable=found.editable,
        can_cancel=active and found.may_cancel(event, now),
        cancel_until=found.cancel_until,
    )
