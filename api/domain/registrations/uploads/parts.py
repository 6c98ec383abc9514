"""The bytes of uploads in the storage: each chunk a file of its own, under a random key, sealed where it is sensitive.

A file is its chunks: nothing is put together at the end, so that a finished film costs no copy, and the memory is one
chunk's, whatever the file's size.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from uuid import UUID

import msgspec

from api.domain.registrations.models import UploadPart
from api.domain.registrations.uploads.contracts import CHUNK
from api.lib import telemetry
from api.lib.crypto import DataKey
from api.lib.ids import new_uid
from api.lib.storage import Storage, StorageAway
from api.lib.uow import Kernel

log = telemetry.logger(__name__)

NAME = "part.bin"
_TYPE = "application/octet-stream"


class Part(msgspec.Struct, frozen=True):
    """A stored chunk: where its bytes begin in the file, how many there are, and the stored file."""

    start: int
    size: int
    file: UUID


class Sealing(msgspec.Struct, frozen=True):
    """What a sensitive upload's chunks are sealed with, and bound to."""

    key: DataKey
    registration: UUID
    upload: UUID

    def context(self, start: int) -> str:
        return f"registration_upload_part:file:{self.registration}:{self.upload}:{start}"


def key_of(file: UUID) -> str:
    """Return where a stored chunk lies."""
    return f"{file}/{NAME}"


def place_of(kernel: Kernel) -> Storage:
    """Return the storage.

    Raises:
        StorageAway: none is set up.
    """
    if kernel.storage is None:
        raise StorageAway("No place for files is set up; ask whoever runs this installation to set PRS_STORAGE_URL.")
    return kernel.storage


def of(rows: Sequence[UploadPart]) -> list[Part]:
    """Return the chunks of rows."""
    return [Part(row.start, row.size, row.file) for row in rows]


def pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield a file's bytes as chunks, each with where it begins."""
    for start in range(0, len(data), CHUNK):
        yield start, data[start : start + CHUNK]


async def put(storage: Storage, start: int, data: bytes, sealing: Sealing | None) -> Part:
    """Store a chunk under a key that nothing has had before.

    Raises:
        StorageAway: it cannot be stored now.
    """
    file = new_uid()
    stored = data if sealing is None else sealing.key.seal(data, context=sealing.context(start))
    await storage.put(key_of(file), stored, _TYPE)
    return Part(start, len(data), file)


async def get(storage: Storage, part: Part, sealing: Sealing | None) -> bytes:
    """Return a chunk's bytes.

    Raises:
        StorageAway: it cannot be read now, or is gone.
        SealError: it was changed where it lies.
    """
    stored = await storage.get(key_of(part.file))
    if stored is None:
        raise StorageAway("A part of the file is not there any more.")
    return stored if sealing is None else sealing.key.open(stored, context=sealing.context(part.start))


async def stream(
    storage: Storage, parts: Sequence[Part], sealing: Sealing | None, first: bytes = b""
) -> AsyncIterator[bytes]:
    """Yield a file's bytes, a chunk at a time, after those that are read already."""
    if first:
        yield first
    for part in parts:
        yield await get(storage, part, sealing)


async def undo(storage: Storage, part: Part) -> None:
    """Remove a chunk that no row names. Where that fails, the daily search for such files finds it."""
    try:
        await storage.delete(key_of(part.file))
    except StorageAway:
        log.warning("a chunk could not be removed; the daily search will")
