"""What is known of a registration outside its module."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import msgspec


class RegistrationState(StrEnum):
    """draft → confirmed → cancelled; draft → expired | cancelled; cancelled → confirmed | draft; expired → draft."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# What staff can take up again: as a draft, or confirmed where it was.
REINSTATABLE = frozenset({RegistrationState.CANCELLED, RegistrationState.EXPIRED})


class RevealReason(StrEnum):
    """What a sensitive answer is shown for."""

    IDENTITY_CHECK = "identity-check"
    LEGAL_DUTY = "legal-duty"
    SUPPORT = "support"
    SAFETY = "safety"
    OTHER = "other"


class SeatChoice(msgspec.Struct, frozen=True):
    """Seats wanted of one ticket."""

    ticket: UUID
    quantity: int


class AttendeeInput(msgspec.Struct, frozen=True):
    """A person to come."""

    ticket: UUID
    name: str
    email: str


class StepInput(msgspec.Struct, frozen=True):
    """What somebody gives at one step. Which part is set depends on the step's kind."""

    answers: dict[str, Any] | None = None
    tickets: tuple[SeatChoice, ...] | None = None
    attendees: tuple[AttendeeInput, ...] | None = None


class StepProblem(msgspec.Struct, frozen=True):
    """An answer of the last save that was not stored."""

    pointer: str
    code: str
    message: str


class StepView(msgspec.Struct, frozen=True):
    """A step as its owner sees it; sensitive answers are masked."""

    status: str
    answers: dict[str, Any]
    problems: list[StepProblem]


class SeatView(msgspec.Struct, frozen=True):
    """Seats of one ticket. ``held_until`` is null once they are taken; ``state``: wanted, held or taken."""

    ticket: UUID
    quantity: int
    state: str
    held_until: datetime | None


class AttendeeView(msgspec.Struct, frozen=True):
    """A person who comes."""

    uid: UUID
    ticket: UUID
    name: str
    email: str
    state: str


class RegistrationView(msgspec.Struct, frozen=True):
    """A registration as its owner sees it."""

    uid: UUID
    event_id: int
    flow_version_uid: UUID
    flow_version: int
    state: RegistrationState
    revision: int
    locale: str
    clock_now: datetime
    clock_timezone: str
    steps: dict[str, StepView]
    seats: list[SeatView]
    attendees: list[AttendeeView]
    confirmation_number: str | None
    submitted_at: datetime | None
    cancelled_at: datetime | None
    expires_at: datetime | None


class RegistrationRow(msgspec.Struct, frozen=True):
    """A registration in a list of the staff."""

    uid: UUID
    event_id: int
    confirmation_number: str | None
    name: str
    email: str
    state: RegistrationState
    attendees: int
    submitted_at: datetime | None
    updated_at: datetime
    is_test: bool


class Place(Protocol):
    """A registration as its sensitive answers are bound to it, whether it has a row yet or not."""

    @property
    def id(self) -> int: ...

    @property
    def uid(self) -> UUID: ...

    @property
    def organization_id(self) -> int: ...


class Allowance(msgspec.Struct, frozen=True):
    """What a registration may that staff add: come late, take seats over the capacity, and be confirmed unmailed."""

    late: bool = False
    over: bool = False
    silent: bool = False


class FilterChoice(msgspec.Struct, frozen=True):
    """A value that a field can have, and how many of the registrations looked at have it."""

    value: str
    label: dict[str, str]
    count: int


class FilterField(msgspec.Struct, frozen=True):
    """A field registrations can be filtered by. ``kind``: choice, choices, boolean, number, date or text."""

    step: str
    name: str
    label: dict[str, str]
    kind: str
    choices: list[FilterChoice]


class TicketCount(msgspec.Struct, frozen=True):
    """A ticket and how many of the registrations looked at have it."""

    uid: UUID
    name: dict[str, str]
    count: int


class FilterSummary(msgspec.Struct, frozen=True):
    """How many registrations a filter lets through. ``counted``: whether tickets and values were counted too."""

    total: int
    states: dict[str, int]
    tickets: list[TicketCount]
    fields: list[FilterField]
    counted: bool


class OutgoingAttendee(msgspec.Struct, frozen=True):
    """An attendee as the back office receives them."""

    uid: UUID
    ticket_uid: UUID
    name: str
    email: str
    cancelled: bool


class Contact(msgspec.Struct, frozen=True):
    """Who holds a registration, for those who answer them."""

    uid: UUID
    organization_id: int
    name: str
    email: str
    confirmation_number: str | None


class Outgoing(msgspec.Struct, frozen=True):
    """A registration as other systems receive it: only answers that are declared as shared, none that is sensitive."""

    uid: UUID
    organization_id: int
    event_uid: UUID
    revision: int
    state: RegistrationState
    deleted: bool
    confirmation_number: str | None
    locale: str
    name: str
    email: str
    phone: str
    submitted_at: datetime | None
    attendees: list[OutgoingAttendee]
    answers: dict[str, dict[str, Any]]
