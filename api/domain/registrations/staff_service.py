"""Registrations for staff: lists and search."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row

from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event
from api.domain.organizations import service as organizations
from api.domain.registrations import filtering
from api.domain.registrations.contracts import RegistrationRow, RegistrationState
from api.domain.registrations.filtering import Filter
from api.domain.registrations.models import Registration
from api.domain.registrations.repository import RegistrationRepository
from api.lib.errors import NotFound
from api.lib.security import Permission, Scope
from api.lib.uow import UnitOfWork


async def enter(uow: UnitOfWork, organization: UUID, permission: Permission) -> list[int]:
    """Enter an organization with everything below it; returns their private ids, its own first.

    Raises:
        NotFound: it is none of the caller's business.
    """
    entered = await organizations.enter(uow, organization, permission)
    below = (await organizations.subtrees(uow, [entered.id]))[entered.id]
    await uow.enter(Scope(organization_ids=below))
    return [entered.id, *sorted(below - {entered.id})]


async def event_of(uow: UnitOfWork, ids: Sequence[int], event: UUID | None) -> Event | None:
    """Return an event to filter by.

    Raises:
        NotFound: it is not of these organizations.
    """
    if event is None:
        return None
    found = (await catalog.by_uids(uow, [event])).get(event)
    if found is None or found.organization_id not in ids:
        raise NotFound
    return found


async def listed(
    uow: UnitOfWork, wanted: Filter, before: tuple[datetime, UUID] | None, limit: int
) -> list[RegistrationRow]:
    """Return up to ``limit`` registrations, the last changed first."""
    ids = await filtering.newest(uow.session, wanted, before, limit)
    return listing(await RegistrationRepository(session=uow.session).with_ids(ids, limit)) if ids else []


def listing(rows: Sequence[Row[Registration, int]]) -> list[RegistrationRow]:
    """Return registrations with the number of their attendees as the staff's lists show them."""
    return [
        RegistrationRow(
            row.uid,
            row.event_id,
            row.confirmation_number,
            row.contact_name,
            row.contact_email,
            RegistrationState(row.state),
            people,
            row.submitted_at,
            row.updated_at,
            row.is_test,
        )
        for row, people in rows
    ]
