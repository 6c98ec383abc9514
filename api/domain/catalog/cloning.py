"""Events made after the model of others: their texts, picture, tickets and steps, none of their registrations."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.domain.audit import service as audit
from api.domain.catalog import contracts, image_service, service
from api.domain.catalog.models import Event, EventFlow, EventFlowVersion, EventTicket, TicketCounter
from api.domain.catalog.repository import FlowRepository, FlowVersionRepository, TicketRepository
from api.domain.organizations import service as organizations
from api.lib import clock
from api.lib.uow import UnitOfWork

_COPIED = ("title", "summary", "description", "place", "timezone")


async def clone(
    uow: UnitOfWork, uid: UUID, *, slug: str, starts_at: datetime | None
) -> tuple[contracts.Event, contracts.Event, timedelta]:
    """Add a draft after the model of an event; all its times move with its beginning.

    Returns the model, the clone, and how far the times have moved.

    Raises:
        NotFound, SlugTaken, Unprocessable: as their names say.
    """
    row = await service.manage(uow, uid)
    moved = (starts_at - row.starts_at) if starts_at is not None else timedelta(0)
    model = await service.find(uow, str(uid))
    home = (await organizations.by_ids(uow, [row.organization_id]))[row.organization_id]
    values: dict[str, Any] = {name: getattr(row, name) for name in _COPIED}
    times = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")
    values |= {name: _later(getattr(row, name), moved) for name in times}
    category = model.category.slug if model.category else None
    made = await service.create(uow, home, category=category, slug=slug, **values)
    copy = await service.manage(uow, made.uid)
    await _tickets(uow, row, copy, moved)
    await _flow(uow, row, copy)
    await image_service.copy(uow, row, copy)
    await uow.session.flush()
    await audit.record(
        uow, "event.cloned", subject_type="event", subject_uid=copy.uid, organization_id=copy.organization_id,
        details={"model": str(row.uid)},
    )  # fmt: skip
    return model, await service.find(uow, str(copy.uid)), moved


def _later(moment: datetime | None, moved: timedelta) -> datetime | None:
    return None if moment is None else moment + moved


async def _tickets(uow: UnitOfWork, row: Event, copy: Event, moved: timedelta) -> None:
    for ticket, counter in await TicketRepository(session=uow.session).of_event(row.id):
        made = await TicketRepository(session=uow.session).add(
            EventTicket(
                organization_id=copy.organization_id,
                event_id=copy.id,
                name=ticket.name,
                description=ticket.description,
                position=ticket.position,
                sales_start=_later(ticket.sales_start, moved),
                sales_end=_later(ticket.sales_end, moved),
                max_per_order=ticket.max_per_order,
                price_minor=ticket.price_minor,
                currency=ticket.currency,
            )
        )
        uow.session.add(
            TicketCounter(ticket_id=made.id, organization_id=copy.organization_id, capacity=counter.capacity)
        )


async def _flow(uow: UnitOfWork, row: Event, copy: Event) -> None:
    """Copy the steps as they are edited and as they are published, with the same versions of the forms."""
    flow = await FlowRepository(session=uow.session).of_event(row.id)
    if flow is None:
        return
    made = await FlowRepository(session=uow.session).add(
        EventFlow(organization_id=copy.organization_id, event_id=copy.id, draft=flow.draft)
    )
    versions = FlowVersionRepository(session=uow.session)
    latest = await versions.latest(flow.id)
    if latest is None:
        return
    made.latest_version = 1
    version = await versions.add(
        EventFlowVersion(
            organization_id=copy.organization_id,
            event_id=copy.id,
            flow_id=made.id,
            number=1,
            document=latest.document,
            document_hash=latest.document_hash,
            published_at=clock.now(),
        )
    )
    copy.flow_version_id = version.id
