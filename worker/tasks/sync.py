"""Draining the outbox, by destination."""

from api.domain.sync import service as sync
from api.domain.sync.contracts import Destination
from api.lib.security import SYSTEM
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import BATCH, WORKER, drain
from worker.runtime import Runtime

# A worker that is killed in the middle of a batch sends the mails of that batch again: a small batch, few copies.
SIZES = {Destination.MAIL: 20, Destination.SUPPORT: 20}


async def drain_destination(runtime: Runtime, destination: Destination) -> None:
    """Deliver what is due to a destination that is set up."""
    delivery = runtime.deliveries.get(destination)
    if delivery is not None:
        size = SIZES.get(destination, BATCH)
        work = drain(runtime.kernel, destination, delivery, size=size, stopping=runtime.stopping.is_set)
        await runtime.alone(f"drain:{destination}", work)


async def report_depths(kernel: Kernel) -> None:
    """Report how much waits in the outbox, and how much is given up, by destination."""
    async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
        depths = await sync.depths(uow)
    for depth in depths:
        for state, rows in (("pending", depth.pending), ("dead", depth.dead)):
            kernel.metrics.gauge("outbox.depth", rows, tags=[f"destination:{depth.destination}", f"state:{state}"])
        kernel.metrics.gauge("outbox.oldest_seconds", depth.oldest_seconds, tags=[f"destination:{depth.destination}"])
