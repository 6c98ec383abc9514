"""Mails to participants and to whoever has an account, through SMTP."""

import asyncio
import io
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import segno

from api.domain.accounts import mails as account_mails
from api.domain.accounts.contracts import AccountMail
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event
from api.domain.registrations import links, outgoing
from api.domain.registrations.contracts import Outgoing
from api.domain.sync.contracts import Aggregate, Bound, Claimed, Outcome
from api.lib import clock, telemetry
from api.lib.networks import is_here
from api.lib.security import SYSTEM
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import WORKER
from worker.delivery import account_mail, mail_texts

log = telemetry.logger(__name__)

_TIMEOUT = 15.0


class MailDelivery:
    """Sends one mail for each claimed row. The message id hangs on the row, so that a second copy can be recognised."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __call__(self, kernel: Kernel, rows: Sequence[Claimed]) -> Outcome:
        outcome = Outcome()
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            found = await outgoing.registrations(uow, [row.aggregate_uid for row in rows])
            events = await catalog.by_uids(uow, {one.event_uid for one in found.values()})
            resumes = [row.aggregate_uid for row in rows if row.aggregate == Aggregate.RESUME_LINK]
            addresses = await links.resume_links(uow, resumes)
            accounts = await account_mails.outgoing(uow, rows)
        away: str | None = None
        for row in rows:
            one, about = found.get(row.aggregate_uid), accounts.get(row.id)
            if about is not None:
                message = self._account_message(row, about)
            elif one is not None and one.email:
                message = self._message(row, one, events[one.event_uid], addresses)
            else:
                outcome.done.append(row.id)
                continue
            if away is None:
                away = await self._send(row, message, outcome)
            else:
                outcome.retry[row.id] = away
        return outcome

    async def _send(self, row: Claimed, message: EmailMessage, outcome: Outcome) -> str | None:
        """Send one mail. Returns why the server cannot be reached, so that nobody waits once more for each mail."""
        try:
            await asyncio.to_thread(self._deliver, message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            code = _code(error)
            # 4xx: the server asks to come back; 5xx: it never will take it.
            (outcome.dead if code >= 500 else outcome.retry)[row.id] = f"the mail server answered {code}"
        except (smtplib.SMTPException, OSError, TimeoutError) as error:
            outcome.retry[row.id] = away = f"mail server: {type(error).__name__}"
            return away
        else:
            outcome.done.append(row.id)
            outcome.bound.append(Bound(row.aggregate, row.aggregate_uid, row.organization_id, None, row.revision))
        return None

    def _deliver(self, message: EmailMessage) -> None:
        parts = urlsplit(self._settings.smtp_url)
        with self._connected(parts) as server:
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)

    def _connected(self, parts: SplitResult) -> smtplib.SMTP:
        """Return a connection that nobody between can read, unless the server is this machine."""
        # The library's own contexts check neither certificate nor name.
        context = ssl.create_default_context()
        host, port = parts.hostname or "", parts.port or 0
        if parts.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=context)
        server = smtplib.SMTP(host, port, timeout=_TIMEOUT)
        if parts.username or not is_here(host):
            try:
                server.starttls(context=context)
            except (smtplib.SMTPException, OSError):
                server.close()
                raise
        return server

    def _message(self, row: Claimed, one: Outgoing, event: Event, addresses: dict[UUID, str]) -> EmailMessage:
        zone = ZoneInfo(event.timezone)
        facts = mail_texts.Facts(
            name=one.name,
            event=event.title.get(one.locale) or event.title.get("en") or event.slug,
            number=one.confirmation_number or "",
            place=event.place,
            begins=event.starts_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            zone=event.timezone,
            people=[person.name for person in one.attendees],
            event_url=f"{self._settings.public_url}/events/{event.slug}",
            resume_url=addresses.get(one.uid, ""),
        )
        subject, body = mail_texts.render(Aggregate(row.aggregate), one.locale, facts)
        message = self._blank(row, one.email, subject, body)
        if row.aggregate == Aggregate.CONFIRMATION and one.confirmation_number:
            picture = io.BytesIO()
            segno.make(f"PRS:{one.confirmation_number}", error="m", micro=False).save(
                picture, kind="png", scale=8, border=4
            )
            message.add_attachment(
                picture.getvalue(), maintype="image", subtype="png", filename=f"{one.confirmation_number}.png"
            )
        return message

    def _account_message(self, row: Claimed, about: AccountMail) -> EmailMessage:
        subject, body = account_mail.render(Aggregate(row.aggregate), about)
        return self._blank(row, about.email, subject, body)

    def _blank(self, row: Claimed, to: str, subject: str, body: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._settings.mail_from, to, subject
        message["Date"] = clock.now()
        message["Message-ID"] = f"<{row.aggregate}.{row.aggregate_uid}.{row.revision}@{_domain(self._settings)}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        return message


def _domain(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or "localhost"


def _code(error: smtplib.SMTPException) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min((code for code, _ in error.recipients.values()), default=550)
    return int(getattr(error, "smtp_code", 550))
