"""Mails, tickets and calendar entries, from the current state of a registration."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from api.domain.accounts import mails as account_mails
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event
from api.domain.letters import calendar_file, composing, repository, templates, ticket_pdf
from api.domain.letters.calendar_file import CalendarFacts
from api.domain.letters.contracts import (
    KIND_OF,
    WITH_CALENDAR,
    WITH_TICKET,
    Attachment,
    Facts,
    Letter,
    MailKind,
    Words,
)
from api.domain.letters.errors import NotConfirmed
from api.domain.letters.texts.dates import shown
from api.domain.letters.ticket_pdf import TicketFacts
from api.domain.organizations import service as organizations
from api.domain.registrations import holding, links
from api.domain.registrations.holding import Held
from api.domain.registrations.plain_answers import said
from api.domain.sync.contracts import Aggregate, Claimed
from api.lib.settings import Settings
from api.lib.uow import UnitOfWork

_SAMPLE = {"en": "Asha Kulkarni", "hi": "आशा कुलकर्णी", "ar": "آشا كولكارني"}
_SAMPLE_NUMBER = "ABCD-EFGH"


class Package(msgspec.Struct, frozen=True):
    """Everything a mail is made from, read from the database; what is left is processor time."""

    to: str
    locale: str
    kind: MailKind
    words: Words
    facts: Facts
    ticket: TicketFacts | None
    calendar: CalendarFacts | None


def write(package: Package) -> Letter:
    """Return the mail. Slow where there is a ticket: never on an event loop."""
    composed = composing.compose(package.words, package.facts, package.locale)
    attachments = []
    if package.ticket is not None:
        number = package.ticket.number
        attachments.append(Attachment(f"{number}.pdf", "application/pdf", ticket_pdf.render(package.ticket)))
    if package.calendar is not None:
        media_type = f"text/calendar; charset=utf-8; method={calendar_file.method(package.calendar)}"
        attachments.append(Attachment("event.ics", media_type, calendar_file.render(package.calendar)))
    return Letter(composed.subject, composed.text, composed.html, tuple(attachments))


async def outgoing(uow: UnitOfWork, rows: Sequence[Claimed]) -> dict[int, Package]:
    """Return what each claimed row's mail is made from, by the row's id; nobody's rows are absent.

    In a fixed number of statements, whatever the number of rows. Needs the system scope.
    """
    packages = await _trials(uow, [row for row in rows if row.aggregate == Aggregate.MAIL_TRIAL])
    about = [row for row in rows if row.aggregate in KIND_OF]
    if not about:
        return packages
    held = await holding.of_uids(uow, [row.aggregate_uid for row in about])
    texts = await templates.Texts.of(uow, [(one.organization_id, one.event.id) for one in held.values()])
    kinds = {row.id: KIND_OF[row.aggregate] for row in about}
    sent = {row.id: held[row.aggregate_uid] for row in about if _goes(kinds[row.id], held.get(row.aggregate_uid))}
    resumes = await links.resume_links(
        uow, [one.uid for key, one in sent.items() if kinds[key] is MailKind.RESUME_LINK]
    )
    manages = await holding.manage_links(
        uow, list({one.uid: one for key, one in sent.items() if kinds[key] is not MailKind.RESUME_LINK}.values())
    )
    settings = uow.kernel.settings
    for key, one in sent.items():
        kind = kinds[key]
        words = texts.find(one.organization_id, one.event.id, kind, one.locale)
        facts = facts_of(one, settings, manage_url=manages.get(one.uid, ""), resume_url=resumes.get(one.uid, ""))
        packages[key] = Package(
            to=one.email,
            locale=one.locale,
            kind=kind,
            words=words.words,
            facts=facts,
            ticket=ticket_facts(one) if kind in WITH_TICKET else None,
            calendar=calendar_facts(one, settings) if kind in WITH_CALENDAR else None,
        )
    return packages


def _goes(kind: MailKind, held: Held | None) -> bool:
    """Tell whether a mail still says what is so: the state may have moved on since it was asked for."""
    if held is None or held.deleted or not held.email:
        return False
    if kind is MailKind.RESUME_LINK:
        return held.state == "draft"
    if kind is MailKind.CANCELLATION:
        return held.state == "cancelled" and held.number is not None
    return held.state == "confirmed"


async def _trials(uow: UnitOfWork, rows: Sequence[Claimed]) -> dict[int, Package]:
    if not rows:
        return {}
    found = await repository.trials(uow.session, [row.revision for row in rows])
    people = await account_mails.outgoing(uow, rows)
    events = await catalog.by_ids(uow, [one.event_id for one in found.values() if one.event_id is not None])
    homes = await organizations.by_ids(uow, [one.organization_id for one in found.values()])
    packages = {}
    for row in rows:
        trial, person = found.get(row.revision), people.get(row.id)
        if trial is None or person is None or trial.organization_id not in homes:
            continue
        facts = sample(
            uow.kernel.settings, homes[trial.organization_id].name, events.get(trial.event_id or 0), trial.locale
        )
        words = Words(trial.subject, trial.body)
        packages[row.id] = Package(person.email, trial.locale, MailKind(trial.kind), words, facts, None, None)
    return packages


def facts_of(held: Held, settings: Settings, *, manage_url: str, resume_url: str) -> Facts:
    """Return what a text may name of a registration."""
    event = held.event
    return Facts(
        name=held.name,
        event=_title(event, held.locale),
        number=held.number or "",
        place=event.place,
        begins=shown(event.starts_at, event.timezone, held.locale),
        ends=shown(event.ends_at, event.timezone, held.locale),
        zone=event.timezone,
        people=", ".join(name for name, _ in held.people),
        organization=held.organization,
        event_url=_event_url(event, settings),
        manage_url=manage_url,
        resume_url=resume_url,
    )


def sample(settings: Settings, organization: str, event: Event | None, locale: str) -> Facts:
    """Return facts to look at a text with: of an event where one is given, and of a person who does not exist."""
    language = locale.split("-")[0]
    name = _SAMPLE.get(language, _SAMPLE["en"])
    begins = event.starts_at if event else datetime.fromisoformat("2030-06-15T09:00:00+00:00")
    ends = event.ends_at if event else datetime.fromisoformat("2030-06-16T17:00:00+00:00")
    zone = event.timezone if event else "UTC"
    return Facts(
        name=name,
        event=_title(event, locale) if event else "…",
        number=_SAMPLE_NUMBER,
        place=event.place if event else "…",
        begins=shown(begins, zone, locale),
        ends=shown(ends, zone, locale),
        zone=zone,
        people=name,
        organization=organization,
        event_url=_event_url(event, settings) if event else settings.public_url,
        manage_url=f"{settings.public_url}/resume#sample",
        resume_url=f"{settings.public_url}/resume#sample",
    )


def _title(event: Event, locale: str) -> str:
    return said(event.title, locale, "en") or event.slug


def _event_url(event: Event, settings: Settings) -> str:
    return f"{settings.public_url}/events/{event.slug}"


async def preview(
    uow: UnitOfWork, place: templates.Place, kind: MailKind, locale: str, words: Words, registration: UUID | None
) -> composing.Composed:
    """Return a mail as it would go out: with a registration's facts where one is named, else with a sample's.

    Raises:
        TemplateInvalid: every problem is listed.
        NotFound: there is no such registration for this caller.
    """
    words = templates.checked(kind, words)
    settings = uow.kernel.settings
    if registration is not None:
        held = await holding.of_caller(uow, registration)
        # No link that works: whoever looks at a preview is not the holder.
        link = f"{settings.public_url}/resume#…"
        return composing.compose(words, facts_of(held, settings, manage_url=link, resume_url=link), locale)
    events = await catalog.by_ids(uow, [place.event_id] if place.event_id is not None else [])
    facts = sample(settings, place.organization, events.get(place.event_id or 0), locale)
    return composing.compose(words, facts, locale)


async def ticket(uow: UnitOfWork, registration: UUID) -> TicketFacts:
    """Return what the ticket of a registration says.

    Raises:
        NotFound: there is none such for this caller.
        NotConfirmed: it was never confirmed.
    """
    return ticket_facts(await _confirmed(uow, registration))


async def calendar(uow: UnitOfWork, registration: UUID) -> CalendarFacts:
    """Return the calendar's entry of a registration, a cancelled one as such.

    Raises:
        NotFound: there is none such for this caller.
        NotConfirmed: it was never confirmed.
    """
    return calendar_facts(await _confirmed(uow, registration), uow.kernel.settings)


async def _confirmed(uow: UnitOfWork, registration: UUID) -> Held:
    held = await holding.of_caller(uow, registration)
    if held.number is None:
        raise NotConfirmed
    return held


def ticket_facts(held: Held) -> TicketFacts:
    """Return what a ticket says; answers only where the organiser lets them onto it."""
    event = held.event
    return TicketFacts(
        locale=held.locale,
        organization=held.organization,
        event=_title(event, held.locale),
        number=held.number or "",
        begins=shown(event.starts_at, event.timezone, held.locale),
        ends=shown(event.ends_at, event.timezone, held.locale),
        zone=event.timezone,
        place=event.place,
        people=held.people,
        answers=held.answers,
        cancelled=held.state != "confirmed",
    )


def calendar_facts(held: Held, settings: Settings) -> CalendarFacts:
    """Return a calendar's entry. Its sequence rises when the registration changes, and when the event does."""
    event = held.event
    host = urlsplit(settings.public_url).hostname or "localhost"
    return CalendarFacts(
        uid=f"{held.uid}@{host}",
        sequence=held.revision + event.revision,
        title=_title(event, held.locale),
        description=f"{held.number}\n{_event_url(event, settings)}",
        place=event.place,
        url=_event_url(event, settings),
        zone=event.timezone,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        changed_at=held.updated_at,
        cancelled=held.state != "confirmed",
    )
