"""The outbox, and what other systems call our aggregates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Base, Key


class OutboxRow(Key, Base):
    """Another system must learn that an aggregate has reached a revision. Never a payload."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("destination", "aggregate", "aggregate_uid", "revision"),
        CheckConstraint("state in ('pending', 'done', 'dead')", name="state"),
        Index("ix_outbox_due", "destination", "available_at", "id", postgresql_where=text("state = 'pending'")),
        Index("ix_outbox_dead", "destination", "id", postgresql_where=text("state = 'dead'")),
        Index("ix_outbox_aggregate", "aggregate", "aggregate_uid"),
    )

    destination: Mapped[str]
    aggregate: Mapped[str]
    aggregate_uid: Mapped[UUID]
    revision: Mapped[int] = mapped_column(BigInteger)
    organization_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime] = mapped_column(default=clock.now)
    lease_token: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]


class Binding(Base):
    """What a destination knows of an aggregate."""

    __tablename__ = "sync_binding"

    destination: Mapped[str] = mapped_column(primary_key=True)
    aggregate: Mapped[str] = mapped_column(primary_key=True)
    aggregate_uid: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(BigInteger)
    external_id: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(BigInteger)
    synced_at: Mapped[datetime] = mapped_column(default=clock.now)
