"""Whose words a mail is written in: the event's, the organization's, or those that come with the platform."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import msgspec

from api.domain.accounts import service as accounts
from api.domain.audit import service as audit
from api.domain.catalog import service as catalog
from api.domain.letters import composing, repository
from api.domain.letters.contracts import DEFAULT_LOCALE, MailKind, Source, TemplateView, Words
from api.domain.letters.errors import MailNotSetUp, TemplateInvalid
from api.domain.letters.models import MailTemplate
from api.domain.letters.texts import DEFAULTS, chain
from api.domain.organizations import service as organizations
from api.domain.sync import service as sync
from api.domain.sync.contracts import Aggregate, Destination
from api.lib import clock
from api.lib.errors import Conflict, NotFound, PreconditionFailed
from api.lib.security import Permission
from api.lib.uow import UnitOfWork

_TRIAL_DAYS = timedelta(days=1)


class Place(msgspec.Struct, frozen=True):
    """Where a text holds: in an organization, or for one of its events."""

    organization_id: int
    organization_uid: UUID
    organization: str
    event_id: int | None = None
    event_uid: UUID | None = None


async def of_organization(uow: UnitOfWork, uid: UUID) -> Place:
    """Enter an organization whose mails the caller may write.

    Raises:
        NotFound: it is none of the caller's business.
    """
    found = await organizations.enter(uow, uid, Permission.EVENT_MANAGE)
    return Place(found.id, found.uid, found.name)


async def of_event(uow: UnitOfWork, uid: UUID) -> Place:
    """Enter the organization of an event whose mails the caller may write.

    Raises:
        NotFound: it is none of the caller's business.
    """
    await catalog.enter_of(uow, "event", uid, Permission.EVENT_MANAGE)
    event = (await catalog.by_uids(uow, [uid])).get(uid)
    if event is None:
        raise NotFound
    home = (await organizations.by_ids(uow, [event.organization_id]))[event.organization_id]
    return Place(home.id, home.uid, home.name, event.id, event.uid)


class Texts:
    """The texts in force for some organizations and events, read in one statement."""

    def __init__(self, rows: Iterable[MailTemplate]) -> None:
        self._rows = {
            (row.organization_id, row.event_id, row.kind, row.locale): row for row in rows if row.body is not None
        }

    @classmethod
    async def of(cls, uow: UnitOfWork, places: Iterable[tuple[int, int | None]]) -> "Texts":
        found = list(places)
        return cls(
            await repository.newest(
                uow.session, [key for key, _ in found], [event for _, event in found if event is not None]
            )
        )

    def find(self, organization_id: int, event_id: int | None, kind: MailKind, locale: str) -> TemplateView:
        """Return the words for a language: each language of its chain is tried for the event, then the organization,
        then as delivered, before the next."""
        for language in chain(locale):
            for place, source in ((event_id, Source.EVENT), (None, Source.ORGANIZATION)):
                if place is None and source is Source.EVENT:
                    continue
                row = self._rows.get((organization_id, place, kind.value, language))
                if row is not None:
                    return _view(kind, row, source)
            delivered = DEFAULTS.get(language, {}).get(kind)
            if delivered is not None:
                return TemplateView(kind, language, delivered, Source.DEFAULT, 0, None)
        return TemplateView(kind, DEFAULT_LOCALE, DEFAULTS[DEFAULT_LOCALE][kind], Source.DEFAULT, 0, None)


def _view(kind: MailKind, row: MailTemplate, source: Source) -> TemplateView:
    words = Words(row.subject or "", row.body or "")
    return TemplateView(kind, row.locale, words, source, row.version, row.saved_at)


async def listed(uow: UnitOfWork, place: Place) -> list[TemplateView]:
    """Return the text of every kind in every language that somebody has written or that comes with the platform."""
    rows = await repository.newest(uow.session, [place.organization_id], [place.event_id] if place.event_id else [])
    texts = Texts(rows)
    locales = sorted({*DEFAULTS, *(row.locale for row in rows if row.body is not None)})
    return [texts.find(place.organization_id, place.event_id, kind, locale) for kind in MailKind for locale in locales]


async def read(uow: UnitOfWork, place: Place, kind: MailKind, locale: str) -> TemplateView:
    """Return the text in force for a kind and a language; ``locale`` of the answer is the language it was found in."""
    texts = await Texts.of(uow, [(place.organization_id, place.event_id)])
    return texts.find(place.organization_id, place.event_id, kind, locale)


async def own_version(uow: UnitOfWork, place: Place, kind: MailKind, locale: str) -> int:
    """Return the number of the newest version at this very place; 0 where nothing was ever saved here."""
    row = await repository.latest(uow.session, place.organization_id, place.event_id, kind.value, locale)
    return row.version if row else 0


async def save(
    uow: UnitOfWork, place: Place, kind: MailKind, locale: str, words: Words | None, version: int | None
) -> TemplateView:
    """Add a version; without words the text goes back to the one above it.

    Raises:
        TemplateInvalid: every problem is listed, with its line and character.
        PreconditionFailed: others have saved meanwhile.
    """
    if words is not None:
        words = checked(kind, words)
    current = await own_version(uow, place, kind, locale)
    if version is not None and version != current:
        raise PreconditionFailed(extra={"current_revision": current})
    if words is not None or current:
        await _add(uow, place, kind, locale, words, current + 1)
    return await read(uow, place, kind, locale)


async def _add(uow: UnitOfWork, place: Place, kind: MailKind, locale: str, words: Words | None, version: int) -> None:
    added = await repository.add(
        uow.session,
        {
            "organization_id": place.organization_id,
            "event_id": place.event_id,
            "kind": kind.value,
            "locale": locale,
            "version": version,
            "subject": words.subject if words else None,
            "body": words.body if words else None,
            "saved_at": clock.now(),
        },
    )
    if not added:
        raise Conflict("Somebody else has saved this text at the same moment.")
    details = {"kind": kind.value, "locale": locale.lower(), "event": str(place.event_uid) if place.event_uid else None}
    await audit.record(
        uow,
        "mail-template.saved" if words else "mail-template.reset",
        subject_type="organization",
        subject_uid=place.organization_uid,
        organization_id=place.organization_id,
        details=details | ({"version": version} if words else {}),
    )


def checked(kind: MailKind, words: Words) -> Words:
    """Return words as they may be stored and sent.

    Raises:
        TemplateInvalid: every problem is listed, with its line and character.
    """
    problems = composing.problems(kind, words)
    if problems:
        raise TemplateInvalid(errors=tuple(problems))
    return composing.cleaned(words)


async def history(uow: UnitOfWork, place: Place, kind: MailKind, locale: str) -> list[TemplateView]:
    """Return the versions saved at this place, the newest first; a reset has no words."""
    source = Source.EVENT if place.event_id else Source.ORGANIZATION
    rows = await repository.versions(uow.session, place.organization_id, place.event_id, kind.value, locale)
    return [_view(kind, row, source) for row in rows]


async def try_out(uow: UnitOfWork, place: Place, kind: MailKind, locale: str, words: Words) -> str:
    """Have a text mailed to the caller, with the facts of a sample; returns the address it goes to.

    Raises:
        AccountNeeded: the caller is a key or a service.
        MailNotSetUp, TemplateInvalid: as they say.
    """
    account = await accounts.current(uow)
    if not uow.kernel.settings.smtp_url:
        raise MailNotSetUp
    words = checked(kind, words)
    now = clock.now()
    key = await repository.add_trial(
        uow.session,
        {
            "organization_id": place.organization_id,
            "event_id": place.event_id,
            "kind": kind.value,
            "locale": locale,
            "subject": words.subject,
            "body": words.body,
            "created_at": now,
        },
    )
    await sync.enqueue(
        uow, [Destination.MAIL], Aggregate.MAIL_TRIAL, account.uid, revision=key, organization_id=place.organization_id
    )
    return account.email


async def purge_trials(uow: UnitOfWork) -> None:
    """Forget trials older than a day, sent or not. Needs the system scope."""
    await repository.drop_trials(uow.session, clock.now() - _TRIAL_DAYS)
