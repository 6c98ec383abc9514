"""Draining the outbox, by destination."""

from api.domain.sync.contracts import Destination
from backend_sync.drain import drain
from worker.runtime import Runtime


async def drain_destination(runtime: Runtime, destination: Destination) -> None:
    """Deliver what is due to a destination that is set up."""
    delivery = runtime.deliveries.get(destination)
    if delivery is not None:
        await runtime.alone(f"drain:{destination}", drain(runtime.kernel, destination, delivery))


async def drain_all(runtime: Runtime) -> None:
    """Deliver what is due everywhere. Called by the poller, so that a lost nudge costs a second, not the work."""
    for destination in runtime.deliveries:
        await drain_destination(runtime, destination)
