"""Keys of integrators and service accounts."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from api.domain.accounts import contracts
from api.domain.accounts.errors import PermissionNotYours
from api.domain.accounts.models import ApiKey
from api.domain.accounts.repository import ApiKeyRepository
from api.domain.audit import service as audit
from api.domain.organizations.contracts import Organization
from api.lib import clock
from api.lib.crypto import hash_token, new_token
from api.lib.errors import NotFound
from api.lib.security import Permission
from api.lib.uow import UnitOfWork


def _key(row: ApiKey) -> contracts.ApiKey:
    return contracts.ApiKey(
        row.uid, row.name, row.key_id, list(row.permissions), row.created_at, row.expires_at, row.revoked_at
    )


async def create(
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


async def of(uow: UnitOfWork, organization: Organization) -> list[contracts.ApiKey]:
    """Return the organization's keys, the newest first."""
    return [_key(row) for row in await ApiKeyRepository(session=uow.session).of(organization.id)]


async def revoke(uow: UnitOfWork, organization: Organization, uid: UUID) -> None:
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
