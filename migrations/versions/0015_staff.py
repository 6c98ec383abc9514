"""Find registrations and events whatever their accents; keep what staff change; let events be tried.

`search` is made by the database from the columns beside it, so every way in fills it. Filling it rewrites both tables
once, under a lock that nobody passes: some seconds for a hundred thousand registrations. Words go into the index as
they are written (`fastupdate` off): a list of words to be added later makes one unlucky writer wait for all of them.

Operators that the planner does not know to be leakproof use no index behind a tenant's wall: what is searched by words
is looked up by functions of the owner, which look at the same tenants.

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.walls import PROCESSES, raise_wall

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

REGISTRATION_SEARCH = (
    "array_to_tsvector(prs_words(contact_name || ' ' || contact_email || ' ' || contact_phone || ' ' || "
    "coalesce(confirmation_number, '')))"
)
EVENT_SEARCH = "array_to_tsvector(prs_words(slug || ' ' || title::text || ' ' || summary::text || ' ' || place))"
OLD_EVENT_SEARCH = "to_tsvector('simple', slug || ' ' || title::text || ' ' || summary::text || ' ' || place)"

# Letters with marks fall apart into both (Unicode's NFKD) and lose the marks; letters that do not fall apart are named.
# Vowel signs of Indian scripts are no marks in this sense: they stay.
FOLD = r"""
CREATE FUNCTION prs_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN replace(replace(replace(lower(translate(
    regexp_replace(normalize(words, NFKD), '[\u0300-\u036f\u1dc0-\u1dff\u064b-\u065f\u0640\u093c]', '', 'g'),
    'øØłŁđĐħĦıŧŦ', 'oOlLdDhHitT')), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
"""
WORDS = r"""
CREATE FUNCTION prs_words(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_remove(regexp_split_to_array(prs_fold(words),
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u0964\u0965\u060c\u061b\u061f\u2000-\u206f\u3000-\u303f]+'),
    '')
"""
QUERY = """
CREATE FUNCTION prs_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT string_agg(quote_literal(word) || ':*', ' & ') FROM unnest(prs_words(words)) word)::tsquery
"""
REGISTRATIONS = """
CREATE FUNCTION prs_registrations_found(wanted tsquery, most integer) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (
  SELECT coalesce(array_agg(id), '{}') FROM (
    SELECT id FROM registration
    WHERE search @@ wanted AND organization_id = ANY ((SELECT prs_scope())::bigint[]) LIMIT most
  ) found
)
"""
EVENTS = """
CREATE FUNCTION prs_events_found(wanted tsquery, most integer) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (
  SELECT coalesce(array_agg(id), '{}') FROM (
    SELECT id FROM event WHERE search @@ wanted AND state IN ('published', 'closed') AND deleted_at IS NULL LIMIT most
  ) found
)
"""
PURE = ("prs_query(text)", "prs_words(text)", "prs_fold(text)")
DEFINER = ("prs_registrations_found(tsquery, integer)", "prs_events_found(tsquery, integer)")


def _search(table: str, expression: str) -> None:
    op.add_column(
        table, sa.Column("search", postgresql.TSVECTOR(), sa.Computed(expression, persisted=True), nullable=False)
    )
    op.create_index(
        f"ix_{table}_search", table, ["search"], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for function in (FOLD, WORDS, QUERY):
        op.execute(function)
    _search("registration", REGISTRATION_SEARCH)
    op.drop_index("ix_event_search", "event")
    op.drop_column("event", "search")
    _search("event", EVENT_SEARCH)
    for function in (REGISTRATIONS, EVENTS):
        op.execute(function)
    for name in DEFINER:
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {PROCESSES}")
    no = sa.text("false")
    op.add_column("registration", sa.Column("is_test", sa.Boolean(), server_default=no, nullable=False))
    op.add_column("registration", sa.Column("allowance", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("event", sa.Column("test_mode", sa.Boolean(), server_default=no, nullable=False))
    # An event's newest first, and how many there are in each state without a look at the rows.
    op.drop_index("ix_registration_event", "registration")
    op.create_index(
        "ix_registration_event",
        "registration",
        ["event_id", "updated_at", "uid"],
        postgresql_include=["state", "organization_id", "is_test"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "registration_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_uid", sa.String(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("pointer", sa.String(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], ondelete="CASCADE",
            name="fk_registration_change_registration_id_registration",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_registration_change_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registration_change"),
    )  # fmt: skip
    op.create_index("ix_registration_change_registration", "registration_change", ["registration_id", "id"])
    raise_wall("registration_change")
    op.execute(f"GRANT USAGE ON SEQUENCE registration_change_id_seq TO {PROCESSES}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("registration_change")
    op.drop_index("ix_registration_event", "registration")
    op.create_index("ix_registration_event", "registration", ["event_id", "state"])
    op.drop_column("event", "test_mode")
    op.drop_column("registration", "allowance")
    op.drop_column("registration", "is_test")
    for name in DEFINER:
        op.execute(f"DROP FUNCTION {name}")
    for table in ("registration", "event"):
        op.drop_index(f"ix_{table}_search", table)
        op.drop_column(table, "search")
    _search("event", OLD_EVENT_SEARCH)
    for name in PURE:
        op.execute(f"DROP FUNCTION {name}")
