"""Complete registrations in one call of the database.

The text is that of `api.domain.registrations.hot_path.sql` on this version's day.

Revision: 0013
Follows: 0012
"""

from alembic import op

from migrations.walls import PROCESSES

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION prs_register(scope text, batch jsonb)
RETURNS TABLE (n integer, outcome text, registration_uid uuid, request_digest bytea)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $function$
#variable_conflict use_column
DECLARE
  busy integer[];
  outcomes text[];
  uids uuid[];
  digests bytea[];
  tickets bigint[];
  numbers bigint[];
  found bigint;
BEGIN
  PERFORM set_config('prs.organizations', scope, true), set_config('prs.system', 'off', true);

  SELECT array_agg(m.n) FILTER (WHERE NOT pg_try_advisory_xact_lock(hashtextextended(m.scope || E'\\x1f' || m.key,
    20261120))) INTO busy
  FROM jsonb_to_recordset(batch) AS m (n integer, scope text, key text) WHERE m.key IS NOT NULL;

  WITH member AS MATERIALIZED (
    SELECT m.n, m.probe, m.seats, k.registration_uid, k.request_digest,
      CASE WHEN m.n = ANY (busy) THEN 'busy' WHEN k.registration_uid IS NOT NULL THEN 'known'
        WHEN NOT EXISTS (
          SELECT FROM event e WHERE e.id = m.event AND e.xmin::text = m.version AND e.deleted_at IS NULL
        )
        THEN 'stale' END AS outcome
    FROM jsonb_to_recordset(batch)
      AS m (n integer, scope text, key text, event bigint, version text, probe boolean, seats jsonb)
    LEFT JOIN LATERAL (
      SELECT i.registration_uid, i.request_digest FROM registration_idempotency_key i
      WHERE i.scope = m.scope AND i.key = m.key
    ) k ON true
  ), wanted AS MATERIALIZED (
    SELECT m.n, s.ticket, s.version, s.quantity, sum(s.quantity) OVER (PARTITION BY s.ticket ORDER BY m.n) AS running
    FROM member m, jsonb_to_recordset(m.seats) AS s (ticket bigint, version text, quantity integer)
    WHERE m.outcome IS NULL
  ), standing AS (
      SELECT w.n,
        bool_or(w.version IS DISTINCT FROM c.version) AS changed,
        bool_or(c.capacity < c.taken + c.held + w.quantity) AS gone,
        bool_or(c.capacity < c.taken + c.held + w.running) AS crowded
      FROM wanted w LEFT JOIN LATERAL (
        SELECT k.capacity, k.taken, k.held, (SELECT t.xmin::text FROM event_ticket t WHERE t.id = w.ticket) AS version
        FROM event_ticket_counter k WHERE k.ticket_id = w.ticket
      ) c ON true
      GROUP BY w.n
  ), decided AS (
    SELECT m.n, m.registration_uid, m.request_digest, CASE
      WHEN m.outcome IS NOT NULL THEN m.outcome
      WHEN s.changed THEN 'stale'
      WHEN s.gone AND EXISTS (
        SELECT FROM wanted w JOIN registration_seat h ON h.ticket_id = w.ticket
        WHERE w.n = m.n AND h.state = 'held' AND h.held_until < clock_timestamp()
      ) THEN 'held'
      WHEN s.gone THEN 'sold_out'
      WHEN m.probe THEN 'probed'
      WHEN s.crowded THEN 'again'
      ELSE 'made' END AS outcome
    FROM member m LEFT JOIN standing s ON s.n = m.n
  )
  SELECT array_agg(d.outcome ORDER BY d.n), array_agg(d.registration_uid ORDER BY d.n),
    array_agg(d.request_digest ORDER BY d.n)
  INTO outcomes, uids, digests FROM decided d;

  IF 'made' = ANY (outcomes) THEN
    WITH member AS MATERIALIZED (
      SELECT nextval('registration_id_seq') AS id, m.*
      FROM jsonb_to_recordset(batch) AS m (n integer, scope text, key text, digest text, uid uuid, organization bigint,
        event bigint, flow bigint, account bigint, locale text, moment timestamptz, zone text, name text, email text,
        phone text, number text, steps jsonb, key_id text, wrapped text, secrets jsonb, people jsonb, seats jsonb,
        token text, token_until timestamptz, consents jsonb, actor_kind text, actor text, request text, told jsonb)
      WHERE outcomes[m.n] = 'made'
    ),
  made AS (
    INSERT INTO registration (id, uid, organization_id, event_id, flow_version_id, account_id, state, locale,
      clock_now, clock_timezone, contact_name, contact_email, contact_phone, confirmation_number, submitted_at,
      blanked_days, revision, created_at, updated_at)
    OVERRIDING SYSTEM VALUE
    SELECT m.id, m.uid, m.organization, m.event, m.flow, m.account, 'confirmed', m.locale, m.moment, m.zone, m.name,
      m.email, m.phone, m.number, m.moment, 0, 2, m.moment, m.moment
    FROM member m
  ),
  remembered AS (
    INSERT INTO registration_idempotency_key (scope, key, request_digest, registration_uid, organization_id, created_at)
    SELECT m.scope, m.key, decode(m.digest, 'hex'), m.uid, m.organization, m.moment
    FROM member m WHERE m.key IS NOT NULL
  ),
  answered AS (
    INSERT INTO registration_step (registration_id, organization_id, step, complete, answers, saved_at)
    SELECT m.id, m.organization, s.key, true, s.value, m.moment
    FROM member m, jsonb_each(m.steps) AS s
  ),
  locked AS (
    INSERT INTO registration_key (registration_id, organization_id, key_id, wrapped, created_at)
    SELECT m.id, m.organization, m.key_id, decode(m.wrapped, 'hex'), m.moment
    FROM member m WHERE m.key_id IS NOT NULL
  ),
  sealed AS (
    INSERT INTO registration_sealed_answer (registration_id, organization_id, step, pointer, sealed, mask, blind_index,
      identity, verified_at)
    SELECT m.id, m.organization, s.step, s.pointer, decode(s.sealed, 'hex'), s.mask, decode(s.blind_index, 'hex'),
      s.identity, CASE WHEN s.identity IS NOT NULL THEN m.moment END
    FROM member m, jsonb_to_recordset(m.secrets)
      AS s (step text, pointer text, sealed text, mask text, blind_index text, identity text)
  ),
  coming AS (
    INSERT INTO attendee (uid, organization_id, registration_id, ticket_id, position, name, email, state, revision,
      created_at, updated_at)
    SELECT a.uid, m.organization, m.id, a.ticket, a.at, a.name, a.email, 'registered', 1, m.moment, m.moment
    FROM member m, jsonb_to_recordset(m.people) AS a (uid uuid, ticket bigint, at integer, name text, email text)
  ),
  seated AS (
    INSERT INTO registration_seat (registration_id, organization_id, ticket_id, quantity, state)
    SELECT m.id, m.organization, s.ticket, s.quantity, 'taken'
    FROM member m, jsonb_to_recordset(m.seats) AS s (ticket bigint, quantity integer)
  ),
  entrusted AS (
    INSERT INTO registration_token (token_hash, registration_id, organization_id, purpose, expires_at)
    SELECT decode(m.token, 'hex'), m.id, m.organization, 'capability', m.token_until
    FROM member m WHERE m.token IS NOT NULL
  ),
  agreed AS (
    INSERT INTO consent (uid, organization_id, registration_id, purpose, text_version, locale, given_at, source)
    SELECT c.uid, m.organization, m.id, c.purpose, c.version, m.locale, m.moment, c.source
    FROM member m, jsonb_to_recordset(m.consents) AS c (uid uuid, purpose text, version text, source text)
  ),
  recorded AS (
    INSERT INTO audit_event (occurred_at, action, actor_kind, actor_uid, organization_id, subject_type, subject_uid,
      request_id, details)
    SELECT m.moment, 'registration.confirmed', m.actor_kind, m.actor, m.organization, 'registration', m.uid, m.request,
      '{}'
    FROM member m
  ),
  told AS (
    INSERT INTO outbox (destination, aggregate, aggregate_uid, revision, organization_id, state, attempts,
      available_at, created_at)
    SELECT t.pair ->> 0, t.pair ->> 1, m.uid, 2, m.organization, 'pending', 0, m.moment, m.moment
    FROM member m, jsonb_array_elements(m.told) AS t (pair)
  )
    SELECT count(*) INTO found FROM member;

    SELECT array_agg(w.ticket ORDER BY w.ticket), array_agg(w.seats ORDER BY w.ticket) INTO tickets, numbers
    FROM (
      SELECT s.ticket, sum(s.quantity) AS seats
      FROM jsonb_to_recordset(batch) AS m (n integer, seats jsonb),
        jsonb_to_recordset(m.seats) AS s (ticket bigint, quantity integer)
      WHERE outcomes[m.n] = 'made' GROUP BY s.ticket
    ) w;

  IF cardinality(tickets) > 1 THEN
    PERFORM FROM event_ticket_counter c WHERE c.ticket_id = ANY (tickets) ORDER BY c.ticket_id FOR UPDATE;
  END IF;
  UPDATE event_ticket_counter c SET taken = c.taken + w.seats
  FROM unnest(tickets, numbers) AS w (ticket, seats)
  WHERE c.ticket_id = w.ticket AND (c.capacity IS NULL OR c.taken + c.held + w.seats <= c.capacity);
  GET DIAGNOSTICS found = ROW_COUNT;
  IF found <> cardinality(tickets) THEN
    RAISE EXCEPTION 'seats are gone' USING ERRCODE = 'PRS01';
  END IF;
  END IF;

  RETURN QUERY SELECT d.at::integer, d.outcome, d.uid, d.digest
    FROM unnest(outcomes, uids, digests) WITH ORDINALITY AS d (outcome, uid, digest, at);
END
$function$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(FUNCTION)
    op.execute("REVOKE ALL ON FUNCTION prs_register(text, jsonb) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION prs_register(text, jsonb) TO {PROCESSES}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION prs_register(text, jsonb)")
