"""What accounts hold of a person: the account itself, and everything that falls with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, delete, func, or_, select, update

from api.domain.accounts import passwords
from api.domain.accounts.errors import AccountNeeded, WrongCredentials
from api.domain.accounts.models import Account, AuthSession, RoleGrant
from api.domain.audit import service as audit
from api.domain.privacy import register
from api.domain.privacy.contracts import Erased, Rule, Section, Subject
from api.domain.sync import service as sync
from api.domain.sync.contracts import Destination
from api.lib import clock
from api.lib.db import Base
from api.lib.security import Scope
from api.lib.uow import UnitOfWork

_BATCH = 1000


async def account_id(uow: UnitOfWork, uid: UUID | None) -> int | None:
    """Return the private key of an account."""
    if uid is None:
        return None
    return await uow.session.scalar(select(Account.id).where(Account.uid == uid))


async def account_email(uow: UnitOfWork, key: int) -> str | None:
    """Return the address of an account, in small letters."""
    email: str | None = await uow.session.scalar(select(func.lower(Account.email)).where(Account.id == key))
    return email


def own(uow: UnitOfWork) -> Subject:
    """Return the signed-in person.

    Raises:
        AccountNeeded: the caller is a key or a service.
    """
    if uow.principal.account_id is None or uow.principal.subject_uid is None:
        raise AccountNeeded
    return Subject(account=UUID(uow.principal.subject_uid))


async def prove(uow: UnitOfWork, password: str | None) -> None:
    """Refuse whoever has only found an open session.

    Raises:
        WrongCredentials: the password is not the account's.
    """
    known = await uow.session.scalar(select(Account.password_hash).where(Account.id == uow.principal.account_id))
    if known and not await passwords.verify(password or "", known):
        raise WrongCredentials


async def close(uow: UnitOfWork) -> None:
    """Let the signed-in person's account do nothing more, at once: it is about to be erased."""
    now = clock.now()
    key = uow.principal.account_id
    await uow.session.execute(update(Account).where(Account.id == key).values(disabled_at=now))
    await uow.session.execute(
        update(AuthSession)
        .where(AuthSession.account_id == key, AuthSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def _hanging() -> list[tuple[Table, Column[Any]]]:
    """Return the tables whose rows the database deletes with an account, with the column that refers to it.

    Asked of the schema, not listed: a table that comes later is exported and erased too.
    """
    return [
        (table, key.parent)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is Account.__table__ and key.ondelete == "CASCADE"
    ]


class AccountData:
    """Account, sessions, roles, identities, second factors: all that refers to an account and falls with it."""

    name = "accounts"

    @property
    def tables(self) -> tuple[str, ...]:
        return (Account.__tablename__, "refresh_token", *sorted({table.name for table, _ in _hanging()}))

    async def export(self, uow: UnitOfWork, subject: Subject) -> list[Section]:
        key = await account_id(uow, subject.account)
        if key is None:
            return []
        sections = []
        own = Base.metadata.tables[Account.__tablename__]
        for table, column in [(own, own.c.id), *_hanging()]:
            use = register.TABLES[table.name]
            shown = [one for one in table.columns if one.name in use.shown]
            if not shown:
                continue
            rows = await uow.session.execute(select(*shown).where(column == key))
            # Plain text for names: the library's own kind of it cannot be encoded.
            records = [dict(zip((str(one.name) for one in shown), row, strict=True)) for row in rows]
            sections.append(Section(str(table.name), use.title, use.purpose, records))
        await audit.record(uow, "account.data-exported", subject_type="account", subject_uid=subject.account)
        about = [subject.account] if subject.account else []
        done = await audit.about(uow, about)
        # Rows about accounts belong to no organization, which the outbox writes as 0.
        await uow.enter(Scope(uow.scope.organization_ids | {0}))
        mails = [{"to": to, "about": kind, "at": at} for to, kind, _, at in await sync.told(uow, about)]
        sections.append(Section("account_messages", "Mails about your account", "To keep your account safe.", mails))
        return [*sections, Section("account_trail", "What was done to your account", "To show who did what.", done)]

    async def erase(self, uow: UnitOfWork, subject: Subject) -> Erased:
        key = await account_id(uow, subject.account)
        if key is None:
            return Erased({})
        places = {}
        for table, column in _hanging():
            count = await uow.session.scalar(select(func.count()).select_from(table).where(column == key))
            places[table.name] = int(count or 0)
        email = await account_email(uow, key)
        invited = await uow.session.execute(
            delete(RoleGrant).where(func.lower(RoleGrant.email) == email).returning(RoleGrant.id)
        )
        places[RoleGrant.__tablename__] += len(invited.all())
        places["outbox"] = await sync.forget(uow, [Destination.MAIL], [subject.account] if subject.account else [])
        await uow.session.execute(delete(Account).where(Account.id == key))
        return Erased(places | {"account": 1})

    async def retain(
        self, uow: UnitOfWork, rule: Rule, before: datetime, organization_ids: Sequence[int] | None
    ) -> int:
        if rule.table != "auth_session" or organization_ids is not None:
            return 0
        over = (
            select(AuthSession.id)
            .where(or_(AuthSession.expires_at < before, AuthSession.revoked_at < before))
            .limit(_BATCH)
        )
        gone = await uow.session.execute(
            delete(AuthSession).where(AuthSession.id.in_(over.scalar_subquery())).returning(AuthSession.id)
        )
        return len(gone.all())
