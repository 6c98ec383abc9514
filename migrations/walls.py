"""The wall between tenants, as every table of an organization's gets it.

Versions call it, so what it does is never changed: a wall that is built otherwise gets a function of its own.
"""

from alembic import op

PROCESSES = "prs_app, prs_worker"


def raise_wall(table: str) -> None:
    """Let the processes use a table, and see the rows of their transaction's organizations; the system sees all."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {PROCESSES}")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"""
        CREATE POLICY tenant ON {table} TO {PROCESSES}
        USING (organization_id = ANY ((SELECT prs_scope())::bigint[]))
        WITH CHECK (organization_id = ANY ((SELECT prs_scope())::bigint[]))
        """
    )
    op.execute(
        f"""
        CREATE POLICY system ON {table} TO prs_worker
        USING ((SELECT current_setting('prs.system', true)) = 'on')
        WITH CHECK ((SELECT current_setting('prs.system', true)) = 'on')
        """
    )
