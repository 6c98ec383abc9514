"""Forms and their published versions."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Aggregate, Base


class FormForm(Aggregate, Base):
    """A form as its editors see it: a draft document that may change until it is published."""

    __tablename__ = "form_form"
    __table_args__ = (Index("uq_form_form_name", "organization_id", "name", unique=True),)

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    name: Mapped[str]
    title: Mapped[dict[str, str]]
    # The document's bytes as they were handed over: the same wherever they were edited.
    draft: Mapped[bytes]
    latest_version: Mapped[int] = mapped_column(default=0)


class FormVersion(Aggregate, Base):
    """A published document: ``source`` never changes, ``compiled`` is made from it and can be made again."""

    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("form_form.id"))
    number: Mapped[int]
    source: Mapped[bytes]
    source_hash: Mapped[str]
    compiled: Mapped[bytes]
    compiler_version: Mapped[int]
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
