"""Keep answers that a newer version of a form has no place for.

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from migrations.walls import raise_wall

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLE = "registration_set_aside"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        TABLE,
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("flow_version_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("pointer", sa.String(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("label", JSONB(), nullable=False),
        sa.Column("answer", JSONB(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=f"fk_{TABLE}_registration_id_registration",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["flow_version_id"], ["event_flow_version.id"], name=f"fk_{TABLE}_flow_version_id_event_flow_version"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=f"fk_{TABLE}_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("registration_id", "flow_version_id", "step", "pointer", name=f"pk_{TABLE}"),
    )  # fmt: skip
    raise_wall(TABLE)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table(TABLE)
