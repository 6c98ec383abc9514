"""What people wrote when they asked for help."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select

from api.domain.accounts.personal_data import account_email, account_id
from api.domain.privacy.contracts import Erased, Rule, Section, Subject
from api.domain.privacy.register import TABLES
from api.domain.registrations.personal_data import uids_of
from api.domain.support.contracts import OPERATOR
from api.domain.support.models import SupportRequest
from api.domain.sync import service as sync
from api.domain.sync.contracts import Destination
from api.lib.security import Scope
from api.lib.uow import UnitOfWork

_BATCH = 500


class SupportData:
    """Requests for help: by account, by registration, by address."""

    name = "support"
    tables = ("support_request",)

    async def export(self, uow: UnitOfWork, subject: Subject) -> list[Section]:
        mine = await _mine(uow, subject)
        # Those about no organization are kept under 0.
        await uow.enter(Scope(uow.scope.organization_ids | {OPERATOR}))
        rows = await uow.session.scalars(select(SupportRequest).where(mine).order_by(SupportRequest.id))
        records = [
            {"asked_at": row.created_at, "name": row.name, "email": row.email, "subject": row.subject,
             "message": row.message, "ticket": row.ticket}
            for row in rows
        ]  # fmt: skip
        return [Section("support", TABLES["support_request"].title, TABLES["support_request"].purpose, records)]

    async def erase(self, uow: UnitOfWork, subject: Subject) -> Erased:
        mine = await _mine(uow, subject)
        gone = (
            await uow.session.execute(
                delete(SupportRequest).where(mine).returning(SupportRequest.uid, SupportRequest.ticket)
            )
        ).all()
        await sync.forget(uow, [Destination.SUPPORT], [uid for uid, _ in gone])
        # What the help desk holds is not ours to reach: the proof says so.
        left = sum(ticket is not None for _, ticket in gone)
        return Erased({"support_request": len(gone)} | ({"help_desk_not_erased": left} if left else {}))

    async def retain(
        self, uow: UnitOfWork, rule: Rule, before: datetime, organization_ids: Sequence[int] | None
    ) -> int:
        if rule.table != "support_request" or organization_ids is not None:
            return 0
        old = select(SupportRequest.id).where(SupportRequest.created_at < before).limit(_BATCH)
        gone = await uow.session.execute(
            delete(SupportRequest).where(SupportRequest.id.in_(old.scalar_subquery())).returning(SupportRequest.id)
        )
        return len(gone.all())


async def _mine(uow: UnitOfWork, subject: Subject) -> ColumnElement[bool]:
    uids = await uids_of(uow, subject)
    found: list[ColumnElement[bool]] = [SupportRequest.registration_uid.in_(uids)]
    key = await account_id(uow, subject.account)
    if key is not None:
        found.append(SupportRequest.account_id == key)
        found.append(func.lower(SupportRequest.email) == await account_email(uow, key))
    if subject.email is not None:
        found.append(
            (func.lower(SupportRequest.email) == subject.email)
            & SupportRequest.organization_id.in_(subject.organization_ids)
        )
    return or_(*found)
