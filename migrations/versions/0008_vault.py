"""Give each registration one data key, keep look-up keys apart from master keys, make room for whole Aadhaar numbers.

Values sealed before keep the key that they carry until `prs keys rewrap` or the next save of their step. Indexes that
were derived from the oldest master key stay as they are: a marker lets the first process take that key over.

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.walls import PROCESSES, raise_wall

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FUNCTIONS = (
    "prs_vault.put(bigint, bigint, text, text, bytea, bytea)",
    "prs_vault.read(bigint)",
    "prs_vault.find(bigint, bytea)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _tables()
    _vault()


def _tables() -> None:
    op.create_table(
        "sealed_key",
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_sealed_key")),
    )
    # The sealer opens the key with which it signs; it and the auditor open the installation's keys as everybody does.
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON sealed_key TO {PROCESSES}, prs_sealer")
    op.execute("GRANT SELECT ON sealed_key TO prs_auditor")
    op.execute(
        """
        INSERT INTO sealed_key
        SELECT purpose, 'derived', '', now() FROM (VALUES ('blind-index'), ('digest')) AS p (purpose)
        WHERE EXISTS (SELECT FROM registration_sealed_answer)
        """
    )
    op.create_table(
        "registration_key",
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_registration_key_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_key_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_registration_key")),
    )
    op.create_index("ix_registration_key_master", "registration_key", ["key_id", "registration_id"])
    op.create_table(
        "registration_reveal",
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_registration_reveal_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_reveal_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_registration_reveal")),
    )
    op.create_index(op.f("ix_registration_reveal_registration_id"), "registration_reveal", ["registration_id"])
    for table in ("registration_key", "registration_reveal"):
        raise_wall(table)
    op.alter_column("registration_sealed_answer", "sealed", nullable=True)
    op.alter_column("registration_sealed_answer", "blind_index", nullable=True)
    op.add_column("registration_sealed_answer", sa.Column("identity", sa.String(), nullable=True))
    op.add_column(
        "registration_sealed_answer", sa.Column("verified_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )


def _vault() -> None:
    # A role of its own: the processes' roles reach it with SET ROLE only, where `prs db roles` has let them, and then
    # the functions only. Nobody but the owner of the schema reads the table.
    op.execute(
        """
        DO $$ BEGIN
          CREATE ROLE prs_vault_app NOLOGIN NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$
        """
    )
    op.execute("CREATE SCHEMA prs_vault")
    op.execute("REVOKE ALL ON SCHEMA prs_vault FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA prs_vault TO prs_vault_app")
    op.execute(
        """
        CREATE TABLE prs_vault.aadhaar (
          registration_id bigint NOT NULL,
          step text NOT NULL,
          pointer text NOT NULL,
          organization_id bigint NOT NULL REFERENCES public.organization (id),
          sealed bytea NOT NULL,
          blind_index bytea NOT NULL,
          stored_at timestamptz NOT NULL DEFAULT now(),
          PRIMARY KEY (registration_id, step, pointer),
          -- Whatever deletes the answer, a save, a retention rule or an erasure, deletes the number.
          FOREIGN KEY (registration_id, step, pointer)
            REFERENCES public.registration_sealed_answer (registration_id, step, pointer) ON DELETE CASCADE
        )
        """
    )
    op.execute("CREATE INDEX ix_aadhaar_blind_index ON prs_vault.aadhaar (organization_id, blind_index)")
    op.execute("REVOKE ALL ON prs_vault.aadhaar FROM PUBLIC")
    op.execute(
        """
        CREATE FUNCTION prs_vault.put(
          registration bigint, organization bigint, at_step text, at_pointer text, value bytea, index bytea
        ) RETURNS void LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          IF NOT organization = ANY (public.prs_scope()) THEN
            RAISE EXCEPTION 'outside the scope' USING ERRCODE = 'insufficient_privilege';
          END IF;
          INSERT INTO prs_vault.aadhaar AS held (registration_id, step, pointer, organization_id, sealed, blind_index)
          VALUES (registration, at_step, at_pointer, organization, value, index)
          ON CONFLICT (registration_id, step, pointer)
          DO UPDATE SET sealed = excluded.sealed, blind_index = excluded.blind_index, stored_at = now()
          WHERE held.organization_id = excluded.organization_id;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION prs_vault.read(registration bigint) RETURNS TABLE (step text, pointer text, sealed bytea)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
          SELECT step, pointer, sealed FROM prs_vault.aadhaar WHERE registration_id = registration
            AND organization_id = ANY (public.prs_scope())
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION prs_vault.find(organization bigint, wanted bytea) RETURNS SETOF bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
          SELECT DISTINCT registration_id FROM prs_vault.aadhaar
          WHERE organization_id = organization AND blind_index = wanted
            AND organization_id = ANY (public.prs_scope())
        $$
        """
    )
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO prs_vault_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    # The role stays: other databases of the server may use it.
    op.execute("DROP SCHEMA prs_vault CASCADE")
    op.drop_column("registration_sealed_answer", "verified_at")
    op.drop_column("registration_sealed_answer", "identity")
    # What only the new layout can read cannot go back: without its keys it would be noise.
    op.execute("DELETE FROM registration_sealed_answer WHERE sealed IS NULL OR get_byte(sealed, 0) = 2")
    op.execute("UPDATE registration_sealed_answer SET blind_index = '' WHERE blind_index IS NULL")
    op.alter_column("registration_sealed_answer", "blind_index", nullable=False)
    op.alter_column("registration_sealed_answer", "sealed", nullable=False)
    op.drop_table("registration_reveal")
    op.drop_table("registration_key")
    op.drop_table("sealed_key")
