"""Mail templates and mailings over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from api.domain.letters.composing import known
from api.domain.letters.contracts import MailingView, TemplateView
from api.lib.schema import EMAIL, END, LINE, LINES, LOCALE, Input, Output

Locale = Annotated[str, Meta(pattern=LOCALE, max_length=20)]
Kind = Literal["confirmation", "changed", "cancellation", "resend", "resume-link"]
Subject = Annotated[str, Meta(pattern=LINE, min_length=1, max_length=300)]
Body = Annotated[
    str,
    Meta(
        pattern=LINES,
        min_length=1,
        max_length=20_000,
        description="A subset of HTML with placeholders, `{{ name }}`, and conditions, `{{#if place}} … {{/if}}`.",
    ),
]


class WordsIn(Input, frozen=True, kw_only=True):
    """A mail's subject and body."""

    subject: Subject
    body: Body


class MailPreviewIn(WordsIn, frozen=True, kw_only=True):
    """A text to look at, with the facts of ``registration`` or of a sample."""

    registration: UUID | None = None


class TemplateOut(Output, frozen=True, kw_only=True):
    """The text in force. ``source``: event, organization or default; ``version`` counts what was saved at this very
    place, 0 where nothing was. ``locale`` is the language it was found in."""

    kind: str
    locale: str
    subject: str
    body: str
    source: str
    version: int
    saved_at: datetime | None
    placeholders: list[str]


class TemplateVersion(Output, frozen=True, kw_only=True):
    """A version that was saved. A reset has neither subject nor body."""

    version: int
    subject: str | None
    body: str | None
    saved_at: datetime | None


class MailPreviewOut(Output, frozen=True, kw_only=True):
    """A mail as it would go out. ``body`` is the rich text within ``html``."""

    subject: str
    body: str
    html: str
    text: str


class TrialOut(Output, frozen=True, kw_only=True):
    """Where the trial goes."""

    to: str


class AgainIn(Input, frozen=True, kw_only=True):
    """Whose confirmations to send again: an event's uid or slug, and an address."""

    event: Annotated[str, Meta(min_length=1, max_length=64)]
    email: Annotated[str, Meta(pattern=f"^{EMAIL}{END}", max_length=254)]


class MailingIn(Input, frozen=True, kw_only=True):
    """To whom: the registrations named, or all confirmed ones of ``event``, or of the organization."""

    event: UUID | None = None
    registrations: Annotated[list[UUID], Meta(max_length=500)] = msgspec.field(default_factory=list)


class MailingOut(Output, frozen=True, kw_only=True):
    """How far a mailing is. ``seconds_left`` is an estimate from what was sent so far; null at its beginning."""

    uid: UUID
    event: UUID | None
    total: int
    sent: int
    waiting: int
    failed: int
    withdrawn: int
    created_at: datetime
    stopped_at: datetime | None
    seconds_left: int | None


def template_out(view: TemplateView, own_version: int | None = None) -> TemplateOut:
    """Return a text as it goes out; ``own_version`` is the newest number at the place that was asked for."""
    return TemplateOut(
        kind=view.kind.value,
        locale=view.locale,
        subject=view.words.subject,
        body=view.words.body,
        source=view.source.value,
        version=view.version if own_version is None else own_version,
        saved_at=view.saved_at,
        placeholders=sorted(known(view.kind)),
    )


def version_out(view: TemplateView) -> TemplateVersion:
    """Return a saved version as it goes out."""
    words = view.words
    return TemplateVersion(
        version=view.version, subject=words.subject or None, body=words.body or None, saved_at=view.saved_at
    )


def mailing_out(view: MailingView, now: datetime) -> MailingOut:
    """Return a mailing as it goes out."""
    sent = max(0, view.total - view.waiting - view.failed - view.withdrawn)
    passed = (now - view.created_at).total_seconds()
    left = round(passed / sent * view.waiting) if sent and view.waiting else None
    return MailingOut(
        uid=view.uid,
        event=view.event_uid,
        total=view.total,
        sent=sent,
        waiting=view.waiting,
        failed=view.failed,
        withdrawn=view.withdrawn,
        created_at=view.created_at,
        stopped_at=view.stopped_at,
        seconds_left=0 if not view.waiting else left,
    )
