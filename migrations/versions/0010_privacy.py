"""Lay the tables of consents, erasures and retention, and let a person read what the trail says of them.

An erasure of an account belongs to no organization: the API may add such a row and never sees it again.

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.walls import PROCESSES, raise_wall

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("consent", "erasure", "retention_rule")
_MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("registration", sa.Column("erased_at", _MOMENT, nullable=True))
    op.add_column("registration", sa.Column("blanked_days", sa.Integer(), nullable=False, server_default="0"))
    _consent()
    _erasure()
    _vault()
    op.create_table(
        "retention_rule",
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_retention_rule_days")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_retention_rule_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("organization_id", "rule", name=op.f("pk_retention_rule")),
    )
    for table in TABLES:
        raise_wall(table)
    op.execute(f"CREATE POLICY account ON erasure FOR INSERT TO {PROCESSES} WITH CHECK (organization_id IS NULL)")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {PROCESSES}")
    op.execute(
        """
        CREATE FUNCTION prs_audit_about(wanted uuid[])
        RETURNS TABLE (occurred_at timestamptz, action text, subject_type text)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        BEGIN ATOMIC
          SELECT e.occurred_at, e.action::text, e.subject_type::text FROM audit_event e
          WHERE e.subject_uid = ANY (wanted) ORDER BY e.id LIMIT 10000;
        END
        """
    )
    op.execute("REVOKE ALL ON FUNCTION prs_audit_about(uuid[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION prs_audit_about(uuid[]) TO {PROCESSES}")


def _vault() -> None:
    # Whoever erases need not be able to read: neither the vault's role nor the tenant's scope is asked for.
    op.execute(
        """
        CREATE FUNCTION prs_erase_aadhaar(registrations bigint[], places text[]) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
          WITH gone AS (
            DELETE FROM prs_vault.aadhaar
            WHERE registration_id = ANY (registrations) AND (places IS NULL OR step || pointer = ANY (places))
            RETURNING 1
          )
          SELECT count(*) FROM gone
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION prs_erase_aadhaar(bigint[], text[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION prs_erase_aadhaar(bigint[], text[]) TO prs_worker")


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("given_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_consent_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_consent_registration_id_registration"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("uid", name=op.f("uq_consent_uid")),
    )
    op.create_index("ix_consent_registration", "consent", ["registration_id", "purpose"], unique=False)


def _erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("account_uid", sa.Uuid(), nullable=True),
        sa.Column("registration_uids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("sealed_email", sa.LargeBinary(), nullable=True),
        sa.Column("subject_digest", sa.LargeBinary(), nullable=False),
        sa.Column("steps", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("places", postgresql.JSONB(), nullable=False),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.Column("requested_at", _MOMENT, nullable=False),
        sa.Column("next_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint("state in ('requested', 'running', 'done', 'failed')", name=op.f("ck_erasure_state")),
        sa.CheckConstraint("source in ('account', 'holder', 'staff')", name=op.f("ck_erasure_source")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_erasure_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("uid", name=op.f("uq_erasure_uid")),
    )
    op.create_index(
        "ix_erasure_open", "erasure", ["next_at"], unique=False, postgresql_where=sa.text("state <> 'done'")
    )
    op.create_index("ix_erasure_organization", "erasure", ["organization_id", "requested_at"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION prs_erase_aadhaar(bigint[], text[])")
    op.execute("DROP FUNCTION prs_audit_about(uuid[])")
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("registration", "blanked_days")
    op.drop_column("registration", "erased_at")
