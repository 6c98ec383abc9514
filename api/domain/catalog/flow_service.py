"""Flows: edited as drafts, published as immutable versions, read as one document with their forms."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from api.domain.audit import service as audit
from api.domain.catalog import contracts, flows, service
from api.domain.catalog.contracts import FlowDocument, FlowVersion
from api.domain.catalog.errors import FlowInvalid
from api.domain.catalog.models import EventFlow, EventFlowVersion
from api.domain.catalog.repository import (
    FlowRepository,
    FlowVersionRepository,
    TicketRepository,
    flow_version_ids,
)
from api.domain.forms import service as forms
from api.domain.forms.contracts import PublishedForm
from api.domain.forms.engine import content_hash
from api.lib import clock
from api.lib.errors import FieldProblem, NotFound
from api.lib.security import Principal
from api.lib.uow import Kernel, UnitOfWork, unit_of_work


async def save_draft(uow: UnitOfWork, event: UUID, draft: flows.FlowDraft, revision: int | None) -> tuple[int, int]:
    """Replace the steps that are edited; returns the new revision and the number of the latest version.

    What is published stays as it is.

    Raises:
        NotFound, PreconditionFailed: as their names say.
    """
    row = await service.manage(uow, event)
    repository = FlowRepository(session=uow.session)
    flow = await repository.of_event(row.id, lock=True)
    document = msgspec.json.encode(draft)
    if flow is None:
        flow = await repository.add(EventFlow(organization_id=row.organization_id, event_id=row.id, draft=document))
        return flow.revision, 0
    flow.expect(revision)
    flow.draft = document
    flow.touch()
    await uow.session.flush()
    return flow.revision, flow.latest_version


async def draft_of(uow: UnitOfWork, event: UUID) -> tuple[flows.FlowDraft, int, int]:
    """Return the steps that are edited, their revision, and the number of the latest version.

    Raises:
        NotFound: the event has no flow yet, or is none of the caller's business.
    """
    row = await service.manage(uow, event)
    flow = await FlowRepository(session=uow.session).of_event(row.id)
    if flow is None:
        raise NotFound
    return msgspec.json.decode(flow.draft, type=flows.FlowDraft), flow.revision, flow.latest_version


async def publish(uow: UnitOfWork, event: UUID) -> tuple[UUID, int]:
    """Publish the draft: new registrations begin on it, open ones stay on theirs. Returns uid and number.

    Publishing a draft that is the latest version already answers that version.

    Raises:
        FlowInvalid: every reason is listed.
    """
    row = await service.manage(uow, event)
    flow = await FlowRepository(session=uow.session).of_event(row.id, lock=True)
    if flow is None:
        raise FlowInvalid(errors=(FieldProblem("/steps", "required", "Give the flow steps first."),))
    draft = msgspec.json.decode(flow.draft, type=flows.FlowDraft)
    published = await forms.latest_versions(uow, [step.form for step in draft.steps if step.form])
    tickets = await TicketRepository(session=uow.session).of_event(row.id)
    most = max((ticket.max_per_order for ticket, _ in tickets), default=1)
    document, problems = flows.compile_flow(draft, published, most_per_order=most)
    if document is None:
        raise FlowInvalid(errors=tuple(problems))
    encoded = msgspec.json.encode(document)
    digest = content_hash(encoded)
    versions = FlowVersionRepository(session=uow.session)
    latest = await versions.latest(flow.id)
    if latest is not None and latest.document_hash == digest:
        return latest.uid, latest.number
    flow.latest_version += 1
    flow.touch()
    version = await versions.add(
        EventFlowVersion(
            organization_id=row.organization_id,
            event_id=row.id,
            flow_id=flow.id,
            number=flow.latest_version,
            document=encoded,
            document_hash=digest,
            published_at=clock.now(),
        )
    )
    row.flow_version_id = version.id
    await audit.record(
        uow, "flow.published", subject_type="event", subject_uid=row.uid, organization_id=row.organization_id,
        details={"version": version.number, "document_hash": digest},
    )  # fmt: skip
    await service.changed(uow, row)
    return version.uid, version.number


async def version(uow: UnitOfWork, version_id: int) -> FlowVersion:
    """Return a published flow. It never changes, so the process keeps what it has decoded.

    Raises:
        NotFound: no such version in scope.
    """
    key = f"flow-version:{version_id}"
    kept: FlowVersion | None = uow.kernel.memo.get(key)
    if kept is not None:
        return kept
    row = await FlowVersionRepository(session=uow.session).get_one_or_none(id=version_id)
    if row is None:
        raise NotFound
    found = FlowVersion(
        row.id,
        row.uid,
        row.number,
        row.event_id,
        row.organization_id,
        msgspec.json.decode(row.document, type=FlowDocument),
    )
    uow.kernel.memo.put(key, found)
    return found


async def versions_of(uow: UnitOfWork, event: contracts.Event) -> list[FlowVersion]:
    """Return an event's published flows, the newest first; of more than fifty the newest fifty."""
    return [await version(uow, key) for key in await flow_version_ids(uow.session, event.id)]


async def forms_of(uow: UnitOfWork, flow: FlowVersion) -> Mapping[UUID, PublishedForm]:
    """Return the form versions a flow is pinned to, by uid."""
    return await forms.versions(uow, [step.form_version for step in flow.document.steps if step.form_version])


async def compose(uow: UnitOfWork, event: contracts.Event, flow: FlowVersion) -> bytes:
    """Return a flow with all its form documents as one JSON text."""
    documents = await forms_of(uow, flow)
    return flows.body(service.event_frame(event), flow.uid, flow.number, flow.document, documents)


async def public_document(kernel: Kernel, principal: Principal, which: str) -> bytes:
    """Return the flow that new registrations of an event begin on; cached, and forgotten when the event changes.

    Raises:
        NotFound: there is no such event, or it has no published flow.
    """

    async def build() -> bytes:
        # In a transaction of its own: others may be waiting for this document too.
        async with unit_of_work(kernel, principal) as own:
            event = await service.published(own, which)
            if event.flow_version_id is None:
                raise NotFound
            return await compose(own, event, await version(own, event.flow_version_id))

    return await kernel.cache.get(f"event-flow:{service.reference(which)}", build)
