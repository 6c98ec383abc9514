"""Bringing the registrations' data keys to another master key. The answers themselves are not touched.

A save that runs meanwhile reads the data key under its old or its new wrapping: it is the same key.
"""

import asyncio
from collections.abc import Mapping

from sqlalchemy import case, func, select, text, update

from api.domain.registrations import repository, sealing
from api.domain.registrations.models import Registration, RegistrationKey, SealedAnswer
from api.lib.crypto import RecordKey
from api.lib.uow import UnitOfWork

# Values from before registrations had a key begin with this byte and carry their own: api.lib.crypto.envelope.
_CARRIES_ITS_KEY = func.get_byte(SealedAnswer.sealed, 0) == 1


async def counts(uow: UnitOfWork) -> Mapping[str, int]:
    """Return how many registrations' keys hang on each master key. Needs the system scope."""
    rows = await uow.session.execute(select(RegistrationKey.key_id, func.count()).group_by(RegistrationKey.key_id))
    return dict(rows.all())


async def rewrap_keys(uow: UnitOfWork, active: str, after: int, limit: int) -> tuple[int, int]:
    """Bring the next data keys to the active master key, passing over rows that are locked.

    Returns how many, and the private key of the last. Needs the system scope.

    Raises:
        SealError: a data key is damaged, or its master key is not declared.
        KeysAway: the service that holds the master keys does not answer.
    """
    rows = (
        await uow.session.execute(
            select(RegistrationKey.registration_id, RegistrationKey.key_id, RegistrationKey.wrapped, Registration.uid)
            .join(Registration, Registration.id == RegistrationKey.registration_id)
            .where(RegistrationKey.key_id != active, RegistrationKey.registration_id > after)
            .order_by(RegistrationKey.registration_id)
            .limit(limit)
            .with_for_update(of=RegistrationKey, skip_locked=True)
        )
    ).all()
    fresh = await asyncio.gather(
        *(
            uow.kernel.vault.rewrap_record_key(RecordKey(row.key_id, row.wrapped), sealing.key_context(row.uid))
            for row in rows
        )
    )
    moved = {row.registration_id: key for row, key in zip(rows, fresh, strict=True)}
    if moved:
        chosen = RegistrationKey.registration_id
        await uow.session.execute(
            update(RegistrationKey)
            .where(chosen.in_(list(moved)))
            .values(
                key_id=case({one: key.key_id for one, key in moved.items()}, value=chosen),
                wrapped=case({one: key.wrapped for one, key in moved.items()}, value=chosen),
            )
            .execution_options(synchronize_session=False)
        )
    return len(rows), rows[-1].registration_id if rows else after


async def old_values(uow: UnitOfWork) -> int:
    """Return how many answers still carry a key of their own. Needs the system scope."""
    return await uow.session.scalar(select(func.count()).select_from(SealedAnswer).where(_CARRIES_ITS_KEY)) or 0


async def reseal_old_values(uow: UnitOfWork, after: int, limit: int) -> tuple[int, int]:
    """Seal the answers of the next registrations with their registration's key, where they carry one of their own.

    Returns how many answers, and the private key of the last registration. Needs the system scope.

    Raises:
        SealError, KeysAway: as ``rewrap_keys``.
    """
    # The registration is locked as by a save: two must not make its key.
    holders = (
        await uow.session.scalars(
            select(Registration)
            .where(
                Registration.id > after,
                select(1).where(SealedAnswer.registration_id == Registration.id, _CARRIES_ITS_KEY).exists(),
            )
            .order_by(Registration.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()
    done = 0
    for registration in holders:
        rows = [row for row in await repository.sealed_of(uow.session, [registration.id]) if sealing.carries_key(row)]
        await uow.session.execute(
            text(
                """
                UPDATE registration_sealed_answer SET sealed = :sealed
                WHERE registration_id = :registration AND step = :step AND pointer = :pointer
                """
            ),
            await sealing.resealed(uow, registration, rows),
        )
        done += len(rows)
    return done, holders[-1].id if holders else after
