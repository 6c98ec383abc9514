"""From a bearer token to a principal.

Shared by all requests of a process; forgets within half a second who was signed out, disabled or given other roles.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Set
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from api.domain.accounts import api_keys, keyring, repository
from api.domain.accounts.models import ApiKey, AuthSession
from api.domain.accounts.roles import PERMISSIONS, Role
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Policy
from api.lib import clock, telemetry
from api.lib import networks as addresses
from api.lib.crypto import hash_token, same
from api.lib.db import UNAVAILABLE
from api.lib.errors import SecondFactorRequired, Unauthenticated
from api.lib.networks import Network, Rules
from api.lib.security import Grant, Permission, Principal, Scope
from api.lib.tokens import TokenRefused, TokenService
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

log = telemetry.logger(__name__)

KEY_PREFIX = api_keys.PREFIX
_CACHE_SECONDS = 5.0
_CACHE_ENTRIES = 4096
POLL_SECONDS = 0.5
# What is written down of a session's or key's last use is exact to this.
_USE = timedelta(minutes=1)
# Each poll looks back this far: over transactions that commit late, clocks that differ, and a caller who was looked up
# just before the change and remembered just after the last poll.
_LOOK_BACK = timedelta(seconds=10)


class _Known(msgspec.Struct, frozen=True):
    """A caller who was looked up. Ends with the first of their rights: nothing outlives its time in here."""

    until: float
    ends_at: datetime | None
    principal: Principal
    networks: tuple[Network, ...]


class Authenticator:
    """Verifies access tokens and API keys."""

    def __init__(self, kernel: Kernel, tokens: TokenService) -> None:
        self._kernel = kernel
        self.tokens = tokens
        self._reloader = keyring.Reloader(kernel.vault, tokens)
        self._reloaded = 0.0
        self._cache: OrderedDict[str, _Known] = OrderedDict()

    async def authenticate(self, bearer: str, address: str) -> Principal:
        """Return who is calling from an address.

        Raises:
            Unauthenticated: the token or key is not valid, for whatever reason.
        """
        if bearer.startswith(KEY_PREFIX):
            return await self._by_key(bearer, address)
        await self._meet(bearer)
        now = clock.now()
        try:
            claims = self.tokens.verify(bearer, now=int(now.timestamp()))
        except TokenRefused as error:
            raise _refusal(str(error)) from error
        found = self._recall(claims.sid) or await self._by_session(claims.sid, claims.sub)
        # Also where it is remembered: one session's token must not speak for another subject.
        if found.principal.subject_uid != claims.sub:
            raise _refusal("session of another subject")
        return found.principal

    async def _meet(self, bearer: str) -> None:
        """Look for new keys where a token names one that is not here, at most once in a poll's time."""
        if self.tokens.knows(bearer) or time.monotonic() - self._reloaded < POLL_SECONDS:
            return
        self._reloaded = time.monotonic()
        async with unit_of_work(self._kernel) as uow:
            await self._reloader.refresh(uow)

    async def _by_session(self, session_uid: str, subject: str) -> _Known:
        async with unit_of_work(self._kernel) as uow:
            now = clock.now()
            found = await repository.account_of_session(uow.session, _uid(session_uid), now)
            if found is None or str(found[0].uid) != subject:
                raise _refusal("session ended, or of another subject")
            account, session = found
            await _note_use(uow, session, now)
            held = await grants(uow, account.id)
            asked = await _policies(uow, held)
            principal = Principal(
                kind="account",
                account_id=account.id,
                subject_uid=str(account.uid),
                session_uid=session_uid,
                grants=held,
                networks=_networks(asked),
            )
            if session.second_factor_at is None:
                principal = principal.without(_strict(asked), SecondFactorRequired)
        return self._remember(session_uid, principal, [session.expires_at])

    async def _by_key(self, raw: str, address: str) -> Principal:
        # The cache is keyed by the secret's hash: a wrong secret for a known key is never found in it.
        cache_key = hash_token(raw).hex()
        found = self._recall(cache_key) or await self._look_up_key(raw, cache_key, address)
        # Also where it is remembered: the next request may come from elsewhere.
        if not api_keys.allows(found.networks, address):
            raise _refusal("address is not in the key's networks", key=found.principal.subject_uid)
        return found.principal

    async def _look_up_key(self, raw: str, cache_key: str, address: str) -> _Known:
        try:
            text = api_keys.read(raw)
        except api_keys.Malformed as error:
            raise _refusal(str(error)) from error
        if text.env != self._kernel.settings.env:
            raise _refusal(f"a key of another installation: {text.env[:20]!r}", key_id=text.key_id[:20])
        async with unit_of_work(self._kernel) as uow:
            organization_id = await repository.organization_of_key(uow.session, text.key_id)
            if organization_id is None:
                raise _refusal("no such key")
            await uow.enter(Scope(organization_ids=frozenset({organization_id})))
            row = await repository.ApiKeyRepository(session=uow.session).by_key_id(text.key_id)
            if row is None or not _usable(row, text.secret):
                raise _refusal("key ended, or another secret", key_id=text.key_id)
            networks = addresses.networks(row.networks)
            now = clock.now()
            if api_keys.allows(networks, address) and (row.last_used_at is None or now - row.last_used_at > _USE):
                row.last_used_at = now
            below = await organizations.subtrees(uow, [organization_id])
            held = (Grant(below.get(organization_id, frozenset()), frozenset(Permission(p) for p in row.permissions)),)
            asked = await _policies(uow, held)
            principal = Principal(
                kind="api_key",
                subject_uid=str(row.uid),
                maker_id=row.created_by,
                grants=held,
                networks=_networks(asked),
            )
        return self._remember(cache_key, principal, [row.expires_at], networks)

    def _recall(self, key: str) -> _Known | None:
        found = self._cache.get(key)
        if found is None or found.until < time.monotonic():
            return None
        return None if found.ends_at is not None and found.ends_at <= clock.now() else found

    def _remember(
        self,
        key: str,
        principal: Principal,
        ends: list[datetime | None],
        networks: tuple[Network, ...] = (),
    ) -> _Known:
        moments = [end for end in (*ends, *(grant.expires_at for grant in principal.grants)) if end is not None]
        known = _Known(time.monotonic() + _CACHE_SECONDS, min(moments, default=None), principal, networks)
        self._cache[key] = known
        self._cache.move_to_end(key)
        while len(self._cache) > _CACHE_ENTRIES:
            self._cache.popitem(last=False)
        return known

    def forget(self) -> None:
        """Look everybody up again at their next request."""
        self._cache.clear()

    async def watch(self) -> None:
        """Poll for changes until cancelled. PostgreSQL, not Redis: log-out must work without Redis."""
        since = clock.now()
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                async with unit_of_work(self._kernel) as uow:
                    now = clock.now()
                    changed = await repository.changed_since(uow.session, since - _LOOK_BACK)
                    await self._reloader.refresh(uow)
            except UNAVAILABLE:
                self.forget()
                continue
            since = now
            self._drop(changed)

    def _drop(self, changed: Set[str]) -> None:
        if changed:
            for key, known in list(self._cache.items()):
                # The uid of a session, of an account, or of a key.
                if not changed.isdisjoint((known.principal.session_uid, known.principal.subject_uid)):
                    del self._cache[key]


def _uid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise _refusal("session is no uid") from error


async def _note_use(uow: UnitOfWork, session: AuthSession, now: datetime) -> None:
    if now - session.last_used_at > _USE:
        await repository.touch_session(uow.session, session.id, now)


def _usable(row: ApiKey, secret: str) -> bool:
    now = clock.now()
    alive = row.revoked_at is None and row.deleted_at is None and (row.expires_at is None or row.expires_at > now)
    return alive and same(hash_token(secret).hex(), row.secret_hash.hex())


def _refusal(reason: str, **more: str | None) -> Unauthenticated:
    # Why is for the log: a thief learns nothing from the answer.
    log.info("credentials refused", reason=reason, **more)
    return Unauthenticated(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


async def _policies(uow: UnitOfWork, held: tuple[Grant, ...]) -> dict[int, Policy]:
    return await organizations.policies(uow, frozenset().union(*(grant.organization_ids for grant in held)))


def _strict(asked: dict[int, Policy]) -> frozenset[int]:
    return frozenset(key for key, policy in asked.items() if policy.second_factor_required)


def _networks(asked: dict[int, Policy]) -> dict[int, Rules]:
    return {key: policy.networks for key, policy in asked.items() if not policy.networks.open}


async def grants(uow: UnitOfWork, account_id: int) -> tuple[Grant, ...]:
    """Return the account's permissions with the organizations they reach."""
    rows = await repository.grants_of(uow.session, account_id, clock.now())
    below = await organizations.subtrees(uow, [row.organization_id for row in rows])
    return tuple(
        Grant(
            below.get(row.organization_id, frozenset()),
            PERMISSIONS.get(Role(row.role), frozenset()),
            row.expires_at,
        )
        for row in rows
    )


def service_principal(uid: UUID | None = None) -> Principal:
    """Return the principal of our own scheduler."""
    return Principal(
        kind="service",
        subject_uid=str(uid) if uid else "scheduler",
        grants=(Grant(frozenset({0}), frozenset({Permission.JOBS_RUN})),),
    )
