"""Confirmations and cancellations by SMTP."""

import email
import email.policy
import socket
from email.message import EmailMessage

import pytest

from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel
from backend_sync.drain import drain
from deploy.local.ports import free_port
from tests.backend_sync.deliveries import execute, outbox
from tests.conftest import running, structs
from tests.factories.client import Draft, register
from tests.factories.world import World
from tests.worker.conftest import MailServer
from worker.delivery.mail import MailDelivery

MAIL = Destination.MAIL


@pytest.fixture
def mailing(settings: Settings, mail_server: MailServer) -> Settings:
    """Settings with the mail server set up."""
    return structs(settings, smtp_url=mail_server.url)


def parsed(server: MailServer) -> list[EmailMessage]:
    """Return the mails that arrived."""
    return [email.message_from_bytes(content, policy=email.policy.default) for _, content in server.mails]


def text_of(mail: EmailMessage) -> str:
    """Return a mail's plain text."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def test_a_confirmation_names_the_number_the_place_and_carries_the_code(
    mailing: Settings, world: World, worker_kernel: Kernel, mail_server: MailServer
) -> None:
    async with running(mailing) as found:
        made = (await register(found.client, world))["registration"]
    await drain(worker_kernel, MAIL, MailDelivery(mailing))
    [mail] = parsed(mail_server)
    assert mail["To"] == "asha@example.org"
    assert made["confirmation_number"] in mail["Subject"]
    assert "Asha Kulkarni" in text_of(mail)
    assert "Pune" in text_of(mail)
    assert mail["Message-ID"] == f"<registration.confirmation.{made['uid']}.{made['revision']}@testserver.local>"
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["application/pdf", "text/calendar"]


async def test_a_cancellation_is_told_once(
    mailing: Settings, world: World, worker_kernel: Kernel, mail_server: MailServer
) -> None:
    async with running(mailing) as found:
        made = await register(found.client, world)
        await drain(worker_kernel, MAIL, MailDelivery(mailing))
        address = f"/api/v1/registrations/{made['registration']['uid']}/cancel"
        for _ in range(2):
            await found.client.post(address, headers={"Registration-Token": made["token"]})
    await drain(worker_kernel, MAIL, MailDelivery(mailing))
    assert [mail["Subject"].split(":")[0] for mail in parsed(mail_server)] == ["Confirmed", "Cancelled"]


async def test_a_resume_link_that_was_mailed_resumes_the_draft(
    mailing: Settings, world: World, worker_kernel: Kernel, mail_server: MailServer
) -> None:
    async with running(mailing) as found:
        draft = await Draft.start(found.client, world)
        await draft.save("about", answers={"full_name": "Asha", "email": "asha@example.org"}, complete=False)
        answer = await found.client.post(f"{draft.address}/resume-links", json={"send": True}, headers=draft.headers)
        assert answer.status_code == 201, answer.text
        await drain(worker_kernel, MAIL, MailDelivery(mailing))
        [mail] = parsed(mail_server)
        token = text_of(mail).split("/resume#", 1)[1].split()[0]
        resumed = await found.client.post("/api/v1/registrations/resume", json={"token": token})
        assert resumed.status_code == 200, resumed.text
        assert resumed.json()["registration"]["uid"] == draft.body["uid"]


async def test_a_server_that_is_busy_gets_the_mail_later_and_one_that_refuses_never(
    mailing: Settings, world: World, worker_kernel: Kernel, owner: Database, mail_server: MailServer
) -> None:
    mail_server.refuse = {"later@example.org": "450 try again", "never@example.org": "550 no such mailbox"}
    async with running(mailing) as found:
        for address in ("later@example.org", "never@example.org", "now@example.org"):
            await register(found.client, world, email=address)
    await drain(worker_kernel, MAIL, MailDelivery(mailing))
    rows = await outbox(owner, MAIL)
    assert [(row["state"], row["error"]) for row in rows] == [
        ("pending", "the mail server answered 450"),
        ("dead", "the mail server answered 550"),
        ("done", None),
    ]
    mail_server.refuse = {}
    await execute(owner, "UPDATE outbox SET available_at = clock_timestamp() WHERE state = 'pending'")
    await drain(worker_kernel, MAIL, MailDelivery(mailing))
    assert [rcpt for rcpt, _ in mail_server.mails] == [["now@example.org"], ["later@example.org"]]


async def test_an_absent_server_is_tried_once_for_a_batch(
    settings: Settings, world: World, worker_kernel: Kernel, owner: Database
) -> None:
    mailing = structs(settings, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    async with running(mailing) as found:
        for _ in range(3):
            await register(found.client, world)
    delivery = Counting(mailing)
    await drain(worker_kernel, MAIL, delivery)
    assert delivery.tries == 1
    rows = await outbox(owner, MAIL)
    assert {(row["state"], row["error"]) for row in rows} == {("pending", "mail server: ConnectionRefusedError")}


class Counting(MailDelivery):
    """Counts how often it turned to the server."""

    tries = 0

    def _deliver(self, message: EmailMessage) -> None:
        self.tries += 1
        super()._deliver(message)


async def test_a_copy_can_be_told_by_its_message_id(
    mailing: Settings, world: World, worker_kernel: Kernel, owner: Database, mail_server: MailServer
) -> None:
    async with running(mailing) as found:
        await register(found.client, world)
    await drain(worker_kernel, MAIL, MailDelivery(mailing))
    await execute(owner, "UPDATE outbox SET state = 'pending', available_at = clock_timestamp()")
    await drain(worker_kernel, MAIL, MailDelivery(mailing))
    first, second = parsed(mail_server)
    assert first["Message-ID"] == second["Message-ID"]


async def test_a_name_full_of_line_breaks_adds_no_header(
    mailing: Settings, world: World, worker_kernel: Kernel, owner: Database, mail_server: MailServer
) -> None:
    async with running(mailing) as found:
        await register(found.client, world)
    await execute(owner, "UPDATE event SET title = :title", title=r'{"en": "Retreat\r\nBcc: everyone@example.org"}')
    await drain(worker_kernel, MAIL, MailDelivery(mailing))
    [mail] = parsed(mail_server)
    assert mail["Bcc"] is None
    assert mail_server.mails[0][0] == ["asha@example.org"]


async def test_a_batch_goes_over_one_connection_and_over_another_where_the_server_hangs_up(
    mailing: Settings, world: World, worker_kernel: Kernel, mail_server: MailServer
) -> None:
    async with running(mailing) as found:
        for number in range(4):
            await register(found.client, world, email=f"p{number}@example.org")
    await drain(worker_kernel, MAIL, HangingUp(mailing))
    assert sorted(rcpt for [rcpt], _ in mail_server.mails) == [f"p{number}@example.org" for number in range(4)]
    assert mail_server.connections == 2


class HangingUp(MailDelivery):
    """Loses its connection after the second mail, as if the server had closed it."""

    sent = 0

    def _deliver(self, message: EmailMessage) -> None:
        super()._deliver(message)
        self.sent += 1
        if self.sent == 2 and self._line is not None and self._line.sock is not None:
            self._line.sock.shutdown(socket.SHUT_RDWR)
