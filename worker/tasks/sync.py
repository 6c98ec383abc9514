"""Draining the outbox, by destination."""

from api.domain.sync.contracts import Destination
from backend_sync.drain import BATCH, drain
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
