"""The SQL of signing in: what may work once is used up in the statement that finds it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.accounts.models import Account
from api.domain.accounts.sign_in_models import AccountIdentity, AccountToken, RecoveryCode, SecondFactor

_ALIVE = (Account.deleted_at.is_(None), Account.disabled_at.is_(None))


# Addresses.


async def claim_address(session: AsyncSession, values: dict[str, Any]) -> Account | None:
    """Return the account of an address, made from ``values`` where there was none.

    One that was never verified takes the newest values, and its links end. The statements are the same ones in every
    case: their number tells nobody which addresses have accounts.
    """
    await session.execute(insert(Account).values(values).on_conflict_do_nothing())
    row = await session.scalar(
        select(Account).where(func.lower(Account.email) == values["email"].lower(), *_ALIVE).with_for_update()
    )
    key = row.id if row else 0
    newest = {name: values[name] for name in ("name", "password_hash", "password_is_short", "locale")}
    await session.execute(update(Account).where(Account.id == key, Account.email_verified_at.is_(None)).values(newest))
    await end_tokens(session, key, "verify-email")
    return row


async def by_uids(session: AsyncSession, uids: Sequence[UUID]) -> list[Account]:
    """Return accounts that are neither deleted nor disabled."""
    return list(await session.scalars(select(Account).where(Account.uid.in_(uids), *_ALIVE)))


# Tokens.


async def add_token(
    session: AsyncSession, token_hash: bytes, account_id: int, purpose: str, now: datetime, seconds: float
) -> None:
    """Store a token that works for ``seconds``."""
    values = {"token_hash": token_hash, "account_id": account_id, "purpose": purpose, "created_at": now}
    await session.execute(insert(AccountToken).values(**values, expires_at=now + timedelta(seconds=seconds)))


def _usable(token_hash: bytes, purpose: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        AccountToken.token_hash == token_hash,
        AccountToken.purpose == purpose,
        AccountToken.used_at.is_(None),
        AccountToken.expires_at > now,
    )


async def use_token(session: AsyncSession, token_hash: bytes, purpose: str, now: datetime) -> Account | None:
    """Use a token up and return its account, locked; ``None`` where it does not work (any more)."""
    found = await session.scalar(
        update(AccountToken)
        .where(*_usable(token_hash, purpose, now))
        .values(used_at=now)
        .returning(AccountToken.account_id)
    )
    return await session.scalar(select(Account).where(Account.id == (found or 0), *_ALIVE).with_for_update())


async def account_of_token(session: AsyncSession, token_hash: bytes, purpose: str, now: datetime) -> Account | None:
    """Return the account of a token that still works."""
    return await session.scalar(
        select(Account)
        .join(AccountToken, AccountToken.account_id == Account.id)
        .where(*_usable(token_hash, purpose, now), *_ALIVE)
    )


async def end_tokens(session: AsyncSession, account_id: int, *purposes: str) -> None:
    """End the account's unused tokens, all or those of some purposes."""
    wanted = (AccountToken.purpose.in_(purposes),) if purposes else ()
    await session.execute(delete(AccountToken).where(AccountToken.account_id == account_id, *wanted))


async def purge_tokens(session: AsyncSession, before: datetime) -> int:
    """Delete tokens that ended before a time; returns how many."""
    gone = await session.execute(
        delete(AccountToken).where(AccountToken.expires_at < before).returning(AccountToken.token_hash)
    )
    return len(gone.all())


async def purge_unverified(session: AsyncSession, before: datetime) -> int:
    """Delete accounts made before a time whose address nobody has verified; returns how many."""
    gone = await session.execute(
        delete(Account)
        .where(Account.email_verified_at.is_(None), Account.created_at < before, Account.updated_at < before)
        .returning(Account.id)
    )
    return len(gone.all())


# Second factors.


async def second_factor(session: AsyncSession, account_id: int) -> SecondFactor | None:
    """Return the account's second factor, confirmed or not."""
    return await session.get(SecondFactor, account_id)


async def begin_second_factor(session: AsyncSession, account_id: int, sealed: bytes, now: datetime) -> bool:
    """Store a secret that waits for its first code, in place of an older one; ``False`` where one is confirmed.

    The count of attempts stays: who begins again gets no further tries.
    """
    new = insert(SecondFactor).values(account_id=account_id, sealed_secret=sealed, created_at=now)
    stored = await session.scalar(
        new.on_conflict_do_update(
            index_elements=["account_id"],
            set_={"sealed_secret": new.excluded.sealed_secret, "created_at": now, "last_step": 0},
            where=SecondFactor.confirmed_at.is_(None),
        ).returning(SecondFactor.account_id)
    )
    return stored is not None


async def take_attempt(
    session: AsyncSession, account_id: int, now: datetime, *, most: int, pause: timedelta
) -> SecondFactor | None:
    """Count an attempt before it is looked at and return the second factor; ``None`` while it rests.

    The last attempt of ``most`` begins the pause: tries at the same moment cannot be more than that.
    """
    counted = case((SecondFactor.locked_until <= now, 1), else_=SecondFactor.attempts + 1)
    return await session.scalar(
        update(SecondFactor)
        .where(
            SecondFactor.account_id == account_id,
            or_(SecondFactor.locked_until.is_(None), SecondFactor.locked_until <= now),
        )
        .values(attempts=counted, locked_until=case((counted >= most, now + pause), else_=None))
        .returning(SecondFactor)
    )


async def accept_step(session: AsyncSession, account_id: int, step: int) -> bool:
    """Accept the code of a time step, unless it or a later one was accepted before."""
    accepted = await session.scalar(
        update(SecondFactor)
        .where(SecondFactor.account_id == account_id, SecondFactor.last_step < step)
        .values(last_step=step, attempts=0, locked_until=None)
        .returning(SecondFactor.account_id)
    )
    return accepted is not None


async def accept_recovery_code(session: AsyncSession, account_id: int, code_hash: bytes, now: datetime) -> bool:
    """Use a recovery code up."""
    used = await session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None)
        )
        .values(used_at=now)
        .returning(RecoveryCode.account_id)
    )
    if used is not None:
        await session.execute(
            update(SecondFactor).where(SecondFactor.account_id == account_id).values(attempts=0, locked_until=None)
        )
    return used is not None


async def confirm_second_factor(session: AsyncSession, account_id: int, now: datetime) -> bool:
    """Let the second factor count; ``False`` where it does so already."""
    confirmed = await session.scalar(
        update(SecondFactor)
        .where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_(None))
        .values(confirmed_at=now)
        .returning(SecondFactor.account_id)
    )
    return confirmed is not None


async def replace_recovery_codes(
    session: AsyncSession, account_id: int, hashes: Sequence[bytes], now: datetime
) -> None:
    """Store these codes and forget the ones before."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    rows = [{"account_id": account_id, "code_hash": code, "created_at": now} for code in hashes]
    await session.execute(insert(RecoveryCode).values(rows))


async def recovery_codes_left(session: AsyncSession, account_id: int) -> int:
    """Return how many codes have not been used."""
    found = await session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    )
    return found or 0


async def remove_second_factor(session: AsyncSession, account_id: int) -> None:
    """Forget the secret and the recovery codes."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    await session.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))


# Identities.


async def account_of_identity(session: AsyncSession, issuer: str, subject: str, now: datetime) -> Account | None:
    """Return whose identity it is, and note that it was used."""
    key = await session.scalar(
        update(AccountIdentity)
        .where(AccountIdentity.issuer == issuer, AccountIdentity.subject == subject)
        .values(last_used_at=now)
        .returning(AccountIdentity.account_id)
    )
    return await session.scalar(select(Account).where(Account.id == key, *_ALIVE)) if key is not None else None


async def identity_is_known(session: AsyncSession, issuer: str, subject: str) -> bool:
    """Tell whether the identity belongs to any account, disabled ones included."""
    found = await session.scalar(
        select(AccountIdentity.id).where(AccountIdentity.issuer == issuer, AccountIdentity.subject == subject)
    )
    return found is not None


async def add_identity(session: AsyncSession, account_id: int, provider: str, issuer: str, subject: str) -> None:
    """Link an identity to an account; linking it twice changes nothing."""
    await session.execute(
        insert(AccountIdentity)
        .values(account_id=account_id, provider=provider, issuer=issuer, subject=subject)
        .on_conflict_do_nothing()
    )


# Passwords.


async def renew_hash(session: AsyncSession, account_id: int, old: str, new: str) -> None:
    """Replace a hash by one with newer parameters, unless the password was changed meanwhile."""
    await session.execute(
        update(Account).where(Account.id == account_id, Account.password_hash == old).values(password_hash=new)
    )
