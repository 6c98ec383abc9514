"""Reading the trail in SQL: through the window that the API has, and past it under the auditor's role."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.audit.contracts import AuditEvent, EventFilter, SealBrief

_WINDOW = text(
    """
    SELECT * FROM prs_audit_events(
      CAST(:action AS text), CAST(:actor AS text), CAST(:subject AS uuid), CAST(:since AS timestamptz),
      CAST(:until AS timestamptz), CAST(:before_at AS timestamptz), CAST(:before_uid AS uuid), :at_most
    )
    """
)

_SEALS = text(
    """
    SELECT batch, first_sequence AS first, last_sequence AS last, sealed_at, digest, signature, kid
    FROM audit_seal ORDER BY batch DESC LIMIT :at_most
    """
)


async def window(
    session: AsyncSession, wanted: EventFilter, before: tuple[datetime, UUID] | None, at_most: int
) -> list[AuditEvent]:
    """Return events of the organizations in scope, the newest first."""
    at, uid = before or (None, None)
    found = await session.execute(
        _WINDOW,
        {
            "action": wanted.action,
            "actor": wanted.actor,
            "subject": wanted.subject,
            "since": wanted.since,
            "until": wanted.until,
            "before_at": at,
            "before_uid": uid,
            "at_most": at_most,
        },
    )
    return [AuditEvent(**row) for row in found.mappings()]


async def latest_seals(session: AsyncSession, at_most: int) -> Sequence[SealBrief]:
    """Return the last seals, the newest first."""
    found = await session.execute(_SEALS, {"at_most": at_most})
    return [SealBrief(**row) for row in found.mappings()]
