"""Routes of the catalogue, for everybody and for organisers."""

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any, cast
from uuid import UUID
from zoneinfo import available_timezones

import msgspec
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.params import FromPath, HeaderParameter, JSONBody, PathParameter, QueryParameter

from api.domain.catalog import contracts, flow_service, flows, schemas, service, ticket_service
from api.domain.catalog.errors import (
    CapacityBelowTaken,
    EventNotReady,
    FlowInvalid,
    SlugTaken,
    WrongState,
)
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization
from api.lib import clock
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.http import pagination
from api.lib.http.preconditions import etag, revision
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission, Scope
from api.lib.throttle import RouteClass

EventRef = Annotated[str, PathParameter(max_length=64, description="The event's uid or slug.")]
IfMatch = Annotated[str, HeaderParameter(name="If-Match", description='The revision you have read, e.g. `"3"`.')]
OptionalIfMatch = Annotated[str | None, HeaderParameter(name="If-Match", description="The revision you read.")]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="If-None-Match", description="ETags you hold.")]

_STAFF = RouteClass.STAFF
# Without names that mean something on this machine only, such as localtime.
_ZONES = frozenset(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def _category(category: contracts.Category | None) -> schemas.CategoryOut | None:
    return schemas.CategoryOut(slug=category.slug, title=category.title) if category else None


def _organizer(organization: Organization) -> schemas.OrganizerOut:
    return schemas.OrganizerOut(uid=organization.uid, name=organization.name)


def _summary(event: contracts.Event, organization: Organization) -> schemas.EventSummary:
    return schemas.EventSummary(
        uid=event.uid,
        slug=event.slug,
        title=event.title,
        summary=event.summary,
        category=_category(event.category),
        organization=_organizer(organization),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        timezone=event.timezone,
        place=event.place,
        state=event.state,
        registration_open=event.registration_open(clock.now()) and event.flow_version_id is not None,
    )


def ticket_out(ticket: contracts.Ticket) -> schemas.TicketOut:
    return schemas.TicketOut(
        uid=ticket.uid,
        name=ticket.name,
        description=ticket.description,
        capacity=ticket.capacity,
        available=ticket.available,
        sales_start=ticket.sales_start,
        sales_end=ticket.sales_end,
        max_per_order=ticket.max_per_order,
        price_minor=ticket.price_minor,
        currency=ticket.currency,
        on_sale=ticket.on_sale(clock.now()),
        revision=ticket.revision,
    )


async def _detail(uow: Uow, event: contracts.Event) -> Response[schemas.EventOut]:
    found = await organizations.by_ids(uow, [event.organization_id])
    tickets = await ticket_service.of(uow, event)
    summary = _summary(event, found[event.organization_id])
    body = schemas.EventOut(
        **msgspec.structs.asdict(summary),
        description=event.description,
        registration_opens_at=event.registration_opens_at,
        registration_closes_at=event.registration_closes_at,
        tickets=[ticket_out(ticket) for ticket in tickets],
        revision=event.revision,
    )
    return Response(body, headers={"ETag": etag(event.revision), "Cache-Control": "no-cache"})


async def _page(uow: Uow, events: list[contracts.Event], limit: int) -> schemas.EventPage:
    found = await organizations.by_ids(uow, [event.organization_id for event in events])
    shown = events[:limit]
    last = shown[-1] if len(events) > limit else None
    return schemas.EventPage(
        items=[_summary(event, found[event.organization_id]) for event in shown],
        next_cursor=pagination.encode(clock.isoformat(last.starts_at), last.uid) if last else None,
    )


def _known_zone(zone: str) -> None:
    if zone not in _ZONES:
        raise Unprocessable(errors=(FieldProblem("/timezone", "choice", "Give an IANA time zone, e.g. Asia/Kolkata."),))


class CatalogController(Controller):
    """What everybody can see, and where organisers add to it: the framework wants one controller for each path."""

    path = "/api/v1"
    tags = ("Catalogue",)

    @get(
        "/events",
        operation_id="listEvents",
        summary="Events that are open to everyone and not over, by beginning",
        opt=declare(Permission.PUBLIC, RouteClass.CATALOGUE),
    )
    async def list_events(
        self,
        uow: Uow,
        q: Annotated[str | None, QueryParameter(max_length=200, description="Words; each must begin a word.")] = None,
        category: Annotated[str | None, QueryParameter(max_length=64, description="A category's slug.")] = None,
        cursor: pagination.CursorText = None,
        limit: pagination.Limit = 50,
    ) -> schemas.EventPage:
        events = await service.catalogue(
            uow, words=q, category=category, after=pagination.decode(cursor), limit=limit + 1
        )
        return await _page(uow, events, limit)

    @get(
        "/event-categories",
        operation_id="listEventCategories",
        summary="The shelves of the catalogue",
        opt=declare(Permission.PUBLIC, RouteClass.CATALOGUE),
    )
    async def list_categories(self, uow: Uow) -> list[schemas.CategoryOut]:
        return [schemas.CategoryOut(slug=found.slug, title=found.title) for found in await service.categories(uow)]

    @post(
        "/event-categories",
        operation_id="createEventCategory",
        summary="Add a shelf to the catalogue",
        opt=declare(Permission.EVENT_MANAGE, _STAFF, SlugTaken),
    )
    async def create_category(self, uow: Uow, data: JSONBody[schemas.CategoryIn]) -> schemas.CategoryOut:
        organization = await organizations.enter(uow, data.organization, Permission.EVENT_MANAGE)
        made = await service.create_category(
            uow, organization, slug=data.slug, title=data.title, position=data.position
        )
        return schemas.CategoryOut(slug=made.slug, title=made.title)

    @post(
        "/events",
        operation_id="createEvent",
        summary="Add an event as a draft",
        opt=declare(Permission.EVENT_MANAGE, _STAFF, SlugTaken),
    )
    async def create_event(self, uow: Uow, data: JSONBody[schemas.EventIn]) -> Response[schemas.EventOut]:
        _known_zone(data.timezone)
        organization = await organizations.enter(uow, data.organization, Permission.EVENT_MANAGE)
        values = {name: value for name, value in msgspec.structs.asdict(data).items() if name != "organization"}
        return await _detail(uow, await service.create(uow, organization, **values))

    @get(
        "/events/{event:str}",
        operation_id="getEvent",
        summary="An event with its tickets",
        opt=declare(Permission.PUBLIC, RouteClass.CATALOGUE),
    )
    async def get_event(self, uow: Uow, event: EventRef) -> Response[schemas.EventOut]:
        return await _detail(uow, await service.published(uow, event))

    @get(
        "/events/{event:str}/flow",
        operation_id="getEventFlow",
        summary="The event's flow with all its forms, in one cacheable answer",
        opt=declare(Permission.PUBLIC, RouteClass.CATALOGUE),
    )
    async def get_flow(self, uow: Uow, event: EventRef, if_none_match: IfNoneMatch = None) -> Response[schemas.FlowOut]:
        return cacheable(await flow_service.public_document(uow, event), if_none_match)


def cacheable(body: bytes, if_none_match: str | None) -> Response[Any]:
    """Return the document with its ETag, or 304 where the caller holds it already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=0, must-revalidate"}
    held = {part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")}
    if tag in held or "*" in held:
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


class EventController(Controller):
    """Events, for organisers."""

    path = "/api/v1"
    tags = ("Events",)

    @get(
        "/organizations/{organization:uuid}/events",
        operation_id="listOrganizationEvents",
        summary="All events of an organization and those below it, whatever their state",
        opt=declare(Permission.EVENT_READ, _STAFF),
    )
    async def list_all(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        cursor: pagination.CursorText = None,
        limit: pagination.Limit = 50,
    ) -> schemas.EventPage:
        entered = await organizations.enter(uow, organization, Permission.EVENT_READ)
        below = (await organizations.subtrees(uow, [entered.id]))[entered.id]
        await uow.enter(Scope(organization_ids=below))
        return await _page(uow, await service.of(uow, sorted(below), pagination.decode(cursor), limit + 1), limit)

    @get(
        "/organizations/{organization:uuid}/events/{event:uuid}",
        operation_id="getOrganizationEvent",
        summary="An event whatever its state",
        opt=declare(Permission.EVENT_READ, _STAFF),
    )
    async def get_any(
        self, uow: Uow, organization: FromPath[UUID], event: FromPath[UUID]
    ) -> Response[schemas.EventOut]:
        await organizations.enter(uow, organization, Permission.EVENT_READ)
        await service.enter_of(uow, "event", event, Permission.EVENT_READ)
        return await _detail(uow, await service.find(uow, str(event)))

    @patch(
        "/events/{event:uuid}",
        operation_id="updateEvent",
        summary="Change an event",
        opt=declare(Permission.EVENT_MANAGE, _STAFF),
    )
    async def update_event(
        self, uow: Uow, event: FromPath[UUID], data: JSONBody[schemas.EventPatch], if_match: IfMatch
    ) -> Response[schemas.EventOut]:
        changes = schemas.changes(data)
        if "timezone" in changes:
            _known_zone(changes["timezone"])
        return await _detail(uow, await service.update(uow, event, revision(if_match), changes))

    async def _transition(
        self, uow: Uow, event: FromPath[UUID], action: str, if_match: str | None
    ) -> Response[schemas.EventOut]:
        changed = await service.transition(uow, event, action, revision(if_match, required=False))
        return await _detail(uow, changed)

    @post(
        "/events/{event:uuid}/publish",
        operation_id="publishEvent",
        summary="Open the event to everyone",
        status_code=200,
        opt=declare(Permission.EVENT_MANAGE, _STAFF, WrongState, EventNotReady),
    )
    async def publish_event(
        self, uow: Uow, event: FromPath[UUID], if_match: OptionalIfMatch = None
    ) -> Response[schemas.EventOut]:
        return await self._transition(uow, event, "publish", if_match)

    @post(
        "/events/{event:uuid}/close",
        operation_id="closeEvent",
        summary="Take no more registrations; the event stays visible",
        status_code=200,
        opt=declare(Permission.EVENT_MANAGE, _STAFF, WrongState),
    )
    async def close_event(
        self, uow: Uow, event: FromPath[UUID], if_match: OptionalIfMatch = None
    ) -> Response[schemas.EventOut]:
        return await self._transition(uow, event, "close", if_match)

    @post(
        "/events/{event:uuid}/archive",
        operation_id="archiveEvent",
        summary="Take the event out of the catalogue",
        status_code=200,
        opt=declare(Permission.EVENT_MANAGE, _STAFF, WrongState),
    )
    async def archive_event(
        self, uow: Uow, event: FromPath[UUID], if_match: OptionalIfMatch = None
    ) -> Response[schemas.EventOut]:
        return await self._transition(uow, event, "archive", if_match)

    @delete(
        "/organizations/{organization:uuid}/events/{event:uuid}",
        operation_id="deleteEvent",
        summary="Hide a draft or archived event; it can be restored",
        opt=declare(Permission.EVENT_MANAGE, _STAFF, WrongState),
    )
    async def delete_event(self, uow: Uow, organization: FromPath[UUID], event: FromPath[UUID]) -> None:
        await organizations.enter(uow, organization, Permission.EVENT_MANAGE)
        await service.delete(uow, event)

    @post(
        "/organizations/{organization:uuid}/events/{event:uuid}/restore",
        operation_id="restoreEvent",
        summary="Bring a deleted event back",
        status_code=200,
        opt=declare(Permission.EVENT_MANAGE, _STAFF),
    )
    async def restore_event(
        self, uow: Uow, organization: FromPath[UUID], event: FromPath[UUID]
    ) -> Response[schemas.EventOut]:
        await organizations.enter(uow, organization, Permission.EVENT_MANAGE)
        return await _detail(uow, await service.restore(uow, event))


class TicketController(Controller):
    """Tickets, for organisers."""

    path = "/api/v1"
    tags = ("Events",)

    @post(
        "/events/{event:uuid}/tickets",
        operation_id="createTicket",
        summary="Add a ticket to an event",
        opt=declare(Permission.EVENT_MANAGE, _STAFF, EventNotReady),
    )
    async def create_ticket(
        self, uow: Uow, event: FromPath[UUID], data: JSONBody[schemas.TicketIn]
    ) -> schemas.TicketOut:
        values = msgspec.structs.asdict(data)
        capacity = values.pop("capacity")
        return ticket_out(await ticket_service.create(uow, event, capacity=capacity, values=values))

    @patch(
        "/tickets/{ticket:uuid}",
        operation_id="updateTicket",
        summary="Change a ticket",
        opt=declare(Permission.EVENT_MANAGE, _STAFF, CapacityBelowTaken, EventNotReady),
    )
    async def update_ticket(
        self, uow: Uow, ticket: FromPath[UUID], data: JSONBody[schemas.TicketPatch], if_match: IfMatch
    ) -> Response[schemas.TicketOut]:
        changed = await ticket_service.update(uow, ticket, revision(if_match), schemas.changes(data))
        return Response(ticket_out(changed), headers={"ETag": etag(changed.revision)})


class FlowController(Controller):
    """The steps of an event's registration, for organisers."""

    path = "/api/v1/events/{event:uuid}/flow-draft"
    tags = ("Events",)

    @get(
        operation_id="getFlowDraft",
        summary="The steps as they are edited",
        opt=declare(Permission.EVENT_MANAGE, _STAFF),
    )
    async def get_draft(self, uow: Uow, event: FromPath[UUID]) -> Response[schemas.FlowDraftOut]:
        draft, current, latest = await flow_service.draft_of(uow, event)
        body = schemas.FlowDraftOut(revision=current, latest_version=latest, steps=msgspec.to_builtins(draft)["steps"])
        return Response(body, headers={"ETag": etag(current)})

    @put(
        operation_id="saveFlowDraft",
        summary="Replace the steps",
        opt=declare(Permission.EVENT_MANAGE, _STAFF),
    )
    async def save_draft(
        self, uow: Uow, event: FromPath[UUID], data: JSONBody[schemas.FlowIn], if_match: OptionalIfMatch = None
    ) -> Response[schemas.FlowDraftOut]:
        try:
            draft = msgspec.convert(msgspec.to_builtins(data), flows.FlowDraft)
        except msgspec.ValidationError as error:
            kinds = ", ".join(sorted(contracts.StepKind))
            raise Unprocessable(errors=(FieldProblem("/steps", "choice", f"kind must be one of {kinds}."),)) from error
        saved, latest = await flow_service.save_draft(uow, event, draft, revision(if_match, required=False))
        steps = cast("Iterable[dict[str, Any]]", msgspec.to_builtins(draft)["steps"])
        body = schemas.FlowDraftOut(revision=saved, latest_version=latest, steps=list(steps))
        return Response(body, headers={"ETag": etag(saved)})

    @post(
        "/publish",
        operation_id="publishFlow",
        summary="Publish the steps: new registrations begin on them, open ones stay on theirs",
        status_code=200,
        opt=declare(Permission.EVENT_MANAGE, _STAFF, FlowInvalid),
    )
    async def publish_flow(self, uow: Uow, event: FromPath[UUID]) -> schemas.FlowPublished:
        uid, number = await flow_service.publish(uow, event)
        return schemas.FlowPublished(flow_version=uid, version=number)
