"""What auditors see of their organizations: names put to actors, pages, and exports that are audited themselves."""

import base64
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from api.domain.accounts import service as accounts
from api.domain.audit import service as audit
from api.domain.audit.contracts import AuditEvent, EventFilter, SealBrief
from api.domain.auditing.schemas import ActorOut, AuditEventOut, AuditSealOut, SubjectOut
from api.domain.organizations import service as organizations
from api.lib import clock, csv_text
from api.lib.security import Permission, Principal, Scope
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

CHUNK = 500


Format = Literal["ndjson", "csv"]
MEDIA_TYPES: dict[Format, str] = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


async def enter(uow: UnitOfWork, organization: UUID) -> int:
    """Enter an organization with everything below it; returns its private id.

    Raises:
        NotFound: it is none of the caller's business.
    """
    entered = await organizations.enter(uow, organization, Permission.AUDIT_READ)
    below = (await organizations.subtrees(uow, [entered.id]))[entered.id]
    await uow.enter(Scope(organization_ids=below))
    return entered.id


async def page(
    uow: UnitOfWork, wanted: EventFilter, before: tuple[datetime, UUID] | None, at_most: int
) -> list[AuditEventOut]:
    """Return events of the organizations entered, the newest first."""
    found = await audit.page(uow, wanted, before, at_most)
    actors = {uid for uid in map(_actor_uid, found) if uid is not None}
    names = await accounts.names(uow, sorted(actors))
    return [_event_out(event, names) for event in found]


def _actor_uid(event: AuditEvent) -> UUID | None:
    # Services have a word for a uid.
    return UUID(event.actor_uid) if event.actor_uid and event.actor_kind in ("account", "api_key") else None


def _event_out(event: AuditEvent, names: dict[UUID, str]) -> AuditEventOut:
    uid = _actor_uid(event)
    return AuditEventOut(
        uid=event.uid,
        sequence=event.sequence,
        occurred_at=event.occurred_at,
        action=event.action,
        actor=ActorOut(kind=event.actor_kind, uid=event.actor_uid, name=names.get(uid) if uid else None),
        subject=SubjectOut(type=event.subject_type, uid=event.subject_uid),
        request_id=event.request_id,
        details=event.details,
        sealed=event.sequence is not None,
    )


def seal_out(seal: SealBrief) -> AuditSealOut:
    """Return what is shown of a seal."""
    return AuditSealOut(
        batch=seal.batch,
        first=seal.first,
        last=seal.last,
        count=seal.count,
        sealed_at=seal.sealed_at,
        digest=seal.digest.hex(),
        signature=base64.b64encode(seal.signature).decode(),
        kid=seal.kid,
    )


async def export(
    kernel: Kernel, principal: Principal, request_id: str, scope: Scope, entered: int, wanted: EventFilter, form: Format
) -> AsyncIterator[bytes]:
    """Yield all events that are wanted, the newest first, chunk by chunk, in flat memory.

    It runs after the request's own transaction, so it opens its own. The first event is the export itself.
    """
    async with unit_of_work(kernel, principal, scope, request_id) as uow:
        await audit.record(
            uow, "audit.exported", subject_type="organization", subject_uid=None, organization_id=entered,
            details={"format": form},
        )  # fmt: skip
    if form == "csv":
        yield csv_text.MARK + csv_text.line(_HEAD)
    before: tuple[datetime, UUID] | None = None
    while True:
        async with unit_of_work(kernel, principal, scope, request_id) as uow:
            events = await page(uow, wanted, before, CHUNK)
        if not events:
            return
        yield _written(events, form)
        before = (events[-1].occurred_at, events[-1].uid)


_HEAD = (
    "occurred_at", "action", "actor_kind", "actor", "actor_name", "subject_type", "subject", "request_id", "details",
    "sequence", "uid",
)  # fmt: skip


def _written(events: Sequence[AuditEventOut], form: Format) -> bytes:
    if form == "ndjson":
        return b"".join(msgspec.json.encode(event) + b"\n" for event in events)
    return b"".join(csv_text.line(_cells(event)) for event in events)


def _cells(event: AuditEventOut) -> list[str]:
    return [
        clock.isoformat(event.occurred_at),
        event.action,
        event.actor.kind,
        event.actor.uid or "",
        event.actor.name or "",
        event.subject.type,
        str(event.subject.uid or ""),
        event.request_id,
        msgspec.json.encode(event.details, order="sorted").decode() if event.details else "",
        str(event.sequence or ""),
        str(event.uid),
    ]
