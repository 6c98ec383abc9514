"""Answers that are kept for a time only: blanked so many days after the event as their field says (``retain_days``)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.domain.audit import service as audit
from api.domain.catalog import flow_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import FlowVersion
from api.domain.forms import engine
from api.domain.forms.contracts import PublishedForm
from api.domain.registrations import answers, repository, retention_repository
from api.domain.registrations.models import Registration, StepAnswer
from api.domain.registrations.uploads import attaching
from api.domain.registrations.uploads import repository as uploads
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Destination
from api.lib.uow import UnitOfWork

_BATCH = 100
_CONTACT = {"registrant.name": "contact_name", "registrant.email": "contact_email", "registrant.phone": "contact_phone"}

# Paths of names by step, of the answers whose time is over.
Due = dict[str, list[tuple[tuple[str, ...], engine.Item]]]


def due_fields(flow: FlowVersion, forms: Mapping[UUID, PublishedForm], days: int) -> Due:
    """Return the fields whose answers are kept ``days`` days or fewer, by step."""
    found: Due = {}
    for step in flow.document.steps:
        if step.form_version is None:
            continue
        over = [
            (path, item)
            for path, item in engine.leaf_fields(forms[step.form_version].compiled)
            if item.retain_days is not None and item.retain_days <= days
        ]
        if over:
            found[step.name] = over
    return found


async def blank(uow: UnitOfWork, now: datetime, organization_ids: Sequence[int]) -> int:
    """Blank a batch of registrations whose answers' time is over; returns how many."""
    ends = await catalog.ended(uow, now, organization_ids)
    for event_id, version_id in await retention_repository.pinned_to(uow.session, sorted(ends)):
        flow = await flow_service.version(uow, version_id)
        due = due_fields(flow, await flow_service.forms_of(uow, flow), (now - ends[event_id]) // timedelta(days=1))
        if not due:
            continue
        # The longest time that is over: a registration blanked so far has nothing left to blank but what comes later.
        reached = max(item.retain_days or 0 for over in due.values() for _, item in over)
        rows = await retention_repository.unblanked(uow.session, event_id, version_id, reached, _BATCH)
        if rows:
            await _blank(uow, rows, due, reached)
            return len(rows)
    return 0


async def _blank(uow: UnitOfWork, rows: Sequence[Registration], due: Due, reached: int) -> None:
    by_id = {row.id: row for row in rows}
    for step in await repository.steps_of(uow.session, list(by_id)):
        _blank_step(step, [path for path, _ in due.get(step.step, [])])
    paths = {step: {path for path, _ in over} for step, over in due.items()}
    sealed = await repository.sealed_of(uow.session, list(by_id))
    await retention_repository.drop_sealed(
        uow.session,
        [
            (row.registration_id, row.step, row.pointer)
            for row in sealed
            if answers.names(row.pointer) in paths.get(row.step, ())
        ],
    )
    # Which of them has run out is not known any more: their fields are of another version.
    await retention_repository.drop_aside(uow.session, list(by_id))
    await retention_repository.drop_changes(uow.session, list(by_id))
    places = attaching.at_paths({step: sorted(found) for step, found in paths.items()})
    await uploads.drop_at(uow.session, list(by_id), places)
    contact = [_CONTACT[item.maps_to] for over in due.values() for _, item in over if item.maps_to in _CONTACT]
    for row in rows:
        for column in contact:
            setattr(row, column, "")
        row.blanked_days = reached
        row.touch()
    await uow.session.flush()
    # The back office may hold shared ones: its next revision comes without them.
    submitted = [(row.uid, row.revision, row.organization_id) for row in rows if row.confirmation_number is not None]
    await sync.enqueue_all(uow, Destination.ODOO, Aggregate.REGISTRATION, submitted)
    await audit.record(
        uow, "registration.answers-blanked", subject_type="organization", subject_uid=None,
        organization_id=rows[0].organization_id, details={"registrations": len(rows), "days": reached},
    )  # fmt: skip


def _blank_step(step: StepAnswer, paths: Sequence[tuple[str, ...]]) -> None:
    kept: dict[str, Any] = answers.without(step.answers, paths)
    if kept != step.answers:
        step.answers = kept
