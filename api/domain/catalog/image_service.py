"""The pictures of events."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from api.domain.audit import service as audit
from api.domain.catalog import contracts, repository, service
from api.domain.catalog.errors import PictureUnusable
from api.domain.catalog.models import Event
from api.lib import clock, pictures
from api.lib.errors import FieldProblem
from api.lib.ids import new_uid
from api.lib.security import SYSTEM, Permission, Principal
from api.lib.storage import Storage, StorageAway
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

# A picture is stored before the event that shows it is committed; whoever takes longer has failed.
GRACE = timedelta(days=1)
BATCH = 500

_WORKER = Principal(kind="service", subject_uid="worker")


async def replace(uow: UnitOfWork, uid: UUID, revision: int | None, data: bytes, declared: str) -> contracts.Event:
    """Give an event another picture. The files come first: an event never shows what is not there.

    Raises:
        NotFound, PreconditionFailed, PictureUnusable, StorageAway: as their names say.
    """
    await service.enter_of(uow, "event", uid, Permission.EVENT_MANAGE)
    storage = _storage(uow.kernel)
    try:
        picture = await pictures.prepare(data, declared)
    except pictures.PictureRefused as refused:
        raise PictureUnusable(errors=(FieldProblem("/file", refused.code, str(refused)),)) from refused
    image = new_uid()
    row = await service.manage(uow, uid)
    row.expect(revision)
    for variant in picture.variants:
        await storage.put(f"{image}/{variant.name}", variant.data, variant.content_type)
    row.image_uid, row.image_width, row.image_height = image, picture.width, picture.height
    await audit.record(
        uow, "event.picture-changed", subject_type="event", subject_uid=row.uid, organization_id=row.organization_id
    )
    await service.changed(uow, row)
    return await service.find(uow, str(uid))


async def remove(uow: UnitOfWork, uid: UUID) -> None:
    """Take an event's picture away; its files are collected later. Without a picture nothing changes."""
    row = await service.manage(uow, uid)
    if row.image_uid is None:
        return
    row.image_uid = row.image_width = row.image_height = None
    await audit.record(
        uow, "event.picture-removed", subject_type="event", subject_uid=row.uid, organization_id=row.organization_id
    )
    await service.changed(uow, row)


async def copy(uow: UnitOfWork, source: Event, target: Event) -> None:
    """Give an event the picture of another, in files of its own. Where files are away it gets none."""
    storage = uow.kernel.storage
    if storage is None or source.image_uid is None:
        return
    image = new_uid()
    for suffix, kind in pictures.FORMATS.items():
        for width in pictures.widths(source.image_width or 0):
            data = await storage.get(f"{source.image_uid}/{width}.{suffix}")
            if data is None:
                return
            await storage.put(f"{image}/{width}.{suffix}", data, kind)
    target.image_uid, target.image_width, target.image_height = image, source.image_width, source.image_height


def _storage(kernel: Kernel) -> Storage:
    if kernel.storage is None:
        raise StorageAway("No place for files is set up; ask whoever runs this installation to set PRS_STORAGE_URL.")
    return kernel.storage


async def collect_orphans(kernel: Kernel) -> int:
    """Remove files that no event shows and that were stored more than a day ago; returns how many."""
    if kernel.storage is None:
        return 0
    before = clock.now() - GRACE
    old: dict[UUID, list[str]] = defaultdict(list)
    gone = 0
    async for item in kernel.storage.items():
        uid, _, name = item.key.partition("/")
        # Other endings are other modules' files.
        if name.rpartition(".")[2] in pictures.FORMATS and item.stored_at < before:
            old[UUID(uid)].append(item.key)
        if len(old) == BATCH:
            gone += await _collect(kernel, kernel.storage, old)
            old.clear()
    return gone + await _collect(kernel, kernel.storage, old)


async def _collect(kernel: Kernel, storage: Storage, old: dict[UUID, list[str]]) -> int:
    async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
        used = await repository.image_uids(uow.session, sorted(old))
    doomed: Sequence[str] = [key for uid, keys in old.items() if uid not in used for key in keys]
    for key in doomed:
        await storage.delete(key)
    return len(doomed)
