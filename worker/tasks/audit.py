"""Sealing the audit trail, under a role of its own."""

from api.domain.audit import sealing
from api.domain.jobs.contracts import JobRun
from api.lib.uow import Kernel


async def seal(kernel: Kernel, _: JobRun) -> None:
    """Seal what is settled. Without the sealer's URL nothing is sealed; the worker says so when it starts."""
    if not kernel.settings.sealer_database_url:
        return
    async with sealing.sealers_kernel(kernel) as own:
        await sealing.seal_all(own)
