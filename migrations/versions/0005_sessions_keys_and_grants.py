"""Let sessions be listed, keys be rotated, and roles be given to those who have no account yet.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _sessions()
    _signing_keys()
    _grants()
    _api_keys()


def _sessions() -> None:
    op.add_column("auth_session", sa.Column("method", sa.String(), nullable=False, server_default="password"))
    op.alter_column("auth_session", "method", server_default=None)
    op.add_column("auth_session", sa.Column("last_used_at", _MOMENT, nullable=False, server_default=sa.func.now()))
    op.alter_column("auth_session", "last_used_at", server_default=None)
    op.add_column("refresh_token", sa.Column("parent_hash", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_refresh_token_parent_hash"), "refresh_token", ["parent_hash"])


def _signing_keys() -> None:
    op.alter_column("signing_key", "sealed_private", nullable=True)
    op.add_column("signing_key", sa.Column("active_from", _MOMENT, nullable=True))
    op.execute("UPDATE signing_key SET active_from = created_at")
    op.alter_column("signing_key", "active_from", nullable=False)
    op.add_column("signing_key", sa.Column("gone_at", _MOMENT, nullable=True))


def _grants() -> None:
    op.add_column("account", sa.Column("grants_changed_at", _MOMENT, nullable=True))
    op.create_index(op.f("ix_account_grants_changed_at"), "account", ["grants_changed_at"])
    op.add_column(
        "role_grant", sa.Column("uid", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
    )
    op.alter_column("role_grant", "uid", server_default=None)
    op.create_unique_constraint(op.f("uq_role_grant_uid"), "role_grant", ["uid"])
    op.alter_column("role_grant", "account_id", nullable=True)
    op.add_column("role_grant", sa.Column("email", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_role_grant_who"), "role_grant", "(account_id IS NULL) <> (email IS NULL)")
    op.create_index(
        "uq_role_grant_invited",
        "role_grant",
        [sa.literal_column("lower(email)"), "organization_id", "role"],
        unique=True,
        postgresql_where=sa.text("account_id IS NULL"),
    )


def _api_keys() -> None:
    op.add_column(
        "api_key", sa.Column("networks", postgresql.ARRAY(sa.TEXT()), nullable=False, server_default=sa.text("'{}'"))
    )
    op.alter_column("api_key", "networks", server_default=None)
    op.add_column("api_key", sa.Column("created_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_api_key_created_by_account"), "api_key", "account", ["created_by"], ["id"], ondelete="SET NULL"
    )
    op.add_column("api_key", sa.Column("replaced_by", sa.Uuid(), nullable=True))
    op.add_column("api_key", sa.Column("changed_at", _MOMENT, nullable=True))
    op.execute("UPDATE api_key SET changed_at = revoked_at")
    op.create_index(op.f("ix_api_key_changed_at"), "api_key", ["changed_at"])
    # Keys are behind the tenants' walls, and who polls works for no tenant: it learns uids and nothing else.
    op.execute(
        """
        CREATE FUNCTION prs_changed_api_keys(since timestamptz) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        BEGIN ATOMIC SELECT uid FROM api_key WHERE changed_at >= since; END
        """
    )
    op.execute("REVOKE ALL ON FUNCTION prs_changed_api_keys(timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION prs_changed_api_keys(timestamptz) TO prs_app, prs_worker")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION prs_changed_api_keys(timestamptz)")
    for column in ("changed_at", "replaced_by", "created_by", "networks"):
        op.drop_column("api_key", column)
    op.drop_index("uq_role_grant_invited", "role_grant")
    op.drop_constraint(op.f("ck_role_grant_who"), "role_grant")
    # An invitation has no account, which the older schema demands.
    op.execute("DELETE FROM role_grant WHERE account_id IS NULL")
    op.drop_column("role_grant", "email")
    op.alter_column("role_grant", "account_id", nullable=False)
    op.drop_column("role_grant", "uid")
    op.drop_column("account", "grants_changed_at")
    # A key that is gone can sign nothing any more.
    op.execute("DELETE FROM signing_key WHERE sealed_private IS NULL")
    for column in ("gone_at", "active_from"):
        op.drop_column("signing_key", column)
    op.alter_column("signing_key", "sealed_private", nullable=False)
    op.drop_column("refresh_token", "parent_hash")
    for column in ("last_used_at", "method"):
        op.drop_column("auth_session", column)
