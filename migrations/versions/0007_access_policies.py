"""Keep what organizations ask of those who work for them.

Policies are a tenant's rows, behind its wall. They are also needed to decide who a caller is, before there is a tenant:
a function hands out those that stand over given organizations.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.walls import PROCESSES, raise_wall

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "organization_access_policy"
FUNCTION = "prs_access_policies(bigint[])"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        TABLE,
        sa.Column("organization_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("second_factor_required", sa.Boolean(), nullable=False),
        sa.Column("allowed_networks", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("denied_networks", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_access_policy_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_organization_access_policy")),
    )
    raise_wall(TABLE)
    op.execute(
        """
        CREATE FUNCTION prs_access_policies(wanted bigint[])
        RETURNS TABLE (node bigint, second_factor_required boolean, allowed varchar[], denied varchar[])
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        BEGIN ATOMIC
          SELECT node.id, policy.second_factor_required, policy.allowed_networks, policy.denied_networks
          FROM organization_access_policy policy JOIN organization node ON node.path @> ARRAY[policy.organization_id]
          WHERE node.id = ANY (wanted);
        END
        """
    )
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO {PROCESSES}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(f"DROP FUNCTION {FUNCTION}")
    op.drop_table(TABLE)
