"""A draft moved to the flow that is published now: shown first, applied by the person's choice, nothing lost.

An answer without a place in the newer version is set aside: kept, shown, and sealed where its field was sensitive.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from api.domain.audit import service as audit
from api.domain.catalog import flow_service
from api.domain.catalog.contracts import FlowVersion, StepKind
from api.domain.forms import engine
from api.domain.forms.contracts import PublishedForm
from api.domain.registrations import access, assessment, repository, sealing, service, versions, views
from api.domain.registrations.contracts import RegistrationView
from api.domain.registrations.errors import FlowChanged
from api.domain.registrations.models import Registration, SetAside
from api.lib import clock
from api.lib.errors import FieldProblem
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

_TITLE = {"en": "Who comes", "hi": "कौन आएगा"}


class Aside(msgspec.Struct, frozen=True):
    """An answer that was set aside, as its owner sees it: a sensitive one masked. ``version`` is the flow's it was
    given on, ``at`` null while it would only be set aside."""

    step: str
    pointer: str
    label: dict[str, str]
    answer: Any
    reason: str
    version: int
    at: datetime | None


class Preview(msgspec.Struct, frozen=True):
    """What moving a draft would change. ``attention``: answers that are kept, and that the newer version asks to look
    at again, or asks for anew."""

    current: int
    newest: int
    newest_uid: UUID
    changes: list[versions.Change]
    aside: list[Aside]
    attention: list[FieldProblem]
    kept_aside: list[Aside]


class _Plan(msgspec.Struct, frozen=True):
    old: FlowVersion
    new: FlowVersion
    changes: list[versions.Change]
    steps: dict[str, tuple[PublishedForm, versions.Carried]]
    gone: list[str]
    dropped: list[versions.Dropped]
    attention: list[FieldProblem]


async def preview(uow: UnitOfWork, uid: UUID) -> Preview:
    """Return what moving a draft to the newest flow would change; nothing is changed by it.

    Where it is on the newest already, or is no draft any more, there are no changes.

    Raises:
        NotFound: there is none such for this caller.
        KeysAway: the service that holds the master keys does not answer.
    """
    row = await access.enter(uow, uid, Permission.REGISTRATION_READ)
    kept = await _kept_aside(uow, row)
    old = await access.flow_of(uow, row)
    new = await _newest(uow, row, old) if row.state == "draft" else old
    if new.id == old.id:
        return Preview(old.number, old.number, old.uid, [], [], [], kept)
    plan = await _plan(uow, row, old, new)
    aside = [
        Aside(one.step, one.pointer, one.label, _shown(one)[1], one.reason, old.number, None) for one in plan.dropped
    ]
    return Preview(old.number, new.number, new.uid, plan.changes, aside, plan.attention, kept)


async def migrate(
    uow: UnitOfWork, uid: UUID, target: UUID, revision: int | None
) -> tuple[RegistrationView, list[Aside]]:
    """Move a draft to the newest flow, which must be the one that was shown; returns it and what is set aside.

    Raises:
        NotFound, PreconditionFailed, NotEditable, EventClosed: as their names say.
        FlowChanged: another flow was published since.
        KeysAway: the service that holds the master keys does not answer.
    """
    row, _ = await service.editable(uow, uid, revision)
    old = await access.flow_of(uow, row)
    if target != old.uid:
        new = await _newest(uow, row, old)
        if new.uid != target:
            raise FlowChanged
        await _move(uow, row, await _plan(uow, row, old, new))
    return await views.view(uow, row), await _kept_aside(uow, row)


async def _newest(uow: UnitOfWork, row: Registration, old: FlowVersion) -> FlowVersion:
    event = await access.event_of(uow, row)
    return old if event.flow_version_id is None else await flow_service.version(uow, event.flow_version_id)


async def _plan(uow: UnitOfWork, row: Registration, old: FlowVersion, new: FlowVersion) -> _Plan:
    old_forms, new_forms = await flow_service.forms_of(uow, old), await flow_service.forms_of(uow, new)
    saved = await service.opened_steps(uow, row, old)
    steps: dict[str, tuple[PublishedForm, versions.Carried]] = {}
    gone: list[str] = []
    dropped: list[versions.Dropped] = []
    attention: list[FieldProblem] = []
    for name, given in saved.items():
        before, after = old.step(name), new.step(name)
        assert before is not None  # noqa: S101 (only steps of the old flow are opened)
        form = old_forms[_version(before.form_version)]
        if after is None or after.kind is not StepKind.FORM:
            gone.append(name)
            dropped.extend(versions.drop_all(name, form, given))
            continue
        target = new_forms[_version(after.form_version)]
        if target.uid == form.uid:
            continue
        carried = versions.carry(name, form, target, given, service.clock_of(row))
        steps[name] = target, carried
        dropped.extend(carried.dropped)
        attention.extend(assessment.field_problems(carried.errors, f"/steps/{name}/answers", row.locale))
    dropped.extend(await _people(uow, row, old, new))
    return _Plan(old, new, versions.compare(old, old_forms, new, new_forms), steps, gone, dropped, attention)


def _version(uid: UUID | None) -> UUID:
    assert uid is not None  # noqa: S101 (publish refuses a form step without a form)
    return uid


async def _people(uow: UnitOfWork, row: Registration, old: FlowVersion, new: FlowVersion) -> list[versions.Dropped]:
    """Return the people who were named, where the newer flow does not ask who comes."""
    step = old.of_kind(StepKind.ATTENDEES)
    if step is None or new.of_kind(StepKind.ATTENDEES) is not None:
        return []
    return [
        versions.Dropped(step.name, f"/{index}/{part}", _TITLE, value, False, "step-removed")
        for index, person in enumerate(await repository.attendees_of(uow.session, [row.id]))
        for part, value in (("name", person.name), ("email", person.email))
        if value
    ]


async def _move(uow: UnitOfWork, row: Registration, plan: _Plan) -> None:
    complete = {step.step: step.complete for step in await repository.steps_of(uow.session, [row.id])}
    await _set_aside(uow, row, plan)
    await sealing.forget(uow, row, plan.gone)
    await repository.drop_steps(uow.session, row.id, plan.gone)
    await sealing.store(
        uow,
        row,
        {
            name: (form.compiled, carried.answers, complete[name] and not carried.errors)
            for name, (form, carried) in plan.steps.items()
        },
    )
    for form, carried in plan.steps.values():
        service.keep_contact(row, assessment.contact_of(form.compiled, carried.answers))
    if plan.new.of_kind(StepKind.ATTENDEES) is None:
        await repository.put_attendees(uow.session, row.id, [])
    row.flow_version_id = plan.new.id
    row.expires_at = clock.now() + timedelta(seconds=uow.kernel.settings.draft_seconds)
    row.touch()
    await uow.session.flush()
    await audit.record(
        uow, "registration.migrated", subject_type="registration", subject_uid=row.uid,
        organization_id=row.organization_id,
        details={"from": plan.old.number, "to": plan.new.number, "aside": len(plan.dropped)},
    )  # fmt: skip


def _shown(one: versions.Dropped) -> tuple[bool, Any]:
    """Return whether an answer has to be sealed, and what its owner sees of it."""
    if engine.is_masked(one.value):
        return False, one.value
    return (True, engine.mask(one.value)) if one.sensitive else (False, one.value)


async def _set_aside(uow: UnitOfWork, row: Registration, plan: _Plan) -> None:
    rows = []
    for one in plan.dropped:
        sealed, shown = _shown(one)
        rows.append(
            {
                "registration_id": row.id,
                "flow_version_id": plan.old.id,
                "step": one.step,
                "pointer": one.pointer,
                "organization_id": row.organization_id,
                "label": one.label,
                "answer": {"value": shown},
                "sealed": await sealing.seal_aside(uow, row, (plan.old.id, one.step, one.pointer), one.value)
                if sealed
                else None,
                "reason": one.reason,
                "created_at": clock.now(),
            }
        )
    await repository.put_aside(uow.session, rows)


async def _kept_aside(uow: UnitOfWork, row: Registration) -> list[Aside]:
    found = await repository.aside_of(uow.session, [row.id])
    numbers = {key: (await flow_service.version(uow, key)).number for key in {one.flow_version_id for one in found}}
    return [_aside(one, numbers) for one in found]


def _aside(one: SetAside, numbers: Mapping[int, int]) -> Aside:
    number = numbers[one.flow_version_id]
    return Aside(one.step, one.pointer, one.label, one.answer["value"], one.reason, number, one.created_at)
