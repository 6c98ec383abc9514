"""Draining the outbox: claim a batch, deliver it, write down what became of it.

A claim is a lease: a worker that is killed loses it, and the rows are claimed again. Between a delivery and its record
the same row may be delivered twice, so every delivery must be idempotent.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from api.domain.sync import service as sync
from api.domain.sync.contracts import Claimed, Destination, Outcome
from api.lib import telemetry, tracing
from api.lib.security import SYSTEM, Principal
from api.lib.uow import Kernel, unit_of_work

log = telemetry.logger(__name__)

BATCH = 200
# What a killed worker held waits this long. A delivery that takes longer renews its lease.
LEASE_SECONDS = 15.0
# After so many tries a row that the delivery cannot cope with is given up; what a destination refuses or puts off is
# the delivery's own business.
MAX_ATTEMPTS = 5
WORKER = Principal(kind="service", subject_uid="worker")
# The database's own troubles are nobody's fault: the lease runs out and the rows come again.
_OURS = (SQLAlchemyError, OSError, TimeoutError)


class Delivery(Protocol):
    """Delivers claimed rows to one destination. Must not raise for a row's sake: that is what the outcome is for."""

    async def __call__(self, kernel: Kernel, rows: Sequence[Claimed], /) -> Outcome: ...


async def drain(
    kernel: Kernel,
    destination: Destination,
    deliver: Delivery,
    *,
    size: int = BATCH,
    lease: float = LEASE_SECONDS,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Deliver what is due until nothing is, the destination is away, or the process stops; returns how many rows were
    delivered."""
    delivered = 0
    while not stopping():
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            token, rows = await sync.claim(uow, destination, size=size, lease=lease)
        if not rows:
            break
        with tracing.span("sync.deliver", destination.value, kind="worker") as span:
            span.tag("rows", str(len(rows)))
            async with _held(kernel, token, rows, lease):
                outcome = await _deliver(kernel, deliver, rows)
            async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
                await sync.settle(uow, destination, token, rows, outcome)
        delivered += len(outcome.done)
        _report(kernel, destination, rows, outcome)
        if outcome.retry:
            break
    return delivered


@contextlib.asynccontextmanager
async def _held(kernel: Kernel, token: UUID, rows: Sequence[Claimed], lease: float) -> AsyncIterator[None]:
    """Renew a lease while its rows are delivered: a slow mail server must not have the same mails sent by another."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(lease / 3)
            try:
                async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
                    await sync.renew(uow, token, rows, lease=lease)
            except _OURS as error:
                log.warning("a lease was not renewed; its rows may be delivered twice", error=type(error).__name__)

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewing


async def _deliver(kernel: Kernel, deliver: Delivery, rows: Sequence[Claimed]) -> Outcome:
    """Deliver a batch; where the delivery itself fails, halve it until the row that it cannot cope with is alone."""
    try:
        return await deliver(kernel, rows)
    except _OURS:
        raise
    except Exception as error:  # noqa: BLE001 (whatever is wrong with one row must not keep the others waiting)
        if len(rows) == 1:
            return _failed(rows[0], error)
    middle = len(rows) // 2
    first = await _deliver(kernel, deliver, rows[:middle])
    second = await _deliver(kernel, deliver, rows[middle:])
    return Outcome(
        done=first.done + second.done,
        retry=first.retry | second.retry,
        dead=first.dead | second.dead,
        bound=first.bound + second.bound,
    )


def _failed(row: Claimed, error: Exception) -> Outcome:
    reason = f"the delivery failed: {type(error).__name__}"
    log.error(
        "a row cannot be delivered",
        aggregate=row.aggregate,
        uid=str(row.aggregate_uid),
        attempts=row.attempts,
        error=type(error).__name__,
        trace=telemetry.trace(error),
    )
    given_up = row.attempts >= MAX_ATTEMPTS
    return Outcome(dead={row.id: reason}) if given_up else Outcome(retry={row.id: reason})


def _report(kernel: Kernel, destination: Destination, rows: Sequence[Claimed], outcome: Outcome) -> None:
    tags = [f"destination:{destination}"]
    kernel.metrics.increment("sync.delivered", len(outcome.done), tags=tags)
    kernel.metrics.increment("sync.retried", len(outcome.retry), tags=tags)
    kernel.metrics.increment("sync.dead", len(outcome.dead), tags=tags)
    log.info(
        "batch delivered",
        destination=destination,
        claimed=len(rows),
        done=len(outcome.done),
        retry=len(outcome.retry),
        dead=len(outcome.dead),
        reasons=sorted({*outcome.retry.values(), *outcome.dead.values()})[:3],
    )
