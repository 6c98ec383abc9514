"""Let organisers write their mails and say what participants may change; keep mailings with their progress.

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from migrations.walls import PROCESSES, raise_wall

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("registration_rules", "mail_template", "mail_trial", "mailing")
_MOMENT = TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _rules()
    _template()
    _trial()
    _mailing()
    for table in TABLES:
        raise_wall(table)
    for sequence in ("mail_template_id_seq", "mail_trial_id_seq", "mailing_id_seq"):
        op.execute(f"GRANT USAGE ON SEQUENCE {sequence} TO {PROCESSES}")
    # Who asks for their confirmation again gives an address: found without reading every registration of the event.
    op.create_index(
        "ix_registration_contact", "registration", ["event_id", sa.text("lower(contact_email)")], unique=False
    )


def _rules() -> None:
    op.create_table(
        "registration_rules",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("changes_until", _MOMENT, nullable=True),
        sa.Column("cancel_until", _MOMENT, nullable=True),
        sa.Column("editable", ARRAY(sa.String()), nullable=False),
        sa.Column("on_ticket", ARRAY(sa.String()), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_registration_rules_event_id_event"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_registration_rules_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("event_id", name="pk_registration_rules"),
    )


def _template() -> None:
    op.create_table(
        "mail_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("saved_at", _MOMENT, nullable=False),
        sa.CheckConstraint("(subject is null) = (body is null)", name=op.f("ck_mail_template_whole_or_reset")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_mail_template_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_mail_template_event_id_event"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_template"),
    )
    op.create_index(
        "ix_mail_template_version",
        "mail_template",
        ["organization_id", sa.text("coalesce(event_id, 0)"), "kind", "locale", "version"],
        unique=True,
    )


def _trial() -> None:
    op.create_table(
        "mail_trial",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_mail_trial_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_mail_trial_event_id_event"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_trial"),
    )


def _mailing() -> None:
    op.create_table(
        "mailing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("stopped_at", _MOMENT, nullable=True),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_mailing_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_mailing_event_id_event"),
        sa.PrimaryKeyConstraint("id", name="pk_mailing"),
        sa.UniqueConstraint("uid", name="uq_mailing_uid"),
    )
    op.create_index("ix_mailing_list", "mailing", ["organization_id", "id"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("ix_registration_contact", "registration")
    for table in reversed(TABLES):
        op.drop_table(table)
