"""From contracts to what goes out."""

from collections.abc import Sequence

from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event
from api.domain.registrations import schemas
from api.domain.registrations.contracts import (
    AttendeeInput,
    FilterSummary,
    RegistrationRow,
    RegistrationView,
    SeatChoice,
    StepInput,
)
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, SyncStatus
from api.lib.uow import UnitOfWork


def step_input(data: schemas.StepIn) -> StepInput:
    """Return what came in as the service takes it."""
    return StepInput(
        answers=data.answers,
        tickets=None if data.tickets is None else tuple(SeatChoice(s.ticket, s.quantity) for s in data.tickets),
        attendees=None
        if data.attendees is None
        else tuple(AttendeeInput(a.ticket, a.name, a.email) for a in data.attendees),
    )


def event_out(event: Event) -> schemas.EventOfRegistration:
    """Return the event as a registration shows it."""
    return schemas.EventOfRegistration(
        uid=event.uid,
        slug=event.slug,
        title=event.title,
        timezone=event.timezone,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        place=event.place,
    )


async def registration_out(uow: UnitOfWork, view: RegistrationView) -> schemas.RegistrationOut:
    """Return a registration as its owner sees it."""
    return shown(view, (await catalog.by_ids(uow, [view.event_id]))[view.event_id])


def shown(view: RegistrationView, event: Event) -> schemas.RegistrationOut:
    """Return a registration for an event as its owner sees it."""
    return schemas.RegistrationOut(
        uid=view.uid,
        event=event_out(event),
        flow_version_uid=view.flow_version_uid,
        flow_version=view.flow_version,
        state=view.state,
        revision=view.revision,
        locale=view.locale,
        clock=schemas.ClockOut(now=view.clock_now, timezone=view.clock_timezone),
        steps={
            name: schemas.StepOut(
                status=step.status,
                answers=step.answers,
                problems=[schemas.ProblemOut(pointer=p.pointer, code=p.code, message=p.message) for p in step.problems],
            )
            for name, step in view.steps.items()
        },
        tickets=[
            schemas.SeatOut(ticket=s.ticket, quantity=s.quantity, state=s.state, held_until=s.held_until)
            for s in view.seats
        ],
        attendees=[
            schemas.AttendeeOut(uid=a.uid, ticket=a.ticket, name=a.name, email=a.email, state=a.state)
            for a in view.attendees
        ],
        confirmation_number=view.confirmation_number,
        submitted_at=view.submitted_at,
        cancelled_at=view.cancelled_at,
        expires_at=view.expires_at,
    )


def filters_out(found: FilterSummary) -> schemas.RegistrationFilters:
    """Return what registrations can be filtered by, with counts."""
    return schemas.RegistrationFilters(
        total=found.total,
        states=found.states,
        counted=found.counted,
        tickets=[schemas.TicketFilter(uid=one.uid, name=one.name, count=one.count) for one in found.tickets],
        fields=[
            schemas.FieldFilter(
                step=one.step,
                name=one.name,
                label=one.label,
                kind=one.kind,
                choices=[
                    schemas.ChoiceFilter(value=choice.value, label=choice.label, count=choice.count)
                    for choice in one.choices
                ],
            )
            for one in found.fields
        ],
    )


async def staff_rows(uow: UnitOfWork, rows: Sequence[RegistrationRow]) -> list[schemas.StaffRegistration]:
    """Return registrations as the staff's lists show them."""
    events = await catalog.by_ids(uow, [row.event_id for row in rows])
    statuses = await sync.statuses(uow, Aggregate.REGISTRATION, [row.uid for row in rows])
    return [
        schemas.StaffRegistration(
            uid=row.uid,
            confirmation_number=row.confirmation_number,
            event=schemas.EventBrief(
                uid=events[row.event_id].uid, slug=events[row.event_id].slug, title=events[row.event_id].title
            ),
            name=row.name,
            email=row.email,
            state=row.state,
            attendees=row.attendees,
            submitted_at=row.submitted_at,
            updated_at=row.updated_at,
            is_test=row.is_test,
            sync=_sync(statuses.get(row.uid)),
        )
        for row in rows
        if row.event_id in events
    ]


def _sync(status: SyncStatus | None) -> schemas.SyncOut:
    if status is None:
        return schemas.SyncOut(state="none", revision=None, synced_at=None, error=None)
    return schemas.SyncOut(state=status.state, revision=status.revision, synced_at=status.synced_at, error=status.error)
