"""Mail templates in their versions, trials of them, and mailings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Base, Key
from api.lib.ids import new_uid


class MailTemplate(Key, Base):
    """One version of what a mail says; the newest counts. Without a text it stands for "as delivered"."""

    __tablename__ = "mail_template"
    __table_args__ = (
        CheckConstraint("(subject is null) = (body is null)", name="whole_or_reset"),
        Index(
            "ix_mail_template_version",
            "organization_id",
            text("coalesce(event_id, 0)"),
            "kind",
            "locale",
            "version",
            unique=True,
        ),
    )

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    # Of one event only; null where it holds for all of the organization's.
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str]
    locale: Mapped[str]
    version: Mapped[int]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)


class MailTrial(Key, Base):
    """A text that somebody has sent to themselves; it goes after a day."""

    __tablename__ = "mail_trial"

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str]
    locale: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Mailing(Key, Base):
    """Confirmations that staff have sent again to many. Its private key is the revision of its outbox rows."""

    __tablename__ = "mailing"
    __table_args__ = (Index("ix_mailing_list", "organization_id", "id"),)

    uid: Mapped[UUID] = mapped_column(unique=True, default=new_uid)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    total: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    stopped_at: Mapped[datetime | None]
    withdrawn: Mapped[int] = mapped_column(default=0)
