"""What was changed of a confirmed registration: who, when, from what to what."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.accounts import service as accounts
from api.domain.forms import engine
from api.domain.forms.engine import CompiledForm
from api.domain.registrations import access, answers
from api.domain.registrations.models import Registration, RegistrationChange
from api.lib import clock
from api.lib.security import Permission
from api.lib.uow import UnitOfWork


class Difference(msgspec.Struct, frozen=True):
    """An answer before and after; null where there was none. Of a sensitive one neither is said."""

    pointer: str
    sensitive: bool
    before: Any
    after: Any


class Entry(msgspec.Struct, frozen=True):
    """A moment in a registration's life. ``kind``: begun, confirmed, changed, cancelled or deleted."""

    at: datetime
    kind: str
    actor: str
    revision: int | None = None
    step: str | None = None
    pointer: str | None = None
    sensitive: bool = False
    before: Any = None
    after: Any = None


def differences(form: CompiledForm, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return which answers differ, in the form's order."""
    found = []
    for path, item in engine.leaf_fields(form):
        was, has = answers.values_at(before, path), answers.values_at(after, path)
        for pointer in dict.fromkeys([*was, *has]):
            old, new = was.get(pointer), has.get(pointer)
            if old != new:
                kept = (None, None) if item.sensitive else (old, new)
                found.append(Difference(pointer, item.sensitive, *kept))
    return found


async def keep(uow: UnitOfWork, row: Registration, changes: Sequence[tuple[str, Difference]]) -> None:
    """Write down what is changed of a registration, by step; its revision is about to be counted up."""
    if not changes:
        return
    now = clock.now()
    await uow.session.execute(
        insert(RegistrationChange).values(
            [
                {
                    "registration_id": row.id,
                    "organization_id": row.organization_id,
                    "changed_at": now,
                    "actor_kind": uow.principal.kind,
                    "actor_uid": uow.principal.subject_uid,
                    "revision": row.revision + 1,
                    "step": step,
                    "pointer": change.pointer,
                    "sensitive": change.sensitive,
                    "before": null() if change.before is None else change.before,
                    "after": null() if change.after is None else change.after,
                }
                for step, change in changes
            ]
        )
    )


async def changes_of(session: AsyncSession, registration_ids: Sequence[int]) -> list[RegistrationChange]:
    """Return what was changed of some registrations, in order."""
    found = await session.scalars(
        select(RegistrationChange)
        .where(RegistrationChange.registration_id.in_(registration_ids))
        .order_by(RegistrationChange.id)
    )
    return list(found)


async def timeline(uow: UnitOfWork, uid: UUID) -> list[Entry]:
    """Return a registration's life, the newest first, for staff.

    Raises:
        NotFound: there is none such for this caller.
    """
    row = await access.enter(uow, uid, Permission.REGISTRATION_READ, staff_only=True)
    changes = await changes_of(uow.session, [row.id])
    names = await accounts.names(uow, [UUID(one.actor_uid) for one in changes if one.actor_kind == "account"])
    who = {str(key): name for key, name in names.items()}
    moments = (
        ("begun", row.created_at),
        ("confirmed", row.submitted_at),
        ("cancelled", row.cancelled_at),
        ("deleted", row.deleted_at),
    )
    life = [Entry(at, kind, "") for kind, at in moments if at is not None]
    life += [
        Entry(
            one.changed_at, "changed", who.get(one.actor_uid or "", one.actor_kind), one.revision, one.step,
            one.pointer, one.sensitive, one.before, one.after,
        )
        for one in changes
    ]  # fmt: skip
    # The draft of a call that registers at once is written with its confirmation: it has begun all the same.
    return sorted(life, key=lambda entry: (entry.kind != "begun", entry.at), reverse=True)
