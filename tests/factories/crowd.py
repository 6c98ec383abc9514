"""Many registrations of one event, written by the database itself."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.domain.catalog import flows
from api.domain.catalog.contracts import StepKind
from api.domain.forms import service as forms
from api.domain.organizations.contracts import Organization
from api.lib.db import Database
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work
from tests.factories.documents import document, field
from tests.factories.documents import text as words
from tests.factories.world import make_event, organiser


def choices(*values: str) -> list[dict[str, Any]]:
    """Return choices with labels."""
    return [{"value": value, "label": words(value.capitalize())} for value in values]


def visitor() -> dict[str, Any]:
    """A form of twelve mixed fields, one of them sensitive."""
    return document(
        "visitor",
        field("full_name", required=True, maps_to="registrant.name"),
        field("email", "email", required=True, maps_to="registrant.email"),
        field("phone", "phone", maps_to="registrant.phone"),
        field("birthday", "date"),
        field("nights", "integer", minimum=0, maximum=30),
        field("donation", "decimal"),
        field("country", "country"),
        field("meal", "single_choice", choices="meals"),
        field("languages", "multiple_choice", choices="spoken"),
        field("remarks", "multiline"),
        field("passport", "identity_number", identity="passport", sensitive=True),
        field("vegan", "boolean"),
        choice_lists={"meals": choices("vegan", "jain", "none"), "spoken": choices("en", "hi", "de", "fr")},
    )


def steps(form: UUID) -> list[flows.DraftStep]:
    """Return the form, the tickets, the review, the end."""
    step = flows.DraftStep
    return [
        step("about", StepKind.FORM, {"en": "About you"}, form),
        step("seats", StepKind.TICKETS, {"en": "Tickets"}),
        step("review", StepKind.REVIEW, {"en": "Review"}),
        step("done", StepKind.CONFIRMATION, {"en": "Done"}),
    ]


async def make_crowded(kernel: Kernel, organization: Organization, slug: str) -> UUID:
    """Publish an event whose one form is the visitor's; returns its uid."""
    async with unit_of_work(kernel, organiser(organization), Scope(frozenset({organization.id}))) as uow:
        form = (await forms.create(uow, organization, visitor())).uid
        await forms.publish(uow, form)
    event, _, _ = await make_event(kernel, organization, slug, capacity=None, most=1, steps=lambda _: steps(form))
    return event


_STATEMENTS = (
    """
    INSERT INTO registration (uid, organization_id, event_id, flow_version_id, state, locale, clock_now, clock_timezone,
      contact_name, contact_email, contact_phone, confirmation_number, submitted_at, blanked_days, revision, created_at,
      updated_at)
    SELECT gen_random_uuid(), e.organization_id, e.id, e.flow_version_id, 'confirmed', 'en', now(), 'Asia/Kolkata',
      (ARRAY['Asha','Bína','Chand','Dörte','Élodie','Farhan','Gita','Hemant'])[1 + n % 8] || ' '
        || (ARRAY['Kulkarni','Müller','Petit','Şahin','Patil','Rao'])[1 + n / 8 % 6] || ' ' || n,
      'person' || n || '@example.org', '+4915112' || lpad(n::text, 6, '0'), :slug || '-' || lpad(n::text, 8, '0'),
      now() - n * interval '1 second', 0, 1, now(), now() - n * interval '1 second'
    FROM event e, generate_series(CAST(:first AS int), CAST(:last AS int)) n WHERE e.uid = :event
    """,
    """
    INSERT INTO registration_step (registration_id, step, organization_id, complete, answers, saved_at)
    SELECT r.id, 'about', r.organization_id, true, jsonb_build_object(
      'full_name', r.contact_name, 'email', r.contact_email, 'phone', r.contact_phone,
      'birthday', to_char(date '1950-01-01' + (r.id % 20000)::int, 'YYYY-MM-DD'), 'nights', r.id % 31,
      'donation', round((r.id % 1000) / 4.0, 2), 'country', (ARRAY['IN','DE','FR','US'])[1 + r.id % 4],
      'meal', CASE WHEN r.id % 1000 = 7 THEN 'jain' ELSE (ARRAY['vegan','none'])[1 + r.id % 2] END,
      'languages', CASE WHEN r.id % 3 = 0 THEN '["en","hi"]'::jsonb ELSE '["de"]'::jsonb END,
      'remarks', 'Arrives late, by the evening train from ' || (ARRAY['Nagpur','Lübeck'])[1 + r.id % 2] || '.',
      'vegan', r.id % 5 = 0), now()
    FROM registration r JOIN event e ON e.id = r.event_id AND e.uid = :event
    WHERE NOT EXISTS (SELECT FROM registration_step s WHERE s.registration_id = r.id)
    """,
    """
    INSERT INTO registration_sealed_answer (registration_id, step, pointer, organization_id, mask, identity)
    SELECT r.id, 'about', '/passport', r.organization_id, '••••' || lpad((r.id % 10000)::text, 4, '0'), 'passport'
    FROM registration r JOIN event e ON e.id = r.event_id AND e.uid = :event
    WHERE NOT EXISTS (SELECT FROM registration_sealed_answer s WHERE s.registration_id = r.id)
    """,
    """
    INSERT INTO attendee (uid, organization_id, registration_id, ticket_id, position, name, email, state, revision,
      created_at, updated_at)
    SELECT gen_random_uuid(), r.organization_id, r.id, t.id, 0, r.contact_name, r.contact_email, 'registered', 1,
      now(), now()
    FROM registration r JOIN event e ON e.id = r.event_id AND e.uid = :event
    CROSS JOIN LATERAL (SELECT id FROM event_ticket WHERE event_id = e.id ORDER BY id OFFSET r.id % 2 LIMIT 1) t
    WHERE NOT EXISTS (SELECT FROM attendee a WHERE a.registration_id = r.id)
    """,
    """
    INSERT INTO registration_seat (registration_id, ticket_id, organization_id, quantity, state)
    SELECT a.registration_id, a.ticket_id, a.organization_id, 1, 'taken'
    FROM attendee a JOIN registration r ON r.id = a.registration_id JOIN event e ON e.id = r.event_id AND e.uid = :event
    WHERE NOT EXISTS (SELECT FROM registration_seat s WHERE s.registration_id = r.id)
    """,
)


async def fill(owner: Database, event: UUID, slug: str, people: int, *, batch: int = 10_000) -> None:
    """Add confirmed registrations to an event, each with twelve answers, in pieces that the timeout lets through."""
    for first in range(1, people + 1, batch):
        async with owner.engine.begin() as connection:
            given = {"event": event, "slug": slug, "first": first, "last": min(people, first + batch - 1)}
            for statement in map(text, _STATEMENTS):
                used = {name: value for name, value in given.items() if f":{name}" in statement.text}
                await connection.execute(statement, used)
    async with owner.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
