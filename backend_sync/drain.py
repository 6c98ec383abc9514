"""Draining the outbox: claim a batch, deliver it, write down what became of it.

A claim is a lease: a worker that is killed loses it, and the rows are claimed again. Between a delivery and its record
the same row may be delivered twice, so every delivery must be idempotent.
"""

from collections.abc import Sequence
from typing import Protocol

from api.domain.sync import service as sync
from api.domain.sync.contracts import Claimed, Destination, Outcome
from api.lib import telemetry
from api.lib.security import SYSTEM, Principal
from api.lib.uow import Kernel, unit_of_work

log = telemetry.logger(__name__)

BATCH = 200
LEASE_SECONDS = 60.0
WORKER = Principal(kind="service", subject_uid="worker")


class Delivery(Protocol):
    """Delivers claimed rows to one destination. Must not raise for a row's sake: that is what the outcome is for."""

    async def __call__(self, kernel: Kernel, rows: Sequence[Claimed]) -> Outcome: ...


async def drain(
    kernel: Kernel, destination: Destination, deliver: Delivery, *, size: int = BATCH, lease: float = LEASE_SECONDS
) -> int:
    """Deliver what is due until nothing is, or until the destination is away; returns how many rows were delivered."""
    delivered = 0
    while True:
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            token, rows = await sync.claim(uow, destination, size=size, lease=lease)
        if not rows:
            return delivered
        outcome = await deliver(kernel, rows)
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            await sync.settle(uow, destination, token, rows, outcome)
        delivered += len(outcome.done)
        _report(kernel, destination, rows, outcome)
        if outcome.retry:
            return delivered


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
