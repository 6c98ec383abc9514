"""Accounts, sign-in and its sessions, grants, and integrators' keys."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from api.domain.accounts import contracts, passwords, repository
from api.domain.accounts.errors import (
    AccountNeeded,
    EmailTaken,
    PasswordTooWeak,
    PermissionNotYours,
    SessionEnded,
    WrongCredentials,
)
from api.domain.accounts.models import Account, ApiKey, AuthSession, RefreshToken, RoleGrant
from api.domain.accounts.repository import AccountRepository, ApiKeyRepository
from api.domain.accounts.roles import PERMISSIONS, Role
from api.domain.audit import service as audit
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization
from api.lib import clock
from api.lib.crypto import hash_token, new_token
from api.lib.errors import FieldProblem, NotFound
from api.lib.ids import new_uid
from api.lib.security import Permission
from api.lib.tokens import TokenService
from api.lib.uow import UnitOfWork, unit_of_work

# Two tabs of one browser may send the same refresh token at the same moment.
_GRACE = timedelta(seconds=10)


def _contract(row: Account) -> contracts.Account:
    return contracts.Account(row.id, row.uid, row.email, row.name)


async def register(uow: UnitOfWork, *, email: str, password: str, name: str) -> contracts.Account:
    """Create an account.

    Raises:
        PasswordTooWeak: shorter than 15 characters.
        EmailTaken: the address has an account.
    """
    if len(password) < passwords.MIN_LENGTH:
        raise PasswordTooWeak(
            errors=(
                FieldProblem(
                    "/password", "min_length", f"Use at least {passwords.MIN_LENGTH} characters; a sentence is fine."
                ),
            )
        )
    encoded = await passwords.hash_password(password)
    accounts = AccountRepository(session=uow.session)
    if await accounts.by_email(email) is not None:
        raise EmailTaken
    row = await accounts.add(Account(email=email, name=name, password_hash=encoded))
    await audit.record(uow, "account.created", subject_type="account", subject_uid=row.uid)
    return _contract(row)


async def find(uow: UnitOfWork, email: str) -> contracts.Account | None:
    """Return the account with this address."""
    row = await AccountRepository(session=uow.session).by_email(email)
    return _contract(row) if row else None


async def current(uow: UnitOfWork) -> contracts.Account:
    """Return the signed-in person.

    Raises:
        AccountNeeded: the caller is a key or a service.
    """
    if uow.principal.account_id is None:
        raise AccountNeeded
    row = await AccountRepository(session=uow.session).get_one_or_none(id=uow.principal.account_id)
    if row is None:
        raise AccountNeeded
    return _contract(row)


async def sign_in(
    uow: UnitOfWork, tokens: TokenService, *, email: str, password: str, user_agent: str
) -> contracts.SignedIn:
    """Open a session.

    Raises:
        WrongCredentials: takes as long, and says as much, whether the account exists or not.
    """
    # Looked up in a transaction of its own: no connection waits while the password is hashed.
    async with unit_of_work(uow.kernel) as own:
        row = await AccountRepository(session=own.session).by_email(email)
    if not await passwords.verify(password, row.password_hash if row else None) or row is None:
        raise WrongCredentials
    now = clock.now()
    session = AuthSession(
        uid=new_uid(),
        account_id=row.id,
        created_at=now,
        expires_at=now + timedelta(seconds=uow.kernel.settings.refresh_token_seconds),
        user_agent=user_agent[:200],
    )
    uow.session.add(session)
    await uow.session.flush()
    await audit.record(uow, "session.opened", subject_type="account", subject_uid=row.uid)
    return await _issue(uow, tokens, session, str(row.uid), now)


async def _issue(
    uow: UnitOfWork, tokens: TokenService, session: AuthSession, subject: str, now: datetime
) -> contracts.SignedIn:
    refresh = new_token()
    uow.session.add(RefreshToken(token_hash=hash_token(refresh), session_id=session.id, issued_at=now))
    await uow.session.flush()
    access = tokens.issue(subject=subject, session=str(session.uid), now=int(now.timestamp()))
    return contracts.SignedIn(access, refresh, tokens.seconds, uow.kernel.settings.refresh_token_seconds)


async def refresh(uow: UnitOfWork, tokens: TokenService, raw: str) -> contracts.SignedIn:
    """Exchange a refresh token for a new pair.

    Raises:
        SessionEnded: the token is not good. Where it had been used before, somebody has a copy: the whole session ends.
    """
    now = clock.now()
    found = await repository.lock_refresh_token(uow.session, hash_token(raw))
    if found is None:
        raise SessionEnded
    token, session = found
    if session.revoked_at is not None or session.expires_at <= now:
        raise SessionEnded
    if token.used_at is not None and now - token.used_at > _GRACE:
        # In a transaction of its own: this one ends with the error and would take the revocation with it.
        async with unit_of_work(uow.kernel, uow.principal, request_id=uow.request_id) as other:
            await repository.revoke_session(other.session, session.id, now)
            await audit.record(other, "session.token-reused", subject_type="session", subject_uid=session.uid)
        raise SessionEnded
    account = await repository.account_of_session(uow.session, str(session.uid), now)
    if account is None:
        raise SessionEnded
    token.used_at = token.used_at or now
    session.expires_at = now + timedelta(seconds=uow.kernel.settings.refresh_token_seconds)
    return await _issue(uow, tokens, session, str(account.uid), now)


async def sign_out(uow: UnitOfWork) -> None:
    """End the session of the caller's access token."""
    if uow.principal.session_uid is not None:
        await repository.revoke_by_uid(uow.session, uow.principal.session_uid, clock.now())


async def granted(uow: UnitOfWork) -> list[contracts.GrantedRole]:
    """Return the caller's own roles."""
    if uow.principal.account_id is None:
        return []
    rows = await repository.grants_of(uow.session, uow.principal.account_id, clock.now())
    found = await organizations.by_ids(uow, [row.organization_id for row in rows])
    return [
        contracts.GrantedRole(
            found[row.organization_id].uid,
            found[row.organization_id].name,
            found[row.organization_id].slug,
            row.role,
            sorted(PERMISSIONS[Role(row.role)]),
        )
        for row in rows
        if row.organization_id in found
    ]


async def grant(uow: UnitOfWork, account: contracts.Account, organization: Organization, role: Role) -> None:
    """Give an account a role; giving it twice changes nothing."""
    await uow.session.execute(
        insert(RoleGrant)
        .values(account_id=account.id, organization_id=organization.id, role=role.value)
        .on_conflict_do_nothing()
    )
    await audit.record(
        uow,
        "role.granted",
        subject_type="account",
        subject_uid=account.uid,
        organization_id=organization.id,
        details={"role": role.value},
    )


def _key(row: ApiKey) -> contracts.ApiKey:
    return contracts.ApiKey(
        row.uid, row.name, row.key_id, list(row.permissions), row.created_at, row.expires_at, row.revoked_at
    )


async def create_api_key(
    uow: UnitOfWork,
    organization: Organization,
    *,
    name: str,
    permissions: Collection[Permission],
    expires_at: datetime | None,
) -> tuple[contracts.ApiKey, str]:
    """Create a key; returns it with its full text, which is shown once.

    Raises:
        PermissionNotYours: the caller lacks one of the permissions there.
    """
    lacking = [p for p in permissions if not uow.principal.has(p, organization.id)]
    if lacking and uow.principal.kind != "service":
        raise PermissionNotYours(extra={"permissions": sorted(lacking)})
    key_id, secret = new_token().replace("_", "").replace("-", "")[:12], new_token()
    row = await ApiKeyRepository(session=uow.session).add(
        ApiKey(
            organization_id=organization.id,
            name=name,
            key_id=key_id,
            secret_hash=hash_token(secret),
            permissions=sorted(p.value for p in permissions),
            expires_at=expires_at,
        )
    )
    await audit.record(
        uow, "api-key.created", subject_type="api-key", subject_uid=row.uid, organization_id=organization.id,
        details={"permissions": list(row.permissions)},
    )  # fmt: skip
    return _key(row), f"prs_{key_id}_{secret}"


async def api_keys(uow: UnitOfWork, organization: Organization) -> list[contracts.ApiKey]:
    """Return the organization's keys, the newest first."""
    return [_key(row) for row in await ApiKeyRepository(session=uow.session).of(organization.id)]


async def revoke_api_key(uow: UnitOfWork, organization: Organization, uid: UUID) -> None:
    """End a key: every process knows within half a second.

    Raises:
        NotFound: the organization has no such key.
    """
    row = await ApiKeyRepository(session=uow.session).get_one_or_none(uid=uid, organization_id=organization.id)
    if row is None:
        raise NotFound
    row.revoked_at = row.revoked_at or clock.now()
    row.touch()
    await audit.record(
        uow, "api-key.revoked", subject_type="api-key", subject_uid=row.uid, organization_id=organization.id
    )
