"""Accounts, sessions, grants and keys in SQL."""

from collections.abc import Sequence
from datetime import datetime

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.accounts.models import Account, ApiKey, AuthSession, RefreshToken, RoleGrant, SigningKeyRow


class AccountRepository(SQLAlchemyAsyncRepository[Account]):
    """Accounts that are neither deleted nor disabled."""

    model_type = Account

    async def by_email(self, email: str) -> Account | None:
        return await self.session.scalar(
            select(Account).where(
                func.lower(Account.email) == email.lower(),
                Account.deleted_at.is_(None),
                Account.disabled_at.is_(None),
            )
        )


class ApiKeyRepository(SQLAlchemyAsyncRepository[ApiKey]):
    """API keys of the organizations in scope."""

    model_type = ApiKey

    async def of(self, organization_id: int) -> list[ApiKey]:
        found = await self.session.scalars(
            select(ApiKey).where(ApiKey.organization_id == organization_id).order_by(ApiKey.created_at.desc())
        )
        return list(found)

    async def by_key_id(self, key_id: str) -> ApiKey | None:
        return await self.session.scalar(select(ApiKey).where(ApiKey.key_id == key_id))


async def organization_of_key(session: AsyncSession, key_id: str) -> int | None:
    """Return the organization a key belongs to, before any tenant is known."""
    found: int | None = await session.scalar(text("SELECT prs_api_key_organization(:key)"), {"key": key_id})
    return found


async def grants_of(session: AsyncSession, account_id: int, now: datetime) -> list[RoleGrant]:
    """Return the account's grants that have not run out."""
    found = await session.scalars(
        select(RoleGrant).where(
            RoleGrant.account_id == account_id, (RoleGrant.expires_at.is_(None)) | (RoleGrant.expires_at > now)
        )
    )
    return list(found)


async def account_of_session(session: AsyncSession, session_uid: str, now: datetime) -> Account | None:
    """Return the account of a sign-in that is neither revoked nor over."""
    return await session.scalar(
        select(Account)
        .join(AuthSession, AuthSession.account_id == Account.id)
        .where(
            AuthSession.uid == session_uid,
            AuthSession.revoked_at.is_(None),
            AuthSession.expires_at > now,
            Account.disabled_at.is_(None),
            Account.deleted_at.is_(None),
        )
    )


async def lock_refresh_token(session: AsyncSession, token_hash: bytes) -> tuple[RefreshToken, AuthSession] | None:
    """Return a refresh token and its session, locked against a second use at the same moment."""
    found = await session.execute(
        select(RefreshToken, AuthSession)
        .join(AuthSession, AuthSession.id == RefreshToken.session_id)
        .where(RefreshToken.token_hash == token_hash)
        # Not the session: where the token turns out to be a copy, another transaction ends the session.
        .with_for_update(of=RefreshToken)
    )
    row = found.first()
    return (row[0], row[1]) if row else None


async def revoke_session(session: AsyncSession, session_id: int, now: datetime) -> None:
    """End a sign-in and all its refresh tokens."""
    await session.execute(
        update(AuthSession).where(AuthSession.id == session_id, AuthSession.revoked_at.is_(None)).values(revoked_at=now)
    )


async def revoke_by_uid(session: AsyncSession, session_uid: str, now: datetime) -> None:
    """End the sign-in of an access token."""
    await session.execute(
        update(AuthSession)
        .where(AuthSession.uid == session_uid, AuthSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


async def revoke_sessions_of(session: AsyncSession, account_id: int, now: datetime, except_uid: str | None) -> None:
    """End an account's sessions, all or all but one."""
    others = (AuthSession.uid != except_uid,) if except_uid else ()
    await session.execute(
        update(AuthSession)
        .where(AuthSession.account_id == account_id, AuthSession.revoked_at.is_(None), *others)
        .values(revoked_at=now)
    )


async def has_second_factor(session: AsyncSession, session_uid: str) -> bool:
    """Tell whether a session's person has shown a second factor."""
    found = await session.scalar(
        select(AuthSession.id).where(AuthSession.uid == session_uid, AuthSession.second_factor_at.is_not(None))
    )
    return found is not None


async def mark_second_factor(session: AsyncSession, session_uid: str, now: datetime) -> None:
    """Note that a session's person has shown a second factor."""
    await session.execute(update(AuthSession).where(AuthSession.uid == session_uid).values(second_factor_at=now))


async def forget_second_factor(session: AsyncSession, account_id: int) -> None:
    """Let the account's sessions count as opened without a second factor."""
    await session.execute(
        update(AuthSession)
        .where(AuthSession.account_id == account_id, AuthSession.second_factor_at.is_not(None))
        .values(second_factor_at=None)
    )


async def revoked_since(session: AsyncSession, moment: datetime) -> frozenset[str]:
    """Return the uids of sessions and API keys revoked since a moment."""
    found = await session.scalars(
        text("SELECT uid FROM auth_session WHERE revoked_at >= :moment UNION SELECT prs_revoked_api_keys(:moment)"),
        {"moment": moment},
    )
    return frozenset(str(uid) for uid in found)


async def signing_keys(session: AsyncSession) -> Sequence[SigningKeyRow]:
    """Return the keys in use, the newest first."""
    found = await session.scalars(
        select(SigningKeyRow).where(SigningKeyRow.retired_at.is_(None)).order_by(SigningKeyRow.created_at.desc())
    )
    return found.all()
