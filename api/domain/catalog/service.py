"""The catalogue: what can be registered for, and what organisers do with it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from api.domain.audit import service as audit
from api.domain.catalog import contracts
from api.domain.catalog.contracts import EventState
from api.domain.catalog.errors import EventClosed, EventNotReady, SlugTaken, WrongState
from api.domain.catalog.models import Event, EventCategory
from api.domain.catalog.repository import (
    CategoryRepository,
    EventRepository,
    EventRow,
    TicketRepository,
    organization_of,
    row_versions_of,
)
from api.domain.organizations.contracts import Organization
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Destination
from api.lib import clock, rich_text
from api.lib.errors import FieldProblem, NotFound, Unprocessable
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

# From, action → to. Whatever is not here is refused.
TRANSITIONS = {
    (EventState.DRAFT, "publish"): EventState.PUBLISHED,
    (EventState.CLOSED, "publish"): EventState.PUBLISHED,
    (EventState.PUBLISHED, "close"): EventState.CLOSED,
    (EventState.PUBLISHED, "archive"): EventState.ARCHIVED,
    (EventState.CLOSED, "archive"): EventState.ARCHIVED,
    (EventState.DRAFT, "archive"): EventState.ARCHIVED,
}


def category_contract(row: EventCategory) -> contracts.Category:
    return contracts.Category(row.uid, row.slug, row.title)


def event_contract(row: EventRow) -> contracts.Event:
    event, category = row
    return _contract(event, category_contract(category) if category else None)


def _contract(event: Event, category: contracts.Category | None) -> contracts.Event:
    return contracts.Event(
        id=event.id,
        uid=event.uid,
        organization_id=event.organization_id,
        slug=event.slug,
        title=event.title,
        summary=event.summary,
        description=event.description,
        place=event.place,
        timezone=event.timezone,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        registration_opens_at=event.registration_opens_at,
        registration_closes_at=event.registration_closes_at,
        state=EventState(event.state),
        flow_version_id=event.flow_version_id,
        category=category,
        image=_image(event),
        revision=event.revision,
        test_mode=event.test_mode,
    )


def _image(event: Event) -> contracts.EventImage | None:
    if event.image_uid is None:
        return None
    return contracts.EventImage(event.image_uid, event.image_width or 0, event.image_height or 0)


def reference(text: str) -> UUID | str:
    """Return an event's uid or slug from its place in an address."""
    try:
        return UUID(text)
    except ValueError:
        return text


async def find(uow: UnitOfWork, which: str) -> contracts.Event:
    """Return an event by uid or slug and enter its organization, so that its tickets and flow can be read.

    Raises:
        NotFound: there is none such for this caller.
    """
    row = await EventRepository(session=uow.session).find(reference(which))
    if row is None:
        raise NotFound
    await uow.enter_organization(row[0].organization_id)
    return event_contract(row)


async def published(uow: UnitOfWork, which: str) -> contracts.Event:
    """Return an event that everybody may see."""
    event = await find(uow, which)
    if event.state not in (EventState.PUBLISHED, EventState.CLOSED):
        raise NotFound
    return event


async def open_for_registration(uow: UnitOfWork, which: str) -> contracts.Event:
    """Return an event that takes registrations now.

    Raises:
        NotFound: nobody may see it.
        EventClosed: it does not take registrations now.
    """
    event = await published(uow, which)
    if not event.registration_open(clock.now()) or event.flow_version_id is None:
        raise EventClosed
    return event


async def row_versions(uow: UnitOfWork, event: contracts.Event) -> tuple[str, dict[int, str]]:
    """Return what changes whenever the row of the event changes, and those of its tickets by private id."""
    return await row_versions_of(uow.session, event.id)


async def by_ids(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, contracts.Event]:
    """Return events by their private ids, in one statement."""
    rows = await EventRepository(session=uow.session).by_ids(sorted(set(ids)))
    return {row[0].id: event_contract(row) for row in rows}


async def by_uids(uow: UnitOfWork, uids: Iterable[UUID]) -> dict[UUID, contracts.Event]:
    """Return events by their uids, in one statement."""
    rows = await EventRepository(session=uow.session).by_uids(sorted(set(uids)))
    return {row[0].uid: event_contract(row) for row in rows}


async def ended(uow: UnitOfWork, before: datetime, organization_ids: Iterable[int]) -> dict[int, datetime]:
    """Return when events of some organizations were over, by private id, for those over before a time."""
    return await EventRepository(session=uow.session).ended(before, sorted(set(organization_ids)))


async def catalogue(
    uow: UnitOfWork,
    *,
    words: str | None,
    category: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[contracts.Event]:
    """Return up to ``limit`` events that are open to everyone and not over, by beginning."""
    rows = await EventRepository(session=uow.session).catalogue(
        words=words, category=category, after=after, limit=limit, now=clock.now()
    )
    return [event_contract(row) for row in rows]


async def of(
    uow: UnitOfWork, organization_ids: Sequence[int], after: tuple[datetime, UUID] | None, limit: int
) -> list[contracts.Event]:
    """Return up to ``limit`` events of some organizations, whatever their state."""
    rows = await EventRepository(session=uow.session).of(organization_ids, after, limit)
    return [event_contract(row) for row in rows]


async def categories(uow: UnitOfWork) -> list[contracts.Category]:
    """Return the shelves of the catalogue."""
    return [category_contract(row) for row in await CategoryRepository(session=uow.session).all()]


async def create_category(
    uow: UnitOfWork, organization: Organization, *, slug: str, title: dict[str, str], position: int = 0
) -> contracts.Category:
    """Add a shelf.

    Raises:
        SlugTaken: there is one of this name.
    """
    repository = CategoryRepository(session=uow.session)
    if await repository.by_slug(slug) is not None:
        raise SlugTaken
    row = await repository.add(
        EventCategory(organization_id=organization.id, slug=slug, title=title, position=position)
    )
    return category_contract(row)


async def create(
    uow: UnitOfWork, organization: Organization, *, category: str | None, **values: Any
) -> contracts.Event:
    """Add an event as a draft. ``values`` are the columns of the event.

    Raises:
        SlugTaken: another event has this address.
        Unprocessable: the times or the category make no sense.
    """
    _check_times(values["starts_at"], values["ends_at"])
    if isinstance(reference(values["slug"]), UUID):
        raise Unprocessable(errors=(FieldProblem("/slug", "format", "Choose an address that does not read as a uid."),))
    repository = EventRepository(session=uow.session)
    if await repository.find(values["slug"]) is not None:
        raise SlugTaken
    shelf = await _category(uow, category)
    values["description"] = rich_text.clean_all(values["description"])
    event = await repository.add(
        Event(organization_id=organization.id, category_id=shelf.id if shelf else None, **values)
    )
    await audit.record(
        uow, "event.created", subject_type="event", subject_uid=event.uid, organization_id=organization.id
    )
    return _contract(event, category_contract(shelf) if shelf else None)


def _check_times(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at < starts_at:
        raise Unprocessable(errors=(FieldProblem("/ends_at", "minimum", "The end must not lie before the beginning."),))


async def _category(uow: UnitOfWork, slug: str | None) -> EventCategory | None:
    if slug is None:
        return None
    found = await CategoryRepository(session=uow.session).by_slug(slug)
    if found is None:
        raise Unprocessable(errors=(FieldProblem("/category", "choice", "There is no such category."),))
    return found


async def manage(
    uow: UnitOfWork, uid: UUID, permission: Permission = Permission.EVENT_MANAGE, *, deleted: bool = False
) -> Event:
    """Lock an event the caller may manage and enter its organization.

    Raises:
        NotFound: there is none such, or it is none of the caller's business.
    """
    await enter_of(uow, "event", uid, permission)
    row = await EventRepository(session=uow.session).lock(uid, deleted=deleted)
    if row is None:
        raise NotFound
    return row


async def enter_of(uow: UnitOfWork, kind: str, uid: UUID, permission: Permission) -> None:
    """Enter the organization of an event or a ticket, where the caller holds ``permission``.

    Raises:
        NotFound: there is none such, or it is none of the caller's business.
    """
    organization_id = await organization_of(uow.session, kind, uid)
    if organization_id is None or not uow.principal.has(permission, organization_id):
        raise NotFound
    await uow.enter_organization(organization_id)


async def update(uow: UnitOfWork, uid: UUID, revision: int | None, changes: dict[str, Any]) -> contracts.Event:
    """Change columns of an event.

    Raises:
        NotFound, PreconditionFailed, Unprocessable: as their names say.
    """
    row = await manage(uow, uid)
    row.expect(revision)
    if "category" in changes:
        shelf = await _category(uow, changes.pop("category"))
        row.category_id = shelf.id if shelf else None
    if "description" in changes:
        changes["description"] = rich_text.clean_all(changes["description"])
    if changes.get("test_mode", row.test_mode) != row.test_mode:
        await audit.record(
            uow, "event.test-mode-changed", subject_type="event", subject_uid=row.uid,
            organization_id=row.organization_id, details={"on": changes["test_mode"]},
        )  # fmt: skip
    for name, value in changes.items():
        setattr(row, name, value)
    _check_times(row.starts_at, row.ends_at)
    await changed(uow, row)
    return await find(uow, str(uid))


async def transition(uow: UnitOfWork, uid: UUID, action: str, revision: int | None = None) -> contracts.Event:
    """Publish, close or archive an event.

    Raises:
        WrongState: not from here.
        EventNotReady: it lacks a published flow, a ticket, or has a ticket with a price.
    """
    row = await manage(uow, uid)
    row.expect(revision)
    target = TRANSITIONS.get((EventState(row.state), action))
    if target is None:
        raise WrongState(f"A {row.state} event cannot be changed by {action}.")
    if target is EventState.PUBLISHED:
        await _ready(uow, row)
    row.state = target
    await audit.record(
        uow, f"event.{target.value}", subject_type="event", subject_uid=row.uid, organization_id=row.organization_id
    )
    await changed(uow, row)
    return await find(uow, str(uid))


async def delete(uow: UnitOfWork, uid: UUID) -> None:
    """Hide an event that nobody can register for; it can be restored.

    Raises:
        WrongState: it is open to everyone; archive it first.
    """
    row = await manage(uow, uid)
    if row.state not in (EventState.DRAFT, EventState.ARCHIVED):
        raise WrongState("Archive the event first, then delete it.")
    row.deleted_at = clock.now()
    await audit.record(
        uow, "event.deleted", subject_type="event", subject_uid=row.uid, organization_id=row.organization_id
    )
    await changed(uow, row)


async def restore(uow: UnitOfWork, uid: UUID) -> contracts.Event:
    """Bring a deleted event back in the state it had."""
    row = await manage(uow, uid, deleted=True)
    if row.deleted_at is not None:
        row.deleted_at = None
        await audit.record(
            uow, "event.restored", subject_type="event", subject_uid=row.uid, organization_id=row.organization_id
        )
        await changed(uow, row)
    return await find(uow, str(uid))


async def _ready(uow: UnitOfWork, row: Event) -> None:
    tickets = await TicketRepository(session=uow.session).of_event(row.id)
    missing = []
    if row.flow_version_id is None:
        missing.append(FieldProblem("/flow", "required", "Publish the event's flow first."))
    if not tickets:
        missing.append(FieldProblem("/tickets", "required", "Add a ticket first."))
    missing.extend(
        FieldProblem(f"/tickets/{index}/price_minor", "unsupported", "A ticket with a price needs a way to pay first.")
        for index, (ticket, _) in enumerate(tickets)
        if ticket.price_minor > 0
    )
    if missing:
        raise EventNotReady("See errors for what is missing.", errors=tuple(missing))


async def changed(uow: UnitOfWork, row: Event) -> None:
    """Count a change of the event, of its tickets or of its flow: tell the back office, forget what caches hold."""
    row.touch()
    await uow.session.flush()
    if row.state != EventState.DRAFT:
        await sync.enqueue(
            uow,
            [Destination.ODOO],
            Aggregate.EVENT,
            row.uid,
            revision=row.revision,
            organization_id=row.organization_id,
        )
    for key in flow_keys(row.uid, row.slug):
        uow.after_commit(lambda key=key: uow.kernel.cache.invalidate(key))  # type: ignore[misc]


def flow_keys(uid: UUID, slug: str) -> tuple[str, str]:
    """Return the cache's keys of an event's flow: by uid and by slug."""
    return f"event-flow:{uid}", f"event-flow:{slug}"


def event_frame(event: contracts.Event) -> dict[str, Any]:
    """Return what a flow says of its event."""
    return {
        "uid": event.uid,
        "slug": event.slug,
        "title": event.title,
        "timezone": event.timezone,
        "state": event.state,
    }
