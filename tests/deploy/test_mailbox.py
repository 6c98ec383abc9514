"""The local mailbox: keeps every mail, shows it without running it."""

import smtplib
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from deploy.local.mailbox import Mailbox, render_list, render_mail, serve_pages, serve_smtp
from deploy.local.ports import free_port


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail")


def _mail(subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "prs@example.org", "asha@example.org", subject
    mail.set_content(text)
    return mail


@pytest.fixture
def address(mailbox: Mailbox) -> Iterator[str]:
    pages = serve_pages(mailbox, "127.0.0.1", 0)
    thread = threading.Thread(target=pages.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{pages.server_address[1]}"
    pages.shutdown()
    thread.join()
    pages.server_close()


def test_a_mail_sent_over_smtp_is_on_the_page(mailbox: Mailbox, address: str) -> None:
    port = free_port()
    smtp = serve_smtp(mailbox, "127.0.0.1", port)
    try:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.send_message(_mail("Your registration ✓", "नमस्ते https://prs.example/r/abc?x=1&y=2."))
    finally:
        smtp.stop()
    listed = urllib.request.urlopen(f"{address}/").read().decode()
    assert "Your registration ✓" in listed
    assert "asha@example.org" in listed
    shown = urllib.request.urlopen(f"{address}/mails/{mailbox.names()[0]}").read().decode()
    assert "नमस्ते" in shown
    assert 'href="https://prs.example/r/abc?x=1&amp;y=2"' in shown


def test_markup_in_a_mail_is_shown_and_not_run(mailbox: Mailbox) -> None:
    attack = "<script>alert(1)</script>"
    name = mailbox.keep(_mail(attack, f"{attack} https://x.example/\"onmouseover='a'").as_bytes())
    mail = mailbox.read(name)
    assert mail is not None
    for page in (render_list(mailbox), render_mail(mail)):
        assert "<script>" not in page
        assert "&lt;script&gt;" in page
    assert 'href="https://x.example/"' in render_mail(mail).replace("&quot;", "|").replace("/|", '/"')


@pytest.mark.parametrize("path", ["/mails/../secrets.env", "/mails/%2e%2e%2fsecrets.env", "/etc/passwd", "/mails/"])
def test_only_mails_are_served(address: str, mailbox: Mailbox, path: str) -> None:
    (mailbox.folder.parent / "secrets.env").write_text("secret")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{address}{path}")


def test_a_page_forbids_scripts(address: str) -> None:
    with urllib.request.urlopen(f"{address}/") as answer:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_mail_without_a_readable_part_is_still_shown(mailbox: Mailbox) -> None:
    mail = mailbox.read(mailbox.keep(b"\xff\xfe not a mail at all"))
    assert mail is not None
    assert "(no subject)" in render_mail(mail)
