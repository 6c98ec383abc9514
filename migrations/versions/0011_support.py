"""Let events show a picture.

Revision: 0011
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0004"
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


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("ix_event_image", "event")
    for column in ("image_height", "image_width", "image_uid"):
        op.drop_column("event", column)
