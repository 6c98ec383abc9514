"""Making registrations nobody's: what is personal goes, what counts (seats, tickets, times) stays."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.audit import service as audit
from api.domain.catalog import service as catalog
from api.domain.privacy import consents
from api.domain.privacy.contracts import ANALYTICS, Erased, Told
from api.domain.registrations import repository, retention_repository, seats
from api.domain.registrations.models import Attendee, Registration
from api.domain.registrations.uploads import collecting
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Destination
from api.lib import clock
from api.lib.ids import confirmation_number
from api.lib.uow import UnitOfWork

ERASED = "Erased"
_OURS = (Destination.MAIL, Destination.ANALYTICS)


async def find(
    session: AsyncSession,
    *,
    account_id: int | None,
    uids: Sequence[UUID],
    email: str | None,
    organization_ids: Sequence[int],
) -> list[Registration]:
    """Lock the registrations of a person that are not erased, deleted ones too."""
    named: list[ColumnElement[bool]] = []
    if account_id is not None:
        named.append(Registration.account_id == account_id)
    if uids:
        named.append(Registration.uid.in_(uids))
    if email is not None:
        named.append(
            (func.lower(Registration.contact_email) == email) & Registration.organization_id.in_(organization_ids)
        )
    if not named:
        return []
    found = await session.scalars(
        select(Registration)
        .where(or_(*named), Registration.erased_at.is_(None))
        .order_by(Registration.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(found)


async def guests(session: AsyncSession, email: str, organization_ids: Sequence[int]) -> list[Attendee]:
    """Lock the attendees with an address, whoever registered them."""
    found = await session.scalars(
        select(Attendee)
        .where(func.lower(Attendee.email) == email, Attendee.organization_id.in_(organization_ids))
        .order_by(Attendee.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(found)


async def blank_guests(uow: UnitOfWork, people: Sequence[Attendee]) -> Erased:
    """Blank attendees of registrations that are somebody else's and stay."""
    if not people:
        return Erased({"attendee": 0})
    now = clock.now()
    await uow.session.execute(
        update(Attendee)
        .where(Attendee.id.in_([one.id for one in people]))
        .values(name=ERASED, email="", revision=Attendee.revision + 1, updated_at=now)
    )
    rows = await uow.session.scalars(
        select(Registration).where(Registration.id.in_({one.registration_id for one in people})).with_for_update()
    )
    by_id = {row.id: row for row in rows}
    for row in by_id.values():
        row.touch()
    await uow.session.flush()
    told = await _tell_odoo(uow, [(by_id[one.registration_id], one.uid) for one in people])
    return Erased({"attendee": len(people)}, told)


async def erase(uow: UnitOfWork, rows: Sequence[Registration]) -> Erased:
    """Make registrations nobody's. Those still to come are cancelled and their seats come back."""
    if not rows:
        return Erased(dict.fromkeys(("registration", "attendee"), 0))
    session, now = uow.session, clock.now()
    ids, uids = [row.id for row in rows], [row.uid for row in rows]
    await _cancel(uow, rows, now)
    people = await session.execute(
        update(Attendee)
        .where(Attendee.registration_id.in_(ids))
        .values(name=ERASED, email="", revision=Attendee.revision + 1, updated_at=now)
        .returning(Attendee.registration_id, Attendee.uid)
    )
    attendees = [(registration_id, uid) for registration_id, uid in people]
    places = {"registration": len(rows), "attendee": len(attendees)} | await retention_repository.forget(
        session, ids, uids
    )
    if places["registration_upload"]:
        uow.after_commit(partial(collecting.after_erasure, uow.kernel))
    analysed = await consents.ever_given(uow, ANALYTICS, ids)
    places["consent"] = await consents.unlink(uow, ids)
    places["outbox"] = await sync.forget(uow, _OURS, uids)
    for row in rows:
        row.contact_name = ERASED
        row.contact_email = row.contact_phone = ""
        row.account_id = None
        row.erased_at = now
        # The number that the person knows leads nowhere any more.
        row.confirmation_number = confirmation_number() if row.confirmation_number else None
        row.touch()
    await session.flush()
    by_id = {row.id: row for row in rows}
    told = [*await _tell_odoo(uow, [(by_id[key], uid) for key, uid in attendees])]
    told += await forget_analytics(uow, [by_id[key] for key in sorted(analysed)])
    for row in rows:
        await audit.record(
            uow, "registration.erased", subject_type="registration", subject_uid=row.uid,
            organization_id=row.organization_id,
        )  # fmt: skip
    return Erased(places, tuple(told))


async def _cancel(uow: UnitOfWork, rows: Sequence[Registration], now: datetime) -> None:
    events = await catalog.by_ids(uow, [row.event_id for row in rows])
    coming = []
    for row in rows:
        event = events.get(row.event_id)
        over = event is not None and event.ends_at <= now
        if row.state == "draft" or (row.state == "confirmed" and not over):
            row.state, row.cancelled_at, row.expires_at = "cancelled", now, None
            coming.append(row)
    await repository.cancel_attendees(uow.session, [row.id for row in coming], now)
    await uow.session.flush()
    await seats.release(uow, coming)


async def _tell_odoo(uow: UnitOfWork, people: Sequence[tuple[Registration, UUID]]) -> tuple[Told, ...]:
    """Have attendees forgotten by the back office, which may hold them as soon as they were submitted."""
    submitted = [(row, uid) for row, uid in people if row.confirmation_number is not None and not row.is_test]
    rows = {row.id: (row.uid, row.revision, row.organization_id) for row, _ in submitted}
    # The state, for the statistics: whether it comes before or after the erasure makes no difference.
    await sync.enqueue_all(uow, Destination.ODOO, Aggregate.REGISTRATION, list(rows.values()))
    await sync.enqueue_all(
        uow,
        Destination.ODOO,
        Aggregate.ATTENDEE_ERASURE,
        [(uid, row.revision, row.organization_id) for row, uid in submitted],
    )
    return tuple(Told(Destination.ODOO, Aggregate.ATTENDEE_ERASURE, uid) for _, uid in submitted)


async def forget_analytics(uow: UnitOfWork, rows: Sequence[Registration]) -> list[Told]:
    """Have the analysts forget registrations; where there are none, nothing was ever sent."""
    if not uow.kernel.settings.mixpanel_token:
        return []
    asked = [(row.uid, row.revision, row.organization_id) for row in rows]
    await sync.enqueue_all(uow, Destination.ANALYTICS, Aggregate.ANALYTICS_ERASURE, asked)
    return [Told(Destination.ANALYTICS, Aggregate.ANALYTICS_ERASURE, row.uid) for row in rows]
