"""Registrations: the draft and what becomes of it, its answers, its seats and its people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from api.lib import clock
from api.lib.db import Aggregate, Base


class Registration(Aggregate, Base):
    """One registration, pinned to the flow version it began with."""

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'confirmed', 'cancelled', 'expired')", name="state"),
        CheckConstraint("(confirmation_number is null) = (submitted_at is null)", name="number_when_submitted"),
        Index("ix_registration_list", "organization_id", "updated_at", "uid"),
        Index(
            "ix_registration_event",
            "event_id",
            "updated_at",
            "uid",
            postgresql_include=["state", "organization_id", "is_test"],
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_registration_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_registration_account", "account_id"),
        Index("ix_registration_contact", "event_id", text("lower(contact_email)")),
        Index("ix_registration_expiry", "expires_at", postgresql_where=text("state = 'draft'")),
    )

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    flow_version_id: Mapped[int] = mapped_column(ForeignKey("event_flow_version.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(default="draft")
    locale: Mapped[str]
    # What `now` and `today()` mean for this registration, from its first to its last step.
    clock_now: Mapped[datetime]
    clock_timezone: Mapped[str]
    contact_name: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    confirmation_number: Mapped[str | None] = mapped_column(unique=True)
    submitted_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    # Nobody's any more: kept for seats and statistics.
    erased_at: Mapped[datetime | None]
    # Answers whose fields are kept this many days after the event, or fewer, are blanked.
    blanked_days: Mapped[int] = mapped_column(default=0)
    # Made to try the event: it takes no seat and is told to nobody.
    is_test: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # What staff let a registration do that they add for somebody: {"late", "over", "silent"}.
    allowance: Mapped[dict[str, Any] | None]
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "array_to_tsvector(prs_words(contact_name || ' ' || contact_email || ' ' || contact_phone || ' ' || "
            "coalesce(confirmation_number, '')))",
            persisted=True,
        ),
        deferred=True,
    )


class StepAnswer(Base):
    """What was given at one step, without the sensitive answers."""

    __tablename__ = "registration_step"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    complete: Mapped[bool]
    answers: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)


class RegistrationKey(Base):
    """The data key of one registration's sensitive answers, wrapped by the master key that ``key_id`` names."""

    __tablename__ = "registration_key"
    __table_args__ = (Index("ix_registration_key_master", "key_id", "registration_id"),)

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    key_id: Mapped[str]
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class SealedAnswer(Base):
    """A sensitive answer: sealed, with its mask and, for identity numbers, a keyed index that finds equal ones.

    ``sealed`` is null where the value was checked and not kept; ``verified_at`` says when an identity number was.
    """

    __tablename__ = "registration_sealed_answer"
    __table_args__ = (Index("ix_sealed_answer_blind_index", "organization_id", "blind_index"),)

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    pointer: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    sealed: Mapped[bytes | None]
    mask: Mapped[str]
    blind_index: Mapped[bytes | None]
    identity: Mapped[str | None]
    verified_at: Mapped[datetime | None]


class SetAside(Base):
    """An answer that the flow a draft was moved to has no place for, as its owner sees it (``{"value": …}``).

    A sensitive one is masked there, and whole in ``sealed``.
    """

    __tablename__ = "registration_set_aside"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    flow_version_id: Mapped[int] = mapped_column(ForeignKey("event_flow_version.id"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    pointer: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    label: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any]]
    sealed: Mapped[bytes | None]
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class RevealNote(Base):
    """What somebody wrote of why they were shown a sensitive answer; sealed with the registration's key.

    The audit trail names it and holds no free text: the note goes with the registration, the event stays.
    """

    __tablename__ = "registration_reveal"

    uid: Mapped[UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    sealed_note: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class RegistrationChange(Base):
    """One answer that staff changed: who, when, from what to what. Of a sensitive answer only that it was changed."""

    __tablename__ = "registration_change"
    __table_args__ = (Index("ix_registration_change_registration", "registration_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_kind: Mapped[str]
    actor_uid: Mapped[str | None]
    # The registration's after the change: what was changed together has the same.
    revision: Mapped[int] = mapped_column(BigInteger)
    step: Mapped[str]
    pointer: Mapped[str]
    sensitive: Mapped[bool]
    before: Mapped[Any] = mapped_column(JSONB, nullable=True)
    after: Mapped[Any] = mapped_column(JSONB, nullable=True)


class Attendee(Aggregate, Base):
    """A person who comes, on one ticket."""

    __tablename__ = "attendee"
    __table_args__ = (
        CheckConstraint("state in ('planned', 'registered', 'cancelled', 'withdrawn')", name="state"),
        Index("ix_attendee_registration", "registration_id", "position"),
    )

    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("event_ticket.id"))
    position: Mapped[int]
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="planned")


class SeatHold(Base):
    """Seats of one ticket that a registration holds (until a time) or has taken."""

    __tablename__ = "registration_seat"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("state in ('wanted', 'held', 'taken')", name="state"),
        Index("ix_seat_expiry", "ticket_id", "held_until", postgresql_where=text("state = 'held'")),
    )

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("event_ticket.id"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    quantity: Mapped[int]
    # wanted: chosen, but the hold has run out and the seats were given back.
    state: Mapped[str] = mapped_column(default="held")
    held_until: Mapped[datetime | None]


class RegistrationToken(Base):
    """A capability of a guest, or a link that resumes a draft on another device."""

    __tablename__ = "registration_token"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    purpose: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """A submit that has happened: the same key with the same body answers it again."""

    __tablename__ = "registration_idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_created", "created_at"),)

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[bytes]
    registration_uid: Mapped[UUID]
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Upload(Base):
    """A file that belongs to one answer, and how much of it is here.

    ``kept``: a saved answer names it. What is not kept is collected a day after ``touched_at``.
    """

    __tablename__ = "registration_upload"
    __table_args__ = (
        CheckConstraint("state in ('receiving', 'finished', 'refused')", name="state"),
        CheckConstraint("received between 0 and size", name="received"),
        Index("ix_registration_upload_registration", "registration_id"),
        Index("ix_registration_upload_left", "touched_at", postgresql_where=text("not kept")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    uid: Mapped[UUID] = mapped_column(unique=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    step: Mapped[str]
    pointer: Mapped[str]
    # Of a sensitive field: the field's, for what somebody called the file tells what is in it.
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(default="receiving")
    refusal: Mapped[str | None]
    sensitive: Mapped[bool]
    kept: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    touched_at: Mapped[datetime] = mapped_column(default=clock.now)


class UploadPart(Base):
    """A chunk of an upload: where its bytes begin in the file, and the stored file that holds them.

    When a row goes, a trigger writes its file into ``discarded_file``: nothing that deletes can forget the bytes.
    """

    __tablename__ = "registration_upload_part"

    upload_id: Mapped[int] = mapped_column(ForeignKey("registration_upload.id", ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    size: Mapped[int]
    file: Mapped[UUID] = mapped_column(unique=True)


class DiscardedFile(Base):
    """A stored file that nothing names any more, until it is removed from the storage."""

    __tablename__ = "discarded_file"

    file: Mapped[UUID] = mapped_column(primary_key=True)
    discarded_at: Mapped[datetime]


class RegistrationRules(Base):
    """What an event lets its participants do once they are registered. Without a row: cancel, and nothing else."""

    __tablename__ = "registration_rules"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    organization_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organization.id"))
    # Null: until the event begins.
    changes_until: Mapped[datetime | None]
    # Null: for as long as the event is not archived.
    cancel_until: Mapped[datetime | None]
    # Steps, or fields as `step.field`.
    editable: Mapped[list[str]] = mapped_column(ARRAY(String))
    on_ticket: Mapped[list[str]] = mapped_column(ARRAY(String))
    revision: Mapped[int] = mapped_column(BigInteger, default=1)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
