"""Accounts, sessions, grants and keys in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import delete, func, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.accounts.models import Account, ApiKey, AuthSession, RefreshToken, RoleGrant, SigningKeyRow


class Offer(NamedTuple):
    """What an address was invited to."""

    organization_id: int
    role: str
    expires_at: datetime | None


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

    async def names(self, uids: Sequence[UUID]) -> dict[UUID, str]:
        """Return names by uid, those of disabled accounts too; whoever was deleted has none."""
        found = await self.session.execute(
            select(Account.uid, Account.name).where(Account.uid.in_(uids), Account.deleted_at.is_(None))
        )
        return {row.uid: row.name for row in found}


class ApiKeyRepository(SQLAlchemyAsyncRepository[ApiKey]):
    """API keys of the organizations in scope."""

    model_type = ApiKey

    async def of(self, organization_id: int) -> list[ApiKey]:
        found = await self.session.scalars(
            select(ApiKey).where(ApiKey.organization_id == organization_id).order_by(ApiKey.created_at.desc())
        )
        return list(found)

    async def lock(self, organization_id: int, uid: UUID) -> ApiKey | None:
        """Return one of the organization's keys, locked against a second change at the same moment."""
        return await self.session.scalar(
            select(ApiKey).where(ApiKey.organization_id == organization_id, ApiKey.uid == uid).with_for_update()
        )

    async def made_by(self, account_id: int, now: datetime) -> list[ApiKey]:
        """Return the keys that an account has made and that still work."""
        alive = ApiKey.revoked_at.is_(None) & (ApiKey.expires_at.is_(None) | (ApiKey.expires_at > now))
        found = await self.session.scalars(select(ApiKey).where(ApiKey.created_by == account_id, alive))
        return list(found)

    async def names(self, uids: Sequence[UUID]) -> dict[UUID, str]:
        """Return names of keys in scope by uid, those of revoked keys too."""
        found = await self.session.execute(select(ApiKey.uid, ApiKey.name).where(ApiKey.uid.in_(uids)))
        return {row.uid: row.name for row in found}

    async def by_key_id(self, key_id: str) -> ApiKey | None:
        return await self.session.scalar(select(ApiKey).where(ApiKey.key_id == key_id))


async def any_account(session: AsyncSession, email: str) -> Account | None:
    """Return the account with this address, a disabled one too."""
    return await session.scalar(
        select(Account).where(func.lower(Account.email) == email.lower(), Account.deleted_at.is_(None))
    )


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


async def grants_in(
    session: AsyncSession, organization_id: int, now: datetime
) -> Sequence[tuple[RoleGrant, Account | None]]:
    """Return the organization's own grants and invitations that have not run out, with their accounts."""
    found = await session.execute(
        select(RoleGrant, Account)
        .outerjoin(Account, Account.id == RoleGrant.account_id)
        .where(
            RoleGrant.organization_id == organization_id,
            RoleGrant.expires_at.is_(None) | (RoleGrant.expires_at > now),
            Account.deleted_at.is_(None),
        )
        .order_by(RoleGrant.created_at, RoleGrant.id)
    )
    return [(row[0], row[1]) for row in found]


async def grant_to(
    session: AsyncSession, organization_id: int, role: str, *, account_id: int | None, email: str
) -> RoleGrant:
    """Return the grant of an account, or the invitation of an address."""
    who = (
        RoleGrant.account_id == account_id
        if account_id is not None
        else RoleGrant.account_id.is_(None) & (func.lower(RoleGrant.email) == email.lower())
    )
    found = await session.scalars(
        select(RoleGrant)
        .where(RoleGrant.organization_id == organization_id, RoleGrant.role == role, who)
        .execution_options(populate_existing=True)
    )
    return found.one()


async def grants_by_uids(
    session: AsyncSession, uids: Sequence[UUID], now: datetime
) -> list[tuple[RoleGrant, Account | None]]:
    """Return grants that have not ended, with who holds them, if anybody does yet."""
    found = await session.execute(
        select(RoleGrant, Account)
        .outerjoin(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.uid.in_(uids), RoleGrant.expires_at.is_(None) | (RoleGrant.expires_at > now))
    )
    return [(grant, account) for grant, account in found]


async def invite(
    session: AsyncSession, organization_id: int, role: str, email: str, expires_at: datetime | None
) -> None:
    """Offer a role to an address; offering it again moves its end."""
    await session.execute(
        insert(RoleGrant)
        .values(organization_id=organization_id, role=role, email=email, expires_at=expires_at)
        .on_conflict_do_update(
            index_elements=[func.lower(text("email")), "organization_id", "role"],
            index_where=text("account_id IS NULL"),
            set_={"expires_at": expires_at},
        )
    )


async def take_offers(session: AsyncSession, email: str, now: datetime) -> Sequence[Offer]:
    """Remove the invitations of an address and return those that have not run out."""
    found = await session.execute(
        delete(RoleGrant)
        .where(RoleGrant.account_id.is_(None), func.lower(RoleGrant.email) == email.lower())
        .returning(RoleGrant.organization_id, RoleGrant.role, RoleGrant.expires_at)
    )
    return [Offer(*row) for row in found if row.expires_at is None or row.expires_at > now]


async def lock_grant(session: AsyncSession, organization_id: int, uid: UUID) -> tuple[RoleGrant, Account | None] | None:
    """Return one of the organization's grants with its account, locked."""
    found = await session.execute(
        select(RoleGrant, Account)
        .outerjoin(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.organization_id == organization_id, RoleGrant.uid == uid)
        .with_for_update(of=RoleGrant)
    )
    row = found.first()
    return (row[0], row[1]) if row else None


async def lock_grants_of(session: AsyncSession, organization_id: int) -> None:
    """Let one transaction at a time take roles back in an organization."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('prs:role-grant'), CAST(:id AS integer))"),
        {"id": organization_id % 2**31},
    )


_MANAGERS_LEFT = text(
    """
    SELECT count(*) FROM organization here
    JOIN role_grant held ON held.organization_id = ANY (here.path)
    JOIN account ON account.id = held.account_id AND account.disabled_at IS NULL AND account.deleted_at IS NULL
    WHERE here.id = :organization AND held.role = ANY (:roles) AND held.id <> :but
      AND (held.expires_at IS NULL OR held.expires_at > :now)
    """
)


async def managers_left(session: AsyncSession, organization_id: int, roles: list[str], but: int, now: datetime) -> int:
    """Return how many grants, here or above, carry one of the roles, not counting ``but``."""
    values = {"organization": organization_id, "roles": roles, "but": but, "now": now}
    return await session.scalar(_MANAGERS_LEFT, values) or 0


async def mark_grants_changed(session: AsyncSession, account_id: int, now: datetime) -> None:
    """Let every process look up the account's rights again."""
    await session.execute(update(Account).where(Account.id == account_id).values(grants_changed_at=now))


async def account_of_session(
    session: AsyncSession, session_uid: str, now: datetime
) -> tuple[Account, AuthSession] | None:
    """Return the account of a sign-in that is neither revoked nor over, with the sign-in."""
    found = await session.execute(
        select(Account, AuthSession)
        .join(AuthSession, AuthSession.account_id == Account.id)
        .where(
            AuthSession.uid == session_uid,
            AuthSession.revoked_at.is_(None),
            AuthSession.expires_at > now,
            Account.disabled_at.is_(None),
            Account.deleted_at.is_(None),
        )
    )
    row = found.first()
    return (row[0], row[1]) if row else None


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


async def use_up_siblings(session: AsyncSession, token: RefreshToken, now: datetime) -> None:
    """Mark the tokens that were given out beside this one, in exchange for the same token."""
    await session.execute(
        update(RefreshToken)
        .where(
            RefreshToken.parent_hash == token.parent_hash,
            RefreshToken.token_hash != token.token_hash,
            RefreshToken.used_at.is_(None),
        )
        .values(used_at=now)
    )


async def has_used_successor(session: AsyncSession, token: RefreshToken) -> bool:
    """Tell whether a token that this one was exchanged for has been used itself."""
    found = await session.scalar(
        select(RefreshToken.token_hash)
        .where(RefreshToken.parent_hash == token.token_hash, RefreshToken.used_at.is_not(None))
        .limit(1)
    )
    return found is not None


async def open_sessions(session: AsyncSession, account_id: int, now: datetime) -> Sequence[AuthSession]:
    """Return an account's sign-ins that are neither revoked nor over, the last used first."""
    found = await session.scalars(
        select(AuthSession)
        .where(AuthSession.account_id == account_id, AuthSession.revoked_at.is_(None), AuthSession.expires_at > now)
        .order_by(AuthSession.last_used_at.desc(), AuthSession.id.desc())
        .limit(200)
    )
    return found.all()


async def revoke_own(session: AsyncSession, account_id: int, uid: UUID, now: datetime) -> bool:
    """End one of an account's open sign-ins; returns whether there was one."""
    ended = await session.execute(
        update(AuthSession)
        .where(
            AuthSession.account_id == account_id,
            AuthSession.uid == uid,
            AuthSession.revoked_at.is_(None),
            AuthSession.expires_at > now,
        )
        .values(revoked_at=now)
        .returning(AuthSession.uid)
    )
    return ended.first() is not None


async def revoke_all(
    session: AsyncSession, account_id: int | None, except_uid: str | None, now: datetime
) -> Sequence[UUID]:
    """End the open sign-ins of an account, or of all, but one; returns their uids."""
    whose = AuthSession.account_id == account_id if account_id is not None else true()
    kept = AuthSession.uid != UUID(except_uid) if except_uid else true()
    ended = await session.scalars(
        update(AuthSession)
        .where(whose, kept, AuthSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(AuthSession.uid)
    )
    return ended.all()


async def touch_session(session: AsyncSession, session_id: int, now: datetime) -> None:
    """Note that a sign-in is in use."""
    await session.execute(update(AuthSession).where(AuthSession.id == session_id).values(last_used_at=now))


_CHANGED = text(
    """
    SELECT uid FROM auth_session WHERE revoked_at >= :moment
    UNION ALL SELECT uid FROM account WHERE grants_changed_at >= :moment
    UNION ALL SELECT prs_changed_api_keys(:moment)
    """
)


async def changed_since(session: AsyncSession, moment: datetime) -> frozenset[str]:
    """Return the uids of sessions and API keys that ended, and of accounts whose roles changed, since a moment."""
    found = await session.scalars(_CHANGED, {"moment": moment})
    return frozenset(str(uid) for uid in found)


async def signing_keys(session: AsyncSession, now: datetime) -> Sequence[SigningKeyRow]:
    """Return the keys that are not gone, the newest first."""
    found = await session.scalars(
        select(SigningKeyRow)
        .where(
            SigningKeyRow.gone_at.is_(None) | (SigningKeyRow.gone_at > now), SigningKeyRow.sealed_private.is_not(None)
        )
        .order_by(SigningKeyRow.created_at.desc())
    )
    return found.all()


async def all_signing_keys(session: AsyncSession) -> Sequence[SigningKeyRow]:
    """Return every key, the newest first."""
    return (await session.scalars(select(SigningKeyRow).order_by(SigningKeyRow.created_at.desc()))).all()


async def sweep_signing_keys(session: AsyncSession, now: datetime) -> int:
    """Delete the private parts of keys that are gone; returns how many there were."""
    swept = await session.execute(
        update(SigningKeyRow)
        .where(SigningKeyRow.gone_at <= now, SigningKeyRow.sealed_private.is_not(None))
        .values(sealed_private=None)
        .returning(SigningKeyRow.kid)
    )
    return len(swept.all())


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


async def last_shown(session: AsyncSession, session_uid: str) -> datetime | None:
    """Return when a session's person last showed who they are: at the sign-in, or since."""
    shown = func.greatest(AuthSession.created_at, AuthSession.confirmed_at)
    return (await session.execute(select(shown).where(AuthSession.uid == session_uid))).scalar_one_or_none()


async def mark_confirmed(session: AsyncSession, session_uid: str, now: datetime) -> None:
    """Note that a session's person has shown again who they are."""
    await session.execute(update(AuthSession).where(AuthSession.uid == session_uid).values(confirmed_at=now))
