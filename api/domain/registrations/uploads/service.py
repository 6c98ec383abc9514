"""Uploads: begun, filled chunk by chunk, taken up where they broke off, shown and removed.

A chunk is written to the storage before the row says so, and no transaction is open meanwhile. Whoever is killed
between the two leaves a file that no row names; the sender asks for the offset and sends the chunk again.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from api.domain.audit import service as audit
from api.domain.catalog import flow_service
from api.domain.forms.engine import Item
from api.domain.registrations import access, answers, sealing
from api.domain.registrations.contracts import RevealReason
from api.domain.registrations.models import Registration, Upload
from api.domain.registrations.uploads import finishing, kinds, parts, repository
from api.domain.registrations.uploads.contracts import (
    MOST_UPLOADS,
    SMALLEST_CHUNK,
    Content,
    FileAnswer,
    UploadInput,
    UploadState,
    UploadView,
)
from api.domain.registrations.uploads.errors import (
    FileRefused,
    OffsetWrong,
    RevealFirst,
    TooManyUploads,
    UploadInUse,
    UploadOver,
    UploadsClosed,
)
from api.domain.registrations.uploads.fields import file_fields
from api.domain.registrations.uploads.kinds import Kind
from api.domain.registrations.uploads.parts import Part, Sealing
from api.lib import clock
from api.lib.errors import Conflict, FieldProblem, NotFound, Unprocessable
from api.lib.ids import new_uid
from api.lib.security import Permission, Principal
from api.lib.storage import Storage
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

_REPLACED = timedelta(hours=1)
_OPEN = frozenset({"draft", "confirmed"})


class Caller(msgspec.Struct, frozen=True):
    """Who sends, for units of work of their own."""

    principal: Principal
    request_id: str


class Chunk(msgspec.Struct, frozen=True):
    """Bytes of a file from ``offset`` on."""

    offset: int
    data: bytes


async def begin(uow: UnitOfWork, registration: UUID, given: UploadInput) -> UploadView:
    """Add an upload for a field of the registration's flow.

    Raises:
        NotFound, UploadsClosed, TooManyUploads, StorageAway: as their names say.
        Unprocessable: the step or field takes no files, or not such ones.
    """
    parts.place_of(uow.kernel)
    row = await access.enter(uow, registration, Permission.REGISTRATION_MANAGE, lock=True)
    if row.state not in _OPEN:
        raise UploadsClosed
    item = await _field(uow, row, given)
    kind = _kind(item, given)
    await _make_room(uow, row, given.size)
    if item.sensitive:
        # Made while the registration is locked: two chunks at once must not make two.
        await sealing.key_to_write(uow, row)
    upload = Upload(
        uid=new_uid(),
        registration_id=row.id,
        organization_id=row.organization_id,
        step=given.step,
        pointer=given.pointer,
        name=kinds.file_name(item.name if item.sensitive else given.name, kind),
        media_type=kind.media_type,
        size=given.size,
        received=0,
        state=UploadState.RECEIVING.value,
        sensitive=item.sensitive,
    )
    await repository.add(uow.session, upload)
    return view(upload)


async def _field(uow: UnitOfWork, row: Registration, given: UploadInput) -> Item:
    flow = await access.flow_of(uow, row)
    step = flow.step(given.step)
    if step is None or step.form_version is None:
        raise Unprocessable(errors=(FieldProblem("/step", "unknown_field", "The flow has no such step with a form."),))
    form = (await flow_service.forms_of(uow, flow))[step.form_version].compiled
    item = file_fields(form).get(answers.names(given.pointer))
    if item is None:
        raise Unprocessable(errors=(FieldProblem("/pointer", "unknown_field", "No field there takes a file."),))
    return item


def _kind(item: Item, given: UploadInput) -> Kind:
    possible = {kind.media_type: kind for kind in kinds.taken(item)}
    kind = possible.get(kinds.named(given.media_type))
    if kind is None:
        endings = ", ".join(dict.fromkeys(ending for one in possible.values() for ending in one.endings[:1]))
        message = f"This field takes files of these kinds: {endings}."
        raise Unprocessable(errors=(FieldProblem("/media_type", "type", message),))
    most = kinds.most_bytes(item, kind)
    if given.size > most:
        raise Unprocessable(
            errors=(FieldProblem("/size", "maximum", f"The file may have at most {_readable(most)}."),),
            extra={"max_bytes": most},
        )
    return kind


def _readable(size: int) -> str:
    return (
        f"{size // kinds.MIB} MiB" if size >= kinds.MIB else f"{size // 1024} KiB" if size >= 1024 else f"{size} bytes"
    )


async def _make_room(uow: UnitOfWork, row: Registration, size: int) -> None:
    most = uow.kernel.settings.upload_registration_bytes
    for again in (True, False):
        count, used = await repository.room(uow.session, row.id)
        if count < MOST_UPLOADS and used + size <= most:
            return
        if again:
            # What was replaced waits a day to be called back; now it is in the way. What has just arrived is not saved
            # yet.
            await repository.drop_left(uow.session, row.id, clock.now() - _REPLACED)
    raise TooManyUploads(extra={"max_uploads": MOST_UPLOADS, "max_bytes": most})


async def append(kernel: Kernel, caller: Caller, registration: UUID, uid: UUID, chunk: Chunk) -> int:
    """Add a chunk and return the new offset; with the last one the file is checked.

    Raises:
        NotFound, OffsetWrong, UploadOver, StorageAway: as their names say; the upload stands where it stood.
        Unprocessable: the chunk is empty, too small or reaches beyond the file's end.
        FileRefused: the file is not what the field takes; the upload is over.
    """
    storage = parts.place_of(kernel)
    async with unit_of_work(kernel, caller.principal, request_id=caller.request_id) as uow:
        row = await access.enter(uow, registration, Permission.REGISTRATION_MANAGE)
        upload = await _found(uow, row, uid)
        _check(upload, chunk)
        last = chunk.offset + len(chunk.data) == upload.size
        stored = parts.of(await repository.parts_of(uow.session, [upload.id])) if last else []
        sealed = await _sealing(uow, row, upload)
    verdict = None
    if last:
        finished = finishing.Finished(storage, stored, chunk.data, sealed)
        verdict = await finishing.judge(finished, upload.media_type, kernel.antivirus)
    made = await _write(storage, chunk, verdict, sealed)
    try:
        async with unit_of_work(kernel, caller.principal, request_id=caller.request_id) as uow:
            await uow.enter_organization(row.organization_id)
            await _advance(uow, row, upload, chunk, made, verdict)
    except (Conflict, NotFound):
        # Rolled back for certain. After any other error the row may name these files: they stay until it is known.
        for part in made:
            await parts.undo(storage, part)
        raise
    if verdict is not None and verdict.refusal is not None:
        raise FileRefused(errors=(FieldProblem("", verdict.refusal.code, str(verdict.refusal)),))
    return chunk.offset + len(chunk.data)


def _check(upload: Upload, chunk: Chunk) -> None:
    if upload.state != UploadState.RECEIVING:
        raise UploadOver
    if chunk.offset != upload.received:
        raise wrong(upload)
    end = chunk.offset + len(chunk.data)
    if end > upload.size:
        raise Unprocessable(errors=(FieldProblem("", "maximum", "The chunk reaches beyond the end of the file."),))
    if not chunk.data or (end < upload.size and len(chunk.data) < SMALLEST_CHUNK):
        message = f"A chunk has at least {SMALLEST_CHUNK // 1024} KiB, unless it is the last."
        raise Unprocessable(errors=(FieldProblem("", "minimum", message),))


def wrong(upload: Upload) -> OffsetWrong:
    """Return the problem that says where an upload stands."""
    return OffsetWrong(headers={"Upload-Offset": str(upload.received)}, extra={"offset": upload.received})


async def _write(
    storage: Storage, chunk: Chunk, verdict: finishing.Verdict | None, sealed: Sealing | None
) -> list[Part]:
    """Store what is to be kept: the chunk, or the picture that was made of all of them."""
    if verdict is None or (verdict.drawn is None and verdict.refusal is None):
        return [await parts.put(storage, chunk.offset, chunk.data, sealed)]
    if verdict.drawn is None:
        return []
    return [await parts.put(storage, start, piece, sealed) for start, piece in parts.pieces(verdict.drawn)]


async def _advance(
    uow: UnitOfWork,
    row: Registration,
    upload: Upload,
    chunk: Chunk,
    made: list[Part],
    verdict: finishing.Verdict | None,
) -> None:
    session, size = uow.session, len(chunk.data)
    if not await repository.advance(session, upload.id, chunk.offset, size):
        current = await repository.find(session, row.id, upload.uid)
        if current is None:
            raise NotFound
        raise UploadOver if current.state != UploadState.RECEIVING else wrong(current)
    if verdict is not None and (verdict.drawn is not None or verdict.refusal is not None):
        await repository.drop_parts(session, upload.id)
    await repository.add_parts(session, upload, made)
    if verdict is not None:
        refusal = verdict.refusal
        await repository.end(
            session,
            upload.id,
            state=UploadState.REFUSED if refusal else UploadState.FINISHED,
            size=len(verdict.drawn) if verdict.drawn is not None else upload.size,
            refusal=refusal.code if refusal else None,
        )


async def _found(uow: UnitOfWork, row: Registration, uid: UUID, *, lock: bool = False) -> Upload:
    upload = await repository.find(uow.session, row.id, uid, lock=lock)
    if upload is None:
        raise NotFound
    return upload


async def _sealing(uow: UnitOfWork, row: Registration, upload: Upload) -> Sealing | None:
    if not upload.sensitive:
        return None
    key = await sealing.data_key(uow, row)
    if key is None:
        # Erased meanwhile: what it opened cannot be read any more.
        raise NotFound
    return Sealing(key, row.uid, upload.uid)


def view(upload: Upload) -> UploadView:
    """Return an upload as its holder sees it."""
    done = upload.state == UploadState.FINISHED
    return UploadView(
        uid=upload.uid,
        step=upload.step,
        pointer=upload.pointer,
        state=UploadState(upload.state),
        offset=upload.received,
        size=upload.size,
        name=upload.name,
        media_type=upload.media_type,
        answer=answer_of(upload) if done else None,
        refusal=upload.refusal,
    )


def answer_of(upload: Upload) -> FileAnswer:
    """Return what a form's answer says of a finished upload."""
    return FileAnswer(str(upload.uid), upload.name, upload.media_type, upload.size)


async def find(uow: UnitOfWork, registration: UUID, uid: UUID) -> UploadView:
    """Return an upload.

    Raises:
        NotFound: there is none such for this caller.
    """
    row = await access.enter(uow, registration, Permission.REGISTRATION_READ)
    return view(await _found(uow, row, uid))


async def remove(uow: UnitOfWork, registration: UUID, uid: UUID) -> None:
    """Remove an upload that no saved answer names; its bytes go within a minute.

    Raises:
        NotFound, UploadInUse: as their names say.
    """
    row = await access.enter(uow, registration, Permission.REGISTRATION_MANAGE)
    upload = await _found(uow, row, uid, lock=True)
    if upload.kept:
        raise UploadInUse
    await repository.drop(uow.session, [upload.id])


async def content(uow: UnitOfWork, registration: UUID, uid: UUID) -> Content:
    """Return a finished file.

    Raises:
        NotFound: there is none such for this caller, or it is not finished.
        RevealFirst: its field is sensitive.
        StorageAway: it cannot be read now.
    """
    row = await access.enter(uow, registration, Permission.REGISTRATION_READ)
    upload = await _found(uow, row, uid)
    if upload.sensitive:
        raise RevealFirst
    return await opened(uow, row, upload)


async def reveal(uow: UnitOfWork, registration: UUID, uid: UUID, reason: RevealReason, note: str) -> Content:
    """Return a sensitive file; that it was shown is written in the same transaction.

    Raises:
        NotFound: there is no such sensitive file for this caller.
        Unprocessable: the note is missing.
        KeysAway, StorageAway: as they say.
    """
    row = await access.enter(uow, registration, Permission.SENSITIVE_REVEAL, staff_only=True)
    upload = await _found(uow, row, uid)
    if not upload.sensitive:
        raise NotFound
    if reason is RevealReason.OTHER and not note.strip():
        raise Unprocessable(errors=(FieldProblem("/note", "required", "Say what you need it for."),))
    found = await opened(uow, row, upload)
    kept = str(await sealing.keep_note(uow, row, note)) if note.strip() else None
    await audit.record(
        uow, "sensitive.revealed", subject_type="registration", subject_uid=row.uid,
        organization_id=row.organization_id,
        details={"step": upload.step, "pointer": upload.pointer, "reason": reason.value, "note": kept},
    )  # fmt: skip
    return found


async def all_of(uow: UnitOfWork, rows: Sequence[Registration]) -> list[tuple[Upload, Content]]:
    """Return all finished files of some registrations, the sensitive ones too: for the person they are of.

    Raises:
        KeysAway, StorageAway: as they say.
    """
    by_id = {row.id: row for row in rows}
    found = await repository.finished(uow.session, list(by_id))
    if not found:
        return []
    storage = parts.place_of(uow.kernel)
    stored: dict[int, list[Part]] = defaultdict(list)
    for part in await repository.parts_of(uow.session, [upload.id for upload in found]):
        stored[part.upload_id].append(*parts.of([part]))
    return [
        (
            upload,
            _content(storage, upload, stored[upload.id], await _sealing(uow, by_id[upload.registration_id], upload)),
        )
        for upload in found
    ]


def _content(storage: Storage, upload: Upload, stored: list[Part], sealed: Sealing | None) -> Content:
    return Content(upload.name, upload.media_type, upload.size, lambda: parts.stream(storage, stored, sealed))


async def opened(uow: UnitOfWork, row: Registration, upload: Upload) -> Content:
    """Return a finished file's content, read when it is asked for: after the transaction.

    Raises:
        NotFound: it is not finished.
        StorageAway: its first bytes cannot be read now.
    """
    if upload.state != UploadState.FINISHED:
        raise NotFound
    storage = parts.place_of(uow.kernel)
    sealed = await _sealing(uow, row, upload)
    stored = parts.of(await repository.parts_of(uow.session, [upload.id]))
    # Before the answer begins: what cannot be read is told by its status, not by an end in the middle.
    first = await parts.get(storage, stored[0], sealed)
    return Content(
        upload.name, upload.media_type, upload.size, lambda: parts.stream(storage, stored[1:], sealed, first)
    )
