"""Routes of the catalogue that everybody can see."""

import hashlib
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import available_timezones

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import JSONBody, PathParameter, QueryParameter

from api.domain.catalog import contracts, flow_service, schemas, service, ticket_service
from api.domain.catalog.errors import (
    SlugTaken,
)
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization
from api.lib import clock, pictures, rich_text
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.http import pagination
from api.lib.http.preconditions import IfNoneMatch, etag
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission, Principal
from api.lib.throttle import RouteClass

EventRef = Annotated[str, PathParameter(max_length=64, description="The event's uid or slug.")]

_STAFF = RouteClass.STAFF
# Without names that mean something on this machine only, such as localtime.
_ZONES = frozenset(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def _category(category: contracts.Category | None) -> schemas.CategoryOut | None:
    return schemas.CategoryOut(slug=category.slug, title=category.title) if category else None


def _organizer(organization: Organization) -> schemas.OrganizerOut:
    return schemas.OrganizerOut(uid=organization.uid, name=organization.name)


def _image(image: contracts.EventImage | None) -> schemas.ImageOut | None:
    if image is None:
        return None
    files = [
        schemas.ImageFile(url=f"/files/{image.uid}/{width}.{suffix}", type=kind, width=width)
        for suffix, kind in pictures.FORMATS.items()
        for width in pictures.widths(image.width)
    ]
    return schemas.ImageOut(url=files[-1].url, width=image.width, height=image.height, files=files)


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
        test_mode=event.test_mode,
        image=_image(event.image),
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


async def event_out(uow: Uow, event: contracts.Event) -> schemas.EventOut:
    found = await organizations.by_ids(uow, [event.organization_id])
    tickets = await ticket_service.of(uow, event)
    summary = _summary(event, found[event.organization_id])
    return schemas.EventOut(
        **msgspec.structs.asdict(summary),
        description=rich_text.clean_all(event.description),
        registration_opens_at=event.registration_opens_at,
        registration_closes_at=event.registration_closes_at,
        tickets=[ticket_out(ticket) for ticket in tickets],
        revision=event.revision,
    )


async def detail(uow: Uow, event: contracts.Event) -> Response[schemas.EventOut]:
    body = await event_out(uow, event)
    return Response(body, headers={"ETag": etag(event.revision), "Cache-Control": "no-cache"})


async def page(uow: Uow, events: list[contracts.Event], limit: int) -> schemas.EventPage:
    found = await organizations.by_ids(uow, [event.organization_id for event in events])
    shown = events[:limit]
    last = shown[-1] if len(events) > limit else None
    return schemas.EventPage(
        items=[_summary(event, found[event.organization_id]) for event in shown],
        next_cursor=pagination.encode(clock.isoformat(last.starts_at), last.uid) if last else None,
    )


def known_zone(zone: str) -> None:
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
        return await page(uow, events, limit)

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
        known_zone(data.timezone)
        organization = await organizations.enter(uow, data.organization, Permission.EVENT_MANAGE)
        values = {name: value for name, value in msgspec.structs.asdict(data).items() if name != "organization"}
        return await detail(uow, await service.create(uow, organization, **values))

    @get(
        "/events/{event:str}",
        operation_id="getEvent",
        summary="An event with its tickets",
        opt=declare(Permission.PUBLIC, RouteClass.CATALOGUE),
    )
    async def get_event(self, uow: Uow, event: EventRef) -> Response[schemas.EventOut]:
        return await detail(uow, await service.published(uow, event))

    @get(
        "/events/{event:str}/flow",
        operation_id="getEventFlow",
        summary="The event's flow with all its forms, in one cacheable answer",
        opt=declare(Permission.PUBLIC, RouteClass.CATALOGUE),
    )
    async def get_flow(
        self, request: Request[Principal, Any, State], event: EventRef, if_none_match: IfNoneMatch = None
    ) -> Response[schemas.FlowOut]:
        # Without a unit of work: it comes from the process's memory, and reads in one of its own where it must.
        document = await flow_service.public_document(request.app.state.kernel, request.user, event)
        return cacheable(document, if_none_match)


@lru_cache(maxsize=128)
def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def cacheable(body: bytes, if_none_match: str | None) -> Response[Any]:
    """Return the document with its ETag, or 304 where the caller holds it already."""
    tag = _tag(body)
    headers = {"ETag": tag, "Cache-Control": "public, max-age=0, must-revalidate"}
    held = {part.strip().removeprefix("W/") for part in if_none_match.split(",")} if if_none_match else ()
    if tag in held or "*" in held:
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
