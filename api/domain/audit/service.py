"""Recording what was done to whom, by whom, and reading it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.audit import actions, contracts, repository
from api.domain.audit.contracts import EventFilter, SealBrief
from api.domain.audit.models import AuditEvent
from api.lib.db import Database
from api.lib.uow import UnitOfWork


async def record(
    uow: UnitOfWork,
    action: str,
    *,
    subject_type: str,
    subject_uid: UUID | None,
    organization_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add an audit event to the transaction. ``details`` hold what ``actions`` allows, never personal data.

    Raises:
        NotForTheTrail: the table of actions knows neither this action nor these details.
    """
    actions.check(action, details or {})
    await uow.session.execute(
        # Without RETURNING: the processes may add to the trail, not read it.
        insert(AuditEvent)
        .inline()
        .values(
            action=action,
            actor_kind=uow.principal.kind,
            actor_uid=uow.principal.subject_uid,
            organization_id=organization_id,
            subject_type=subject_type,
            subject_uid=subject_uid,
            request_id=uow.request_id,
            details=details or {},
        )
    )


async def about(uow: UnitOfWork, uids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return (time, action, kind of subject) of what was done to some subjects, the oldest first: for the person."""
    if not uids:
        return []
    found = await uow.session.execute(
        text("SELECT occurred_at, action, subject_type FROM prs_audit_about(:uids)"), {"uids": list(uids)}
    )
    return [{"at": at, "action": action, "subject": subject} for at, action, subject in found]


async def page(
    uow: UnitOfWork, wanted: EventFilter, before: tuple[datetime, UUID] | None, at_most: int
) -> list[contracts.AuditEvent]:
    """Return events of the organizations that the transaction has entered, the newest first.

    ``before`` is the moment and uid of the last one seen.
    """
    return await repository.window(uow.session, wanted, before, at_most)


async def latest_seals(uow: UnitOfWork, at_most: int) -> Sequence[SealBrief]:
    """Return the last seals, the newest first. They cover the events of all organizations."""
    return await repository.latest_seals(uow.session, at_most)


async def search(session: AsyncSession, wanted: EventFilter, at_most: int) -> list[contracts.AuditEvent]:
    """Return events of all organizations and of none, the newest first. The auditor's role can, the API's cannot."""
    return await repository.search(session, wanted, at_most)


async def count_seals(session: AsyncSession) -> int:
    """Return how many batches there are."""
    return await repository.count_seals(session)


async def rebase(database: Database) -> int:
    """Number transactions from above the highest that the trail knows, as the owner; returns where they begin.

    A cluster that a dump was loaded into counts from below, and its events would sort among those that are sealed.
    """
    async with database.engine.begin() as connection:
        return await repository.rebase(connection)
