"""The keys that sign access tokens: sealed in the database, prepared once in each process.

A key is *next* while it is published and signs nothing, *active* from ``active_from``, *retiring* from the moment its
successor signs until the last token it signed has run out, then *gone*: its private part is deleted. The states follow
from times that are written down when the key is made, so that no process has to be told: each looks at its own clock.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import insert, text

from api.domain.accounts import contracts, repository
from api.domain.accounts.errors import UnknownSigningKey
from api.domain.accounts.models import SigningKeyRow
from api.domain.audit import service as audit
from api.lib import clock
from api.lib.crypto import Vault, new_token
from api.lib.settings import Settings
from api.lib.tokens import SigningKey, TokenService, generate_private_pem
from api.lib.uow import Kernel, UnitOfWork

AUDIENCE = "global-prs-api"


class KeyState(StrEnum):
    """Where a key is in its life."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRING = "retiring"
    GONE = "gone"


def _context(kid: str) -> str:
    return f"signing_key:sealed_private:{kid}"


async def _lock(uow: UnitOfWork) -> None:
    await uow.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('prs:signing-key'))"))


async def ensure(uow: UnitOfWork) -> bool:
    """Create a signing key where there is none; returns whether one was made.

    Several processes may start at once: the lock lets the first make it and the others find it.
    """
    await _lock(uow)
    if await repository.signing_keys(uow.session, clock.now()):
        return False
    await _make(uow, clock.now())
    return True


async def _make(uow: UnitOfWork, active_from: datetime) -> str:
    kid = new_token()[:12]
    sealed = uow.kernel.vault.seal(generate_private_pem(), context=_context(kid))
    row = {"kid": kid, "sealed_private": sealed, "created_at": clock.now(), "active_from": active_from}
    await uow.session.execute(insert(SigningKeyRow).values(row))
    await audit.record(
        uow, "signing-key.created", subject_type="signing-key", subject_uid=None, details={"kid": kid}
    )  # fmt: skip
    return kid


async def rotate(uow: UnitOfWork) -> contracts.SigningKeyInfo:
    """Publish the next key and write down when the active one retires; returns the next one.

    Where one is waiting already, that one is returned and nothing changes.
    """
    await _lock(uow)
    await sweep(uow)
    now = clock.now()
    rows = await repository.signing_keys(uow.session, now)
    waiting = next((row for row in rows if row.active_from > now), None)
    if waiting is None:
        begins = now + timedelta(seconds=uow.kernel.settings.signing_key_lead_seconds)
        for row in rows:
            if row.retired_at is None:
                row.retired_at, row.gone_at = begins, begins + _farewell(uow.kernel.settings)
        await uow.session.flush()
        await _make(uow, begins)
    found = await listed(uow)
    return next(key for key in found if key.state in (KeyState.NEXT, KeyState.ACTIVE))


def _farewell(settings: Settings) -> timedelta:
    # The last token's life, and as much again as clocks of different machines may differ.
    return timedelta(seconds=settings.access_token_seconds + settings.signing_key_lead_seconds)


async def withdraw(uow: UnitOfWork, kid: str) -> None:
    """End a key at once, e.g. because somebody has copied it: every token it signed is refused from now on.

    Raises:
        UnknownSigningKey: there is no such key, or it is gone already.
    """
    await _lock(uow)
    now = clock.now()
    rows = await repository.signing_keys(uow.session, now)
    found = next((row for row in rows if row.kid == kid), None)
    if found is None:
        raise UnknownSigningKey(f"There is no key {kid!r} in use; `prs keys list` shows them.")
    if not any(row.active_from <= now and row.retired_at is None for row in rows if row is not found):
        # Its successor must sign this very moment: what verifies elsewhere asks for the new key when it meets it.
        for row in rows:
            if row.active_from > now:
                row.active_from = now
                break
        else:
            await _make(uow, now)
    found.retired_at = min(found.retired_at or now, now)
    found.gone_at, found.sealed_private = now, None
    await uow.session.flush()
    await audit.record(
        uow, "signing-key.withdrawn", subject_type="signing-key", subject_uid=None, details={"kid": kid}
    )  # fmt: skip


async def sweep(uow: UnitOfWork) -> int:
    """Delete the private part of keys that are gone; returns of how many."""
    return await repository.sweep_signing_keys(uow.session, clock.now())


async def rotate_when_due(uow: UnitOfWork) -> bool:
    """Rotate where the newest key is old enough; returns whether it was."""
    await sweep(uow)
    rows = await repository.signing_keys(uow.session, clock.now())
    age = timedelta(days=uow.kernel.settings.signing_key_days)
    if rows and clock.now() - rows[0].created_at < age:
        return False
    await rotate(uow)
    return True


async def listed(uow: UnitOfWork) -> list[contracts.SigningKeyInfo]:
    """Return every key there ever was with its state, the newest first."""
    now = clock.now()
    return [
        contracts.SigningKeyInfo(
            row.kid, _state(row, now), row.created_at, row.active_from, row.retired_at, row.gone_at,
            has_private=row.sealed_private is not None,
        )
        for row in await repository.all_signing_keys(uow.session)
    ]  # fmt: skip


def _state(row: SigningKeyRow, now: datetime) -> KeyState:
    if row.gone_at is not None and row.gone_at <= now:
        return KeyState.GONE
    if row.active_from > now:
        return KeyState.NEXT
    return KeyState.ACTIVE if row.retired_at is None or row.retired_at > now else KeyState.RETIRING


def _open(vault: Vault, row: SigningKeyRow) -> SigningKey:
    return SigningKey(
        row.kid,
        vault.open(row.sealed_private or b"", context=_context(row.kid)),
        active_from=row.active_from.timestamp(),
        gone_at=row.gone_at.timestamp() if row.gone_at else None,
    )


async def load(uow: UnitOfWork, kernel: Kernel) -> TokenService:
    """Return the service that issues and verifies access tokens.

    Raises:
        ValueError: there is no signing key yet.
    """
    return TokenService(
        _opened(kernel.vault, await repository.signing_keys(uow.session, clock.now())),
        issuer=kernel.settings.public_url,
        audience=AUDIENCE,
        seconds=kernel.settings.access_token_seconds,
    )


def _opened(vault: Vault, rows: Sequence[SigningKeyRow]) -> list[SigningKey]:
    return [_open(vault, row) for row in rows]


class Reloader:
    """Keeps a process's :class:`TokenService` up to date with the table."""

    def __init__(self, vault: Vault, tokens: TokenService) -> None:
        self._vault = vault
        self._tokens = tokens
        self._seen: frozenset[tuple[object, ...]] = frozenset()

    async def refresh(self, uow: UnitOfWork) -> None:
        """Take over the keys where one has come, gone, or changed its times."""
        rows = await repository.signing_keys(uow.session, clock.now())
        seen = frozenset((row.kid, row.active_from, row.gone_at) for row in rows)
        if rows and seen != self._seen:
            self._tokens.adopt(_opened(self._vault, rows))
            self._seen = seen
