"""Erasing a person: asked for here, done by the worker part by part, each in a transaction of its own.

What is done is written into the request in the same transaction, so that a process that is killed loses one part at
most, and whoever goes on does nothing twice. The request is done once every other system has taken its outbox rows.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from api.domain.audit import service as audit
from api.domain.organizations import service as organizations
from api.domain.privacy import repository
from api.domain.privacy.contracts import Erased, Erasure, ErasureState, PersonalData, Proof, Subject
from api.domain.privacy.models import ErasureRow
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Destination
from api.lib import clock, telemetry
from api.lib.ids import new_uid
from api.lib.security import SYSTEM, Principal
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

log = telemetry.logger(__name__)

LISTED = 200
_BATCH = 100
_LONGEST_WAIT = 600.0
_WORKER = Principal(kind="service", subject_uid="worker")


def _digest(uow: UnitOfWork, subject: Subject, organization_id: int | None) -> bytes:
    """Return a keyed digest by which the subject can be recognised by whoever names it, and by nobody else."""
    named = [
        f"account:{subject.account}" if subject.account else "",
        *(f"registration:{uid}" for uid in sorted(subject.registrations, key=str)),
        f"email:{organization_id}:{subject.email.lower()}" if subject.email else "",
    ]
    return uow.kernel.vault.digest(b"erasure\x00" + "\x00".join(filter(None, named)).encode())


def _context(uid: UUID) -> str:
    return f"erasure:sealed_email:{uid}"


async def request(uow: UnitOfWork, subject: Subject, *, source: str, organization_id: int | None) -> Erasure:
    """Ask for a person to be erased; asking again while it is under way answers the same request."""
    digest = _digest(uow, subject, organization_id)
    known = await repository.open_erasure(uow.session, digest)
    if known is not None:
        return _contract(known)
    uid, now = new_uid(), clock.now()
    vault = uow.kernel.vault
    row: dict[str, Any] = {
        "uid": uid,
        "organization_id": organization_id,
        "source": source,
        "state": "requested",
        "account_uid": subject.account,
        "registration_uids": list(subject.registrations),
        "sealed_email": vault.seal(subject.email.lower().encode(), context=_context(uid)) if subject.email else None,
        "subject_digest": digest,
        "steps": [],
        "places": {},
        "told": {},
        "requested_at": now,
        "next_at": now,
        "attempts": 0,
    }
    await repository.add_erasure(uow.session, row)
    await audit.record(
        uow, "erasure.requested", subject_type="erasure", subject_uid=uid, organization_id=organization_id,
        details={"source": source},
    )  # fmt: skip
    return Erasure(uid, ErasureState.REQUESTED, source, now, None, None, None)


def _contract(row: ErasureRow) -> Erasure:
    done = row.state == "done"
    return Erasure(
        row.uid, ErasureState(row.state), row.source, row.requested_at, row.finished_at, row.error,
        Proof(row.places, row.subject_digest.hex()) if done else None,
    )  # fmt: skip


async def listed(uow: UnitOfWork, organization_ids: Sequence[int]) -> list[Erasure]:
    """Return the newest requests of some organizations."""
    return [_contract(row) for row in await repository.erasures_of(uow.session, organization_ids, LISTED)]


# --- the worker's part


async def run_due(kernel: Kernel, parts: Sequence[PersonalData]) -> int:
    """Go on with every request whose time has come; returns how many are done now. For the worker."""
    async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
        due = await repository.due_erasures(uow.session, _BATCH)
    finished = 0
    for uid in due:
        try:
            while await advance(kernel, parts, uid):
                pass
        except Exception as error:  # noqa: BLE001 (one request's trouble must not keep the others waiting)
            log.error("an erasure failed", uid=str(uid), error=type(error).__name__, trace=telemetry.trace(error))
            await _postpone(kernel, uid, type(error).__name__)
            continue
        async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
            row = await repository.lock_erasure(uow.session, uid)
            finished += row is None
    return finished


async def _postpone(kernel: Kernel, uid: UUID, reason: str) -> None:
    async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
        row = await repository.lock_erasure(uow.session, uid)
        if row is not None:
            _again(row, ErasureState.FAILED, reason)


def _again(row: ErasureRow, state: ErasureState, reason: str | None) -> None:
    row.state, row.error = state.value, reason
    row.attempts += 1
    row.next_at = clock.now() + timedelta(seconds=min(2.0**row.attempts, _LONGEST_WAIT))


async def advance(kernel: Kernel, parts: Sequence[PersonalData], uid: UUID) -> bool:
    """Do the next part of a request, in one transaction; returns whether there is more to do at once."""
    async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
        row = await repository.lock_erasure(uow.session, uid)
        if row is None:
            return False
        part = next((one for one in parts if one.name not in row.steps), None)
        if part is None:
            return await _finish(uow, row)
        erased = await part.erase(uow, await _subject(uow, row))
        _note(row, part.name, erased)
        row.state, row.error = ErasureState.RUNNING.value, None
        return True


async def _subject(uow: UnitOfWork, row: ErasureRow) -> Subject:
    below: frozenset[int] = frozenset()
    if row.organization_id is not None:
        below = (await organizations.subtrees(uow, [row.organization_id])).get(row.organization_id, frozenset())
    sealed = row.sealed_email
    email = uow.kernel.vault.open(sealed, context=_context(row.uid)).decode() if sealed else None
    return Subject(
        account=row.account_uid, registrations=tuple(row.registration_uids), email=email, organization_ids=below
    )


def _note(row: ErasureRow, part: str, erased: Erased) -> None:
    row.steps = [*row.steps, part]
    row.places = row.places | {name: row.places.get(name, 0) + count for name, count in erased.places.items()}
    told: dict[str, list[str]] = {key: list(uids) for key, uids in row.told.items()}
    for one in erased.told:
        told.setdefault(f"{one.destination}/{one.aggregate}", []).append(str(one.uid))
    row.told = told


def _set_up(kernel: Kernel, destination: Destination) -> bool:
    """Tell whether there is such a system here; what was never told anything need not be waited for."""
    settings = kernel.settings
    return bool({Destination.ODOO: settings.odoo_url, Destination.ANALYTICS: settings.mixpanel_token}.get(destination))


async def _finish(uow: UnitOfWork, row: ErasureRow) -> bool:
    """Close a request that everybody has heard of; otherwise look again later. Returns False: nothing more at once."""
    waiting, refused = 0, []
    counts: dict[str, int] = {}
    for key, uids in row.told.items():
        name, aggregate = key.split("/", 1)
        destination = Destination(name)
        pending, dead = await sync.outstanding(uow, destination, Aggregate(aggregate), [UUID(uid) for uid in uids])
        if _set_up(uow.kernel, destination):
            waiting += pending
            counts[name] = counts.get(name, 0) + len(uids)
        if dead:
            refused.append(name)
    if refused:
        # `prs sync replay` puts them back; the request goes on by itself then.
        _again(row, ErasureState.FAILED, f"refused by {', '.join(sorted(refused))}")
        return False
    if waiting:
        _again(row, ErasureState.RUNNING, f"{waiting} waiting for other systems")
        return False
    row.places = dict(sorted((row.places | counts).items()))
    # Whom it was about is known to nobody any more: the digest tells it only to whoever already knows.
    row.account_uid, row.registration_uids, row.sealed_email, row.told = None, [], None, {}
    row.state, row.error, row.finished_at = ErasureState.DONE.value, None, clock.now()
    await uow.session.flush()
    proof = msgspec.to_builtins(Proof(row.places, row.subject_digest.hex()))
    await audit.record(
        uow, "erasure.done", subject_type="erasure", subject_uid=row.uid, organization_id=row.organization_id,
        details=proof,
    )  # fmt: skip
    uow.kernel.metrics.increment("privacy.erased")
    return False
