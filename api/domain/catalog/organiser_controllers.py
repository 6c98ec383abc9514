"""Routes of the catalogue, for organisers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.datastructures import UploadFile
from litestar.params import FromPath, JSONBody, MultipartBody

from api.domain.catalog import contracts, flow_service, flows, image_service, schemas, service, ticket_service
from api.domain.catalog.controllers import detail, known_zone, page, ticket_out
from api.domain.catalog.errors import (
    CapacityBelowTaken,
    EventNotReady,
    FlowInvalid,
    PictureUnusable,
    WrongState,
)
from api.domain.organizations import service as organizations
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.http import pagination
from api.lib.http.preconditions import IfMatch, OptionalIfMatch, etag, revision
from api.lib.http.routes import PICTURE, declare
from api.lib.http.session import Uow
from api.lib.security import Permission, Scope
from api.lib.storage import StorageAway
from api.lib.throttle import RouteClass

_STAFF = RouteClass.STAFF


@dataclass(frozen=True)
class PictureUpload:
    """A JPEG, PNG or WebP picture, at most 10 MiB."""

    file: UploadFile


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
        return await page(uow, await service.of(uow, sorted(below), pagination.decode(cursor), limit + 1), limit)

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
        return await detail(uow, await service.find(uow, str(event)))

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
            known_zone(changes["timezone"])
        return await detail(uow, await service.update(uow, event, revision(if_match), changes))

    async def _transition(
        self, uow: Uow, event: FromPath[UUID], action: str, if_match: str | None
    ) -> Response[schemas.EventOut]:
        changed = await service.transition(uow, event, action, revision(if_match, required=False))
        return await detail(uow, changed)

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

    @put(
        "/events/{event:uuid}/image",
        operation_id="setEventImage",
        summary="Give the event a picture, in place of the one it has",
        dto=None,
        opt=declare(Permission.EVENT_MANAGE, _STAFF, PictureUnusable, StorageAway, body=PICTURE),
    )
    async def set_image(
        self,
        uow: Uow,
        event: FromPath[UUID],
        data: MultipartBody[PictureUpload],
        if_match: OptionalIfMatch = None,
    ) -> Response[schemas.EventOut]:
        content, declared = await data.file.read(), data.file.content_type
        changed = await image_service.replace(uow, event, revision(if_match, required=False), content, declared)
        return await detail(uow, changed)

    @delete(
        "/events/{event:uuid}/image",
        operation_id="deleteEventImage",
        summary="Take the event's picture away",
        opt=declare(Permission.EVENT_MANAGE, _STAFF),
    )
    async def delete_image(self, uow: Uow, event: FromPath[UUID]) -> None:
        await image_service.remove(uow, event)

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
        return await detail(uow, await service.restore(uow, event))


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
