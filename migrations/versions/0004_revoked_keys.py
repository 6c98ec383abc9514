"""Let every process learn which API keys were revoked.

Keys are behind the tenants' walls, and who polls for revocations works for no tenant: it learns uids and nothing else.

Revision: 0004
Follows: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(
        """
        CREATE FUNCTION prs_revoked_api_keys(since timestamptz) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        BEGIN ATOMIC SELECT uid FROM api_key WHERE revoked_at >= since; END
        """
    )
    op.execute("REVOKE ALL ON FUNCTION prs_revoked_api_keys(timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION prs_revoked_api_keys(timestamptz) TO prs_app, prs_worker")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION prs_revoked_api_keys(timestamptz)")
