"""Requests for help as people wrote them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.lib.db import Aggregate, Base


class SupportRequest(Aggregate, Base):
    """A request for help, kept whether or not a help desk is set up."""

    __tablename__ = "support_request"
    __table_args__ = (Index("ix_support_request_list", "organization_id", "created_at", "uid"),)

    # No foreign key: 0 stands for whoever runs the installation.
    organization_id: Mapped[int] = mapped_column(BigInteger)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    registration_uid: Mapped[UUID | None] = mapped_column(index=True)
    confirmation_number: Mapped[str | None]
    email: Mapped[str]
    name: Mapped[str]
    subject: Mapped[str]
    message: Mapped[str]
    # Set before it is sent: whoever finds it set looks for the ticket first.
    tried_at: Mapped[datetime | None]
    ticket: Mapped[int | None] = mapped_column(BigInteger)
