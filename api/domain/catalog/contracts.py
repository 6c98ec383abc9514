"""What other modules know of the catalogue."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from api.domain.forms.engine import CompiledExpression


class EventState(StrEnum):
    """draft → published → closed → archived; closed can be published again."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    ARCHIVED = "archived"


class StepKind(StrEnum):
    """What a step of a flow does. The last four are declared, and refused at publish until they work."""

    FORM = "form"
    TICKETS = "tickets"
    ATTENDEES = "attendees"
    REVIEW = "review"
    CONFIRMATION = "confirmation"
    APPROVAL = "approval"
    PAYMENT = "payment"
    FOLLOW_UP = "follow-up"


WORKING = frozenset({StepKind.FORM, StepKind.TICKETS, StepKind.ATTENDEES, StepKind.REVIEW, StepKind.CONFIRMATION})


class Category(msgspec.Struct, frozen=True):
    """A shelf of the catalogue."""

    uid: UUID
    slug: str
    title: dict[str, str]


class EventImage(msgspec.Struct, frozen=True):
    """An event's picture; width and height are those of the largest of its files."""

    uid: UUID
    width: int
    height: int


class Event(msgspec.Struct, frozen=True):
    """An event. ``id`` keys stay inside the process."""

    id: int
    uid: UUID
    organization_id: int
    slug: str
    title: dict[str, str]
    summary: dict[str, str]
    description: dict[str, str]
    place: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    state: EventState
    flow_version_id: int | None
    category: Category | None
    image: EventImage | None
    revision: int
    test_mode: bool = False

    def registration_open(self, now: datetime) -> bool:
        """Tell whether a registration may begin or be submitted at ``now``."""
        opened = self.registration_opens_at is None or self.registration_opens_at <= now
        closed = self.registration_closes_at is not None and self.registration_closes_at <= now
        return self.state is EventState.PUBLISHED and opened and not closed and now < self.ends_at


class Ticket(msgspec.Struct, frozen=True):
    """A ticket with its counters; ``available`` is null where there is no limit."""

    id: int
    uid: UUID
    event_id: int
    name: dict[str, str]
    description: dict[str, str]
    capacity: int | None
    available: int | None
    sales_start: datetime | None
    sales_end: datetime | None
    max_per_order: int
    price_minor: int
    currency: str
    position: int
    revision: int

    def on_sale(self, now: datetime) -> bool:
        """Tell whether ``now`` lies in the sale window."""
        return (self.sales_start is None or self.sales_start <= now) and (
            self.sales_end is None or now < self.sales_end
        )


class FlowStep(msgspec.Struct, frozen=True):
    """A step of a published flow, pinned to a form version where it shows a form."""

    name: str
    kind: StepKind
    title: dict[str, str]
    form_version: UUID | None
    condition_source: str | None
    condition: CompiledExpression | None


class FlowDocument(msgspec.Struct, frozen=True):
    """The steps of a published flow, in order."""

    steps: tuple[FlowStep, ...]


class FlowVersion(msgspec.Struct, frozen=True):
    """A published flow."""

    id: int
    uid: UUID
    number: int
    event_id: int
    organization_id: int
    document: FlowDocument

    def step(self, name: str) -> FlowStep | None:
        """Return the step of this name."""
        return next((step for step in self.document.steps if step.name == name), None)

    def of_kind(self, kind: StepKind) -> FlowStep | None:
        """Return the first step of a kind."""
        return next((step for step in self.document.steps if step.kind is kind), None)
