"""The audit trail: rows are only ever added. Seals chain what is committed, and keys sign the seals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Base, Key


class AuditEvent(Key, Base):
    """One sensitive operation, written in the transaction that did it. The database gives ``uid`` and ``xact``."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject_type", "subject_uid"),
        Index("ix_audit_event_organization", "organization_id", "occurred_at"),
        Index("ix_audit_event_order", "xact", "id", unique=True),
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
    uid: Mapped[UUID] = mapped_column(server_default=FetchedValue())
    xact: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())


class AuditSeal(Base):
    """A batch of events in their order: their hashes, chained to the batch before and signed."""

    __tablename__ = "audit_seal"
    __table_args__ = (Index("ix_audit_seal_end", "last_xact", "last_id", unique=True),)

    batch: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first_sequence: Mapped[int] = mapped_column(BigInteger)
    last_sequence: Mapped[int] = mapped_column(BigInteger)
    last_xact: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    event_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    event_xacts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    event_hashes: Mapped[bytes]
    previous: Mapped[bytes]
    digest: Mapped[bytes]
    signature: Mapped[bytes]
    kid: Mapped[str]
    sealed_at: Mapped[datetime]


class AuditKey(Base):
    """A key that signs seals. Its name is the thumbprint of its public half, so neither can be replaced alone."""

    __tablename__ = "audit_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[bytes]
    sealed_private: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    retired_at: Mapped[datetime | None]
