"""What can be registered for: events, categories, tickets with their counters, flows and their versions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Aggregate, Base


class EventCategory(Aggregate, Base):
    """A shelf of the catalogue."""

    __tablename__ = "event_category"

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[dict[str, str]]
    position: Mapped[int] = mapped_column(default=0)


class Event(Aggregate, Base):
    """A program people can register for. Times are UTC; ``timezone`` is where they are shown."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'published', 'closed', 'archived')", name="state"),
        CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
        Index(
            "ix_event_catalogue", "starts_at", "uid", postgresql_where=text("state <> 'draft' AND deleted_at IS NULL")
        ),
        Index("ix_event_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_event_image", "image_uid", unique=True, postgresql_where=text("image_uid IS NOT NULL")),
        Index("ix_event_organization", "organization_id", "starts_at"),
    )

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("event_category.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[dict[str, str]]
    summary: Mapped[dict[str, str]]
    description: Mapped[dict[str, str]]
    place: Mapped[str]
    timezone: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="draft")
    # The version that new registrations begin on.
    flow_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("event_flow_version.id", use_alter=True, name="fk_event_flow_version")
    )
    # What is registered while it is on is a trial: see Registration.is_test.
    test_mode: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Its files lie in the storage under this uid; width and height are those of the largest.
    image_uid: Mapped[UUID | None]
    image_width: Mapped[int | None]
    image_height: Mapped[int | None]
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "array_to_tsvector(prs_words(slug || ' ' || title::text || ' ' || summary::text || ' ' || place))",
            persisted=True,
        ),
        deferred=True,
    )


class EventTicket(Aggregate, Base):
    """What a person takes: a kind of seat. Prices are integer minor units."""

    __tablename__ = "event_ticket"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("max_per_order between 1 and 100", name="max_per_order"),
    )

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    name: Mapped[dict[str, str]]
    description: Mapped[dict[str, str]]
    position: Mapped[int] = mapped_column(default=0)
    sales_start: Mapped[datetime | None]
    sales_end: Mapped[datetime | None]
    max_per_order: Mapped[int] = mapped_column(default=1)
    price_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(default="EUR")


class TicketCounter(Base):
    """The contended row of a ticket, apart from its description: seats held by drafts and taken by registrations."""

    __tablename__ = "event_ticket_counter"
    __table_args__ = (
        CheckConstraint("held >= 0 and taken >= 0", name="not_negative"),
        CheckConstraint("capacity is null or taken + held <= capacity", name="within_capacity"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("event_ticket.id"), primary_key=True, autoincrement=False)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    capacity: Mapped[int | None]
    held: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)


class EventFlow(Aggregate, Base):
    """The steps of an event's registration as their editors see them."""

    __tablename__ = "event_flow"

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    draft: Mapped[bytes]
    latest_version: Mapped[int] = mapped_column(default=0)


class EventFlowVersion(Aggregate, Base):
    """A published flow: its steps with the form versions they are pinned to. Never changes."""

    __tablename__ = "event_flow_version"
    __table_args__ = (UniqueConstraint("flow_id", "number"),)

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    flow_id: Mapped[int] = mapped_column(ForeignKey("event_flow.id"))
    number: Mapped[int]
    document: Mapped[bytes]
    document_hash: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
