"""Registrations over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from api.domain.catalog.schemas import StepName
from api.domain.registrations.contracts import RevealReason
from api.lib.schema import EMAIL, END, LINE, LOCALE, Input, Output, Text

Locale = Annotated[str, Meta(pattern=LOCALE, max_length=35)]
Email = Annotated[str, Meta(max_length=254, pattern=f"^(?:{EMAIL})?{END}")]
Token = Annotated[str, Meta(min_length=20, max_length=200)]


class RegistrationIn(Input, frozen=True, kw_only=True):
    """Begins a draft. ``event`` is a uid or slug."""

    event: Annotated[str, Meta(min_length=1, max_length=64)]
    locale: Locale = "en"


class SeatIn(Input, frozen=True, kw_only=True):
    """Seats of one ticket."""

    ticket: UUID
    quantity: Annotated[int, Meta(ge=1, le=100)]


class AttendeeIn(Input, frozen=True, kw_only=True):
    """A person who comes."""

    ticket: UUID
    name: Annotated[str, Meta(pattern=LINE, max_length=200)]
    email: Email = ""


class StepIn(Input, frozen=True, kw_only=True):
    """What is given at one step: ``answers`` of a form, ``tickets`` or ``attendees``."""

    answers: dict[str, Any] | None = None
    tickets: Annotated[list[SeatIn], Meta(max_length=50)] | None = None
    attendees: Annotated[list[AttendeeIn], Meta(max_length=100)] | None = None


class StepSaveIn(StepIn, frozen=True, kw_only=True):
    """Saves a step; ``complete`` false keeps an unfinished one."""

    complete: bool = False


class WholeRegistrationIn(Input, frozen=True, kw_only=True):
    """A complete registration in one call: what is given at each step, by the step's name."""

    locale: Locale = "en"
    steps: Annotated[dict[StepName, StepIn], Meta(max_length=50)]


class ResumeLinkIn(Input, frozen=True, kw_only=True):
    """``send`` mails a link to the address the draft has."""

    send: bool = False


class ResumeIn(Input, frozen=True, kw_only=True):
    """The token of a resume link (what follows ``#``)."""

    token: Token


class RevealIn(Input, frozen=True, kw_only=True):
    """Asks for a sensitive answer in full. ``note`` is kept with the audit trail; `other` needs one."""

    step: StepName
    pointer: Annotated[str, Meta(pattern=rf"^(?:/[A-Za-z0-9_]{{1,64}}){{1,20}}{END}", max_length=400)]
    reason: RevealReason
    note: Annotated[str, Meta(pattern=LINE, max_length=300)] = ""


class NumberSearchIn(Input, frozen=True, kw_only=True):
    """An identity number to look for, however it is spaced."""

    identity: Literal["aadhaar", "passport", "other"]
    value: Annotated[str, Meta(min_length=4, max_length=60, pattern=LINE)]


class Revealed(Output, frozen=True, kw_only=True):
    """A sensitive answer in full."""

    value: Any


class RevealNoteOut(Output, frozen=True, kw_only=True):
    """What somebody wrote of why they were shown a sensitive answer."""

    note: str


class ProblemOut(Output, frozen=True, kw_only=True):
    """An answer of the last save that was not stored."""

    pointer: str
    code: str
    message: str


class SeatOut(Output, frozen=True, kw_only=True):
    """Seats of one ticket. ``state``: held until ``held_until``, wanted when the hold has run out, taken."""

    ticket: UUID
    quantity: int
    state: str
    held_until: datetime | None


class AttendeeOut(Output, frozen=True, kw_only=True):
    """A person who comes."""

    uid: UUID
    ticket: UUID
    name: str
    email: str
    state: str


class StepOut(Output, frozen=True, kw_only=True):
    """A step. ``status``: open, saved or complete. Sensitive answers read ``{"masked": "••••9012"}``."""

    status: str
    answers: dict[str, Any]
    problems: list[ProblemOut]


class EventOfRegistration(Output, frozen=True, kw_only=True):
    """The event a registration is for."""

    uid: UUID
    slug: str
    title: Text
    timezone: str
    starts_at: datetime
    ends_at: datetime
    place: str


class ClockOut(Output, frozen=True, kw_only=True):
    """What `now` and `today()` mean in this registration's forms."""

    now: datetime
    timezone: str


class RegistrationOut(Output, frozen=True, kw_only=True):
    """A registration as its owner sees it. ``state``: draft, confirmed, cancelled or expired."""

    uid: UUID
    event: EventOfRegistration
    flow_version_uid: UUID
    flow_version: int
    state: str
    revision: int
    locale: str
    clock: ClockOut
    steps: dict[str, StepOut]
    tickets: list[SeatOut]
    attendees: list[AttendeeOut]
    confirmation_number: str | None
    submitted_at: datetime | None
    cancelled_at: datetime | None
    expires_at: datetime | None


class RegistrationStarted(Output, frozen=True, kw_only=True):
    """``token`` is a guest's capability, sent as Registration-Token; null where an account holds the registration."""

    registration: RegistrationOut
    token: str | None


class ResumeLink(Output, frozen=True, kw_only=True):
    """A link that works once until ``expires_at``."""

    url: str
    expires_at: datetime


class MyRegistration(Output, frozen=True, kw_only=True):
    """One of the signed-in person's registrations."""

    uid: UUID
    event: EventOfRegistration
    state: str
    confirmation_number: str | None
    updated_at: datetime


class EventBrief(Output, frozen=True, kw_only=True):
    """The event in a list of registrations."""

    uid: UUID
    slug: str
    title: Text


class SyncOut(Output, frozen=True, kw_only=True):
    """Where the back office stands. ``state``: pending, synced, dead, or none where nothing is sent."""

    state: str
    revision: int | None
    synced_at: datetime | None
    error: str | None


class StaffRegistration(Output, frozen=True, kw_only=True):
    """A registration in the staff's list."""

    uid: UUID
    confirmation_number: str | None
    event: EventBrief
    name: str
    email: str
    state: str
    attendees: int
    submitted_at: datetime | None
    updated_at: datetime
    is_test: bool
    sync: SyncOut


class StaffRegistrationList(Output, frozen=True, kw_only=True):
    """Registrations found by an identity number."""

    items: list[StaffRegistration]


class StaffRegistrationPage(Output, frozen=True, kw_only=True):
    """One page; ``next_cursor`` is null on the last one."""

    items: list[StaffRegistration]
    next_cursor: str | None


class ChoiceFilter(Output, frozen=True, kw_only=True):
    """A value to filter by. ``count``: how many of the registrations under the other filters have it."""

    value: str
    label: Text
    count: int


class FieldFilter(Output, frozen=True, kw_only=True):
    """A field to filter by. ``kind``: choice, choices, boolean, number, date or text."""

    step: str
    name: str
    label: Text
    kind: str
    choices: list[ChoiceFilter]


class TicketFilter(Output, frozen=True, kw_only=True):
    """A ticket to filter by."""

    uid: UUID
    name: Text
    count: int


class RegistrationFilters(Output, frozen=True, kw_only=True):
    """What registrations can be filtered by. ``counted`` is false where there are too many to count values of."""

    total: int
    states: dict[str, int]
    counted: bool
    tickets: list[TicketFilter]
    fields: list[FieldFilter]


class AddIn(Input, frozen=True, kw_only=True):
    """Begins a registration for somebody. ``late``: out of the time for registration and sale; ``over``: over the
    capacity, which grows by what is missing; ``silent``: without a mail. The first two need `event:manage`."""

    event: Annotated[str, Meta(min_length=1, max_length=64)]
    locale: Locale = "en"
    late: bool = False
    over: bool = False
    silent: bool = False


class HistoryEntry(Output, frozen=True, kw_only=True):
    """A moment in a registration's life. ``kind``: begun, confirmed, changed, cancelled or deleted. Of a sensitive
    answer neither ``before`` nor ``after`` is told."""

    at: datetime
    kind: str
    actor: str
    revision: int | None
    step: str | None
    pointer: str | None
    sensitive: bool
    before: Any
    after: Any


class TrialsRemoved(Output, frozen=True, kw_only=True):
    """How many trials were removed; ``more`` where some are left."""

    removed: int
    more: bool
