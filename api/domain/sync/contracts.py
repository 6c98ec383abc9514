"""What other modules hand to the outbox and read from it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class Destination(StrEnum):
    """Another system that must learn of our changes."""

    ODOO = "odoo"
    MAIL = "mail"
    ANALYTICS = "analytics"
    SUPPORT = "support"


class Aggregate(StrEnum):
    """What an outbox row can be about."""

    EVENT = "event"
    REGISTRATION = "registration"
    # Occasions rather than states: each is told once.
    CONFIRMATION = "registration.confirmation"
    CANCELLATION = "registration.cancellation"
    RESUME_LINK = "registration.resume-link"
    CHANGED = "registration.changed"
    # Asked for again: by the holder or staff for one (its revision is a time), or by staff for many (a mailing's key).
    RESEND = "registration.resend"
    MAILING = "registration.mailing"
    SUBMITTED = "registration.submitted"
    # To be forgotten. The row's own uid is all that the destination needs: what it was about may be gone by then.
    ATTENDEE_ERASURE = "attendee.erasure"
    ANALYTICS_ERASURE = "registration.analytics-erasure"
    # About accounts, which belong to no organization.
    ACCOUNT_VERIFY = "account.verify-email"
    ACCOUNT_EXISTS = "account.exists"
    ACCOUNT_RESET = "account.reset-password"
    ACCOUNT_PASSWORD_CHANGED = "account.password-changed"  # noqa: S105 (an occasion)
    ACCOUNT_SECOND_FACTOR_ON = "account.second-factor-on"
    ACCOUNT_SECOND_FACTOR_OFF = "account.second-factor-off"
    ACCOUNT_INVITED = "account.invited"
    # What an organiser has written, to themselves.
    MAIL_TRIAL = "account.mail-trial"
    SUPPORT_REQUEST = "support-request"


DRAIN = {
    Destination.ODOO: "sync.drain_odoo",
    Destination.MAIL: "sync.drain_mail",
    Destination.ANALYTICS: "sync.drain_analytics",
    Destination.SUPPORT: "sync.drain_support",
}


class SyncStatus(msgspec.Struct, frozen=True):
    """Where an aggregate stands with one destination. ``state``: pending, synced or dead."""

    state: str
    revision: int | None
    synced_at: datetime | None
    error: str | None


class Claimed(msgspec.Struct, frozen=True):
    """A row that a drain holds until its lease ends."""

    id: int
    aggregate: str
    aggregate_uid: UUID
    organization_id: int
    revision: int
    attempts: int
    created_at: datetime


class Depth(msgspec.Struct, frozen=True):
    """How much waits for one destination; ``oldest_seconds`` is the age of the oldest waiting row."""

    destination: str
    pending: int
    dead: int
    done: int
    oldest_seconds: float


class DeadLetter(msgspec.Struct, frozen=True):
    """A row that was given up."""

    destination: str
    aggregate: str
    aggregate_uid: UUID
    revision: int
    attempts: int
    error: str
    created_at: datetime


class Bound(msgspec.Struct, frozen=True):
    """What the destination holds now."""

    aggregate: str
    aggregate_uid: UUID
    organization_id: int
    external_id: int | None
    revision: int


class Outcome(msgspec.Struct):
    """What became of a claimed batch, by the rows' ids."""

    done: list[int] = []
    retry: dict[int, str] = {}
    dead: dict[int, str] = {}
    bound: list[Bound] = []
