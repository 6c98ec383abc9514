"""Recording what was done to whom, by whom."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from api.domain.audit.models import AuditEvent
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
    """Add an audit event to the transaction. ``details`` must not hold personal data."""
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
