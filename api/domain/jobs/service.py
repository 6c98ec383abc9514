"""Exactly-once slots: whatever asks, however often, a slot of a job runs once."""

from datetime import datetime, timedelta

from sqlalchemy import func, text, update
from sqlalchemy.dialects.postgresql import insert

from api.domain.jobs.contracts import JOBS, RUN_TASK, JobRun
from api.domain.jobs.errors import LeaseLost, UnknownJob
from api.domain.jobs.models import JobRun as Row
from api.lib import clock
from api.lib.uow import UnitOfWork

MAX_ATTEMPTS = 5

_CLAIM = text(
    """
    UPDATE job_run SET state = 'running', fencing_token = fencing_token + 1, attempts = attempts + 1,
           lease_until = clock_timestamp() + make_interval(secs => :lease)
    WHERE (job, slot) IN (
      SELECT job, slot FROM job_run
      WHERE state IN ('pending', 'running') AND (lease_until IS NULL OR lease_until < clock_timestamp())
      ORDER BY requested_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING job, slot, fencing_token
    """
)


async def request(uow: UnitOfWork, name: str, moment: datetime | None = None) -> bool:
    """Ask for the slot in which ``moment`` (default: now) lies; returns whether it was not asked for before.

    Raises:
        UnknownJob: no such job is declared.
    """
    spec = JOBS.get(name)
    if spec is None:
        raise UnknownJob
    row = {"job": name, "slot": spec.slot(moment or clock.now()), "requested_at": clock.now()}
    added = await uow.session.execute(
        insert(Row).values(row | {"state": "pending", "attempts": 0, "fencing_token": 0})
        .on_conflict_do_nothing().returning(Row.job)
    )  # fmt: skip
    uow.nudge(RUN_TASK)
    return added.first() is not None


async def claim(uow: UnitOfWork) -> JobRun | None:
    """Take the oldest open slot, or one whose holder let its lease run out."""
    found = (await uow.session.execute(_CLAIM, {"lease": max(spec.lease for spec in JOBS.values())})).first()
    return JobRun(*found) if found else None


async def finish(uow: UnitOfWork, run: JobRun, error: str | None = None) -> None:
    """Close the slot in the transaction of its effect; after an ``error`` it is tried again in 4 s, 16 s, 64 s …

    Raises:
        LeaseLost: another process has taken the slot over; this transaction must not commit.
    """
    held = (Row.job == run.job, Row.slot == run.slot, Row.fencing_token == run.fencing_token)
    values: dict[str, object] = {"state": "done", "finished_at": clock.now(), "error": None}
    if error is not None:
        # Not before this time, and behind the others: a slot that fails must not keep the rest from running.
        later = func.clock_timestamp() + func.power(4, Row.attempts) * timedelta(seconds=1)
        values = {"state": "pending", "error": error, "lease_until": later}
    result = await uow.session.execute(update(Row).where(*held).values(values).returning(Row.attempts))
    attempts = result.scalar_one_or_none()
    if attempts is None:
        raise LeaseLost
    if error is not None and attempts >= MAX_ATTEMPTS:
        await uow.session.execute(update(Row).where(*held).values(state="failed", finished_at=clock.now()))


async def forget(uow: UnitOfWork, before: datetime) -> None:
    """Drop the record of slots finished before a time."""
    await uow.session.execute(
        text("DELETE FROM job_run WHERE state = 'done' AND finished_at < :before"), {"before": before}
    )


RETENTION = timedelta(days=30)
