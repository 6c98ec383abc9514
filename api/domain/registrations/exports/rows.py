"""Registrations as the database writes them for an export: one JSON text each, a page at a time by private key."""

from collections.abc import Sequence

from sqlalchemy import Select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.registrations.models import Registration

_ROWS = """
SELECT json_build_array(
    r.confirmation_number, r.state, r.event_id, r.contact_name, r.contact_email, r.contact_phone, r.submitted_at,
    r.cancelled_at, people.seats, {answers}
  )::text
FROM registration r
LEFT JOIN LATERAL (
  SELECT json_agg(a.ticket_id) AS seats FROM attendee a WHERE a.registration_id = r.id AND a.deleted_at IS NULL
) people ON true
{joins}
WHERE r.id = ANY (:ids) ORDER BY r.id
"""
_ANSWERS = """
LEFT JOIN LATERAL (
  SELECT json_object_agg(s.step, s.answers) AS steps FROM registration_step s WHERE s.registration_id = r.id
) given ON true
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(m.step, m.pointer, m.mask)) AS masks
  FROM registration_sealed_answer m WHERE m.registration_id = r.id
) sealed ON true
"""
_WHOLE = text(_ROWS.format(answers="given.steps, sealed.masks", joins=_ANSWERS))
_CORE = text(_ROWS.format(answers="NULL, NULL", joins=""))


async def versions(session: AsyncSession, chosen: Select[Registration]) -> list[tuple[int, int]]:
    """Return the (event, flow version) of the chosen registrations, each once, by private key."""
    statement = chosen.with_only_columns(Registration.event_id, Registration.flow_version_id).distinct()
    return [(event, version) for event, version in await session.execute(statement)]


async def page(
    session: AsyncSession, chosen: Select[Registration], after: int, limit: int, *, answers: bool
) -> tuple[int, list[str]]:
    """Return the key of the last of the next registrations, and their texts; none at the end."""
    keys = chosen.with_only_columns(Registration.id).where(Registration.id > after)
    ids = list(await session.scalars(keys.order_by(Registration.id).limit(limit)))
    if not ids:
        return after, []
    return ids[-1], await texts(session, ids, answers=answers)


async def texts(session: AsyncSession, ids: Sequence[int], *, answers: bool) -> list[str]:
    """Return some registrations' texts, by private key."""
    return list(await session.scalars(_WHOLE if answers else _CORE, {"ids": list(ids)}))
