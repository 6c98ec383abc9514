"""Seal the audit trail: its order, its seals, the keys that sign them, and a window for the auditors' API.

An event carries the id of the transaction that wrote it, as a number (an xid8 has no type in SQLAlchemy). Rows of
transactions below pg_snapshot_xmin() are settled: none can appear between them any more. The order is (xact, id).

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PROCESSES = "prs_app, prs_worker"
# What a process says of an event. Its key, uid and transaction come from the database: a forged order would be a hole.
TOLD = "occurred_at, action, actor_kind, actor_uid, organization_id, subject_type, subject_uid, request_id, details"
WINDOW = "prs_audit_events(text, text, uuid, timestamptz, timestamptz, timestamptz, uuid, integer)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("ALTER TABLE audit_event ADD COLUMN uid uuid NOT NULL DEFAULT gen_random_uuid()")
    # Zero until a dump is loaded into a cluster that counts from below: `prs audit rebase` then lifts it.
    op.execute("CREATE FUNCTION prs_audit_offset() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE RETURN 0::bigint")
    op.execute(
        """
        ALTER TABLE audit_event ADD COLUMN xact bigint NOT NULL
        DEFAULT (pg_current_xact_id()::text)::bigint + prs_audit_offset()
        """
    )
    op.create_index("ix_audit_event_order", "audit_event", ["xact", "id"], unique=True)
    op.execute(f"REVOKE INSERT ON audit_event FROM {PROCESSES}")
    op.execute(f"GRANT INSERT ({TOLD}) ON audit_event TO {PROCESSES}")

    op.create_table(
        "audit_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_private", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_audit_key")),
    )
    op.create_table(
        "audit_seal",
        sa.Column("batch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_xact", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("event_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("event_xacts", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("event_hashes", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("sealed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_audit_seal")),
    )
    op.create_index("ix_audit_seal_end", "audit_seal", ["last_xact", "last_id"], unique=True)
    op.execute("GRANT SELECT, INSERT ON audit_seal, audit_key TO prs_sealer")
    # When the master key is replaced the sealing key is wrapped anew.
    op.execute("GRANT UPDATE (sealed_private) ON audit_key TO prs_sealer")
    op.execute("GRANT SELECT ON audit_seal TO prs_auditor")
    op.execute("GRANT SELECT (kid, public_key, created_at, retired_at) ON audit_key TO prs_auditor")
    op.execute(
        "GRANT SELECT (batch, first_sequence, last_sequence, digest, signature, kid, sealed_at) "
        "ON audit_seal TO prs_app"
    )
    # The API may not read the trail. It reads through this window, which shows the organizations entered and no others.
    op.execute(
        """
        CREATE FUNCTION prs_audit_events(
          of_action text, of_actor text, of_subject uuid, since timestamptz, until timestamptz,
          before_at timestamptz, before_uid uuid, at_most integer
        ) RETURNS TABLE (
          uid uuid, sequence bigint, occurred_at timestamptz, action varchar, actor_kind varchar, actor_uid varchar,
          subject_type varchar, subject_uid uuid, request_id varchar, details jsonb
        )
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        BEGIN ATOMIC
          SELECT e.uid, s.first_sequence + array_position(s.event_ids, e.id) - 1, e.occurred_at, e.action,
                 e.actor_kind, e.actor_uid, e.subject_type, e.subject_uid, e.request_id, e.details
          FROM (
            SELECT * FROM audit_event
            WHERE organization_id = ANY ((SELECT prs_scope())::bigint[])
              AND (of_action IS NULL OR action = of_action OR starts_with(action, of_action || '.'))
              AND (of_actor IS NULL OR actor_uid = of_actor)
              AND (of_subject IS NULL OR subject_uid = of_subject)
              AND (since IS NULL OR occurred_at >= since)
              AND (until IS NULL OR occurred_at < until)
              AND (before_at IS NULL OR (occurred_at, uid) < (before_at, before_uid))
            ORDER BY occurred_at DESC, uid DESC LIMIT at_most
          ) e
          LEFT JOIN LATERAL (
            SELECT first_sequence, event_ids FROM audit_seal
            WHERE (last_xact, last_id) >= (e.xact, e.id) ORDER BY last_xact, last_id LIMIT 1
          ) s ON true
          ORDER BY e.occurred_at DESC, e.uid DESC;
        END
        """
    )
    op.execute(f"REVOKE ALL ON FUNCTION {WINDOW} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {WINDOW} TO prs_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(f"DROP FUNCTION {WINDOW}")
    op.drop_table("audit_seal")
    op.drop_table("audit_key")
    op.execute(f"REVOKE INSERT ({TOLD}) ON audit_event FROM {PROCESSES}")
    op.execute(f"GRANT INSERT ON audit_event TO {PROCESSES}")
    op.drop_index("ix_audit_event_order", table_name="audit_event")
    op.drop_column("audit_event", "xact")
    op.execute("DROP FUNCTION prs_audit_offset()")
    op.drop_column("audit_event", "uid")
