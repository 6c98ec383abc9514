"""Create the roles under which the processes work.

The owner migrates. The processes' roles own nothing; they get their logins from `prs db roles`.

Revision: 0001
Follows: nothing
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = ("prs_app", "prs_worker", "prs_auditor", "prs_sealer")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for role in ROLES:
        # Roles belong to the whole server: another database of it may have created them already.
        op.execute(
            f"""
            DO $$ BEGIN
              CREATE ROLE {role} NOLOGIN NOINHERIT;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
            """
        )
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")


def downgrade() -> None:
    # The roles stay: other databases of the server may use them.
    for role in ROLES:
        op.execute(f"REVOKE USAGE ON SCHEMA public FROM {role}")
