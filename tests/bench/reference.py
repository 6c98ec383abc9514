"""The reference: pgbench writing the rows of a registration, in a transaction of one statement for each table.

It does what the database cannot be spared, and nothing else: no HTTP, no validation, no sealing. The same role, the
same row-level security, prepared statements, the contended row last.
"""

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from deploy.local import postgres_binaries
from tests.bench.ground import ANSWERS, Ground

CLIENTS = (1, 8, 32)


def script(ground: Ground, *, hot: bool) -> str:
    """Return the transaction; on one ticket or on all."""
    first = ground.ticket_ids[0]
    ticket = f"\\set ticket {first}" if hot else f"\\set ticket random({first}, {ground.ticket_ids[-1]})"
    organization, event, flow = ground.organization.id, ground.event_id, ground.flow_version_id
    plain = msgspec.json.encode({key: value for key, value in ANSWERS.items() if key != "passport"})
    # With white space: pgbench takes a word after a colon for a parameter.
    answers = msgspec.json.format(plain, indent=0).decode()
    return f"""{ticket}
BEGIN;
SELECT set_config('prs.organizations', '{{{organization}}}', true);
INSERT INTO registration (uid, organization_id, event_id, flow_version_id, state, locale, clock_now, clock_timezone,
  contact_name, contact_email, contact_phone, confirmation_number, submitted_at, blanked_days, revision, created_at,
  updated_at) VALUES (gen_random_uuid(), {organization}, {event}, {flow}, 'confirmed', 'en', now(), 'Asia/Kolkata',
  'Asha Kulkarni', 'asha@example.org', '+919876543210', gen_random_uuid()::text, now(), 0, 2, now(), now())
  RETURNING id, uid \\gset
INSERT INTO registration_idempotency_key (scope, key, request_digest, registration_uid, organization_id, created_at)
  VALUES ('event-of-bench', gen_random_uuid()::text, sha256('a'), :uid::uuid, {organization}, now());
INSERT INTO registration_step (registration_id, organization_id, step, complete, answers, saved_at) VALUES
  (:id::bigint, {organization}, 'about', true, '{answers}', now()),
  (:id::bigint, {organization}, 'seats', true, '{{}}', now()),
  (:id::bigint, {organization}, 'review', true, '{{}}', now()),
  (:id::bigint, {organization}, 'done', true, '{{}}', now());
INSERT INTO registration_key (registration_id, organization_id, key_id, wrapped, created_at)
  VALUES (:id::bigint, {organization}, 'test', decode(repeat('ab', 60), 'hex'), now());
INSERT INTO registration_sealed_answer (registration_id, organization_id, step, pointer, sealed, mask, blind_index,
  identity, verified_at) VALUES (:id::bigint, {organization}, 'about', '/passport',
  decode(repeat('ab', 40), 'hex'), '4567',
  sha256(gen_random_uuid()::text::bytea), 'passport', now());
INSERT INTO attendee (uid, organization_id, registration_id, ticket_id, position, name, email, state, revision,
  created_at, updated_at) VALUES (gen_random_uuid(), {organization}, :id::bigint, :ticket::bigint, 0, 'Asha Kulkarni',
  'asha@example.org', 'registered', 1, now(), now());
INSERT INTO registration_seat (registration_id, organization_id, ticket_id, quantity, state)
  VALUES (:id::bigint, {organization}, :ticket::bigint, 1, 'taken');
INSERT INTO registration_token (token_hash, registration_id, organization_id, purpose, expires_at)
  VALUES (sha256(gen_random_uuid()::text::bytea), :id::bigint, {organization}, 'capability', now());
INSERT INTO consent (uid, organization_id, registration_id, purpose, text_version, locale, given_at, source)
  VALUES (gen_random_uuid(), {organization}, :id::bigint, 'terms', 'a', 'en', now(), 'form visitor');
INSERT INTO audit_event (occurred_at, action, actor_kind, actor_uid, organization_id, subject_type, subject_uid,
  request_id, details) VALUES (now(), 'registration.confirmed', 'api_key', 'a', {organization}, 'registration',
  :uid::uuid, 'a-request', '{{}}');
INSERT INTO outbox (destination, aggregate, aggregate_uid, revision, organization_id, state, attempts, available_at,
  created_at) VALUES ('odoo', 'registration', :uid::uuid, 2, {organization}, 'pending', 0, now(), now());
UPDATE event_ticket_counter SET taken = taken + 1
  WHERE ticket_id = :ticket::bigint AND (capacity IS NULL OR taken + held + 1 <= capacity);
COMMIT;
"""  # noqa: S608 (keys of the ground, and constants)


def throughput(ground: Ground, *, hot: bool, clients: int, seconds: int) -> float:
    """Return transactions per second.

    Raises:
        RuntimeError: one of them failed.
    """
    program = postgres_binaries.find_binaries() / "pgbench"
    with TemporaryDirectory() as folder:
        file = Path(folder) / "register.sql"
        file.write_text(script(ground, hot=hot))
        done = subprocess.run(
            (
                str(program), "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds),
                "-f", str(file), ground.settings.api_database_url,
            ),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if done.returncode or "failed transactions: 0 " not in done.stdout:
        raise RuntimeError(done.stdout + done.stderr)
    # Many clients on a machine that is busy otherwise may come to nothing within the time.
    return float(found[1]) if found else 0.0


def best(ground: Ground, *, hot: bool, seconds: int) -> tuple[float, dict[int, float]]:
    """Return the most transactions per second over all numbers of clients, and each of them."""
    each = {clients: throughput(ground, hot=hot, clients=clients, seconds=seconds) for clients in CLIENTS}
    return max(each.values()), each
