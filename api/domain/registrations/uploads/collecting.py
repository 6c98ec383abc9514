"""Files that nobody needs any more: abandoned, replaced, erased, or left by a process that was killed."""

from datetime import timedelta
from uuid import UUID

from api.domain.registrations.uploads import parts, repository
from api.lib import clock, telemetry
from api.lib.security import SYSTEM, Principal
from api.lib.storage import StorageAway
from api.lib.uow import Kernel, unit_of_work

log = telemetry.logger(__name__)

# A day to come back to an upload that broke off, or to an answer that was changed.
GRACE = timedelta(days=1)
BATCH = 500
# The files of one transaction: a bucket takes some 30 ms for each.
_REMOVED_AT_ONCE = 100

_WORKER = Principal(kind="service", subject_uid="worker")


async def collect(kernel: Kernel) -> int:
    """Delete uploads that no saved answer names and nothing has touched for a day, then remove the files of all that
    was deleted; returns how many files."""
    gone = BATCH
    while gone == BATCH:
        async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
            gone = await repository.drop_abandoned(uow.session, clock.now() - GRACE, BATCH)
    return await remove_discarded(kernel)


async def remove_discarded(kernel: Kernel) -> int:
    """Remove the files of deleted uploads from the storage; returns how many.

    Raises:
        StorageAway: the storage cannot be used now; what is left is tried again.
    """
    if kernel.storage is None:
        return 0
    total = 0
    while True:
        async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
            files = await repository.take_discarded(uow.session, _REMOVED_AT_ONCE)
            for file in files:
                await kernel.storage.delete(parts.key_of(file))
        total += len(files)
        if len(files) < _REMOVED_AT_ONCE:
            return total


async def after_erasure(kernel: Kernel) -> None:
    """Remove discarded files now rather than at the next run, where the storage lets it."""
    try:
        await remove_discarded(kernel)
    except StorageAway:
        log.warning("the storage is away: files of erased registrations go with the next run")


async def collect_strays(kernel: Kernel) -> int:
    """Remove chunks that no row names and that were stored more than a day ago; returns how many."""
    if kernel.storage is None:
        return 0
    before = clock.now() - GRACE
    old: list[UUID] = []
    gone = 0
    async for item in kernel.storage.items():
        file, _, name = item.key.partition("/")
        if name == parts.NAME and item.stored_at < before:
            old.append(UUID(file))
        if len(old) == BATCH:
            gone += await _collect(kernel, old)
            old.clear()
    return gone + await _collect(kernel, old)


async def _collect(kernel: Kernel, old: list[UUID]) -> int:
    storage = parts.place_of(kernel)
    async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
        known = await repository.known_files(uow.session, old)
    doomed = [file for file in old if file not in known]
    for file in doomed:
        await storage.delete(parts.key_of(file))
    return len(doomed)
