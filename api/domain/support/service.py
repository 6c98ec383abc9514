"""Requests for help: taken from anybody, kept here, and told to the help desk through the outbox."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.domain.accounts import service as accounts
from api.domain.audit import service as audit
from api.domain.registrations import service as registrations
from api.domain.support import models, repository
from api.domain.support.contracts import OPERATOR, SupportRequest
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Destination, SyncStatus
from api.lib import clock
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.ids import new_uid
from api.lib.uow import UnitOfWork


async def ask(uow: UnitOfWork, *, subject: str, message: str, email: str | None, registration: UUID | None) -> UUID:
    """Keep a request and have the help desk told; returns its uid.

    Whoever is signed in or holds the registration need not say where the answer goes.

    Raises:
        NotFound: the registration is not the caller's.
        Unprocessable: nobody knows where the answer should go.
    """
    account = await accounts.current(uow) if uow.principal.account_id is not None else None
    contact = await registrations.contact(uow, registration) if registration is not None else None
    organization_id = contact.organization_id if contact else OPERATOR
    address = email or (account.email if account else "") or (contact.email if contact else "")
    if not address:
        raise Unprocessable(errors=(FieldProblem("/email", "required", "Say where the answer should go."),))
    if contact is None:
        await uow.enter_organization(OPERATOR)
    uid, now = new_uid(), clock.now()
    await repository.add(
        uow.session,
        {
            "uid": uid,
            "organization_id": organization_id,
            "account_id": account.id if account else None,
            "registration_uid": contact.uid if contact else None,
            "confirmation_number": contact.confirmation_number if contact else None,
            "email": address,
            "name": (account.name if account else "") or (contact.name if contact else ""),
            "subject": subject,
            "message": message,
            "revision": 1,
            "created_at": now,
            "updated_at": now,
        },
    )
    await audit.record(
        uow,
        "support.asked",
        subject_type="support-request",
        subject_uid=uid,
        organization_id=organization_id or None,
    )
    await sync.enqueue(
        uow, [Destination.SUPPORT], Aggregate.SUPPORT_REQUEST, uid, revision=1, organization_id=organization_id
    )
    return uid


async def page(
    uow: UnitOfWork, organization_ids: Sequence[int], before: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[SupportRequest, SyncStatus | None]]:
    """Return up to ``limit`` requests of some organizations, the newest first, with where they stand."""
    rows = await repository.page(uow.session, organization_ids, before, limit)
    uids = [row.uid for row in rows]
    states = await sync.statuses(uow, Aggregate.SUPPORT_REQUEST, uids, Destination.SUPPORT)
    return [(_contract(row), states.get(row.uid)) for row in rows]


async def outgoing(uow: UnitOfWork, uids: Sequence[UUID]) -> dict[UUID, SupportRequest]:
    """Return requests by uid. Needs the system scope."""
    return {row.uid: _contract(row) for row in await repository.by_uids(uow.session, uids)}


async def tried(uow: UnitOfWork, uid: UUID, at: datetime | None) -> None:
    """Write down that a request is about to be sent, or that it certainly was not. Needs the system scope."""
    await repository.note(uow.session, uid, tried_at=at)


async def sent(uow: UnitOfWork, uid: UUID, ticket: int) -> None:
    """Write down the help desk's number for a request. Needs the system scope."""
    await repository.note(uow.session, uid, ticket=ticket)


def _contract(row: models.SupportRequest) -> SupportRequest:
    return SupportRequest(
        uid=row.uid,
        organization_id=row.organization_id,
        created_at=row.created_at,
        subject=row.subject,
        message=row.message,
        email=row.email,
        name=row.name,
        registration_uid=row.registration_uid,
        confirmation_number=row.confirmation_number,
        tried_at=row.tried_at,
        ticket=row.ticket,
    )
