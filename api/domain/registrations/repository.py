"""Registrations in SQL. ``alive`` is the one place that hides deleted rows; the tenant's wall is the database's."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import Row, Select, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.registrations.models import (
    Attendee,
    IdempotencyKey,
    Registration,
    RegistrationKey,
    RegistrationToken,
    RevealNote,
    SealedAnswer,
    SeatHold,
    SetAside,
    StepAnswer,
)
from api.lib import clock, tracing
from api.lib.crypto import RecordKey
from api.lib.db import Database


class RegistrationRepository(SQLAlchemyAsyncRepository[Registration]):
    """Registrations of the organizations in scope."""

    model_type = Registration

    def alive(self) -> Select[Registration]:
        """Hide what was deleted."""
        return select(Registration).where(Registration.deleted_at.is_(None))

    async def by_uid(self, uid: UUID, *, lock: bool = False, deleted: bool = False) -> Registration | None:
        statement = select(Registration) if deleted else self.alive()
        statement = statement.where(Registration.uid == uid)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return await self.session.scalar(statement)

    async def of_account(self, account_id: int, limit: int) -> list[Registration]:
        found = await self.session.scalars(
            self.alive()
            .where(Registration.account_id == account_id)
            .order_by(Registration.updated_at.desc(), Registration.uid)
            .limit(limit)
        )
        return list(found)

    async def with_ids(self, ids: Sequence[int], limit: int) -> Sequence[Row[Registration, int]]:
        """Return some registrations with the number of their attendees, the last changed first."""
        return await self._with_counts(self.alive().where(Registration.id.in_(ids)), limit)

    async def _with_counts(self, statement: Select[Registration], limit: int) -> Sequence[Row[Registration, int]]:
        count = (
            select(func.count())
            .where(Attendee.registration_id == Registration.id, Attendee.state != "withdrawn")
            .correlate(Registration)
            .scalar_subquery()
        )
        statement = statement.order_by(Registration.updated_at.desc(), Registration.uid.desc()).limit(limit)
        return (await self.session.execute(statement.add_columns(count))).all()

    async def by_uids(self, uids: Sequence[UUID]) -> list[Registration]:
        """Return registrations whether deleted or not: other systems must learn of a deletion too."""
        found = await self.session.scalars(select(Registration).where(Registration.uid.in_(uids)))
        return list(found)


# --- before a tenant is known


async def organization_of(session: AsyncSession, uid: UUID) -> int | None:
    """Return the organization of a registration."""
    found: int | None = await session.scalar(text("SELECT prs_registration_organization(:uid)"), {"uid": uid})
    return found


async def organization_of_token(session: AsyncSession, token_hash: bytes) -> int | None:
    """Return the organization of a token's registration."""
    found: int | None = await session.scalar(text("SELECT prs_token_organization(:hash)"), {"hash": token_hash})
    return found


async def organizations_of_account(session: AsyncSession, account_id: int) -> list[int]:
    """Return the organizations in which an account has registrations."""
    found: list[int] | None = await session.scalar(text("SELECT prs_account_organizations(:id)"), {"id": account_id})
    return found or []


# --- tokens


async def token_is_good(session: AsyncSession, registration_id: int, token_hash: bytes, now: datetime) -> bool:
    """Tell whether a capability is this registration's and not over."""
    found = await session.scalar(
        select(RegistrationToken.registration_id).where(
            RegistrationToken.token_hash == token_hash,
            RegistrationToken.registration_id == registration_id,
            RegistrationToken.purpose == "capability",
            RegistrationToken.expires_at > now,
        )
    )
    return found is not None


async def use_link(session: AsyncSession, token_hash: bytes, now: datetime) -> int | None:
    """Use a link; returns its registration's private key. One that resumes a draft works once, one that a
    confirmation carries until it is over."""
    lasting = await session.scalar(
        select(RegistrationToken.registration_id).where(
            RegistrationToken.token_hash == token_hash,
            RegistrationToken.purpose == "manage",
            RegistrationToken.expires_at > now,
        )
    )
    if lasting is not None:
        return lasting
    return await session.scalar(
        update(RegistrationToken)
        .where(
            RegistrationToken.token_hash == token_hash,
            RegistrationToken.purpose == "resume",
            RegistrationToken.expires_at > now,
            RegistrationToken.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RegistrationToken.registration_id)
    )


# --- steps


async def steps_of(session: AsyncSession, registration_ids: Sequence[int]) -> list[StepAnswer]:
    """Return the saved steps of some registrations."""
    found = await session.scalars(
        select(StepAnswer)
        .where(StepAnswer.registration_id.in_(registration_ids))
        .execution_options(populate_existing=True)
    )
    return list(found)


async def sealed_of(session: AsyncSession, registration_ids: Sequence[int]) -> list[SealedAnswer]:
    """Return the sealed answers of some registrations."""
    found = await session.scalars(
        select(SealedAnswer)
        .where(SealedAnswer.registration_id.in_(registration_ids))
        .execution_options(populate_existing=True)
    )
    return list(found)


async def with_number(session: AsyncSession, indexes: Sequence[tuple[int, bytes]]) -> list[int]:
    """Return the private keys of registrations with an identity number, given by its index in each organization."""
    found = await session.scalars(
        select(SealedAnswer.registration_id)
        .where(tuple_(SealedAnswer.organization_id, SealedAnswer.blind_index).in_(indexes))
        .distinct()
    )
    return list(found)


async def key_of(session: AsyncSession, registration_id: int) -> RegistrationKey | None:
    """Return the data key of a registration's sensitive answers."""
    return await session.get(RegistrationKey, registration_id, populate_existing=True)


async def add_key(session: AsyncSession, registration: Registration, key: RecordKey) -> None:
    """Store a registration's data key; its row is locked by the caller or new."""
    await session.execute(
        insert(RegistrationKey).values(
            registration_id=registration.id,
            organization_id=registration.organization_id,
            key_id=key.key_id,
            wrapped=key.wrapped,
            created_at=clock.now(),
        )
    )


async def add_note(session: AsyncSession, registration: Registration, uid: UUID, sealed: bytes) -> None:
    """Store a sealed note of a reveal."""
    await session.execute(
        insert(RevealNote).values(
            uid=uid,
            registration_id=registration.id,
            organization_id=registration.organization_id,
            sealed_note=sealed,
            created_at=clock.now(),
        )
    )


async def note_of(session: AsyncSession, registration_id: int, uid: UUID) -> RevealNote | None:
    """Return the sealed note of one of a registration's reveals."""
    return await session.scalar(
        select(RevealNote).where(RevealNote.registration_id == registration_id, RevealNote.uid == uid)
    )


async def put_steps(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace steps."""
    if not rows:
        return
    new = insert(StepAnswer).values(list(rows))
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["registration_id", "step"],
            set_={key: new.excluded[key] for key in ("complete", "answers", "saved_at")},
        )
    )


async def put_sealed(
    session: AsyncSession, registration_id: int, steps: Sequence[str], rows: Sequence[dict[str, Any]]
) -> None:
    """Replace the sealed answers of some steps."""
    await session.execute(
        delete(SealedAnswer).where(SealedAnswer.registration_id == registration_id, SealedAnswer.step.in_(steps))
    )
    if rows:
        await session.execute(insert(SealedAnswer).values(list(rows)))


async def drop_steps(session: AsyncSession, registration_id: int, steps: Sequence[str]) -> None:
    """Forget steps that do not apply."""
    if steps:
        await session.execute(
            delete(StepAnswer).where(StepAnswer.registration_id == registration_id, StepAnswer.step.in_(steps))
        )


async def put_aside(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Keep answers that have no place any more."""
    if rows:
        await session.execute(insert(SetAside).values(list(rows)))


async def aside_of(session: AsyncSession, registration_ids: Sequence[int]) -> list[SetAside]:
    """Return the answers of some registrations that were set aside, the first first."""
    found = await session.scalars(
        select(SetAside)
        .where(SetAside.registration_id.in_(registration_ids))
        .order_by(SetAside.registration_id, SetAside.created_at, SetAside.step, SetAside.pointer)
    )
    return list(found)


# --- seats and attendees


async def seats_of(session: AsyncSession, registration_ids: Sequence[int], *, lock: bool = False) -> list[SeatHold]:
    """Return the seats of some registrations, in the tickets' order."""
    statement = (
        select(SeatHold)
        .where(SeatHold.registration_id.in_(registration_ids))
        .order_by(SeatHold.ticket_id)
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(statement.with_for_update() if lock else statement))


_EXPIRE = text(
    """
    WITH over AS (
      SELECT registration_id, ticket_id FROM registration_seat
      WHERE state = 'held' AND held_until < :now AND registration_id IS DISTINCT FROM CAST(:but AS bigint)
        AND (CAST(:ticket AS bigint) IS NULL OR ticket_id = :ticket)
      ORDER BY ticket_id LIMIT 1000 FOR UPDATE SKIP LOCKED
    ), freed AS (
      UPDATE registration_seat s SET state = 'wanted', held_until = NULL
      FROM over WHERE s.registration_id = over.registration_id AND s.ticket_id = over.ticket_id
      RETURNING s.ticket_id, s.quantity
    )
    SELECT ticket_id, sum(quantity) FROM freed GROUP BY ticket_id ORDER BY ticket_id
    """
)


async def expire_holds(
    session: AsyncSession, now: datetime, ticket_id: int | None = None, *, but: int | None = None
) -> list[tuple[int, int]]:
    """Let holds that have run out go, those of the registration ``but`` excepted; returns (ticket, seats) to be given
    back. Holds in use by others are skipped."""
    found = await session.execute(_EXPIRE, {"now": now, "ticket": ticket_id, "but": but})
    return [(ticket, int(quantity)) for ticket, quantity in found]


async def put_seats(session: AsyncSession, registration_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Replace the seats of a registration."""
    await session.execute(delete(SeatHold).where(SeatHold.registration_id == registration_id))
    if rows:
        await session.execute(insert(SeatHold).values(list(rows)))


async def drop_seats(session: AsyncSession, registration_ids: Sequence[int]) -> None:
    """Forget the seats of some registrations."""
    await session.execute(delete(SeatHold).where(SeatHold.registration_id.in_(registration_ids)))


async def attendees_of(
    session: AsyncSession, registration_ids: Sequence[int], *, withdrawn: bool = False
) -> list[Attendee]:
    """Return the attendees of some registrations, in their order; those a change took off only if asked for."""
    statement = (
        select(Attendee)
        .where(Attendee.registration_id.in_(registration_ids), Attendee.deleted_at.is_(None))
        .order_by(Attendee.registration_id, Attendee.position)
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(statement if withdrawn else statement.where(Attendee.state != "withdrawn")))


async def put_attendees(session: AsyncSession, registration_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Replace the attendees of a draft."""
    await session.execute(delete(Attendee).where(Attendee.registration_id == registration_id))
    if rows:
        await session.execute(insert(Attendee).values(list(rows)))


async def set_attendees(session: AsyncSession, registration_id: int, state: str, now: datetime) -> None:
    """Move the attendees of a registration to a state, except those a change took off."""
    await session.execute(
        update(Attendee)
        .where(Attendee.registration_id == registration_id, Attendee.state != "withdrawn")
        .values(state=state, revision=Attendee.revision + 1, updated_at=now)
    )


async def cancel_attendees(session: AsyncSession, registration_ids: Sequence[int], now: datetime) -> None:
    """Cancel the attendees of some registrations."""
    await session.execute(
        update(Attendee)
        .where(Attendee.registration_id.in_(registration_ids), Attendee.state != "withdrawn")
        .values(state="cancelled", revision=Attendee.revision + 1, updated_at=now)
    )


# --- the hot path: everything in one call of the database, see ``hot_path.sql``


class Outcome(NamedTuple):
    """What the database function says of a registration; uid and digest are those of a known key."""

    outcome: str
    uid: UUID | None
    digest: bytes | None


class SeatsGone(Exception):
    """Another transaction took seats between the function's glance and its grasp; nothing was written."""


async def register(database: Database, organization_ids: Iterable[int], batch: bytes) -> list[Outcome]:
    """Complete registrations, given as a JSON array, in one transaction that is committed on return.

    Past SQLAlchemy, which would cost more than the rest of the call (docs/adr/0014).

    Raises:
        SeatsGone: as it says.
        IntegrityError: a constraint refused one of them.
        asyncpg.PostgresError, OSError: the driver's own, whose texts may quote answers.
    """
    scope = "{" + ",".join(str(key) for key in sorted(set(organization_ids))) + "}"
    async with database.engine.connect() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        try:
            with tracing.span("postgresql.query", _REGISTER, kind="sql"):
                rows = await raw.fetch(_REGISTER, scope, batch.decode())
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError(_REGISTER, None, error, hide_parameters=True) from error
        except asyncpg.PostgresError as error:
            if error.sqlstate == _SEATS_GONE:
                raise SeatsGone from error
            raise
        except Exception as error:
            # The driver has several ways to say so, and not all of them are its PostgresError.
            if raw.is_closed() or isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
                raise ConnectionError("the connection to the database is gone") from error
            raise
        finally:
            # The pool learns of it only from its own statements.
            if raw.is_closed():
                await connection.invalidate()
    return [Outcome(*row) for row in rows]


_SEATS_GONE = "PRS01"


_REGISTER = "SELECT outcome, registration_uid, request_digest FROM prs_register($1::text, $2::text::jsonb) ORDER BY n"


# --- idempotency


async def try_key(session: AsyncSession, scope: str, key: str) -> bool:
    """Lock an idempotency key for this transaction; returns whether nobody else has it now."""
    got: bool | None = await session.scalar(
        text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 20261120))"), {"name": f"{scope}\x1f{key}"}
    )
    return bool(got)


async def known_key(session: AsyncSession, scope: str, key: str) -> IdempotencyKey | None:
    """Return what happened under a key."""
    return await session.get(IdempotencyKey, (scope, key))


async def drop_keys(session: AsyncSession, uids: Sequence[UUID]) -> None:
    """Forget the idempotency keys of some registrations."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.registration_uid.in_(uids)))


# --- jobs
