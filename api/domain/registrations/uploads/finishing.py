"""The last chunk is here: the file is held against what it was said to be, and pictures are drawn anew."""

from collections.abc import Sequence

import msgspec

from api.domain.registrations.uploads import kinds, parts
from api.domain.registrations.uploads.parts import Part, Sealing
from api.lib import pictures
from api.lib.storage import Storage


class Verdict(msgspec.Struct, frozen=True):
    """What became of a file: ``drawn`` are its bytes where they were made anew; ``refusal`` is why it is not taken."""

    drawn: bytes | None = None
    refusal: kinds.NotTaken | None = None


async def judge(
    storage: Storage, stored: Sequence[Part], last: bytes, media_type: str, sealing: Sealing | None
) -> Verdict:
    """Return what becomes of a file of ``stored`` chunks and the ``last`` one.

    Raises:
        StorageAway: its chunks cannot be read now; nothing is decided.
    """
    kind = kinds.KINDS[media_type]
    try:
        if kind.picture:
            data = await _whole(storage, stored, last, sealing)
            return Verdict(drawn=await pictures.clean(data, media_type))
        if kind.whole:
            await _in_thread(kind, await _whole(storage, stored, last, sealing), b"")
        else:
            await _ends(storage, stored, last, kind, sealing)
    except pictures.PictureRefused as refused:
        return Verdict(refusal=kinds.NotTaken(refused.code, str(refused)))
    except kinds.NotTaken as refused:
        return Verdict(refusal=refused)
    return Verdict()


async def _in_thread(kind: kinds.Kind, head: bytes, tail: bytes) -> None:
    await pictures.beside(kinds.check, kind, head, tail)


async def _whole(storage: Storage, stored: Sequence[Part], last: bytes, sealing: Sealing | None) -> bytes:
    """Return all bytes of a file; kinds that are read whole are small."""
    found = [chunk async for chunk in parts.stream(storage, stored, sealing)]
    return b"".join([*found, last])


async def _ends(
    storage: Storage, stored: Sequence[Part], last: bytes, kind: kinds.Kind, sealing: Sealing | None
) -> None:
    first = await parts.get(storage, stored[0], sealing) if stored else last
    tail = last
    if len(tail) < kinds.ENDS and stored:
        tail = await parts.get(storage, stored[-1], sealing) + tail
    kinds.check(kind, first[: kinds.ENDS], tail[-kinds.ENDS :])
