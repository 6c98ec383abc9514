"""The audit trail: rows are only ever added."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Base, Key


class AuditEvent(Key, Base):
    """One sensitive operation, written in the transaction that did it."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject_type", "subject_uid"),
        Index("ix_audit_event_organization", "organization_id", "occurred_at"),
    )

    occurred_at: Mapped[datetime] = mapped_column(default=clock.now)
    action: Mapped[str]
    actor_kind: Mapped[str]
    actor_uid: Mapped[str | None]
    organization_id: Mapped[int | None] = mapped_column(BigInteger)
    subject_type: Mapped[str]
    subject_uid: Mapped[UUID | None]
    request_id: Mapped[str]
    details: Mapped[dict[str, Any]]
