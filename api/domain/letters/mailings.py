"""Confirmations sent again: to whoever asks, to one that staff name, or to many with progress."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert

from api.domain.audit import service as audit
from api.domain.catalog import service as catalog
from api.domain.letters import repository
from api.domain.letters.contracts import MailingView
from api.domain.letters.errors import MailNotSetUp, NotConfirmed
from api.domain.letters.models import Mailing
from api.domain.registrations import confirmed_service, holding, staff_service
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Destination
from api.lib import clock
from api.lib.errors import NotFound
from api.lib.ids import new_uid
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

# However often it is asked for, one mail in ten minutes goes to an address.
_PAUSE = timedelta(minutes=10)
_SHOWN = 20


def _slot() -> int:
    return int(clock.now().timestamp() // _PAUSE.total_seconds())


async def again(uow: UnitOfWork, registration: UUID) -> None:
    """Send a confirmation again, at most every ten minutes.

    Raises:
        NotFound: there is none such for this caller.
        NotConfirmed, MailNotSetUp: as they say.
    """
    held = await holding.of_caller(uow, registration, Permission.REGISTRATION_MANAGE)
    if held.state != "confirmed":
        raise NotConfirmed
    if not uow.kernel.settings.smtp_url or not held.email:
        raise MailNotSetUp
    await sync.enqueue(
        uow, [Destination.MAIL], Aggregate.RESEND, held.uid, revision=_slot(), organization_id=held.organization_id
    )


async def to_address(uow: UnitOfWork, event: str, email: str) -> None:
    """Send the confirmations of an address for an event again. Whether there are any is not told.

    Raises:
        NotFound: nobody may see the event.
    """
    found = await catalog.published(uow, event)
    rows = await confirmed_service.of_address(uow, found.id, email)
    if uow.kernel.settings.smtp_url:
        await sync.enqueue_all(
            uow, Destination.MAIL, Aggregate.RESEND, [(uid, _slot(), found.organization_id) for uid in rows]
        )


async def start(uow: UnitOfWork, organization: UUID, event: UUID | None, uids: Sequence[UUID]) -> MailingView:
    """Send the confirmations of an event, of some registrations, or of the whole organization again.

    Raises:
        NotFound: the organization, the event or a registration is none of the caller's business.
        MailNotSetUp: no mail is set up.
    """
    ids = await staff_service.enter(uow, organization, Permission.REGISTRATION_MANAGE)
    if not uow.kernel.settings.smtp_url:
        raise MailNotSetUp
    found = await staff_service.event_of(uow, ids, event)
    event_id = found.id if found else None
    wanted = await confirmed_service.with_address(uow, ids, event_id, uids)
    uid, now = new_uid(), clock.now()
    row = {"uid": uid, "organization_id": ids[0], "event_id": event_id, "total": len(wanted), "created_at": now,
           "withdrawn": 0}  # fmt: skip
    key = (await uow.session.execute(insert(Mailing).values(**row).returning(Mailing.id))).scalar_one()
    await sync.enqueue_many(uow, Destination.MAIL, Aggregate.MAILING, wanted, key)
    await audit.record(
        uow, "mailing.started", subject_type="organization", subject_uid=organization, organization_id=ids[0],
        details={"registrations": len(wanted), "event": str(event) if event else None},
    )  # fmt: skip
    return MailingView(uid, event, len(wanted), len(wanted), 0, 0, now, None)


async def listed(uow: UnitOfWork, organization: UUID) -> list[MailingView]:
    """Return the newest mailings of an organization with how far they are.

    Raises:
        NotFound: it is none of the caller's business.
    """
    ids = await staff_service.enter(uow, organization, Permission.REGISTRATION_READ)
    rows = await repository.mailings(uow.session, ids, _SHOWN)
    return await _views(uow, rows)


async def _views(uow: UnitOfWork, rows: Sequence[Mailing]) -> list[MailingView]:
    states = await sync.progress(uow, Destination.MAIL, Aggregate.MAILING, [row.id for row in rows])
    events = await catalog.by_ids(uow, [row.event_id for row in rows if row.event_id is not None])
    return [
        MailingView(
            row.uid,
            events[row.event_id].uid if row.event_id in events else None,
            row.total,
            states.get(row.id, (0, 0))[0],
            states.get(row.id, (0, 0))[1],
            row.withdrawn,
            row.created_at,
            row.stopped_at,
        )
        for row in rows
    ]


async def stop(uow: UnitOfWork, organization: UUID, uid: UUID) -> MailingView:
    """Withdraw the mails of a mailing that are not sent; stopping twice changes nothing.

    Raises:
        NotFound: the organization has no such mailing.
    """
    ids = await staff_service.enter(uow, organization, Permission.REGISTRATION_MANAGE)
    row = await repository.mailing(uow.session, ids, uid)
    if row is None:
        raise NotFound
    if row.stopped_at is None:
        row.withdrawn = await sync.withdraw(uow, Destination.MAIL, Aggregate.MAILING, row.id)
        row.stopped_at = clock.now()
        await uow.session.flush()
        await audit.record(
            uow, "mailing.stopped", subject_type="organization", subject_uid=organization,
            organization_id=row.organization_id, details={"withdrawn": row.withdrawn},
        )  # fmt: skip
    return (await _views(uow, [row]))[0]
