"""Registrations that staff add for somebody, and trials of an event."""

from uuid import UUID

from sqlalchemy import select

from api.domain.audit import service as audit
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event, EventState
from api.domain.catalog.errors import EventClosed
from api.domain.registrations import access, repository, retention_repository, service, views
from api.domain.registrations.contracts import Allowance, RegistrationView
from api.domain.registrations.models import Registration
from api.lib import clock
from api.lib.errors import Forbidden, NotFound
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

_OPEN = (EventState.PUBLISHED, EventState.CLOSED)


async def begin(uow: UnitOfWork, which: str, locale: str, allowance: Allowance) -> tuple[RegistrationView, str]:
    """Begin a draft for somebody else; returns it with the capability that fills it, as a guest's does.

    It is validated and submitted as any other. ``allowance`` lets it pass what binds others; that asks for the
    permission to manage the event, and the trail says so.

    Raises:
        NotFound: there is no such event for this caller.
        Forbidden: the caller may add registrations and not pass the event's limits.
        EventClosed: registration is not open, and that it is late was not allowed.
        LivesElsewhere: as its name says.
    """
    event = await _event(uow, which)
    if (allowance.late or allowance.over) and not uow.principal.has(Permission.EVENT_MANAGE, event.organization_id):
        raise Forbidden
    if event.flow_version_id is None or not (allowance.late or event.registration_open(clock.now())):
        raise EventClosed
    limits = {"late": allowance.late, "over": allowance.over, "silent": allowance.silent}
    row = await service.add_draft(uow, event, locale, account=None, allowance=limits)
    await audit.record(
        uow, "registration.added", subject_type="registration", subject_uid=row.uid,
        organization_id=row.organization_id, details=dict(row.allowance or {}),
    )  # fmt: skip
    token = await access.grant_token(uow, row, "capability", service.CAPABILITY_SECONDS)
    return await views.view(uow, row), token


async def _event(uow: UnitOfWork, which: str) -> Event:
    event = await catalog.find(uow, which)
    if event.state not in _OPEN or not uow.principal.has(Permission.REGISTRATION_CREATE, event.organization_id):
        raise NotFound
    return event


async def remove_trials(uow: UnitOfWork, event: UUID, limit: int = 1_000) -> int:
    """Delete up to ``limit`` trials of an event for good, with all that hangs on them; returns how many.

    Raises:
        NotFound: there is no such event for this caller.
    """
    await catalog.enter_of(uow, "event", event, Permission.EVENT_MANAGE)
    found = await catalog.find(uow, str(event))
    rows = (
        await uow.session.execute(
            select(Registration.id, Registration.uid)
            .where(Registration.event_id == found.id, Registration.is_test)
            .order_by(Registration.id)
            .limit(limit)
            .with_for_update()
        )
    ).all()
    ids = [row.id for row in rows]
    await repository.drop_keys(uow.session, [row.uid for row in rows])
    await retention_repository.purge(uow.session, ids)
    await audit.record(
        uow, "registrations.trials-removed", subject_type="event", subject_uid=event,
        organization_id=found.organization_id, details={"registrations": len(ids)},
    )  # fmt: skip
    return len(ids)
