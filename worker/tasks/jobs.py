"""Scheduled jobs: the code behind each declared name, and running the slots that are open."""

import time
from datetime import timedelta

from api.domain.accounts import keyring, verification
from api.domain.catalog import image_service
from api.domain.jobs import service as jobs
from api.domain.jobs.contracts import JOBS, Job, JobRun
from api.domain.jobs.errors import LeaseLost
from api.domain.letters import templates
from api.domain.registrations import lifecycle
from api.domain.registrations.uploads import collecting
from api.domain.sync import service as sync
from api.lib import clock, telemetry
from api.lib.security import SYSTEM
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import WORKER
from worker.runtime import Runtime
from worker.tasks import audit, privacy

log = telemetry.logger(__name__)

KEEP_DELIVERED = timedelta(days=7)
_PURGE_BATCH = 5000


class UnboundJob(RuntimeError):
    """A declared job has no code, or code has no declaration."""


async def _release_holds(kernel: Kernel, _: JobRun) -> None:
    await lifecycle.release_expired_holds(kernel)


async def _expire_drafts(kernel: Kernel, _: JobRun) -> None:
    await lifecycle.expire_drafts(kernel)


async def _purge_deleted(kernel: Kernel, _: JobRun) -> None:
    await lifecycle.purge_deleted(kernel)


async def _collect_files(kernel: Kernel, _: JobRun) -> None:
    await image_service.collect_orphans(kernel)
    await collecting.collect_strays(kernel)


async def _collect_uploads(kernel: Kernel, _: JobRun) -> None:
    await collecting.collect(kernel)


async def _purge_links(kernel: Kernel, _: JobRun) -> None:
    async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
        await verification.purge(uow)


async def _purge_outbox(kernel: Kernel, _: JobRun) -> None:
    gone = _PURGE_BATCH
    while gone == _PURGE_BATCH:
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            gone = await sync.purge_delivered(uow, clock.now() - KEEP_DELIVERED, _PURGE_BATCH)
            await jobs.forget(uow, clock.now() - jobs.RETENTION)
            await templates.purge_trials(uow)


async def _rotate_signing_keys(kernel: Kernel, _: JobRun) -> None:
    async with unit_of_work(kernel, WORKER) as uow:
        await keyring.rotate_when_due(uow)


BINDINGS: dict[str, Job] = {
    "release-expired-holds": _release_holds,
    "expire-drafts": _expire_drafts,
    "purge-delivered-outbox": _purge_outbox,
    "purge-deleted-registrations": _purge_deleted,
    "purge-account-links": _purge_links,
    "run-erasures": privacy.run_erasures,
    "apply-retention": privacy.apply_retention,
    "seal-audit-events": audit.seal,
    "collect-uploads": _collect_uploads,
    "collect-orphaned-files": _collect_files,
    "rotate-signing-keys": _rotate_signing_keys,
}


def check_bindings() -> None:
    """Refuse to start while a declared job has no code.

    Raises:
        UnboundJob: names what does not fit.
    """
    differing = sorted(set(JOBS) ^ set(BINDINGS))
    if differing:
        raise UnboundJob(f"declared and bound jobs differ: {', '.join(differing)}")


async def run_open(runtime: Runtime) -> None:
    """Run open slots until there is none."""
    await runtime.alone("jobs", _run_open(runtime.kernel))


async def _run_open(kernel: Kernel) -> None:
    while True:
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            run = await jobs.claim(uow)
        if run is None:
            return
        error: str | None = None
        begun = time.perf_counter()
        try:
            await BINDINGS[run.job](kernel, run)
        except Exception as failure:  # noqa: BLE001 (a job's failure is written down, whatever it is)
            error = type(failure).__name__
            log.error("job failed", job=run.job, error=error, trace=telemetry.trace(failure))
        milliseconds = (time.perf_counter() - begun) * 1000
        tags = [f"job:{run.job}", f"result:{'failed' if error else 'done'}"]
        kernel.metrics.timing("job.run", milliseconds, tags=tags)
        try:
            async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
                await jobs.finish(uow, run, error)
        except LeaseLost:
            log.warning("job was taken over", job=run.job)
