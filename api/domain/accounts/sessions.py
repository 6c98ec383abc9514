"""Sessions: one sign-in on one device, the chain of its refresh tokens, and its end."""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from api.domain.accounts import contracts, repository
from api.domain.accounts.errors import AccountNeeded, CrossSiteRequest, SessionEnded, UnknownSession
from api.domain.accounts.models import Account, AuthSession, RefreshToken
from api.domain.audit import service as audit
from api.lib import clock
from api.lib.crypto import Vault, hash_token, new_token, same
from api.lib.ids import new_uid
from api.lib.tokens import TokenService
from api.lib.uow import UnitOfWork, unit_of_work

# Two tabs of one browser may send the same refresh token at the same moment.
_GRACE = timedelta(seconds=10)
_AGENT_LENGTH = 200


async def start(
    uow: UnitOfWork,
    tokens: TokenService,
    account: Account,
    *,
    user_agent: str,
    method: str = "password",
    second_factor: bool = False,
) -> contracts.SignedIn:
    """Open a session for somebody who has shown who they are; ``method`` is how, for the list of their sessions."""
    now = clock.now()
    session = AuthSession(
        uid=new_uid(),
        account_id=account.id,
        created_at=now,
        last_used_at=now,
        user_agent=user_agent[:_AGENT_LENGTH],
        method=method,
        second_factor_at=now if second_factor else None,
    )
    session.expires_at = _end(uow, session, now)
    uow.session.add(session)
    await uow.session.flush()
    await audit.record(
        uow, "session.opened", subject_type="account", subject_uid=account.uid,
        details={"method": method, "second_factor": second_factor},
    )  # fmt: skip
    return await _issue(uow, tokens, session, str(account.uid), now)


async def end_former(uow: UnitOfWork, raw: str | None, signed_in: contracts.SignedIn) -> None:
    """End the session whose refresh token a browser still held when it signed in anew to the same account."""
    if not raw:
        return
    former = await repository.lock_refresh_token(uow.session, hash_token(raw))
    latest = await repository.lock_refresh_token(uow.session, hash_token(signed_in.refresh_token))
    if former is None or latest is None:
        return
    session = former[1]
    if session.account_id == latest[1].account_id and session.revoked_at is None:
        await repository.revoke_session(uow.session, session.id, clock.now())
        await audit.record(uow, "session.ended", subject_type="session", subject_uid=session.uid)


def _end(uow: UnitOfWork, session: AuthSession, now: datetime) -> datetime:
    settings = uow.kernel.settings
    unused = now + timedelta(seconds=settings.refresh_token_seconds)
    return min(unused, session.created_at + timedelta(seconds=settings.session_max_seconds))


def csrf_token(vault: Vault, session_uid: UUID) -> str:
    """Return what a page of the app must send along with the cookie of this session, and of no other."""
    digest = vault.digest(f"csrf\x00{session_uid}".encode())
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def _issue(
    uow: UnitOfWork,
    tokens: TokenService,
    session: AuthSession,
    subject: str,
    now: datetime,
    parent: bytes | None = None,
) -> contracts.SignedIn:
    refresh = new_token()
    uow.session.add(
        RefreshToken(token_hash=hash_token(refresh), session_id=session.id, issued_at=now, parent_hash=parent)
    )
    await uow.session.flush()
    access = tokens.issue(subject=subject, session=str(session.uid), now=int(now.timestamp()))
    left = max(1, int((session.expires_at - now).total_seconds()))
    return contracts.SignedIn(access, refresh, tokens.seconds, left, csrf_token(uow.kernel.vault, session.uid))


async def refresh(uow: UnitOfWork, tokens: TokenService, raw: str, *, csrf: str, user_agent: str) -> contracts.SignedIn:
    """Exchange a refresh token for a new pair.

    Raises:
        CrossSiteRequest: ``csrf`` is not the session's; nothing has changed.
        SessionEnded: the token is not good. Where it had been used before, somebody has a copy: the whole session ends.
    """
    now = clock.now()
    found = await repository.lock_refresh_token(uow.session, hash_token(raw))
    if found is None:
        raise SessionEnded
    token, session = found
    # Before anything else: another site's page must not even end the session.
    if not same(csrf, csrf_token(uow.kernel.vault, session.uid)):
        raise CrossSiteRequest
    if session.revoked_at is not None or session.expires_at <= now:
        raise SessionEnded
    if token.used_at is not None and not await _is_same_device(uow, token, session, user_agent, now):
        # In a transaction of its own: this one ends with the error and would take the revocation with it.
        async with unit_of_work(uow.kernel, uow.principal, request_id=uow.request_id) as other:
            await repository.revoke_session(other.session, session.id, now)
            await audit.record(other, "session.token-reused", subject_type="session", subject_uid=session.uid)
        raise SessionEnded
    owner = await repository.account_of_session(uow.session, str(session.uid), now)
    if owner is None:
        raise SessionEnded
    if token.used_at is None:
        token.used_at = now
        # A browser keeps one of two tokens that it got at the same moment: whoever sends the other has a copy.
        await repository.use_up_siblings(uow.session, token, now)
    session.last_used_at = now
    session.expires_at = _end(uow, session, now)
    return await _issue(uow, tokens, session, str(owner[0].uid), now, token.token_hash)


async def _is_same_device(
    uow: UnitOfWork, token: RefreshToken, session: AuthSession, user_agent: str, now: datetime
) -> bool:
    """Tell a second tab from a copy: the same browser, within seconds, and one step back in the chain, not two."""
    return (
        token.used_at is not None
        and now - token.used_at <= _GRACE
        and user_agent[:_AGENT_LENGTH] == session.user_agent
        and not await repository.has_used_successor(uow.session, token)
    )


async def sign_out(uow: UnitOfWork) -> None:
    """End the session of the caller's access token."""
    if uow.principal.session_uid is not None:
        await repository.revoke_by_uid(uow.session, uow.principal.session_uid, clock.now())
        await audit.record(
            uow, "session.ended", subject_type="session", subject_uid=UUID(uow.principal.session_uid)
        )  # fmt: skip


async def listed(uow: UnitOfWork) -> list[contracts.SessionInfo]:
    """Return the caller's open sessions, the last used first.

    Raises:
        AccountNeeded: the caller is a key or a service.
    """
    rows = await repository.open_sessions(uow.session, _account(uow), clock.now())
    return [
        contracts.SessionInfo(
            row.uid, row.created_at, row.last_used_at, row.expires_at, row.user_agent, row.method,
            second_factor=row.second_factor_at is not None, current=str(row.uid) == uow.principal.session_uid,
        )
        for row in rows
    ]  # fmt: skip


def _account(uow: UnitOfWork) -> int:
    if uow.principal.account_id is None:
        raise AccountNeeded
    return uow.principal.account_id


async def end(uow: UnitOfWork, uid: UUID) -> None:
    """End one of the caller's sessions: every process knows within half a second.

    Raises:
        AccountNeeded: the caller is a key or a service.
        UnknownSession: it is nobody's, somebody else's, or over.
    """
    if not await repository.revoke_own(uow.session, _account(uow), uid, clock.now()):
        raise UnknownSession
    await audit.record(uow, "session.ended", subject_type="session", subject_uid=uid)


async def end_everywhere(uow: UnitOfWork) -> None:
    """End all of the caller's sessions, this one included.

    Raises:
        AccountNeeded: the caller is a key or a service.
    """
    await end_all(uow, _account(uow))


async def end_all(uow: UnitOfWork, account_id: int | None, except_uid: str | None = None) -> int:
    """End the sessions of an account, or of all, but not that of ``except_uid``; returns how many.

    For changes of a password, too.
    """
    ended = await repository.revoke_all(uow.session, account_id, except_uid, clock.now())
    for uid in ended:
        await audit.record(uow, "session.ended", subject_type="session", subject_uid=uid)
    return len(ended)
