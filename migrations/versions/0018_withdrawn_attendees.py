"""Tell people whom a change has taken off a registration from those who are cancelled with it: a reinstatement brings
back the latter only.

Revision: 0018
Follows: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("ALTER TABLE attendee DROP CONSTRAINT ck_attendee_state")
    op.execute(
        "ALTER TABLE attendee ADD CONSTRAINT ck_attendee_state "
        "CHECK (state in ('planned', 'registered', 'cancelled', 'withdrawn')) NOT VALID"
    )
    op.execute("ALTER TABLE attendee VALIDATE CONSTRAINT ck_attendee_state")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("UPDATE attendee SET state = 'cancelled' WHERE state = 'withdrawn'")
    op.execute("ALTER TABLE attendee DROP CONSTRAINT ck_attendee_state")
    op.execute(
        "ALTER TABLE attendee ADD CONSTRAINT ck_attendee_state CHECK (state in ('planned', 'registered', 'cancelled'))"
    )
