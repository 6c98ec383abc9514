"""The catalogue over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.lib.schema import END, LINE, LINES, LOCALE, Input, Moment, Output, Slug, Text

_Locale = Annotated[str, Meta(pattern=LOCALE, max_length=20)]
_Words = Annotated[str, Meta(pattern=LINES, max_length=5000)]
Words = Annotated[dict[_Locale, _Words], Meta(max_length=40)]
_Rich = Annotated[
    str,
    Meta(
        pattern=LINES,
        max_length=20_000,
        description="A subset of HTML: paragraphs, lists, headings, emphasis, quotes, code, links; the rest goes.",
    ),
]
RichWords = Annotated[dict[_Locale, _Rich], Meta(max_length=40)]
Title = Annotated[dict[_Locale, _Words], Meta(min_length=1, max_length=40)]
StepName = Annotated[str, Meta(pattern=f"^[a-z][a-z0-9_]{{0,40}}{END}")]
Place = Annotated[str, Meta(pattern=LINE, max_length=300)]
TimeZone = Annotated[str, Meta(min_length=1, max_length=64)]


class CategoryOut(Output, frozen=True, kw_only=True):
    """A shelf of the catalogue."""

    slug: str
    title: Text


class CategoryIn(Input, frozen=True, kw_only=True):
    """A new shelf."""

    organization: UUID
    slug: Slug
    title: Title
    position: Annotated[int, Meta(ge=0, le=10_000)] = 0


class OrganizerOut(Output, frozen=True, kw_only=True):
    """Who holds an event."""

    uid: UUID
    name: str


class ImageFile(Output, frozen=True, kw_only=True):
    """One of a picture's files, ``width`` pixels wide."""

    url: str
    type: str
    width: int


class ImageOut(Output, frozen=True, kw_only=True):
    """A picture. ``url`` is its largest JPEG; addresses are relative to the API's and their content never changes."""

    url: str
    width: int
    height: int
    files: list[ImageFile]


class EventSummary(Output, frozen=True, kw_only=True):
    """An event in a list. Times are UTC; show them in ``timezone``."""

    uid: UUID
    slug: str
    title: Text
    summary: Text
    category: CategoryOut | None
    organization: OrganizerOut
    starts_at: datetime
    ends_at: datetime
    timezone: str
    place: str
    state: str
    registration_open: bool
    test_mode: bool
    image: ImageOut | None


class EventPage(Output, frozen=True, kw_only=True):
    """One page of events; ``next_cursor`` is null on the last one."""

    items: list[EventSummary]
    next_cursor: str | None


class TicketOut(Output, frozen=True, kw_only=True):
    """A ticket. ``capacity`` and ``available`` are null where there is no limit; prices are minor units."""

    uid: UUID
    name: Text
    description: Text
    capacity: int | None
    available: int | None
    sales_start: datetime | None
    sales_end: datetime | None
    max_per_order: int
    price_minor: int
    currency: str
    on_sale: bool
    revision: int


class EventOut(Output, frozen=True, kw_only=True):
    """An event with its tickets."""

    uid: UUID
    slug: str
    title: Text
    summary: Text
    description: Text
    category: CategoryOut | None
    organization: OrganizerOut
    starts_at: datetime
    ends_at: datetime
    timezone: str
    place: str
    state: str
    registration_open: bool
    image: ImageOut | None
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    tickets: list[TicketOut]
    test_mode: bool
    revision: int


class EventIn(Input, frozen=True, kw_only=True):
    """A new event; it begins as a draft."""

    organization: UUID
    slug: Slug
    title: Title
    summary: Words = msgspec.field(default_factory=dict)
    description: RichWords = msgspec.field(default_factory=dict)
    category: str | None = None
    place: Place = ""
    timezone: TimeZone
    starts_at: Moment
    ends_at: Moment
    registration_opens_at: Moment | None = None
    registration_closes_at: Moment | None = None


class EventPatch(Input, frozen=True, kw_only=True):
    """Changes of an event; what is left out stays."""

    title: Title | UnsetType = UNSET
    summary: Words | UnsetType = UNSET
    description: RichWords | UnsetType = UNSET
    category: str | UnsetType | None = UNSET
    place: Place | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET
    starts_at: Moment | UnsetType = UNSET
    ends_at: Moment | UnsetType = UNSET
    registration_opens_at: Moment | UnsetType | None = UNSET
    registration_closes_at: Moment | UnsetType | None = UNSET
    test_mode: bool | UnsetType = UNSET


class EventPreviewIn(Input, frozen=True, kw_only=True):
    """The token of a preview (what follows ``#`` in its address)."""

    token: Annotated[str, Meta(min_length=20, max_length=200)]


class PreviewLink(Output, frozen=True, kw_only=True):
    """An address that shows the event as it is edited, until ``expires_at``."""

    url: str
    expires_at: datetime


class CloneIn(Input, frozen=True, kw_only=True):
    """The clone's address; with ``starts_at`` all its times move."""

    slug: Slug
    starts_at: Moment | None = None


class TicketIn(Input, frozen=True, kw_only=True):
    """A new ticket; no ``capacity`` means no limit."""

    name: Title
    description: Words = msgspec.field(default_factory=dict)
    capacity: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    sales_start: Moment | None = None
    sales_end: Moment | None = None
    max_per_order: Annotated[int, Meta(ge=1, le=100)] = 1
    price_minor: Annotated[int, Meta(ge=0, le=10**12)] = 0
    currency: Annotated[str, Meta(pattern=f"^[A-Z]{{3}}{END}")] = "EUR"
    position: Annotated[int, Meta(ge=0, le=10_000)] = 0


class TicketPatch(Input, frozen=True, kw_only=True):
    """Changes of a ticket; what is left out stays."""

    name: Title | UnsetType = UNSET
    description: Words | UnsetType = UNSET
    capacity: Annotated[int, Meta(ge=0, le=10_000_000)] | UnsetType | None = UNSET
    sales_start: Moment | UnsetType | None = UNSET
    sales_end: Moment | UnsetType | None = UNSET
    max_per_order: Annotated[int, Meta(ge=1, le=100)] | UnsetType = UNSET
    price_minor: Annotated[int, Meta(ge=0, le=10**12)] | UnsetType = UNSET
    position: Annotated[int, Meta(ge=0, le=10_000)] | UnsetType = UNSET


class FlowStepIn(Input, frozen=True, kw_only=True):
    """A step of a flow; ``condition`` may name answers of earlier steps as ``${step.field}``."""

    name: StepName
    kind: str
    title: Words
    form: UUID | None = None
    condition: Annotated[str, Meta(max_length=2000)] | None = None


class FlowIn(Input, frozen=True, kw_only=True):
    """The steps of a flow, in order."""

    steps: Annotated[list[FlowStepIn], Meta(max_length=50)]


class FlowDraftOut(Output, frozen=True, kw_only=True):
    """The steps as they are edited."""

    revision: int
    latest_version: int
    steps: list[dict[str, Any]]


class FlowPublished(Output, frozen=True, kw_only=True):
    """The version that new registrations begin on."""

    flow_version: UUID
    version: int


class FlowEventOut(Output, frozen=True, kw_only=True):
    """What a flow says of its event."""

    uid: UUID
    slug: str
    title: Text
    timezone: str
    state: str


class FlowStepOut(Output, frozen=True, kw_only=True):
    """A step; ``condition`` is the compiled form of ``condition_source``."""

    name: str
    kind: str
    title: Text
    form_version: UUID | None
    condition_source: str | None
    condition: dict[str, Any] | None


class FlowVersionOut(Output, frozen=True, kw_only=True):
    """A published flow."""

    uid: UUID
    version: int
    steps: list[FlowStepOut]


class FormVersionOut(Output, frozen=True, kw_only=True):
    """A published form: its document, and what the compiler made of it."""

    uid: UUID
    version: int
    source: dict[str, Any]
    compiled: dict[str, Any]


class FlowOut(Output, frozen=True, kw_only=True):
    """A flow with its forms, by form version uid. It changes only with a new version: see ETag."""

    event: FlowEventOut
    flow: FlowVersionOut
    forms: dict[str, FormVersionOut]


class PreviewProblem(Output, frozen=True, kw_only=True):
    """What keeps the flow from being shown."""

    pointer: str
    code: str
    message: str


class EventPreview(Output, frozen=True, kw_only=True):
    """An event as it is edited. ``flow`` is null where ``problems`` keep it from being shown."""

    event: EventOut
    flow: FlowOut | None
    problems: list[PreviewProblem]


def changes(patch: msgspec.Struct) -> dict[str, Any]:
    """Return what a patch sets."""
    return {name: value for name in patch.__struct_fields__ if (value := getattr(patch, name)) is not UNSET}
