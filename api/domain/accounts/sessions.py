"""Sessions: one sign-in on one device, the chain of its refresh tokens, and its end."""

from datetime import datetime, timedelta

from api.domain.accounts import contracts, repository
from api.domain.accounts.errors import SessionEnded
from api.domain.accounts.models import Account, AuthSession, RefreshToken
from api.domain.audit import service as audit
from api.lib import clock
from api.lib.crypto import hash_token, new_token
from api.lib.ids import new_uid
from api.lib.tokens import TokenService
from api.lib.uow import UnitOfWork, unit_of_work

# Two tabs of one browser may send the same refresh token at the same moment.
_GRACE = timedelta(seconds=10)


async def start(
    uow: UnitOfWork,
    tokens: TokenService,
    account: Account,
    *,
    user_agent: str,
    method: str = "password",
    second_factor: bool = False,
) -> contracts.SignedIn:
    """Open a session for somebody who has shown who they are, by ``method`` and with a second factor or without."""
    now = clock.now()
    session = AuthSession(
        uid=new_uid(),
        account_id=account.id,
        created_at=now,
        expires_at=now + timedelta(seconds=uow.kernel.settings.refresh_token_seconds),
        user_agent=user_agent[:200],
        method=method,
        second_factor_at=now if second_factor else None,
    )
    uow.session.add(session)
    await uow.session.flush()
    await audit.record(uow, "session.opened", subject_type="account", subject_uid=account.uid)
    return await _issue(uow, tokens, session, str(account.uid), now)


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


async def end_all(uow: UnitOfWork, account_id: int, except_uid: str | None = None) -> None:
    """End every session of an account, or every other one."""
    await repository.revoke_sessions_of(uow.session, account_id, clock.now(), except_uid)
