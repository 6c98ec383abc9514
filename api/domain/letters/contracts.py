"""What a mail is made of."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from api.domain.sync.contracts import Aggregate


class MailKind(StrEnum):
    """The occasions on which a participant gets a mail."""

    CONFIRMATION = "confirmation"
    CHANGED = "changed"
    CANCELLATION = "cancellation"
    RESEND = "resend"
    RESUME_LINK = "resume-link"


KIND_OF: Mapping[str, MailKind] = {
    Aggregate.CONFIRMATION: MailKind.CONFIRMATION,
    Aggregate.CHANGED: MailKind.CHANGED,
    Aggregate.CANCELLATION: MailKind.CANCELLATION,
    Aggregate.RESEND: MailKind.RESEND,
    Aggregate.MAILING: MailKind.RESEND,
    Aggregate.RESUME_LINK: MailKind.RESUME_LINK,
}

# What these kinds carry with them.
WITH_TICKET = frozenset({MailKind.CONFIRMATION, MailKind.CHANGED, MailKind.RESEND})
WITH_CALENDAR = WITH_TICKET | {MailKind.CANCELLATION}

DEFAULT_LOCALE = "en"


class Words(msgspec.Struct, frozen=True):
    """A subject, and a body of rich text with placeholders."""

    subject: str
    body: str


class Facts(msgspec.Struct, frozen=True):
    """What a text may name, by placeholder. Times are of the event's zone; what does not apply is empty."""

    name: str
    event: str
    number: str
    place: str
    begins: str
    ends: str
    zone: str
    people: str
    organization: str
    event_url: str
    manage_url: str
    resume_url: str


class Source(StrEnum):
    """Whose text it is."""

    EVENT = "event"
    ORGANIZATION = "organization"
    DEFAULT = "default"


class TemplateView(msgspec.Struct, frozen=True):
    """The text in force for a kind and a language. ``version`` is 0 where nobody has written one."""

    kind: MailKind
    locale: str
    words: Words
    source: Source
    version: int
    saved_at: datetime | None


class Attachment(msgspec.Struct, frozen=True):
    """A file that goes with a mail. ``media_type`` may have parameters."""

    name: str
    media_type: str
    content: bytes


class Letter(msgspec.Struct, frozen=True):
    """A mail as it goes out, without its envelope."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


class MailingView(msgspec.Struct, frozen=True):
    """How far a mailing is. ``waiting`` and ``failed`` are counts of mails; the rest is sent or was withdrawn."""

    uid: UUID
    event_uid: UUID | None
    total: int
    waiting: int
    failed: int
    withdrawn: int
    created_at: datetime
    stopped_at: datetime | None
