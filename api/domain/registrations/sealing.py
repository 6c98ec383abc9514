"""Sealing sensitive answers on their way in, and opening them to validate the whole.

A registration has one data key. Of an Aadhaar number nothing is stored but its last four digits and when it was
checked, unless the installation has the vault for whole numbers: docs/guides/sensitive-answers.md.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from api.domain.forms.engine import CompiledForm
from api.domain.registrations import aadhaar_vault, answers, repository
from api.domain.registrations.contracts import Place
from api.domain.registrations.models import Registration, SealedAnswer, SetAside
from api.lib import clock
from api.lib.crypto import DataKey, RecordKey, Vault, needs_record_key
from api.lib.ids import new_uid
from api.lib.uow import UnitOfWork

AADHAAR = "aadhaar"


def context(registration: Place, step: str, pointer: str) -> str:
    """Return what a sealed answer is bound to."""
    return f"registration_sealed_answer:sealed:{registration.uid}:{step}:{pointer}"


def key_context(registration_uid: UUID) -> str:
    """Return what a registration's data key is bound to."""
    return f"registration_key:wrapped:{registration_uid}"


def indexed(organization_id: int, identity: str, number: str, vault: Vault) -> bytes:
    """Return the index by which an identity number is found in one organization, across its forms."""
    return vault.blind_index(normalised(number), context=f"{organization_id}:{identity}")


def normalised(number: str) -> str:
    """Return a number as it is indexed: however it is spaced and written, it is the same number."""
    return "".join(number.split()).replace("-", "").upper()


async def data_key(uow: UnitOfWork, registration: Registration) -> DataKey | None:
    """Return the key of a registration's sensitive answers, if it has one.

    Raises:
        KeysAway: the service that holds the master keys does not answer.
    """
    row = await repository.key_of(uow.session, registration.id)
    if row is None:
        return None
    return await uow.kernel.vault.open_record_key(RecordKey(row.key_id, row.wrapped), key_context(registration.uid))


async def key_to_write(uow: UnitOfWork, registration: Registration) -> DataKey:
    """Return the key of a registration's sensitive answers, made where there is none; its row is locked then, or new.

    Raises:
        KeysAway: the service that holds the master keys does not answer.
    """
    found = await data_key(uow, registration)
    if found is None:
        key, found = await uow.kernel.vault.new_record_key(key_context(registration.uid))
        await repository.add_key(uow.session, registration, key)
    return found


async def opened(
    uow: UnitOfWork, registration: Registration, sealed: Sequence[SealedAnswer]
) -> dict[tuple[str, str], Any]:
    """Return the values of sealed answers by (step, pointer); the mask stands for a value that was not kept.

    Raises:
        KeysAway: the service that holds the master keys does not answer.
    """
    if not sealed:
        return {}
    key = await data_key(uow, registration)
    whole = await aadhaar_vault.read(uow, registration, key, sealed)
    return {
        (row.step, row.pointer): whole.get((row.step, row.pointer), {"masked": row.mask})
        if row.sealed is None
        else msgspec.json.decode(_open(uow.kernel.vault, key, row.sealed, context(registration, row.step, row.pointer)))
        for row in sealed
    }


def _open(vault: Vault, key: DataKey | None, sealed: bytes, bound_to: str) -> bytes:
    # Before registrations had a key, each value carried its own.
    if key is not None and needs_record_key(sealed):
        return key.open(sealed, context=bound_to)
    return vault.open(sealed, context=bound_to)


def carries_key(row: SealedAnswer) -> bool:
    """Tell whether an answer is from before registrations had a key."""
    return row.sealed is not None and not needs_record_key(row.sealed)


async def resealed(uow: UnitOfWork, registration: Registration, rows: Sequence[SealedAnswer]) -> list[dict[str, Any]]:
    """Return the same answers sealed with the registration's key, by their place.

    Raises:
        SealError: an answer does not open here.
        KeysAway: the service that holds the master keys does not answer.
    """
    key = await key_to_write(uow, registration)
    found = []
    for row in rows:
        bound_to = context(registration, row.step, row.pointer)
        value = _open(uow.kernel.vault, None, row.sealed or b"", bound_to)
        place = {"registration": registration.id, "step": row.step, "pointer": row.pointer}
        found.append({**place, "sealed": key.seal(value, context=bound_to)})
    return found


async def open_step(
    uow: UnitOfWork, registration: Registration, sealed: Sequence[SealedAnswer], step: str
) -> dict[str, tuple[str, Any]]:
    """Return (mask, value) by pointer of one step's sensitive answers.

    Raises:
        KeysAway: the service that holds the master keys does not answer.
    """
    rows = [row for row in sealed if row.step == step]
    values = await opened(uow, registration, rows)
    return {row.pointer: (row.mask, values[row.step, row.pointer]) for row in rows}


async def keep_note(uow: UnitOfWork, registration: Registration, note: str) -> UUID:
    """Store a note on a registration, sealed, and return its uid.

    Raises:
        KeysAway: the service that holds the master keys does not answer.
    """
    uid = new_uid()
    key = await key_to_write(uow, registration)
    sealed = key.seal(note.encode(), context=_note_context(registration, uid))
    await repository.add_note(uow.session, registration, uid, sealed)
    return uid


def _aside_context(registration: Registration, place: tuple[int, str, str]) -> str:
    version, step, pointer = place
    return f"registration_set_aside:sealed:{registration.uid}:{version}:{step}:{pointer}"


async def seal_aside(uow: UnitOfWork, registration: Registration, place: tuple[int, str, str], value: Any) -> bytes:
    """Return an answer that is set aside, sealed for its place: (flow version, step, pointer).

    Raises:
        KeysAway: the service that holds the master keys does not answer.
    """
    key = await key_to_write(uow, registration)
    return key.seal(msgspec.json.encode(value), context=_aside_context(registration, place))


async def open_aside(uow: UnitOfWork, registration: Registration, one: SetAside) -> Any:
    """Return an answer that was set aside, whole; its mask where nothing else was kept.

    Raises:
        KeysAway: the service that holds the master keys does not answer.
    """
    key = await data_key(uow, registration) if one.sealed is not None else None
    if one.sealed is None or key is None:
        return one.answer["value"]
    place = (one.flow_version_id, one.step, one.pointer)
    return msgspec.json.decode(key.open(one.sealed, context=_aside_context(registration, place)))


async def open_note(uow: UnitOfWork, registration: Registration, uid: UUID) -> str | None:
    """Return a note kept on a registration, or None where there is none such.

    Raises:
        KeysAway: the service that holds the master keys does not answer.
    """
    row = await repository.note_of(uow.session, registration.id, uid)
    key = await data_key(uow, registration) if row else None
    if row is None or key is None:
        return None
    return key.open(row.sealed_note, context=_note_context(registration, uid)).decode()


def _note_context(registration: Registration, uid: UUID) -> str:
    return f"registration_reveal:sealed_note:{registration.uid}:{uid}"


async def store(
    uow: UnitOfWork,
    registration: Registration,
    steps: Mapping[str, tuple[CompiledForm | None, Mapping[str, Any], bool]],
) -> None:
    """Write steps (form, cleaned answers, complete), the sensitive answers sealed and apart.

    Raises:
        KeysAway: the service that holds the master keys does not answer.
    """
    rows: list[dict[str, Any]] = []
    secrets: list[tuple[str, answers.Secret]] = []
    now = clock.now()
    for name, (form, given, complete) in steps.items():
        plain, found = answers.take_out(form, given) if form else (dict(given), [])
        secrets.extend((name, secret) for secret in found)
        rows.append(
            {
                "registration_id": registration.id,
                "organization_id": registration.organization_id,
                "step": name,
                "complete": complete,
                "answers": plain,
                "saved_at": now,
            }
        )
    writer = await _Writer.of(uow, registration, secrets)
    await repository.put_steps(uow.session, rows)
    await repository.put_sealed(uow.session, registration.id, list(steps), writer.rows(secrets))
    await aadhaar_vault.put(uow, registration, writer.whole(secrets))


async def forget(uow: UnitOfWork, registration: Registration, steps: Sequence[str]) -> None:
    """Forget the sensitive answers of some steps, wherever they are kept."""
    if steps:
        await repository.put_sealed(uow.session, registration.id, steps, [])


async def sealed_new(
    vault: Vault, registration: Place, secrets: Sequence[tuple[str, answers.Secret]]
) -> tuple[RecordKey | None, list[dict[str, Any]]]:
    """Return the key, if one is needed, and the rows of a new registration's sensitive answers; nothing is written.

    Of an Aadhaar number the row is all there is: whoever has the vault for whole ones uses ``store``.

    Raises:
        KeysAway: the service that holds the master keys does not answer.
    """
    record, key = None, None
    if any(secret.identity != AADHAAR for _, secret in secrets):
        record, key = await vault.new_record_key(key_context(registration.uid))
    return record, _Writer(vault, registration, key, {}, keeps_whole=False).rows(secrets)


class _Writer:
    """Makes the rows of sensitive answers; the registration's key is made with the first value that needs it."""

    def __init__(
        self,
        vault: Vault,
        registration: Place,
        key: DataKey | None,
        checked: Mapping[tuple[str, str], datetime | None],
        *,
        keeps_whole: bool,
    ) -> None:
        self._vault = vault
        self._registration = registration
        self._key = key
        self._checked = checked
        self._keeps_whole = keeps_whole

    @classmethod
    async def of(
        cls, uow: UnitOfWork, registration: Registration, secrets: Sequence[tuple[str, answers.Secret]]
    ) -> "_Writer":
        given = [secret for _, secret in secrets if not secret.kept]
        needed = aadhaar_vault.is_on(uow) or any(secret.identity != AADHAAR for secret in given)
        key = await key_to_write(uow, registration) if given and needed else None
        checked = await _checked(uow, registration) if len(given) < len(secrets) else {}
        return cls(uow.kernel.vault, registration, key, checked, keeps_whole=aadhaar_vault.is_on(uow))

    def rows(self, secrets: Sequence[tuple[str, answers.Secret]]) -> list[dict[str, Any]]:
        return [self._row(step, secret) for step, secret in secrets]

    def _row(self, step: str, secret: answers.Secret) -> dict[str, Any]:
        row: dict[str, Any] = {
            "registration_id": self._registration.id,
            "organization_id": self._registration.organization_id,
            "step": step,
            "pointer": secret.pointer,
            "sealed": None,
            "mask": secret.mask,
            "blind_index": None,
            "identity": secret.identity,
            "verified_at": self._checked.get((step, secret.mask)) if secret.kept else None,
        }
        if secret.kept:
            return row
        if secret.identity is not None:
            row["verified_at"] = clock.now()
        if secret.identity != AADHAAR:
            row["sealed"] = self._seal(context(self._registration, step, secret.pointer), secret.value)
            # Only what identifies a person is indexed: equal health answers would tell the many from the few.
            row["blind_index"] = self._index(secret) if secret.identity is not None else None
        return row

    def whole(self, secrets: Sequence[tuple[str, answers.Secret]]) -> list[aadhaar_vault.Whole]:
        """Return the Aadhaar numbers for the vault; none where it is off."""
        return [
            aadhaar_vault.Whole(
                step,
                secret.pointer,
                self._seal(aadhaar_vault.context(self._registration, step, secret.pointer), secret.value),
                self._index(secret),
            )
            for step, secret in secrets
            if self._keeps_whole and secret.identity == AADHAAR and not secret.kept
        ]

    def _seal(self, bound_to: str, value: Any) -> bytes:
        assert self._key is not None  # noqa: S101 (``of`` has made one)
        return self._key.seal(msgspec.json.encode(value), context=bound_to)

    def _index(self, secret: answers.Secret) -> bytes:
        return indexed(self._registration.organization_id, secret.identity or "", str(secret.value), self._vault)


async def _checked(uow: UnitOfWork, registration: Registration) -> dict[tuple[str, str], datetime | None]:
    """Return when the numbers that are stored were checked, by what is shown of them."""
    found = await repository.sealed_of(uow.session, [registration.id])
    return {(row.step, row.mask): row.verified_at for row in found if row.identity == AADHAAR}
