"""What an event lets its participants do once they are registered: organisers set it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from api.domain.audit import service as audit
from api.domain.catalog import flow_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event, EventState, FlowVersion, StepKind
from api.domain.forms import engine
from api.domain.registrations.models import RegistrationRules
from api.lib import clock
from api.lib.errors import FieldProblem, NotFound, PreconditionFailed, Unprocessable
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

_CHANGEABLE = frozenset({StepKind.FORM, StepKind.TICKETS, StepKind.ATTENDEES})


class Rules(msgspec.Struct, frozen=True):
    """``editable`` are steps, or fields as ``step.field``; ``on_ticket`` are such fields. ``revision`` is 0 before the
    first save."""

    changes_until: datetime | None = None
    cancel_until: datetime | None = None
    editable: tuple[str, ...] = ()
    on_ticket: tuple[str, ...] = ()
    revision: int = 0

    def may_change(self, event: Event, now: datetime) -> bool:
        """Tell whether participants may change anything at ``now``."""
        until = self.changes_until or event.starts_at
        return bool(self.editable) and event.state is not EventState.ARCHIVED and now < until

    def may_cancel(self, event: Event, now: datetime) -> bool:
        """Tell whether participants may cancel at ``now``."""
        in_time = self.cancel_until is None or now < self.cancel_until
        return in_time and event.state is not EventState.ARCHIVED

    def opens(self, step: str, field: str | None = None) -> bool:
        """Tell whether a step, or a field of it, is open for changes."""
        return step in self.editable or (field is not None and f"{step}.{field}" in self.editable)


async def of(uow: UnitOfWork, event_ids: Iterable[int]) -> dict[int, Rules]:
    """Return the rules of some events, by private id; an event without any lets people cancel and nothing else."""
    wanted = sorted(set(event_ids))
    rows = await uow.session.scalars(select(RegistrationRules).where(RegistrationRules.event_id.in_(wanted)))
    found = {row.event_id: _contract(row) for row in rows}
    return {key: found.get(key, Rules()) for key in wanted}


def _contract(row: RegistrationRules) -> Rules:
    return Rules(row.changes_until, row.cancel_until, tuple(row.editable), tuple(row.on_ticket), row.revision)


async def of_event(uow: UnitOfWork, event: UUID) -> Rules:
    """Return an event's rules, for its organisers.

    Raises:
        NotFound: the event is none of the caller's business.
    """
    row = await _event(uow, event)
    return (await of(uow, [row.id]))[row.id]


async def _event(uow: UnitOfWork, event: UUID) -> Event:
    await catalog.enter_of(uow, "event", event, Permission.EVENT_MANAGE)
    found = (await catalog.by_uids(uow, [event])).get(event)
    if found is None:
        raise NotFound
    return found


async def save(uow: UnitOfWork, event: UUID, wanted: Rules, revision: int | None) -> Rules:
    """Set an event's rules; returns them as they are stored.

    Raises:
        NotFound: the event is none of the caller's business.
        PreconditionFailed: others have changed them meanwhile.
        Unprocessable: a name is not in the published flow, or a sensitive answer would be on the ticket.
    """
    row = await _event(uow, event)
    problems = await _problems(uow, row, wanted)
    if problems:
        raise Unprocessable(errors=tuple(problems))
    stored = await uow.session.scalar(
        select(RegistrationRules).where(RegistrationRules.event_id == row.id).with_for_update()
    )
    current = stored.revision if stored else 0
    if revision is not None and revision != current:
        raise PreconditionFailed(extra={"current_revision": current})
    values = {
        "organization_id": row.organization_id,
        "changes_until": wanted.changes_until,
        "cancel_until": wanted.cancel_until,
        "editable": list(dict.fromkeys(wanted.editable)),
        "on_ticket": list(dict.fromkeys(wanted.on_ticket)),
        "revision": current + 1,
        "updated_at": clock.now(),
    }
    statement = insert(RegistrationRules).values(event_id=row.id, **values)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["event_id"], set_=values))
    await audit.record(
        uow, "registration-rules.changed", subject_type="event", subject_uid=row.uid,
        organization_id=row.organization_id,
        details={"editable": len(wanted.editable), "on_ticket": len(wanted.on_ticket)},
    )  # fmt: skip
    return (await of_stored(uow, row.id)) or wanted


async def of_stored(uow: UnitOfWork, event_id: int) -> Rules | None:
    """Return what is stored for an event."""
    row = await uow.session.get(RegistrationRules, event_id, populate_existing=True)
    return _contract(row) if row else None


async def _problems(uow: UnitOfWork, event: Event, wanted: Rules) -> list[FieldProblem]:
    if event.flow_version_id is None:
        if not wanted.editable and not wanted.on_ticket:
            return []
        return [FieldProblem("/editable", "flow", "Publish the event's flow first.")]
    flow = await flow_service.version(uow, event.flow_version_id)
    fields = await fields_of(uow, flow)
    steps = {step.name for step in flow.document.steps if step.kind in _CHANGEABLE}
    problems = [
        FieldProblem(f"/editable/{index}", "choice", "The published flow has no such step or field.")
        for index, name in enumerate(wanted.editable)
        if name not in steps and name not in fields
    ]
    for index, name in enumerate(wanted.on_ticket):
        item = fields.get(name)
        if item is None:
            problems.append(FieldProblem(f"/on_ticket/{index}", "choice", "The published flow has no such field."))
        elif item.sensitive:
            problems.append(FieldProblem(f"/on_ticket/{index}", "sensitive", "A sensitive answer is never printed."))
    return problems


async def fields_of(uow: UnitOfWork, flow: FlowVersion) -> Mapping[str, engine.Item]:
    """Return the fields of a flow's forms as ``step.field``; those within a repeat are known by the repeat's name."""
    forms = await flow_service.forms_of(uow, flow)
    found: dict[str, engine.Item] = {}
    for step in flow.document.steps:
        if step.form_version is None:
            continue
        for path, item in engine.leaf_fields(forms[step.form_version].compiled):
            name = f"{step.name}.{path[0]}"
            # A repeat is as sensitive as the most sensitive of its fields.
            if name not in found or item.sensitive:
                found[name] = item
    return found


def names(fields: Sequence[str]) -> list[tuple[str, str]]:
    """Return (step, field) of names as they are stored."""
    return [(step, field) for step, _, field in (name.partition(".") for name in fields) if field]


async def copy(uow: UnitOfWork, source: Event, target: Event, moved: timedelta) -> None:
    """Give an event the rules of another, their deadlines moved."""
    row = await uow.session.get(RegistrationRules, source.id)
    if row is None:
        return
    uow.session.add(
        RegistrationRules(
            event_id=target.id,
            organization_id=target.organization_id,
            changes_until=row.changes_until + moved if row.changes_until else None,
            cancel_until=row.cancel_until + moved if row.cancel_until else None,
            editable=row.editable,
            on_ticket=row.on_ticket,
            revision=1,
            updated_at=clock.now(),
        )
    )
    await uow.session.flush()
