"""Requests for help over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from api.lib.schema import EMAIL, END, LINE, LINES, Input, Output


class SupportRequestIn(Input, frozen=True, kw_only=True):
    """A request. ``email`` is needed of those who neither are signed in nor hold the registration they name."""

    subject: Annotated[str, Meta(pattern=LINE, min_length=1, max_length=150)]
    message: Annotated[str, Meta(pattern=LINES, min_length=1, max_length=5000)]
    email: Annotated[str, Meta(pattern=f"^{EMAIL}{END}", max_length=254)] | None = None
    registration: UUID | None = None


class SupportRequestTaken(Output, frozen=True, kw_only=True):
    """What was made of a request; ``reference`` is short enough to read out."""

    uid: UUID
    reference: str


class SupportRequestOut(Output, frozen=True, kw_only=True):
    """A request as staff see it. ``state``: waiting, sent or failed; ``ticket`` is the help desk's number."""

    uid: UUID
    reference: str
    created_at: datetime
    subject: str
    message: str
    email: str
    name: str
    registration: UUID | None
    confirmation_number: str | None
    state: str
    ticket: int | None
    error: str | None


class SupportRequestPage(Output, frozen=True, kw_only=True):
    """Requests, the newest first; ``next_cursor`` is null on the last page."""

    items: list[SupportRequestOut]
    next_cursor: str | None
