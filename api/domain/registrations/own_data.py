"""A person's registrations for the person: with all answers, the sensitive ones in full."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from api.domain.audit import service as audit
from api.domain.catalog import flow_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event
from api.domain.privacy import consents
from api.domain.privacy.contracts import OwnFile, Section
from api.domain.privacy.register import TABLES
from api.domain.registrations import answers, history, repository, sealing
from api.domain.registrations.models import Registration
from api.domain.registrations.uploads import service as uploads
from api.domain.sync import service as sync
from api.domain.sync.contracts import Destination
from api.lib.uow import UnitOfWork


async def sections(uow: UnitOfWork, rows: Sequence[Registration]) -> list[Section]:
    """Return registrations with answers, attendees and seats; consents; mails; and what the trail says of them."""
    events = await catalog.by_ids(uow, [row.event_id for row in rows])
    given = await _answers(uow, rows)
    people = defaultdict(list)
    for one in await repository.attendees_of(uow.session, [row.id for row in rows]):
        people[one.registration_id].append({"name": one.name, "email": one.email, "state": one.state})
    aside = defaultdict(list)
    by_id = {row.id: row for row in rows}
    for left in await repository.aside_of(uow.session, list(by_id)):
        answer = await sealing.open_aside(uow, by_id[left.registration_id], left)
        aside[left.registration_id].append({"step": left.step, "field": left.pointer, "answer": answer})
    changes = defaultdict(list)
    for change in await history.changes_of(uow.session, list(by_id)):
        changes[change.registration_id].append(
            {
                "at": change.changed_at,
                "by": change.actor_kind,
                "field": f"{change.step}{change.pointer}",
                "before": change.before,
                "after": change.after,
            }
        )
    records = [
        {
            "uid": row.uid,
            "event": _title(events.get(row.event_id), row.locale),
            "state": row.state,
            "confirmation_number": row.confirmation_number,
            "name": row.contact_name,
            "email": row.contact_email,
            "phone": row.contact_phone,
            "language": row.locale,
            "begun_at": row.created_at,
            "submitted_at": row.submitted_at,
            "cancelled_at": row.cancelled_at,
            "deleted_at": row.deleted_at,
            "attendees": people[row.id],
            "answers": given[row.id],
            "set_aside": aside[row.id],
            "changes": changes[row.id],
        }
        for row in rows
    ]
    return [
        Section("registrations", TABLES["registration"].title, TABLES["registration"].purpose, records),
        await _files(uow, rows),
        await _consents(uow, rows),
        await _mails(uow, rows),
        Section("trail", "What was done", TABLES["audit_event"].purpose, await audit.about(uow, [r.uid for r in rows])),
    ]


def _title(event: Event | None, locale: str) -> str:
    if event is None:
        return ""
    return event.title.get(locale) or event.title.get("en") or event.slug


async def _answers(uow: UnitOfWork, rows: Sequence[Registration]) -> dict[int, dict[str, Any]]:
    """Return all answers by registration and step, the sealed ones opened: the person's own."""
    found: dict[int, dict[str, Any]] = {row.id: {} for row in rows}
    by_id = {row.id: row for row in rows}
    sealed = defaultdict(list)
    for secret in await repository.sealed_of(uow.session, list(by_id)):
        sealed[secret.registration_id].append(secret)
    opened = {key: await sealing.opened(uow, by_id[key], some) for key, some in sealed.items()}
    for step in await repository.steps_of(uow.session, list(by_id)):
        whole = opened.get(step.registration_id, {})
        secrets = {pointer: value for (name, pointer), value in whole.items() if name == step.step}
        if step.answers or secrets:
            found[step.registration_id][step.step] = answers.put_in(step.answers, secrets)
    return found


async def _files(uow: UnitOfWork, rows: Sequence[Registration]) -> Section:
    """Return the person's files, read when the archive is written."""
    by_id = {row.id: row for row in rows}
    records, files = [], []
    for upload, content in await uploads.all_of(uow, rows):
        path = f"files/{upload.uid}/{content.name}"
        files.append(OwnFile(path, content.read))
        records.append(
            {
                "registration": by_id[upload.registration_id].uid,
                "field": f"{upload.step}{upload.pointer}",
                "name": content.name,
                "media_type": content.media_type,
                "size": content.size,
                "sent_at": upload.created_at,
                "path": path,
            }
        )
    use = TABLES["registration_upload"]
    return Section("files", use.title, use.purpose, records, tuple(files))


async def _consents(uow: UnitOfWork, rows: Sequence[Registration]) -> Section:
    by_id = {row.id: row.uid for row in rows}
    records = [
        {
            "purpose": one.purpose,
            "text_version": one.text_version,
            "language": one.locale,
            "given_at": one.given_at,
            "withdrawn_at": one.withdrawn_at,
            "source": one.source,
            "registration": by_id.get(one.registration_id or 0),
        }
        for one in await consents.of(uow, list(by_id))
    ]
    return Section("consents", TABLES["consent"].title, TABLES["consent"].purpose, records)


async def _mails(uow: UnitOfWork, rows: Sequence[Registration]) -> Section:
    told = await sync.told(uow, [row.uid for row in rows])
    records = [
        {"to": destination, "about": aggregate, "registration": uid, "at": at}
        for destination, aggregate, uid, at in told
        if destination != Destination.ODOO or aggregate == "registration"
    ]
    return Section("messages", "Mails, and what other systems were told", TABLES["sync_binding"].purpose, records)


async def declared_fields(uow: UnitOfWork, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return what the forms of some events declare of their fields, for the register of processing."""
    found: list[dict[str, Any]] = []
    for event in events:
        if event.flow_version_id is None:
            continue
        flow = await flow_service.version(uow, event.flow_version_id)
        forms = await flow_service.forms_of(uow, flow)
        for step in flow.document.steps:
            if step.form_version is not None:
                found += answers.declared(forms[step.form_version].compiled, event.slug)
    return found
