"""Showing a sensitive answer to somebody who may see it, and finding registrations by an identity number.

Each leaves an audit event in the transaction that does it: where the event cannot be written nothing is shown.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec

from api.domain.audit import service as audit
from api.domain.forms import engine
from api.domain.registrations import aadhaar_vault, access, repository, sealing, staff_service
from api.domain.registrations.contracts import RegistrationRow, RevealReason
from api.domain.registrations.errors import NumberNotKept, ValueNotKept
from api.domain.registrations.repository import RegistrationRepository
from api.lib.errors import FieldProblem, NotFound, Unprocessable
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

# A number that so many share is no person's: a list of them would be a list of people.
MOST_FOUND = 50
_TELLING = 4

Identity = Literal["aadhaar", "passport", "other"]


class RevealRequest(msgspec.Struct, frozen=True):
    """Which answer, and what for."""

    step: str
    pointer: str
    reason: RevealReason
    note: str


async def reveal(uow: UnitOfWork, uid: UUID, request: RevealRequest) -> Any:
    """Return a sensitive answer in full.

    Raises:
        NotFound: there is no such registration for this caller, or no such sensitive answer.
        Unprocessable: the note is missing, or repeats what it is to explain.
        ValueNotKept: the value was checked and not kept.
        KeysAway: the service that holds the master keys does not answer.
    """
    row = await access.enter(uow, uid, Permission.SENSITIVE_REVEAL, staff_only=True)
    if request.reason is RevealReason.OTHER and not request.note.strip():
        raise Unprocessable(errors=(FieldProblem("/note", "required", "Say what you need it for."),))
    sealed = [
        one
        for one in await repository.sealed_of(uow.session, [row.id])
        if (one.step, one.pointer) == (request.step, request.pointer)
    ]
    if not sealed:
        raise NotFound
    value = (await sealing.opened(uow, row, sealed))[request.step, request.pointer]
    if engine.is_masked(value):
        raise ValueNotKept
    note_text = sealing.normalised(request.note)
    if any(sealing.normalised(text) in note_text for text in _texts(value)):
        # The trail is kept for years and read by others: it must not say what is sealed elsewhere.
        raise Unprocessable(errors=(FieldProblem("/note", "format", "Do not write the answer itself into the note."),))
    note = str(await sealing.keep_note(uow, row, request.note)) if request.note.strip() else None
    await audit.record(
        uow, "sensitive.revealed", subject_type="registration", subject_uid=row.uid,
        organization_id=row.organization_id,
        details={
            "step": request.step, "pointer": request.pointer, "reason": request.reason.value, "note": note,
        },
    )  # fmt: skip
    return value


async def note(uow: UnitOfWork, registration: UUID, uid: UUID) -> str:
    """Return what somebody wrote of why they were shown an answer; the audit event of the reveal names it.

    Raises:
        NotFound: there is no such note for this caller.
        KeysAway: the service that holds the master keys does not answer.
    """
    row = await access.enter(uow, registration, Permission.AUDIT_READ, deleted=True, staff_only=True)
    found = await sealing.open_note(uow, row, uid)
    if found is None:
        raise NotFound
    return found


async def find(uow: UnitOfWork, organization: UUID, identity: Identity, number: str) -> list[RegistrationRow]:
    """Return the registrations of an organization and those below it that give this identity number.

    Raises:
        NotFound: the organization is none of the caller's business.
        Unprocessable: this cannot be such a number.
        NumberNotKept: numbers of this kind are checked and not kept, so none can be found.
    """
    ids = await staff_service.enter(uow, organization, Permission.SENSITIVE_REVEAL)
    clean = engine.clean_identity(identity, number)
    if clean is None:
        raise Unprocessable(errors=(FieldProblem("/value", "format", "This is not a number of that kind."),))
    if identity == sealing.AADHAAR and not aadhaar_vault.is_on(uow):
        raise NumberNotKept
    found = await _found(uow, ids, identity, clean)
    await audit.record(
        uow, "sensitive.searched", subject_type="organization", subject_uid=organization, organization_id=ids[0],
        details={"identity": identity, "found": len(found)},
    )  # fmt: skip
    return found


async def _found(uow: UnitOfWork, ids: Sequence[int], identity: str, number: str) -> list[RegistrationRow]:
    indexes = [(key, sealing.indexed(key, identity, number, uow.kernel.vault)) for key in ids]
    if identity == sealing.AADHAAR:
        registrations = await aadhaar_vault.find(uow, indexes)
    else:
        registrations = await repository.with_number(uow.session, indexes)
    rows = await RegistrationRepository(session=uow.session).with_ids(registrations, MOST_FOUND)
    return staff_service.listing(rows)


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of an answer, of its parts too; a country's code or a house's number tells nobody."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (part for part in value.values() if isinstance(part, str) and len(part) >= _TELLING)
