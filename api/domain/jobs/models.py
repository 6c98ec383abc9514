"""Scheduled work: one row for each slot, so that a slot runs once whatever asks for it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Base


class JobRun(Base):
    """A slot of a job. ``fencing_token`` grows with each lease: an old holder's commit is refused."""

    __tablename__ = "job_run"
    __table_args__ = (
        CheckConstraint("state in ('pending', 'running', 'done', 'failed')", name="state"),
        Index("ix_job_run_open", "requested_at", postgresql_where=text("state in ('pending', 'running')")),
    )

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(default="pending")
    fencing_token: Mapped[int] = mapped_column(BigInteger, default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]
