"""The last chunk is here: the file is held against what it was said to be, and pictures are drawn anew."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from api.domain.registrations.uploads import kinds, parts
from api.domain.registrations.uploads.parts import Part, Sealing
from api.lib import pictures
from api.lib.antivirus import Antivirus
from api.lib.storage import Storage


class Verdict(msgspec.Struct, frozen=True):
    """What became of a file: ``drawn`` are its bytes where they were made anew; ``refusal`` is why it is not taken."""

    drawn: bytes | None = None
    refusal: kinds.NotTaken | None = None


class Finished(msgspec.Struct, frozen=True):
    """A file whose ``last`` chunk has come and is not stored yet; ``sealing`` opens the ``stored`` ones."""

    storage: Storage
    stored: Sequence[Part]
    last: bytes
    sealing: Sealing | None

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield all its bytes."""
        async for chunk in parts.stream(self.storage, self.stored, self.sealing):
            yield chunk
        yield self.last

    async def whole(self) -> bytes:
        """Return all its bytes; kinds that are read whole are small."""
        return b"".join([chunk async for chunk in self.chunks()])

    async def ends(self) -> tuple[bytes, bytes]:
        """Return its first and last bytes."""
        first = await parts.get(self.storage, self.stored[0], self.sealing) if self.stored else self.last
        tail = self.last
        if len(tail) < kinds.ENDS and self.stored:
            tail = await parts.get(self.storage, self.stored[-1], self.sealing) + tail
        return first[: kinds.ENDS], tail[-kinds.ENDS :]


async def judge(finished: Finished, media_type: str, antivirus: Antivirus | None) -> Verdict:
    """Return what becomes of a file.

    Raises:
        StorageAway: its chunks cannot be read now; nothing is decided.
        ScannerAway: it cannot be looked at for viruses now; nothing is decided.
    """
    kind = kinds.KINDS[media_type]
    if antivirus is not None and await antivirus.found_in(finished.chunks()) is not None:
        return Verdict(refusal=kinds.NotTaken("malware", "This file carries something harmful and is not kept."))
    try:
        if kind.picture:
            return Verdict(drawn=await pictures.clean(await finished.whole(), media_type))
        head, tail = (await finished.whole(), b"") if kind.whole else await finished.ends()
        await pictures.beside(kinds.check, kind, head, tail)
    except pictures.PictureRefused as refused:
        return Verdict(refusal=kinds.NotTaken(refused.code, str(refused)))
    except kinds.NotTaken as refused:
        return Verdict(refusal=refused)
    return Verdict()
