"""The form document: the contract between editors, server and screen."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import msgspec

from api.domain.forms.engine.types import FieldType

SCHEMA = "prs-form/1"
MAX_FIELDS = 2_000
MAX_NESTING = 6
MAX_DEPTH = 40
MAX_CHOICES = 20_000
MAX_BYTES = 4 * 1024 * 1024

Text = dict[str, str]
"""Words by locale, for example `{"en": "Name", "hi": "नाम"}`."""

MapsTo = Literal["registrant.name", "registrant.email", "registrant.phone"]
Identity = Literal["aadhaar", "passport", "other"]


class Media(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Addresses of pictures, sound and films beside a label, by locale."""

    image: Text | None = None
    audio: Text | None = None
    video: Text | None = None


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    value: str
    label: Text
    relevant: str | None = None
    media: Media | None = None
    columns: dict[str, str] = msgspec.field(default_factory=dict)


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    name: str
    type: FieldType
    label: Text = msgspec.field(default_factory=dict)
    hint: Text | None = None
    guidance: Text | None = None
    """More than the hint says, shown when asked for."""
    media: Media | None = None
    required: bool | str = False
    required_message: Text | None = None
    relevant: str | None = None
    constraint: str | None = None
    constraint_message: Text | None = None
    calculation: str | None = None
    default: Any = None
    read_only: bool = False
    choices: str | None = None
    choice_filter: str | None = None
    appearance: str | None = None
    minimum: int | float | str | None = None
    maximum: int | float | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_choices: int | None = None
    max_choices: int | None = None
    sensitive: bool = False
    shared_with_back_office: bool = False
    maps_to: MapsTo | None = None
    identity: Identity | None = None
    consent_text_version: str | None = None
    retain_days: int | None = None
    """The answer is blanked so many days after the event; without it, it stays as long as the registration."""
    purpose: str | None = None
    """What the answer is needed for, in the register of processing."""
    fields: tuple[Field, ...] = ()
    min_items: int | None = None
    max_items: int | None = None
    count: str | None = None
    rows: str | None = None
    """The choice list whose entries are a matrix's rows; `choices` are its columns."""
    multiple: bool = False
    """A matrix's rows take several columns each."""
    step: int | float | None = None
    """The distance of a rating's marks; 1 unless said."""
    currencies: tuple[str, ...] = ()
    """ISO 4217 codes that an amount of money may have; the first stands there to begin with."""
    accept: tuple[str, ...] = ()
    """Media types of files, such as `application/pdf` or `image/*`; without any, what the type allows."""
    max_bytes: int | None = None
    trigger: str | None = None
    """The field whose change sets a calculation anew; without one it follows all it is made from."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    name: str
    title: Text | None = None
    description: Text | None = None
    relevant: str | None = None
    fields: tuple[Field, ...] = ()


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    name: str
    title: Text | None = None
    description: Text | None = None
    relevant: str | None = None
    sections: tuple[Section, ...] = ()


class FormDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    schema: Literal["prs-form/1"]
    name: str
    title: Text
    default_locale: str
    locales: tuple[str, ...]
    choice_lists: dict[str, tuple[Choice, ...]] = msgspec.field(default_factory=dict)
    pages: tuple[Page, ...]


def canonical_bytes(document: FormDocument) -> bytes:
    """The one JSON text of `document`: sorted keys, no white space, defaults left out, `1.0` as `1`.

    Two documents that mean the same give the same bytes wherever they were edited; the hash of
    these bytes is a version's identity.
    """
    return msgspec.json.encode(plain(msgspec.to_builtins(document)), order="sorted")


def content_hash(data: bytes) -> str:
    """SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def plain(value: Any, depth: int = MAX_DEPTH) -> Any:
    """JSON with whole numbers as integers, as JSON itself tells none apart. Raises RecursionError beyond `depth`."""
    if depth < 0:
        raise RecursionError
    if isinstance(value, dict):
        return {key: plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, depth - 1) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
