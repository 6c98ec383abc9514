"""Mails to participants and to whoever has an account, through SMTP. What they say: ``api.domain.letters``."""

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from api.domain.accounts import mails as account_mails
from api.domain.accounts.contracts import AccountMail
from api.domain.letters import service as letters
from api.domain.letters.contracts import Letter
from api.domain.sync.contracts import Aggregate, Bound, Claimed, Outcome
from api.lib import clock, telemetry
from api.lib.networks import is_here
from api.lib.security import SYSTEM
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from backend_sync.drain import WORKER
from worker.delivery import account_mail

log = telemetry.logger(__name__)

_TIMEOUT = 15.0


class MailDelivery:
    """Sends one mail for each claimed row. The message id hangs on the row, so that a second copy can be recognised."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Of one batch: a handshake with TLS and a sign-in costs more than a mail.
        self._line: smtplib.SMTP | None = None

    async def __call__(self, kernel: Kernel, rows: Sequence[Claimed]) -> Outcome:
        try:
            return await self._batch(kernel, rows)
        finally:
            await asyncio.to_thread(self._hang_up)

    async def _batch(self, kernel: Kernel, rows: Sequence[Claimed]) -> Outcome:
        outcome = Outcome()
        async with unit_of_work(kernel, WORKER, SYSTEM) as uow:
            packages = await letters.outgoing(uow, rows)
            accounts = await account_mails.outgoing(uow, rows)
        away: str | None = None
        for row in rows:
            if away is not None:
                outcome.retry[row.id] = away
                continue
            package, about = packages.get(row.id), accounts.get(row.id)
            if package is not None:
                # Drawing a ticket is work for the processor, and others wait on the loop.
                message = self._letter(row, package.to, await asyncio.to_thread(letters.write, package))
            elif about is not None:
                message = self._account_message(row, about)
            else:
                outcome.done.append(row.id)
                continue
            away = await self._send(row, message, outcome)
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
        server = self._standing() or self._signed_in()
        try:
            server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError):
            # The server has answered: the line is as good as before.
            raise
        except BaseException:
            self._hang_up()
            raise

    def _standing(self) -> smtplib.SMTP | None:
        """Return the batch's connection where the server still answers on it: it is asked before a mail, not with one,
        so that none goes twice."""
        if self._line is None:
            return None
        try:
            if self._line.noop()[0] == 250:
                return self._line
        except (smtplib.SMTPException, OSError):
            log.info("the mail server has hung up; calling again")
        self._hang_up()
        return None

    def _signed_in(self) -> smtplib.SMTP:
        parts = urlsplit(self._settings.smtp_url)
        self._line = self._connected(parts)
        if parts.username:
            try:
                self._line.login(unquote(parts.username), unquote(parts.password or ""))
            except (smtplib.SMTPException, OSError):
                self._hang_up()
                raise
        return self._line

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        try:
            line.quit()
        except (smtplib.SMTPException, OSError):
            line.close()

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

    def _letter(self, row: Claimed, to: str, letter: Letter) -> EmailMessage:
        message = self._blank(row, to, letter.subject, letter.text)
        message.add_alternative(letter.html, subtype="html")
        for one in letter.attachments:
            media_type, _, parameters = one.media_type.partition("; ")
            main, _, sub = media_type.partition("/")
            message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
            part = list(message.iter_attachments())[-1]
            for parameter in filter(None, parameters.split("; ")):
                name, _, value = parameter.partition("=")
                part.set_param(name, value)
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
