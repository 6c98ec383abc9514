"""What becomes of a registration afterwards: cancelled, deleted, restored, expired, purged."""

from datetime import timedelta
from uuid import UUID

from api.domain.audit import service as audit
from api.domain.catalog.contracts import EventState
from api.domain.registrations import access, erasing, repository, retention_repository, rules, seats, views
from api.domain.registrations.contracts import RegistrationView
from api.domain.registrations.errors import CancelFirst, CancellingClosed, NotEditable
from api.domain.registrations.models import Registration
from api.domain.registrations.submission import announce
from api.domain.sync.contracts import Aggregate
from api.lib import clock
from api.lib.security import SYSTEM, Permission, Principal
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

# How long a deleted registration can be restored, and an idempotency key is remembered.
RESTORE_WINDOW = timedelta(days=30)
KEY_WINDOW = timedelta(days=2)
BATCH = 200

_WORKER = Principal(kind="service", subject_uid="worker")


async def cancel(uow: UnitOfWork, uid: UUID) -> RegistrationView:
    """Cancel a registration and give its seats back; cancelling twice changes nothing.

    Raises:
        NotFound: there is none such for this caller.
        NotEditable: it has expired, or the event is over and archived.
        CancellingClosed: the organiser's deadline is over; staff may still.
    """
    row = await access.enter(uow, uid, Permission.REGISTRATION_MANAGE, lock=True)
    if row.state == "cancelled":
        return await views.view(uow, row)
    event = await access.event_of(uow, row)
    if row.state == "expired" or event.state is EventState.ARCHIVED:
        raise NotEditable
    confirmed = row.state == "confirmed"
    now = clock.now()
    if confirmed and not uow.principal.has(Permission.REGISTRATION_MANAGE, row.organization_id):
        found = (await rules.of(uow, [row.event_id]))[row.event_id]
        if not found.may_cancel(event, now):
            raise CancellingClosed
    row.state, row.cancelled_at, row.expires_at = "cancelled", now, None
    row.touch()
    await repository.set_attendees(uow.session, row.id, "cancelled", now)
    await uow.session.flush()
    await _audit(uow, row, "registration.cancelled")
    if confirmed:
        await announce(uow, row, Aggregate.CANCELLATION)
    await seats.release(uow, [row])
    return await views.view(uow, row)


async def _audit(uow: UnitOfWork, row: Registration, action: str) -> None:
    await audit.record(
        uow, action, subject_type="registration", subject_uid=row.uid, organization_id=row.organization_id
    )


async def delete(uow: UnitOfWork, uid: UUID) -> None:
    """Hide a registration that is over; it can be restored for thirty days.

    Raises:
        NotFound: there is none such for this caller.
        CancelFirst: it is confirmed.
    """
    row = await access.enter(uow, uid, Permission.REGISTRATION_MANAGE, lock=True, staff_only=True)
    if row.state == "confirmed":
        raise CancelFirst
    row.deleted_at = clock.now()
    row.touch()
    await uow.session.flush()
    await _audit(uow, row, "registration.deleted")
    if row.confirmation_number is not None:
        await announce(uow, row, Aggregate.REGISTRATION)
    if row.state == "draft":
        await seats.release(uow, [row])


async def restore(uow: UnitOfWork, uid: UUID) -> RegistrationView:
    """Bring a deleted registration back.

    Raises:
        NotFound: there is none such for this caller, or the window is over.
    """
    row = await access.enter(uow, uid, Permission.REGISTRATION_MANAGE, lock=True, deleted=True, staff_only=True)
    if row.deleted_at is not None:
        row.deleted_at = None
        row.touch()
        await uow.session.flush()
        await _audit(uow, row, "registration.restored")
        if row.confirmation_number is not None:
            await announce(uow, row, Aggregate.REGISTRATION)
    return await views.view(uow, row)


async def release_expired_holds(kernel: Kernel) -> int:
    """Give back seats of drafts that were left; returns how many. For the worker."""
    async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
        return await seats.free_expired(uow)


async def expire_drafts(kernel: Kernel) -> int:
    """Close drafts that nobody came back to, in batches; returns how many. For the worker."""
    total = 0
    while True:
        async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
            rows = await retention_repository.expired_drafts(uow.session, clock.now(), BATCH)
            for row in rows:
                row.state = "expired"
                row.touch()
            await uow.session.flush()
            await seats.release(uow, rows)
        total += len(rows)
        if len(rows) < BATCH:
            return total


async def purge_deleted(kernel: Kernel) -> int:
    """Delete for good what can no longer be restored, in batches; returns how many. For the worker."""
    total = 0
    while True:
        async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
            rows = await retention_repository.doomed(uow.session, clock.now() - RESTORE_WINDOW, BATCH)
            # Others must forget them as well; their outbox rows need nothing of what goes here.
            await erasing.erase(uow, [row for row in rows if row.erased_at is None])
            await retention_repository.purge(uow.session, [row.id for row in rows])
            gone = len(rows)
            await retention_repository.purge_keys(uow.session, clock.now() - KEY_WINDOW)
            await retention_repository.purge_aside(uow.session, clock.now() - RESTORE_WINDOW)
        total += gone
        if gone < BATCH:
            return total
