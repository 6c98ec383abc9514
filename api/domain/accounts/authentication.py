"""From a bearer token to a principal.

Shared by all requests of a process; forgets revoked callers within half a second.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Set
from datetime import timedelta
from uuid import UUID

from api.domain.accounts import repository
from api.domain.accounts.models import ApiKey
from api.domain.accounts.roles import PERMISSIONS, Role
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Policy
from api.lib import clock, telemetry
from api.lib.crypto import hash_token, same
from api.lib.db import UNAVAILABLE
from api.lib.errors import SecondFactorRequired, Unauthenticated
from api.lib.networks import Rules
from api.lib.security import Grant, Permission, Principal, Scope
from api.lib.tokens import TokenRefused, TokenService
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

log = telemetry.logger(__name__)

KEY_PREFIX = "prs_"
_CACHE_SECONDS = 5.0
_CACHE_ENTRIES = 4096
POLL_SECONDS = 0.5


class Authenticator:
    """Verifies access tokens and API keys."""

    def __init__(self, kernel: Kernel, tokens: TokenService) -> None:
        self._kernel = kernel
        self.tokens = tokens
        self._cache: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    async def authenticate(self, bearer: str) -> Principal:
        """Return who is calling.

        Raises:
            Unauthenticated: the token or key is not valid, for whatever reason.
        """
        if bearer.startswith(KEY_PREFIX):
            return await self._by_key(bearer)
        try:
            claims = self.tokens.verify(bearer, now=int(clock.now().timestamp()))
        except TokenRefused as error:
            log.info("token refused", reason=str(error))
            raise _refusal() from error
        cached = self._recall(claims.sid)
        return cached or await self._by_session(claims.sid, claims.sub)

    async def _by_session(self, session_uid: str, subject: str) -> Principal:
        async with unit_of_work(self._kernel) as uow:
            account = await repository.account_of_session(uow.session, session_uid, clock.now())
            if account is None or str(account.uid) != subject:
                raise _refusal()
            held = await grants(uow, account.id)
            asked = await _policies(uow, held)
            # Looked up only where an organization asks for it.
            strict = frozenset(key for key, policy in asked.items() if policy.second_factor_required)
            proven = not strict or await repository.has_second_factor(uow.session, session_uid)
            principal = Principal(
                kind="account",
                account_id=account.id,
                subject_uid=str(account.uid),
                session_uid=session_uid,
                grants=held,
                networks=_networks(asked),
            )
            if not proven:
                principal = principal.without(strict, SecondFactorRequired)
        self._remember(session_uid, principal)
        return principal

    async def _by_key(self, raw: str) -> Principal:
        # The cache is keyed by the secret's hash: a wrong secret for a known key is never found in it.
        cache_key = hash_token(raw).hex()
        if (cached := self._recall(cache_key)) is not None:
            return cached
        parts = raw.removeprefix(KEY_PREFIX).split("_", 1)
        if len(parts) != 2:
            raise _refusal()
        async with unit_of_work(self._kernel) as uow:
            organization_id = await repository.organization_of_key(uow.session, parts[0])
            if organization_id is None:
                raise _refusal()
            await uow.enter(Scope(organization_ids=frozenset({organization_id})))
            row = await repository.ApiKeyRepository(session=uow.session).by_key_id(parts[0])
            if row is None or not _usable(row, parts[1]):
                raise _refusal()
            if row.last_used_at is None or clock.now() - row.last_used_at > timedelta(minutes=1):
                row.last_used_at = clock.now()
            below = await organizations.subtrees(uow, [organization_id])
            held = (Grant(below.get(organization_id, frozenset()), frozenset(Permission(p) for p in row.permissions)),)
            asked = await _policies(uow, held)
            principal = Principal(kind="api_key", subject_uid=str(row.uid), grants=held, networks=_networks(asked))
        self._remember(cache_key, principal)
        return principal

    def _recall(self, key: str) -> Principal | None:
        found = self._cache.get(key)
        if found is None or found[0] < time.monotonic():
            return None
        return found[1]

    def _remember(self, key: str, principal: Principal) -> None:
        self._cache[key] = (time.monotonic() + _CACHE_SECONDS, principal)
        while len(self._cache) > _CACHE_ENTRIES:
            self._cache.popitem(last=False)

    def forget(self) -> None:
        """Look everybody up again at their next request."""
        self._cache.clear()

    async def watch(self) -> None:
        """Poll for revocations until cancelled. PostgreSQL, not Redis: log-out must work without Redis."""
        since = clock.now() - timedelta(seconds=5)
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                async with unit_of_work(self._kernel) as uow:
                    now = clock.now()
                    revoked = await repository.revoked_since(uow.session, since - timedelta(seconds=2))
            except UNAVAILABLE:
                self.forget()
                continue
            since = now
            self._drop(revoked)

    def _drop(self, revoked: Set[str]) -> None:
        if revoked:
            for key, (_, principal) in list(self._cache.items()):
                # A session's uid, or a key's: an account's own uid is never among them.
                if not revoked.isdisjoint((principal.session_uid, principal.subject_uid)):
                    del self._cache[key]


def _usable(row: ApiKey, secret: str) -> bool:
    now = clock.now()
    alive = row.revoked_at is None and row.deleted_at is None and (row.expires_at is None or row.expires_at > now)
    return alive and same(hash_token(secret).hex(), row.secret_hash.hex())


def _refusal() -> Unauthenticated:
    return Unauthenticated(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


async def _policies(uow: UnitOfWork, held: tuple[Grant, ...]) -> dict[int, Policy]:
    return await organizations.policies(uow, frozenset().union(*(grant.organization_ids for grant in held)))


def _networks(asked: dict[int, Policy]) -> dict[int, Rules]:
    return {key: policy.networks for key, policy in asked.items() if not policy.networks.open}


async def grants(uow: UnitOfWork, account_id: int) -> tuple[Grant, ...]:
    """Return the account's permissions with the organizations they reach."""
    rows = await repository.grants_of(uow.session, account_id, clock.now())
    below = await organizations.subtrees(uow, [row.organization_id for row in rows])
    return tuple(
        Grant(below.get(row.organization_id, frozenset()), PERMISSIONS.get(Role(row.role), frozenset())) for row in rows
    )


def service_principal(uid: UUID | None = None) -> Principal:
    """Return the principal of our own scheduler."""
    return Principal(
        kind="service",
        subject_uid=str(uid) if uid else "scheduler",
        grants=(Grant(frozenset({0}), frozenset({Permission.JOBS_RUN})),),
    )
