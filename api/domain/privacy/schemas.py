"""Consents, erasures, retention and the register over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from api.domain.privacy import contracts
from api.lib.schema import END, LINE, LOCALE, Input, Output, Text


class ConsentOut(Output, frozen=True, kw_only=True):
    """What somebody agreed to, in the words of ``text_version``. ``title`` is the question of a form's consent, by
    language; empty where it was asked outside a form."""

    uid: UUID
    purpose: str
    title: Text
    text_version: str
    locale: str
    given_at: datetime
    withdrawn_at: datetime | None
    source: str
    registration: UUID | None


class ConsentIn(Input, frozen=True, kw_only=True):
    """A consent asked for by the app, outside a form: ``analytics``."""

    purpose: Annotated[str, Meta(pattern=rf"^analytics{END}")]
    text_version: Annotated[str, Meta(pattern=LINE, min_length=1, max_length=64)]
    locale: Annotated[str, Meta(pattern=LOCALE, max_length=35)] = "en"


class ProofOut(Output, frozen=True, kw_only=True):
    """What remains of an erasure: how much was erased where, and a keyed digest of the subject."""

    places: dict[str, int]
    digest: str


class ErasureOut(Output, frozen=True, kw_only=True):
    """A request to erase a person. ``error`` says what it waits for."""

    uid: UUID
    state: str
    source: str
    requested_at: datetime
    finished_at: datetime | None
    error: str | None
    proof: ProofOut | None


class ErasureAccepted(Output, frozen=True, kw_only=True):
    """The request is taken; what it is about will be gone soon."""

    uid: UUID
    state: str


class RuleOut(Output, frozen=True, kw_only=True):
    """How long one kind of data is kept. ``own`` is false where the days come from above or from the installation."""

    table: str
    days: int
    default_days: int
    least: int
    most: int
    since: str
    own: bool
    adjustable: bool


class RetentionOut(Output, frozen=True, kw_only=True):
    """All rules of an organization."""

    rules: list[RuleOut]


class RuleIn(Input, frozen=True, kw_only=True):
    """Days for one rule."""

    table: Annotated[str, Meta(pattern=LINE, min_length=1, max_length=64)]
    days: Annotated[int, Meta(ge=1, le=36500)]


class RetentionIn(Input, frozen=True, kw_only=True):
    """The rules to set; the others stay."""

    rules: Annotated[list[RuleIn], Meta(max_length=20)]


class ProcessingOut(Output, frozen=True, kw_only=True):
    """One line of the register of processing: a table, or a field of a published form."""

    kind: str
    name: str
    purpose: str
    categories: list[str]
    sensitive: bool
    recipients: str
    retention: str


def erasure_out(one: contracts.Erasure) -> ErasureOut:
    """Return an erasure as it is shown."""
    proof = ProofOut(places=one.proof.places, digest=one.proof.digest) if one.proof else None
    return ErasureOut(
        uid=one.uid, state=one.state, source=one.source, requested_at=one.requested_at, finished_at=one.finished_at,
        error=one.error, proof=proof,
    )  # fmt: skip


def consent_out(one: contracts.Consent, registration: UUID | None, title: Text) -> ConsentOut:
    """Return a consent as it is shown."""
    return ConsentOut(
        uid=one.uid, purpose=one.purpose, title=title, text_version=one.text_version, locale=one.locale,
        given_at=one.given_at,
        withdrawn_at=one.withdrawn_at, source=one.source, registration=registration,
    )  # fmt: skip
