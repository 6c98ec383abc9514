"""One registration as the database function takes it, and as its owner sees it once it is made.

The rules are those of :mod:`api.domain.registrations.submission`, in the same order, on the same parts of the module;
only where the plain path reads and writes, this takes from the offer and puts into the member.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from api.domain.catalog import ticket_service
from api.domain.catalog.contracts import FlowVersion, StepKind, Ticket
from api.domain.catalog.errors import EventClosed
from api.domain.forms import engine
from api.domain.organizations import service as organizations
from api.domain.privacy.contracts import ANALYTICS
from api.domain.registrations import answers, assessment, sealing, seats, service
from api.domain.registrations.contracts import (
    AttendeeInput,
    AttendeeView,
    RegistrationState,
    RegistrationView,
    SeatChoice,
    SeatView,
    StepInput,
    StepView,
)
from api.domain.registrations.errors import AnswersInvalid
from api.domain.registrations.hot_path.offers import Offer
from api.domain.registrations.submission import given_masks, messages, tickets_pointer
from api.domain.registrations.uploads import attaching
from api.domain.sync.contracts import Aggregate
from api.lib import clock
from api.lib.crypto import hash_token, new_token
from api.lib.errors import FieldProblem
from api.lib.ids import confirmation_number, new_uid
from api.lib.security import Principal
from api.lib.uow import Kernel


class Consent(msgspec.Struct, frozen=True):
    uid: UUID
    purpose: str
    version: str
    source: str


class Secret(msgspec.Struct, frozen=True):
    """A sealed answer; bytes as hexadecimal digits."""

    step: str
    pointer: str
    sealed: str | None
    mask: str
    blind_index: str | None
    identity: str | None


class Person(msgspec.Struct, frozen=True):
    uid: UUID
    ticket: int
    at: int
    name: str
    email: str


class Seat(msgspec.Struct, frozen=True):
    ticket: int
    version: str
    quantity: int


class Member(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What the function is told of a registration. With ``probe`` nothing is made: it tells whether it could be."""

    n: int = 0
    organization: int
    event: int
    version: str
    seats: list[Seat]
    scope: str | None = None
    key: str | None = None
    probe: bool = False
    digest: str | None = None
    uid: UUID | None = None
    flow: int | None = None
    account: int | None = None
    locale: str = ""
    moment: datetime | None = None
    zone: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    number: str | None = None
    steps: dict[str, dict[str, Any]] | None = None
    key_id: str | None = None
    wrapped: str | None = None
    secrets: list[Secret] | None = None
    people: list[Person] | None = None
    token: str | None = None
    token_until: datetime | None = None
    consents: list[Consent] | None = None
    actor_kind: str | None = None
    actor: str | None = None
    request: str | None = None
    told: list[tuple[str, str]] | None = None


def encode(group: Sequence[Member]) -> bytes:
    """Return a group as the function takes it."""
    for at, member in enumerate(group):
        member.n = at + 1
    return msgspec.json.encode(group)


class Key(msgspec.Struct, frozen=True):
    """An Idempotency-Key in its scope, and the digest of what came with it."""

    scope: str
    key: str
    digest: str


class Caller(msgspec.Struct, frozen=True):
    """Who registers, in which request."""

    principal: Principal
    request_id: str


class Prepared(msgspec.Struct, frozen=True):
    """A registration ready to be made: what is written, and what is answered then."""

    member: Member
    view: RegistrationView
    token: str | None


class _Place(msgspec.Struct, frozen=True):
    """A registration that has no row yet, as sealing knows it."""

    id: int
    uid: UUID
    organization_id: int


def probe(offer: Offer, key: Key | None, wanted: Sequence[tuple[Ticket, int]] = ()) -> Member:
    """Return a member that only asks: whether its key has been seen, and whether the seats are there."""
    return Member(
        organization=offer.event.organization_id,
        event=offer.event.id,
        version=offer.version,
        seats=[Seat(ticket.id, offer.ticket_versions[ticket.id], quantity) for ticket, quantity in wanted],
        scope=key.scope if key else None,
        key=key.key if key else None,
        probe=True,
    )


def admitted(kernel: Kernel, offer: Offer, given: Mapping[str, StepInput]) -> FlowVersion:
    """Return the flow to register by.

    Raises:
        EventClosed, LivesElsewhere, AnswersInvalid: nobody may register now, here, or with these parts.
    """
    if offer.flow is None or not offer.event.registration_open(clock.now()):
        raise EventClosed
    organizations.refuse_elsewhere(kernel.settings, offer.home)
    problems = [*assessment.unexpected_parts(offer.flow, given), *given_masks(offer.flow, offer.forms, given)]
    if problems:
        raise AnswersInvalid(errors=tuple(problems))
    return offer.flow


def wanted(offer: Offer, flow: FlowVersion, given: Mapping[str, StepInput]) -> list[tuple[Ticket, int]]:
    """Return the seats to take, in the tickets' order.

    Raises:
        TicketNotOnSale, Unprocessable: as ``submission.register``.
    """
    step = flow.of_kind(StepKind.TICKETS)
    choice: tuple[SeatChoice, ...] = ()
    if step is not None and step.name in given:
        choice = given[step.name].tickets or ()
    elif step is None and len(offer.tickets) == 1:
        choice = (SeatChoice(offer.tickets[0].uid, 1),)
    pointer = tickets_pointer(flow)
    seats.checked(choice, pointer)
    pairs = ticket_service.choose(offer.tickets, [(seat.ticket, seat.quantity) for seat in choice], pointer)
    return sorted(pairs, key=lambda pair: pair[0].id)


async def prepare(
    kernel: Kernel,
    caller: Caller,
    offer: Offer,
    flow: FlowVersion,
    locale: str,
    given: Mapping[str, StepInput],
    chosen: list[tuple[Ticket, int]],
    key: Key | None,
) -> Prepared:
    """Check a registration whole and make what is written of it.

    Raises:
        AnswersInvalid: as ``submission.register``.
        KeysAway: the service that holds the master keys does not answer.
    """
    now = clock.now()
    found = assessment.assess(flow, offer.forms, given, engine.Clock(now, offer.event.timezone), locale=locale)
    found = attaching.without_uploads(flow, offer.forms, found)
    people = _people(flow, found.contact, given, chosen)
    _refuse(flow, found, people, chosen)
    place = _Place(0, new_uid(), offer.event.organization_id)
    plain, secrets = _apart(flow, offer, found)
    record, rows = await sealing.sealed_new(kernel.vault, place, secrets)
    consents = _consents(flow, offer, found)
    contact = service.contact_kept(found.contact)
    token = new_token() if caller.principal.account_id is None else None
    coming = _coming(people, chosen)
    member = Member(
        organization=place.organization_id,
        event=offer.event.id,
        version=offer.version,
        seats=[Seat(ticket.id, offer.ticket_versions[ticket.id], quantity) for ticket, quantity in chosen],
        scope=key.scope if key else None,
        key=key.key if key else None,
        digest=key.digest if key else None,
        uid=place.uid,
        flow=flow.id,
        account=caller.principal.account_id,
        locale=locale,
        moment=now,
        zone=offer.event.timezone,
        name=contact["name"],
        email=contact["email"],
        phone=contact["phone"],
        number=confirmation_number(),
        steps=plain,
        key_id=record.key_id if record else None,
        wrapped=record.wrapped.hex() if record else None,
        secrets=[_secret(row) for row in rows],
        people=coming,
        token=hash_token(token).hex() if token else None,
        token_until=now + timedelta(seconds=service.CAPABILITY_SECONDS) if token else None,
        consents=consents,
        actor_kind=caller.principal.kind,
        actor=caller.principal.subject_uid,
        request=caller.request_id,
        told=[
            (destination.value, aggregate.value)
            for destination, aggregate in messages(
                kernel.settings,
                Aggregate.CONFIRMATION,
                email=contact["email"],
                measured=any(consent.purpose == ANALYTICS for consent in consents),
            )
        ],
    )
    return Prepared(member, _view(offer, flow, member, chosen, rows), token)


def _people(
    flow: FlowVersion,
    contact: Mapping[str, str],
    given: Mapping[str, StepInput],
    chosen: Sequence[tuple[Ticket, int]],
) -> tuple[AttendeeInput, ...]:
    step = flow.of_kind(StepKind.ATTENDEES)
    if step is not None:
        return (given[step.name].attendees or ()) if step.name in given else ()
    name, email = contact.get("name", ""), contact.get("email", "")
    return tuple(AttendeeInput(ticket.uid, name, email) for ticket, quantity in chosen for _ in range(quantity))


def _refuse(
    flow: FlowVersion,
    found: assessment.Assessment,
    people: tuple[AttendeeInput, ...],
    chosen: Sequence[tuple[Ticket, int]],
) -> None:
    problems = list(found.problems)
    if not chosen:
        problems.append(FieldProblem(tickets_pointer(flow), "required", "Choose a ticket."))
    named = flow.of_kind(StepKind.ATTENDEES)
    if named is not None and chosen:
        by_ticket = {ticket.uid: quantity for ticket, quantity in chosen}
        problems.extend(service.attendee_problems(people, by_ticket, f"/steps/{named.name}/attendees", complete=True))
    if problems:
        raise AnswersInvalid(errors=tuple(problems))


def _apart(
    flow: FlowVersion, offer: Offer, found: assessment.Assessment
) -> tuple[dict[str, dict[str, Any]], list[tuple[str, answers.Secret]]]:
    """Return the plain answers by step, and the sensitive ones with their steps."""
    plain: dict[str, dict[str, Any]] = {}
    secrets: list[tuple[str, answers.Secret]] = []
    for step in flow.document.steps:
        if step.name not in found.applicable:
            continue
        given = found.answers.get(step.name, {})
        if step.form_version is None:
            plain[step.name] = dict(given)
            continue
        plain[step.name], taken = answers.take_out(offer.forms[step.form_version].compiled, given)
        secrets.extend((step.name, secret) for secret in taken)
    return plain, secrets


def _consents(flow: FlowVersion, offer: Offer, found: assessment.Assessment) -> list[Consent]:
    return [
        Consent(new_uid(), purpose, version, f"form:{form.name}")
        for step in flow.document.steps
        if step.form_version is not None and step.name in found.applicable
        for form in (offer.forms[step.form_version].compiled,)
        for purpose, version in answers.consents(form, found.answers.get(step.name, {}))
    ]


def _coming(people: Sequence[AttendeeInput], chosen: Sequence[tuple[Ticket, int]]) -> list[Person]:
    by_uid = {ticket.uid: ticket.id for ticket, _ in chosen}
    return [
        Person(new_uid(), by_uid[person.ticket], at, person.name.strip(), person.email)
        for at, person in enumerate(people)
    ]


def _secret(row: Mapping[str, Any]) -> Secret:
    sealed, index = row["sealed"], row["blind_index"]
    return Secret(
        row["step"],
        row["pointer"],
        sealed.hex() if sealed is not None else None,
        row["mask"],
        index.hex() if index is not None else None,
        row["identity"],
    )


def _view(
    offer: Offer,
    flow: FlowVersion,
    member: Member,
    chosen: Sequence[tuple[Ticket, int]],
    rows: Sequence[Mapping[str, Any]],
) -> RegistrationView:
    masks: dict[str, dict[str, Any]] = {}
    for row in rows:
        masks.setdefault(row["step"], {})[row["pointer"]] = {"masked": row["mask"]}
    uids = {ticket.id: ticket.uid for ticket, _ in chosen}
    saved = member.steps or {}
    assert member.uid is not None and member.moment is not None  # noqa: S101, PT018 (``prepare`` has set them)
    return RegistrationView(
        uid=member.uid,
        event_id=offer.event.id,
        flow_version_uid=flow.uid,
        flow_version=flow.number,
        state=RegistrationState.CONFIRMED,
        revision=2,
        locale=member.locale,
        clock_now=member.moment,
        clock_timezone=offer.event.timezone,
        steps={
            step.name: StepView("complete", _shown(saved[step.name], masks.get(step.name)), [])
            if step.name in saved
            else StepView("open", {}, [])
            for step in flow.document.steps
        },
        seats=[SeatView(ticket.uid, quantity, "taken", None) for ticket, quantity in chosen],
        attendees=[
            AttendeeView(person.uid, uids[person.ticket], person.name, person.email, "registered")
            for person in member.people or ()
        ],
        confirmation_number=member.number,
        submitted_at=member.moment,
        cancelled_at=None,
        expires_at=None,
    )


def _shown(plain: dict[str, Any], masks: Mapping[str, Any] | None) -> dict[str, Any]:
    return answers.put_in(plain, masks) if masks else plain
