"""A mailbox for the one-machine run: takes every mail over SMTP, keeps it as a file, shows it on a plain page."""

import argparse
import email
import email.policy
import html
import re
import signal
import threading
import time
from collections.abc import Sequence
from email.message import EmailMessage
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_NAME = re.compile(r"[0-9]{13,}-[0-9]{4}\.eml")
_LINK = re.compile(r"(https?://[^\s<>\"]+[^\s<>\".,;:!?)])")
_LARGEST = 10_000_000
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.4rem;border-bottom:1px solid #ccc}}
pre{{white-space:pre-wrap;background:#f6f6f6;padding:1rem;overflow-wrap:anywhere}}</style><h1>{title}</h1>{body}</html>"""


class Mailbox:
    """The stored mails; one `.eml` file each, named by arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._count = 0

    def keep(self, content: bytes) -> str:
        """Stores a mail and returns its file name."""
        with self._lock:
            self._count = (self._count + 1) % 10_000
            name = f"{time.time_ns() // 1_000_000:013d}-{self._count:04d}.eml"
        fresh = self.folder / f"{name}.new"
        fresh.write_bytes(content)
        fresh.rename(self.folder / name)
        return name

    def names(self) -> list[str]:
        """Returns the file names, newest first."""
        return sorted((path.name for path in self.folder.glob("*.eml") if _NAME.fullmatch(path.name)), reverse=True)

    def read(self, name: str) -> EmailMessage | None:
        """Returns a mail; None when there is no such mail (or the name is not one of ours)."""
        path = self.folder / name
        if not _NAME.fullmatch(name) or not path.is_file():
            return None
        return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


class _Receiver:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        content = envelope.content
        self._mailbox.keep(content if isinstance(content, bytes) else (content or "").encode())
        return "250 Kept in the local mailbox"


def render_list(mailbox: Mailbox, limit: int = 200) -> str:
    """Returns the page that lists the newest mails."""
    names = mailbox.names()
    rows = []
    for name in names[:limit]:
        mail = mailbox.read(name)
        if mail is None:
            continue
        shown = (html.escape(str(mail.get(header, ""))) for header in ("date", "to"))
        subject = html.escape(str(mail.get("subject", "(no subject)")))
        rows.append(f"<tr><td>{'</td><td>'.join(shown)}</td><td><a href='/mails/{name}'>{subject}</a></td></tr>")
    table = f"<table><tr><th>Date<th>To<th>Subject</tr>{''.join(rows)}</table>" if rows else "<p>No mail yet.</p>"
    return _PAGE.format(title="Local mailbox", body=f"<p>{len(names)} mails. Nothing leaves this machine.</p>{table}")


def render_mail(mail: EmailMessage) -> str:
    """Returns the page of one mail: its headers and its text, never its HTML as HTML."""
    headers = "".join(
        f"<tr><th>{name}</th><td>{html.escape(str(mail.get(name.lower(), '')))}</td></tr>"
        for name in ("From", "To", "Date", "Subject")
    )
    part = mail.get_body(preferencelist=("plain", "html"))
    text = html.escape(str(part.get_content()) if part is not None else "(no text)")
    linked = _LINK.sub(lambda found: f'<a rel="noreferrer" href="{found.group(1)}">{found.group(1)}</a>', text)
    attached = "".join(f"<li>{html.escape(item.get_filename() or 'unnamed')}</li>" for item in mail.iter_attachments())
    files = f"<h2>Attachments</h2><ul>{attached}</ul>" if attached else ""
    subject = html.escape(str(mail.get("subject", "(no subject)")))
    back = "<p><a href='/'>All mails</a></p>"
    return _PAGE.format(title=subject, body=f"{back}<table>{headers}</table><pre>{linked}</pre>{files}")


class _Pages(BaseHTTPRequestHandler):
    mailbox: Mailbox

    def do_GET(self) -> None:
        """Answers with the list or with one mail."""
        if self.path == "/":
            self._answer(HTTPStatus.OK, render_list(self.mailbox))
            return
        mail = self.mailbox.read(self.path.removeprefix("/mails/"))
        if mail is None:
            self._answer(HTTPStatus.NOT_FOUND, _PAGE.format(title="No such mail", body="<p><a href='/'>All mails</a>"))
        else:
            self._answer(HTTPStatus.OK, render_mail(mail))

    def _answer(self, status: HTTPStatus, page: str) -> None:
        content = page.encode("utf-8", errors="replace")
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        # Mails are foreign text: whatever slips through the escaping must not run.
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the log to what matters: mails hold personal data, and so may their addresses."""


def serve_pages(mailbox: Mailbox, host: str, port: int) -> ThreadingHTTPServer:
    """Returns a server of the mailbox's pages; the caller runs and closes it."""
    return ThreadingHTTPServer((host, port), type("Pages", (_Pages,), {"mailbox": mailbox}))


def serve_smtp(mailbox: Mailbox, host: str, port: int) -> Controller:
    """Returns a running SMTP server that keeps what it gets; the caller stops it."""
    controller = Controller(_Receiver(mailbox), hostname=host, port=port, data_size_limit=_LARGEST)
    controller.start()
    return controller


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs both servers until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="mailbox", description="Keep every mail and show it on a page.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="of the page")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    wanted = parser.parse_args(arguments)
    mailbox = Mailbox(wanted.folder)
    pages = serve_pages(mailbox, wanted.host, wanted.port)
    smtp = serve_smtp(mailbox, wanted.host, wanted.smtp_port)
    for number in (signal.SIGTERM, signal.SIGINT):
        # `shutdown` waits for the loop that this very thread runs.
        signal.signal(number, lambda *_: threading.Thread(target=pages.shutdown).start())
    try:
        pages.serve_forever(poll_interval=0.1)
    finally:
        smtp.stop()
        pages.server_close()


if __name__ == "__main__":
    main()
