"""Who may see or change a registration: its guest (by capability), its account, or staff of its organization."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert

from api.domain.catalog import flow_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event, FlowVersion
from api.domain.registrations import repository
from api.domain.registrations.models import Registration, RegistrationToken
from api.domain.registrations.repository import RegistrationRepository
from api.lib import clock
from api.lib.crypto import hash_token, new_token
from api.lib.errors import NotFound
from api.lib.security import Permission
from api.lib.uow import UnitOfWork


async def enter(
    uow: UnitOfWork,
    uid: UUID,
    staff: Permission | None,
    *,
    lock: bool = False,
    deleted: bool = False,
    staff_only: bool = False,
) -> Registration:
    """Return a registration the caller may use and enter its organization.

    ``staff`` is the permission that lets staff in, if any does; guests and accounts get in to what is theirs.

    Raises:
        NotFound: there is none such, or it is somebody else's; the two look alike.
    """
    organization_id = await repository.organization_of(uow.session, uid)
    if organization_id is None:
        raise NotFound
    await uow.enter_organization(organization_id)
    row = await RegistrationRepository(session=uow.session).by_uid(uid, lock=lock, deleted=deleted)
    if row is None:
        raise NotFound
    if staff is not None and uow.principal.has(staff, organization_id):
        return row
    if staff_only or not await _holds(uow, row):
        raise NotFound
    return row


async def _holds(uow: UnitOfWork, row: Registration) -> bool:
    principal = uow.principal
    if row.account_id is not None and row.account_id == principal.account_id:
        return True
    if principal.registration_token is None:
        return False
    return await repository.token_is_good(uow.session, row.id, hash_token(principal.registration_token), clock.now())


async def grant_token(uow: UnitOfWork, row: Registration, purpose: str, seconds: int) -> str:
    """Return a new token for a registration; only its hash is stored."""
    token = new_token()
    await uow.session.execute(
        insert(RegistrationToken).values(
            token_hash=hash_token(token),
            registration_id=row.id,
            organization_id=row.organization_id,
            purpose=purpose,
            expires_at=clock.now() + timedelta(seconds=seconds),
        )
    )
    return token


async def event_of(uow: UnitOfWork, row: Registration) -> Event:
    """Return the event of a registration."""
    return (await catalog.by_ids(uow, [row.event_id]))[row.event_id]


async def flow_of(uow: UnitOfWork, row: Registration) -> FlowVersion:
    """Return the flow version a registration is pinned to."""
    return await flow_service.version(uow, row.flow_version_id)


async def grant_tokens(uow: UnitOfWork, wanted: Sequence[tuple[int, int, datetime]], purpose: str) -> list[str]:
    """Return a new token for each (registration, organization, end), in one statement."""
    tokens = [new_token() for _ in wanted]
    if not tokens:
        return []
    await uow.session.execute(
        insert(RegistrationToken).values(
            [
                {
                    "token_hash": hash_token(token),
                    "registration_id": registration_id,
                    "organization_id": organization_id,
                    "purpose": purpose,
                    "expires_at": until,
                }
                for token, (registration_id, organization_id, until) in zip(tokens, wanted, strict=True)
            ]
        )
    )
    return tokens
