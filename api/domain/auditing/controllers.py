"""Routes of auditors."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api.domain.audit import service as audit
from api.domain.audit.contracts import EventFilter
from api.domain.auditing import service
from api.domain.auditing.schemas import AuditEventPage, AuditSealOut
from api.lib import clock
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.http import pagination
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.http.streaming import OwnTypeStream
from api.lib.schema import END, sensible
from api.lib.security import Permission
from api.lib.throttle import RouteClass

ActionFilter = Annotated[
    str | None,
    QueryParameter(
        name="action",
        max_length=80,
        pattern=f"^[a-z][a-z0-9.-]*{END}",
        description="An action, or the part before its point: `registration` finds `registration.confirmed` too.",
    ),
]
ActorFilter = Annotated[
    str | None,
    QueryParameter(name="actor", max_length=80, pattern=f"^[A-Za-z0-9-]+{END}", description="The uid of who did it."),
]
SubjectFilter = Annotated[UUID | None, QueryParameter(name="subject", description="The uid of what it was done to.")]
From = Annotated[datetime | None, QueryParameter(name="from", description="Not before, with a time zone.")]
To = Annotated[datetime | None, QueryParameter(name="to", description="Before, with a time zone.")]


def _filter(
    action: str | None, actor: str | None, subject: UUID | None, since: datetime | None, until: datetime | None
) -> EventFilter:
    wrong = [
        FieldProblem(pointer, "format", "Send a moment with a time zone in the years 1970 to 2999.")
        for pointer, moment in (("/from", since), ("/to", until))
        if moment is not None and (moment.tzinfo is None or not sensible(moment))
    ]
    if wrong:
        raise Unprocessable(errors=tuple(wrong))
    return EventFilter(action=action, actor=actor, subject=subject, since=since, until=until)


class AuditController(Controller):
    """The audit trail of an organization and everything below it."""

    path = "/api/v1/organizations/{organization:uuid}"
    tags = ("Audit",)

    @get(
        "/audit-events",
        operation_id="listAuditEvents",
        summary="Audit events of an organization and those below it, the newest first",
        opt=declare(Permission.AUDIT_READ, RouteClass.STAFF),
    )
    async def list_events(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        action: ActionFilter = None,
        actor: ActorFilter = None,
        subject: SubjectFilter = None,
        since: From = None,
        until: To = None,
        cursor: pagination.CursorText = None,
        limit: pagination.Limit = 50,
    ) -> AuditEventPage:
        wanted = _filter(action, actor, subject, since, until)
        await service.enter(uow, organization)
        found = await service.page(uow, wanted, pagination.decode(cursor), limit + 1)
        shown = found[:limit]
        last = shown[-1] if len(found) > limit else None
        next_cursor = pagination.encode(clock.isoformat(last.occurred_at), last.uid) if last else None
        return AuditEventPage(items=shown, next_cursor=next_cursor)

    @get(
        "/audit-events/export",
        operation_id="exportAuditEvents",
        summary="The same events as NDJSON or CSV; the export is an event itself",
        media_type="application/x-ndjson",
        opt=declare(Permission.AUDIT_READ, RouteClass.EXPORT),
    )
    async def export(
        self,
        uow: Uow,
        organization: FromPath[UUID],
        form: Annotated[Literal["ndjson", "csv"], QueryParameter(name="format")] = "ndjson",
        action: ActionFilter = None,
        actor: ActorFilter = None,
        subject: SubjectFilter = None,
        since: From = None,
        until: To = None,
    ) -> Stream:
        wanted = _filter(action, actor, subject, since, until)
        entered = await service.enter(uow, organization)
        lines = service.export(uow.kernel, uow.principal, uow.request_id, uow.scope, entered, wanted, form)
        headers = {
            "Content-Disposition": f'attachment; filename="audit-events.{form}"',
            "Cache-Control": "no-store",
        }
        return OwnTypeStream(lines, media_type=service.MEDIA_TYPES[form], headers=headers)

    @get(
        "/audit-seals",
        operation_id="listAuditSeals",
        summary="The latest seals of the chain, which covers the events of all organizations",
        opt=declare(Permission.AUDIT_READ, RouteClass.STAFF),
    )
    async def list_seals(
        self, uow: Uow, organization: FromPath[UUID], limit: pagination.Limit = 50
    ) -> list[AuditSealOut]:
        await service.enter(uow, organization)
        return [service.seal_out(seal) for seal in await audit.latest_seals(uow, limit)]
