"""Lay what signing in needs besides a password: verified addresses, links, second factors and identities.

Accounts that exist already have signed in with their addresses: they count as verified.

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)
_TABLES = ("account_token", "account_second_factor", "account_recovery_code", "account_identity")
PROCESSES = "prs_app, prs_worker"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.alter_column("account", "password_hash", existing_type=sa.String(), nullable=True)
    op.add_column("account", sa.Column("password_is_short", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("account", sa.Column("email_verified_at", _TIME, nullable=True))
    op.add_column("account", sa.Column("locale", sa.String(), nullable=False, server_default="en"))
    op.add_column("auth_session", sa.Column("second_factor_at", _TIME, nullable=True))
    for column in ("password_is_short", "locale"):
        op.alter_column("account", column, server_default=None)
    op.execute("UPDATE account SET email_verified_at = created_at")
    _tables()
    for table in _TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {PROCESSES}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {PROCESSES}")
    # An account belongs to no tenant, and so do the mails about it.
    op.execute(
        f"""
        CREATE POLICY account_mail ON outbox FOR INSERT TO {PROCESSES}
        WITH CHECK (organization_id = 0 AND destination = 'mail' AND aggregate LIKE 'account.%')
        """
    )


def _tables() -> None:
    op.create_table(
        "account_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME, nullable=True),
        sa.CheckConstraint(
            "purpose in ('verify-email', 'reset-password', 'second-factor')", name=op.f("ck_account_token_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_token_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_token")),
    )
    op.create_index(op.f("ix_account_token_account_id"), "account_token", ["account_id"])
    op.create_index(op.f("ix_account_token_expires_at"), "account_token", ["expires_at"])
    op.create_table(
        "account_second_factor",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("confirmed_at", _TIME, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_second_factor_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_second_factor")),
    )
    op.create_table(
        "account_recovery_code",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_recovery_code_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_account_recovery_code")),
    )
    op.create_table(
        "account_identity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("last_used_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_identity_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_account_identity_issuer")),
    )
    op.create_index(op.f("ix_account_identity_account_id"), "account_identity", ["account_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP POLICY account_mail ON outbox")
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_column("auth_session", "second_factor_at")
    for column in ("locale", "email_verified_at", "password_is_short"):
        op.drop_column("account", column)
    # Whoever has no password cannot sign in afterwards; an empty hash fits no password.
    op.execute("UPDATE account SET password_hash = '' WHERE password_hash IS NULL")
    op.alter_column("account", "password_hash", existing_type=sa.String(), nullable=False)
