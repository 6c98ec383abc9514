"""Events shown before they are published: by a signed address that is good for a short time. Nothing is written."""

import base64
import binascii
import hmac
import time
from collections.abc import Mapping
from uuid import UUID

import msgspec

from api.domain.catalog import contracts, flows, repository, service
from api.domain.catalog.contracts import FlowDocument
from api.domain.catalog.errors import FlowInvalid, PreviewOver
from api.domain.catalog.repository import FlowRepository, TicketRepository
from api.domain.forms import engine
from api.domain.forms import service as forms
from api.domain.forms.contracts import PublishedForm
from api.lib.errors import FieldProblem, NotFound
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

SECONDS = 3600
_PURPOSE = b"event-preview:"


async def make(uow: UnitOfWork, uid: UUID) -> tuple[str, int]:
    """Return a token that shows an event as it is edited, and its life in seconds.

    Raises:
        NotFound: there is no such event for this caller.
    """
    await service.enter_of(uow, "event", uid, Permission.EVENT_MANAGE)
    said = uid.bytes + int(time.time() + SECONDS).to_bytes(8)
    token = base64.urlsafe_b64encode(said + _signature(uow, said)).rstrip(b"=").decode()
    return token, SECONDS


def _signature(uow: UnitOfWork, said: bytes) -> bytes:
    return uow.kernel.vault.digest(_PURPOSE + said)


async def enter(uow: UnitOfWork, token: str) -> contracts.Event:
    """Return the event a token shows and enter its organization, to read.

    Raises:
        PreviewOver: it is not one of ours, or its time is over.
    """
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise PreviewOver from error
    said, signature = raw[:24], raw[24:]
    if not hmac.compare_digest(signature, _signature(uow, said)) or int.from_bytes(said[16:]) < time.time():
        raise PreviewOver
    uid = UUID(bytes=said[:16])
    organization_id = await repository.organization_of(uow.session, "event", uid)
    if organization_id is None:
        raise PreviewOver
    await uow.enter_organization(organization_id)
    try:
        return await service.find(uow, str(uid))
    except NotFound as error:
        raise PreviewOver from error


async def flow(uow: UnitOfWork, event: contracts.Event) -> bytes:
    """Return the flow as it is edited, with the forms as they are edited, in the shape of a published one.

    Raises:
        FlowInvalid: it has no steps yet, or something in it or in a form has to be mended first.
    """
    row = await FlowRepository(session=uow.session).of_event(event.id)
    if row is None:
        raise FlowInvalid(errors=(FieldProblem("/steps", "required", "Give the flow steps first."),))
    draft = msgspec.json.decode(row.draft, type=flows.FlowDraft)
    found, problems = await _forms(uow, draft)
    tickets = await TicketRepository(session=uow.session).of_event(event.id)
    most = max((ticket.max_per_order for ticket, _ in tickets), default=1)
    document, others = flows.compile_flow(draft, found, most_per_order=most)
    if document is None or problems:
        raise FlowInvalid(errors=(*problems, *others))
    return _body(event, document, row.latest_version + 1, found)


async def _forms(uow: UnitOfWork, draft: flows.FlowDraft) -> tuple[dict[UUID, PublishedForm], list[FieldProblem]]:
    found: dict[UUID, PublishedForm] = {}
    problems: list[FieldProblem] = []
    for index, step in enumerate(draft.steps):
        if step.form is None or step.form in found:
            continue
        form, source = await forms.get(uow, step.form)
        _, compiled, wrong = engine.examine(source)
        if compiled is None or wrong:
            problems.append(FieldProblem(f"/steps/{index}/form", "invalid", "Mend the form's problems first."))
        else:
            found[step.form] = PublishedForm(
                form.uid, form.latest_version + 1, source, msgspec.json.encode(compiled), compiled
            )
    return found, problems


def _body(event: contracts.Event, document: FlowDocument, number: int, found: Mapping[UUID, PublishedForm]) -> bytes:
    return flows.body(service.event_frame(event), event.uid, number, document, found)
