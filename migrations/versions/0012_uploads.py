"""Keep files that belong to answers: uploads, their chunks, and the files that nothing names any more.

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

from migrations.walls import PROCESSES, raise_wall

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    moment = TIMESTAMP(timezone=True)
    op.create_table(
        "registration_upload",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("pointer", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("touched_at", moment, nullable=False),
        sa.CheckConstraint(
            "state in ('receiving', 'finished', 'refused')", name=op.f("ck_registration_upload_state")
        ),
        sa.CheckConstraint("received between 0 and size", name=op.f("ck_registration_upload_received")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name="fk_registration_upload_registration_id_registration",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_registration_upload_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registration_upload"),
        sa.UniqueConstraint("uid", name="uq_registration_upload_uid"),
    )  # fmt: skip
    op.create_index("ix_registration_upload_registration", "registration_upload", ["registration_id"])
    op.create_index(
        "ix_registration_upload_left", "registration_upload", ["touched_at"], postgresql_where=sa.text("not kept")
    )
    op.create_table(
        "registration_upload_part",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["registration_upload.id"], name="fk_registration_upload_part_upload_id_registration_upload",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_registration_upload_part_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("upload_id", "start", name="pk_registration_upload_part"),
        sa.UniqueConstraint("file", name="uq_registration_upload_part_file"),
    )  # fmt: skip
    op.create_table(
        "discarded_file",
        sa.Column("file", sa.Uuid(), nullable=False),
        sa.Column("discarded_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("file", name="pk_discarded_file"),
    )
    raise_wall("registration_upload")
    raise_wall("registration_upload_part")
    op.execute(f"GRANT USAGE ON SEQUENCE registration_upload_id_seq TO {PROCESSES}")
    op.execute("GRANT SELECT, DELETE ON discarded_file TO prs_worker")
    _discard()


def _discard() -> None:
    """Whoever deletes a part (a person, the worker, a cascade) leaves its file to the collector.

    The function has its owner's rights: a process may not write there by itself.
    """
    op.execute(
        """
        CREATE FUNCTION prs_discard_file() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
        BEGIN
          INSERT INTO public.discarded_file SELECT file, clock_timestamp() FROM gone;
          RETURN NULL;
        END $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION prs_discard_file() FROM PUBLIC")
    op.execute(
        """
        CREATE TRIGGER discard AFTER DELETE ON registration_upload_part
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION prs_discard_file()
        """
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("registration_upload_part")
    op.drop_table("registration_upload")
    op.drop_table("discarded_file")
    op.execute("DROP FUNCTION prs_discard_file()")
