"""Grant each role what it needs and put row-level security around the tenants.

A transaction says which organizations it works for (`prs.organizations`); rows of others do not exist for it. Only the
worker's role may ask for all (`prs.system`). What the catalogue shows to everyone is readable without a tenant.

Revision: 0003
Follows: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Tables with an organization_id, seen through the tenant's wall.
TENANT = (
    "api_key", "attendee", "event_category", "event", "event_flow", "event_flow_version", "event_ticket",
    "event_ticket_counter", "form_form", "form_version", "outbox", "registration", "registration_idempotency_key",
    "registration_sealed_answer", "registration_seat", "registration_step", "registration_token", "sync_binding",
)  # fmt: skip
# Tables that belong to people or to the installation rather than to one tenant.
SHARED = (
    "account",
    "auth_session",
    "job_run",
    "organization",
    "refresh_token",
    "role_grant",
    "signing_key",
)
PROCESSES = "prs_app, prs_worker"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(
        """
        CREATE FUNCTION prs_scope() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
        RETURN coalesce(nullif(current_setting('prs.organizations', true), ''), '{}')::bigint[]
        """
    )
    for table in (*TENANT, *SHARED):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {PROCESSES}")
    # The trail is only added to; auditors read it.
    op.execute(f"GRANT INSERT ON audit_event TO {PROCESSES}")
    op.execute("GRANT SELECT ON audit_event TO prs_auditor, prs_sealer")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {PROCESSES}")
    op.execute("GRANT SELECT ON alembic_version TO prs_app, prs_worker")

    for table in TENANT:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"""
            CREATE POLICY tenant ON {table} TO {PROCESSES}
            USING (organization_id = ANY ((SELECT prs_scope())::bigint[]))
            WITH CHECK (organization_id = ANY ((SELECT prs_scope())::bigint[]))
            """
        )
        op.execute(
            f"""
            CREATE POLICY system ON {table} TO prs_worker
            USING ((SELECT current_setting('prs.system', true)) = 'on')
            WITH CHECK ((SELECT current_setting('prs.system', true)) = 'on')
            """
        )
    op.execute(f"CREATE POLICY catalogue ON event FOR SELECT TO {PROCESSES} USING (state <> 'draft')")
    op.execute(f"CREATE POLICY catalogue ON event_category FOR SELECT TO {PROCESSES} USING (true)")

    # Before a caller is known there is no tenant yet: these tell where to look, and nothing else.
    op.execute(
        """
        CREATE FUNCTION prs_registration_organization(wanted uuid) RETURNS bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        RETURN (SELECT organization_id FROM registration WHERE uid = wanted)
        """
    )
    op.execute(
        """
        CREATE FUNCTION prs_token_organization(wanted bytea) RETURNS bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        RETURN (SELECT organization_id FROM registration_token WHERE token_hash = wanted)
        """
    )
    op.execute(
        """
        CREATE FUNCTION prs_account_organizations(wanted bigint) RETURNS bigint[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        RETURN (SELECT coalesce(array_agg(DISTINCT organization_id), '{}') FROM registration WHERE account_id = wanted)
        """
    )
    op.execute(
        """
        CREATE FUNCTION prs_api_key_organization(wanted text) RETURNS bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        RETURN (SELECT organization_id FROM api_key WHERE key_id = wanted)
        """
    )
    op.execute(
        """
        CREATE FUNCTION prs_aggregate_organization(kind text, wanted uuid) RETURNS bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        RETURN CASE kind
          WHEN 'event' THEN (SELECT organization_id FROM event WHERE uid = wanted)
          WHEN 'ticket' THEN (SELECT organization_id FROM event_ticket WHERE uid = wanted)
          WHEN 'form' THEN (SELECT organization_id FROM form_form WHERE uid = wanted)
        END
        """
    )
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {PROCESSES}")


FUNCTIONS = (
    "prs_registration_organization(uuid)",
    "prs_token_organization(bytea)",
    "prs_account_organizations(bigint)",
    "prs_api_key_organization(text)",
    "prs_aggregate_organization(text, uuid)",
)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP POLICY catalogue ON event")
    op.execute("DROP POLICY catalogue ON event_category")
    for table in TENANT:
        op.execute(f"DROP POLICY system ON {table}")
        op.execute(f"DROP POLICY tenant ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION prs_scope()")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM prs_app, prs_worker, prs_auditor, prs_sealer")
    op.execute("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM prs_app, prs_worker")
