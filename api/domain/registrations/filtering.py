"""Which registrations staff look at: filters as SQL, for lists, counts and exports alike."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Numeric

from api.domain.registrations.models import Registration, SeatHold, StepAnswer

# How many registrations of a search are sorted rather than met in their order.
FEW = 2_000
# Answers are counted for so many registrations at most: more take longer than anybody waits while typing.
COUNTED = 20_000

Operator = Literal["is", "contains", "from", "to"]


class AnswerFilter(msgspec.Struct, frozen=True):
    """``kind`` is the field's: choice, choices, boolean, number, date or text. ``value`` is of that kind."""

    step: str
    field: str
    kind: str
    operator: Operator
    value: Any


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """All of it must hold. ``tests``: trials are left out, or they alone are meant."""

    organizations: tuple[int, ...]
    event: int | None = None
    state: str | None = None
    words: str | None = None
    ticket: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    answers: tuple[AnswerFilter, ...] = ()
    tests: bool = False


async def chosen(session: AsyncSession, wanted: Filter) -> Select[Registration]:
    """Return the choice of the registrations that a filter lets through; what is deleted is not among them."""
    statement = select(Registration).where(
        Registration.deleted_at.is_(None),
        Registration.organization_id.in_(wanted.organizations),
        Registration.is_test.is_(wanted.tests),
    )
    if wanted.event is not None:
        statement = statement.where(Registration.event_id == wanted.event)
    if wanted.state is not None:
        statement = statement.where(Registration.state == wanted.state)
    if wanted.since is not None:
        statement = statement.where(Registration.submitted_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Registration.submitted_at < wanted.until)
    if wanted.ticket is not None:
        seat = exists().where(SeatHold.registration_id == Registration.id, SeatHold.ticket_id == wanted.ticket)
        statement = statement.where(seat)
    for answer in wanted.answers:
        statement = statement.where(_answered(answer))
    return statement.where(await _matching(session, wanted.words)) if (wanted.words or "").strip() else statement


async def _matching(session: AsyncSession, words: str | None) -> ColumnElement[bool]:
    """Every word must begin a word of name, address or number, whatever their accents.

    Few are looked up by the index of words; where there are many they are soon met on the way through the list.
    """
    query = func.prs_query(words)
    found: list[int] = await session.scalar(select(func.prs_registrations_found(query, FEW + 1))) or []
    return Registration.id.in_(found) if len(found) <= FEW else Registration.search.op("@@")(query)


def _answered(wanted: AnswerFilter) -> ColumnElement[bool]:
    given = StepAnswer.answers
    value = given[wanted.field]
    words = value.astext
    if wanted.kind == "number":
        number = case((func.jsonb_typeof(value) == "number", cast(words, Numeric)))
        holds = number >= wanted.value if wanted.operator == "from" else number <= wanted.value
    elif wanted.kind == "date":
        # ISO 8601: the order of the texts is that of the days.
        day = func.left(words, 10)
        holds = day >= wanted.value if wanted.operator == "from" else day <= wanted.value
    elif wanted.operator == "contains":
        holds = func.prs_fold(words).like("%" + func.prs_fold(literal(_escaped(wanted.value))) + "%", escape="\\")
    else:
        same = {wanted.field: [wanted.value] if wanted.kind == "choices" else wanted.value}
        holds = given.contains(cast(same, JSONB))
    return exists().where(StepAnswer.registration_id == Registration.id, StepAnswer.step == wanted.step, holds)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def newest(session: AsyncSession, wanted: Filter, before: tuple[datetime, UUID] | None, limit: int) -> list[int]:
    """Return the keys of up to ``limit`` registrations, the last changed first."""
    statement = await chosen(session, wanted)
    if before is not None:
        statement = statement.where(tuple_(Registration.updated_at, Registration.uid) < before)
    order = (Registration.updated_at.desc(), Registration.uid.desc())
    if wanted.event is not None or len(wanted.organizations) == 1:
        return list(await session.scalars(statement.with_only_columns(Registration.id).order_by(*order).limit(limit)))
    # Each organization's newest in its order, then the newest of these: all of theirs would have to be sorted.
    one = (
        func.unnest(cast(list(wanted.organizations), ARRAY(BigInteger)))
        .table_valued("id", name="organization")
        .render_derived()
    )
    theirs = (
        statement.with_only_columns(Registration.id, Registration.updated_at, Registration.uid)
        .where(Registration.organization_id == one.c.id)
        .order_by(*order)
        .limit(limit)
        .lateral("theirs")
    )
    every = select(theirs.c.id).select_from(one).join(theirs, true())
    return list(await session.scalars(every.order_by(theirs.c.updated_at.desc(), theirs.c.uid.desc()).limit(limit)))


async def states(session: AsyncSession, wanted: Filter) -> dict[str, int]:
    """Return how many registrations there are in each state."""
    every = msgspec.structs.replace(wanted, state=None)
    statement = (await chosen(session, every)).with_only_columns(Registration.state, func.count())
    found = (await session.execute(statement.group_by(Registration.state))).all()
    return {state: number for state, number in found}  # noqa: C416 (dict() does not take rows)


async def tickets(session: AsyncSession, wanted: Filter) -> dict[int, int]:
    """Return how many registrations have each ticket, by private key."""
    ids = (await chosen(session, msgspec.structs.replace(wanted, ticket=None))).with_only_columns(Registration.id)
    statement = (
        select(SeatHold.ticket_id, func.count()).where(SeatHold.registration_id.in_(ids)).group_by(SeatHold.ticket_id)
    )
    found = (await session.execute(statement)).all()
    return {ticket: number for ticket, number in found}  # noqa: C416 (as above)


async def answered(
    session: AsyncSession, wanted: Filter, fields: Sequence[tuple[str, str]]
) -> dict[tuple[str, str, str], int]:
    """Return how often each value was given to some fields, by (step, field, value); a list's values count each."""
    if not fields:
        return {}
    ids = (await chosen(session, wanted)).with_only_columns(Registration.id)
    one = func.jsonb_each(StepAnswer.answers).table_valued("key", "value").render_derived()
    listed = case((func.jsonb_typeof(one.c.value) == "array", one.c.value), else_=func.jsonb_build_array(one.c.value))
    each = func.jsonb_array_elements_text(listed).table_valued("value", name="each")
    statement = (
        select(StepAnswer.step, one.c.key, each.c.value, func.count())
        .select_from(StepAnswer)
        .join(one, true())
        .join(each, true())
        .where(
            StepAnswer.registration_id.in_(ids),
            or_(*(and_(StepAnswer.step == step, one.c.key == name) for step, name in fields)),
        )
        .group_by(StepAnswer.step, one.c.key, each.c.value)
    )
    return {(step, name, value): number for step, name, value, number in await session.execute(statement)}
