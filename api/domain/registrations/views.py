"""A registration as its owner sees it: sensitive answers masked."""

from collections import defaultdict
from collections.abc import Sequence

from api.domain.catalog import ticket_service
from api.domain.catalog.contracts import FlowVersion
from api.domain.registrations import access, answers, repository
from api.domain.registrations.contracts import (
    AttendeeView,
    RegistrationState,
    RegistrationView,
    SeatView,
    StepProblem,
    StepView,
)
from api.domain.registrations.models import Registration, SealedAnswer, StepAnswer
from api.lib.uow import UnitOfWork


async def view(
    uow: UnitOfWork, row: Registration, problems: dict[str, list[StepProblem]] | None = None
) -> RegistrationView:
    """Return one registration; ``problems`` are answers of the last save that were not stored, by step."""
    flow = await access.flow_of(uow, row)
    steps = await repository.steps_of(uow.session, [row.id])
    sealed = await repository.sealed_of(uow.session, [row.id])
    seats = await repository.seats_of(uow.session, [row.id])
    people = await repository.attendees_of(uow.session, [row.id])
    tickets = await ticket_service.uids(uow, [*(one.ticket_id for one in seats), *(one.ticket_id for one in people)])
    return RegistrationView(
        uid=row.uid,
        event_id=row.event_id,
        flow_version_uid=flow.uid,
        flow_version=flow.number,
        state=RegistrationState(row.state),
        revision=row.revision,
        locale=row.locale,
        clock_now=row.clock_now,
        clock_timezone=row.clock_timezone,
        steps=_steps(flow, steps, sealed, problems or {}),
        seats=[SeatView(tickets[seat.ticket_id], seat.quantity, seat.state, seat.held_until) for seat in seats],
        attendees=[
            AttendeeView(person.uid, tickets[person.ticket_id], person.name, person.email, person.state)
            for person in people
        ],
        confirmation_number=row.confirmation_number,
        submitted_at=row.submitted_at,
        cancelled_at=row.cancelled_at,
        expires_at=row.expires_at,
    )


def _steps(
    flow: FlowVersion,
    saved: Sequence[StepAnswer],
    sealed: Sequence[SealedAnswer],
    problems: dict[str, list[StepProblem]],
) -> dict[str, StepView]:
    masks: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for secret in sealed:
        masks[secret.step][secret.pointer] = {"masked": secret.mask}
    by_name = {step.step: step for step in saved}
    found = {}
    for step in flow.document.steps:
        row = by_name.get(step.name)
        status = "open" if row is None else "complete" if row.complete else "saved"
        shown = answers.put_in(row.answers if row else {}, masks[step.name])
        found[step.name] = StepView(status, shown, problems.get(step.name, []))
    return found
