"""Keys of integrators and service accounts.

A key reads ``prs_<env>_<id>_<secret>``: the installation's kind, so that a key of the test system is known for what it
is; an id that logs may show; and a secret, of which only a hash is stored. The secret ends in a checksum, so that a
scanner of repositories knows a key from a string that looks like one, and a mistyped key costs no query.
"""

import zlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from api.domain.accounts import contracts
from api.domain.accounts.errors import KeyEnded, PermissionNotYours
from api.domain.accounts.models import ApiKey
from api.domain.accounts.repository import ApiKeyRepository
from api.domain.audit import service as audit
from api.domain.organizations.contracts import Organization
from api.lib import clock
from api.lib import networks as addresses
from api.lib.crypto import hash_token, new_token
from api.lib.errors import FieldProblem, NotFound, Unprocessable
from api.lib.networks import Network
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

PREFIX = "prs_"
_CHECKSUM = 8


class KeyText(msgspec.Struct, frozen=True):
    """A key as somebody sends it, taken apart."""

    env: str
    key_id: str
    secret: str


class Malformed(ValueError):
    """The text is no key; the message says why, for the log."""


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def write(env: str, key_id: str, random: str) -> str:
    """Return the full text of a key."""
    text = f"{PREFIX}{env}_{key_id}_{random}"
    return text + _checksum(text)


def read(text: str) -> KeyText:
    """Take a key apart.

    Raises:
        Malformed: it is not one of ours, or was not copied whole.
    """
    parts = text.removeprefix(PREFIX).split("_", 2)
    if len(parts) != 3 or not all(parts) or len(text) > 200 or not text.isascii():
        raise Malformed("not prs_<env>_<id>_<secret>")
    if _checksum(text[:-_CHECKSUM]) != text[-_CHECKSUM:]:
        raise Malformed("checksum: mistyped or cut off")
    return KeyText(*parts)


def allows(networks: Sequence[Network], address: str) -> bool:
    """Tell whether an address lies in one of the networks; where there are none, every address does."""
    return not networks or addresses.within(addresses.address(address), networks)


def _networks(texts: Sequence[str]) -> list[str]:
    good, wrong = [], []
    for index, text in enumerate(texts):
        try:
            good.append(str(addresses.network(text)))
        except addresses.NotANetwork as error:
            wrong.append(FieldProblem(f"/networks/{index}", "format", str(error)))
    if wrong:
        raise Unprocessable(errors=tuple(wrong))
    return sorted(set(good))


def _key(row: ApiKey) -> contracts.ApiKey:
    return contracts.ApiKey(
        uid=row.uid, name=row.name, key_id=row.key_id, permissions=list(row.permissions), created_at=row.created_at,
        expires_at=row.expires_at, revoked_at=row.revoked_at, networks=list(row.networks),
        last_used_at=row.last_used_at, replaced_by=row.replaced_by,
    )  # fmt: skip


def _refuse_more_than_own(uow: UnitOfWork, organization: Organization, permissions: Collection[str]) -> None:
    lacking = [name for name in permissions if not uow.principal.has(Permission(name), organization.id)]
    if lacking and uow.principal.kind != "service":
        raise PermissionNotYours(extra={"permissions": sorted(lacking)})


async def _add(
    uow: UnitOfWork,
    organization: Organization,
    *,
    name: str,
    permissions: list[str],
    networks: list[str],
    expires_at: datetime | None,
) -> tuple[ApiKey, str]:
    key_id = new_token().replace("_", "").replace("-", "")[:12]
    text = write(uow.kernel.settings.env, key_id, new_token())
    row = await ApiKeyRepository(session=uow.session).add(
        ApiKey(
            organization_id=organization.id,
            name=name,
            key_id=key_id,
            secret_hash=hash_token(read(text).secret),
            permissions=permissions,
            networks=networks,
            expires_at=expires_at,
            created_by=uow.principal.account_id,
        )
    )
    return row, text


async def create(
    uow: UnitOfWork,
    organization: Organization,
    *,
    name: str,
    permissions: Collection[Permission],
    expires_at: datetime | None,
    networks: Sequence[str] = (),
) -> tuple[contracts.ApiKey, str]:
    """Create a key; returns it with its full text, which is shown once.

    Raises:
        PermissionNotYours: the caller lacks one of the permissions there.
        Unprocessable: a network is none.
    """
    _refuse_more_than_own(uow, organization, permissions)
    row, text = await _add(
        uow,
        organization,
        name=name,
        permissions=sorted(p.value for p in permissions),
        networks=_networks(networks),
        expires_at=expires_at,
    )
    await _record(
        uow, "api-key.created", row, organization, permissions=list(row.permissions), networks=list(row.networks)
    )
    return _key(row), text


async def _record(uow: UnitOfWork, action: str, row: ApiKey, organization: Organization, **details: object) -> None:
    await audit.record(
        uow, action, subject_type="api-key", subject_uid=row.uid, organization_id=organization.id, details=details
    )


async def of(uow: UnitOfWork, organization: Organization) -> list[contracts.ApiKey]:
    """Return the organization's keys, the newest first."""
    return [_key(row) for row in await ApiKeyRepository(session=uow.session).of(organization.id)]


async def _found(uow: UnitOfWork, organization: Organization, uid: UUID) -> ApiKey:
    row = await ApiKeyRepository(session=uow.session).lock(organization.id, uid)
    if row is None:
        raise NotFound
    return row


async def rotate(
    uow: UnitOfWork, organization: Organization, uid: UUID, overlap: timedelta
) -> tuple[contracts.ApiKey, str]:
    """Replace a key by one that may do the same for as long a time; the old one works for the overlap.

    Raises:
        NotFound: the organization has no such key.
        KeyEnded: it has ended, or was replaced already.
        PermissionNotYours: the key can do what the caller may not, and its secret would be theirs.
    """
    old = await _found(uow, organization, uid)
    now = clock.now()
    over = old.expires_at is not None and old.expires_at <= now
    if old.revoked_at is not None or old.replaced_by is not None or over:
        raise KeyEnded
    _refuse_more_than_own(uow, organization, old.permissions)
    row, text = await _add(
        uow,
        organization,
        name=old.name,
        permissions=list(old.permissions),
        networks=list(old.networks),
        expires_at=now + (old.expires_at - old.created_at) if old.expires_at else None,
    )
    old.replaced_by, old.changed_at = row.uid, now
    old.expires_at = min(old.expires_at or now + overlap, now + overlap)
    old.touch()
    await _record(
        uow, "api-key.rotated", old, organization,
        replaced_by=str(row.uid), overlap_seconds=int(overlap.total_seconds()),
    )  # fmt: skip
    return _key(row), text


async def revoke(uow: UnitOfWork, organization: Organization, uid: UUID) -> None:
    """End a key: every process knows within half a second.

    Raises:
        NotFound: the organization has no such key.
    """
    row = await _found(uow, organization, uid)
    if row.revoked_at is not None:
        return
    row.revoked_at = row.changed_at = clock.now()
    row.touch()
    await _record(uow, "api-key.revoked", row, organization)


async def revoke_made_by(uow: UnitOfWork, account_id: int) -> int:
    """End the keys that an account has made, in the organizations in scope; returns how many."""
    rows = await ApiKeyRepository(session=uow.session).made_by(account_id, clock.now())
    for row in rows:
        row.revoked_at = row.changed_at = clock.now()
        row.touch()
        await audit.record(
            uow, "api-key.revoked", subject_type="api-key", subject_uid=row.uid, organization_id=row.organization_id
        )
    await uow.session.flush()
    return len(rows)


async def made_by(uow: UnitOfWork, account_id: int) -> int:
    """Return how many keys that an account has made still work, in the organizations in scope."""
    return len(await ApiKeyRepository(session=uow.session).made_by(account_id, clock.now()))
