"""Let events show a picture, and keep requests for help.

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

from migrations.walls import PROCESSES, raise_wall

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("event", sa.Column("image_uid", sa.Uuid(), nullable=True))
    op.add_column("event", sa.Column("image_width", sa.Integer(), nullable=True))
    op.add_column("event", sa.Column("image_height", sa.Integer(), nullable=True))
    op.create_index(
        "ix_event_image", "event", ["image_uid"], unique=True, postgresql_where=sa.text("image_uid IS NOT NULL")
    )
    moment = TIMESTAMP(timezone=True)
    op.create_table(
        "support_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("registration_uid", sa.Uuid(), nullable=True),
        sa.Column("confirmation_number", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("tried_at", moment, nullable=True),
        sa.Column("ticket", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("deleted_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_support_request_account_id_account", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_support_request"),
        sa.UniqueConstraint("uid", name="uq_support_request_uid"),
    )
    op.create_index("ix_support_request_account_id", "support_request", ["account_id"])
    op.create_index("ix_support_request_registration_uid", "support_request", ["registration_uid"])
    op.create_index("ix_support_request_list", "support_request", ["organization_id", "created_at", "uid"])
    raise_wall("support_request")
    op.execute(f"GRANT USAGE ON SEQUENCE support_request_id_seq TO {PROCESSES}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("support_request")
    op.drop_index("ix_event_image", "event")
    for column in ("image_height", "image_width", "image_uid"):
        op.drop_column("event", column)
