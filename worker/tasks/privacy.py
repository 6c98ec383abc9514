"""Erasing persons and what is kept no longer."""

from api.domain import wiring
from api.domain.jobs.contracts import JobRun
from api.domain.privacy import erasures, retention
from api.lib.uow import Kernel


async def run_erasures(kernel: Kernel, _: JobRun) -> None:
    """Go on with requests to erase persons."""
    await erasures.run_due(kernel, wiring.PERSONAL_DATA)


async def apply_retention(kernel: Kernel, _: JobRun) -> None:
    """Erase what the rules keep no longer."""
    await retention.apply(kernel, wiring.PERSONAL_DATA)
