"""Consents, requests to erase with their proofs, and how long an organization keeps what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Base, Key
from api.lib.ids import new_uid


class ConsentRow(Key, Base):
    """A consent, never edited but for its withdrawal. Without a registration it names nobody any more."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_registration", "registration_id", "purpose"),)

    uid: Mapped[UUID] = mapped_column(unique=True, default=new_uid)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="SET NULL"))
    purpose: Mapped[str]
    text_version: Mapped[str]
    locale: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    source: Mapped[str]


class ErasureRow(Key, Base):
    """A request to erase a person. Whom it was about is blanked when it is done; the proof stays."""

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("state in ('requested', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("source in ('account', 'holder', 'staff')", name="source"),
        Index("ix_erasure_open", "next_at", postgresql_where=text("state <> 'done'")),
        Index("ix_erasure_organization", "organization_id", "requested_at"),
    )

    uid: Mapped[UUID] = mapped_column(unique=True, default=new_uid)
    # None: an account, which belongs to no organization.
    organization_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("organization.id"))
    source: Mapped[str]
    state: Mapped[str] = mapped_column(default="requested")
    account_uid: Mapped[UUID | None]
    registration_uids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    sealed_email: Mapped[bytes | None]
    subject_digest: Mapped[bytes]
    # Parts that are done, in their order: whoever goes on after a kill begins behind them.
    steps: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    places: Mapped[dict[str, Any]]
    # Outbox rows that others must have taken, "destination/aggregate" to uids.
    told: Mapped[dict[str, Any]]
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    next_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


class RetentionRow(Base):
    """How long an organization, and what lies below it, keeps one kind of data."""

    __tablename__ = "retention_rule"
    __table_args__ = (CheckConstraint("days > 0", name="days"),)

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
