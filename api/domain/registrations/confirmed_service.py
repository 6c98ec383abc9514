"""Confirmed registrations, for those who send something to their holders."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from api.domain.registrations.models import Registration
from api.domain.registrations.repository import RegistrationRepository
from api.lib.errors import NotFound
from api.lib.uow import UnitOfWork

_MOST = 20


async def of_address(uow: UnitOfWork, event_id: int, email: str) -> list[UUID]:
    """Return the confirmed registrations of an address for an event, the newest twenty."""
    found = await uow.session.scalars(
        select(Registration.uid)
        .where(
            Registration.event_id == event_id,
            func.lower(Registration.contact_email) == email.lower(),
            Registration.state == "confirmed",
            Registration.deleted_at.is_(None),
        )
        .order_by(Registration.id.desc())
        .limit(_MOST)
    )
    return list(found)


async def with_address(
    uow: UnitOfWork, organization_ids: Sequence[int], event_id: int | None, uids: Sequence[UUID]
) -> list[tuple[UUID, int]]:
    """Return (uid, organization) of the confirmed registrations that have an address: of an event, or those named.

    Raises:
        NotFound: one that is named is not of these organizations.
    """
    statement = (
        RegistrationRepository(session=uow.session)
        .alive()
        .where(Registration.organization_id.in_(organization_ids))
        .with_only_columns(
            Registration.uid, Registration.organization_id, Registration.state, Registration.contact_email
        )
    )
    if event_id is not None:
        statement = statement.where(Registration.event_id == event_id)
    if uids:
        statement = statement.where(Registration.uid.in_(uids))
    else:
        statement = statement.where(Registration.state == "confirmed")
    rows = (await uow.session.execute(statement)).all()
    if uids and len(rows) != len(set(uids)):
        raise NotFound
    return [(uid, home) for uid, home, state, email in rows if state == "confirmed" and email]
