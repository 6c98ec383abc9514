"""Mails as they arrive: the organiser's words, ticket, calendar entry, links that open; many at once, in time."""

import email
import email.policy
import io
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from pypdf import PdfReader
from sqlalchemy import text

from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel
from backend_sync.drain import drain
from tests.backend_sync.deliveries import execute, outbox
from tests.conftest import running, structs
from tests.factories.client import register, sign_in
from tests.factories.world import World
from tests.worker.conftest import MailServer
from worker.delivery.mail import MailDelivery
from worker.tasks.sync import SIZES

MAIL = Destination.MAIL


class Office:
    """An API that has a mail server, its worker, and the administrator."""

    def __init__(self, client: httpx.AsyncClient, world: World, kernel: Kernel, mail: MailServer, settings: Settings):
        self.client, self.world, self.kernel, self.server, self.settings = client, world, kernel, mail, settings
        self.headers: dict[str, str] = {}

    @property
    def organization(self) -> str:
        return f"/api/v1/organizations/{self.world.organization.uid}"

    @property
    def event(self) -> str:
        return f"/api/v1/events/{self.world.event}"

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = self.headers | more.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **more)

    async def mails(self) -> list[EmailMessage]:
        """Deliver what is due and return what arrived by it."""
        before = len(self.server.mails)
        await drain(self.kernel, MAIL, MailDelivery(self.settings), size=SIZES[MAIL])
        return [
            email.message_from_bytes(content, policy=email.policy.default) for _, content in self.server.mails[before:]
        ]


@pytest.fixture
async def office(
    settings: Settings, world: World, worker_kernel: Kernel, mail_server: MailServer
) -> AsyncIterator[Office]:
    mailing = structs(settings, smtp_url=mail_server.url)
    async with running(mailing) as found:
        made = Office(found.client, world, worker_kernel, mail_server, mailing)
        made.headers = await sign_in(found.client, "administrator@example.org")
        found.client.cookies.clear()
        yield made


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def attached(mail: EmailMessage) -> dict[str, EmailMessage]:
    return {one.get_content_type(): one for one in mail.iter_attachments()}


async def test_a_confirmation_carries_the_ticket_the_entry_and_a_link_that_opens_it(office: Office) -> None:
    made = (await register(office.client, office.world))["registration"]
    [mail] = await office.mails()
    files = attached(mail)
    assert set(files) == {"application/pdf", "text/calendar"}
    said = PdfReader(io.BytesIO(files["application/pdf"].get_content())).pages[0].extract_text()
    assert made["confirmation_number"] in said
    assert "Asha Kulkarni" in said
    assert files["text/calendar"].get_param("method") == "PUBLISH"
    [entry] = Calendar.from_ical(files["text/calendar"].get_content()).walk("VEVENT")
    assert entry["uid"] == f"{made['uid']}@testserver.local"
    assert made["confirmation_number"] in part(mail, "html")
    token = part(mail, "plain").split("/resume#", 1)[1].split()[0]
    for _ in range(2):
        opened = await office.client.post("/api/v1/registrations/resume", json={"token": token})
        assert opened.json()["registration"]["uid"] == made["uid"]


async def test_the_organisers_words_are_used_the_events_before_the_organizations(office: Office) -> None:
    mine = {"subject": "Ours {{ number }}", "body": "<p>Of the house, {{ name }}</p>"}
    theirs = {"subject": "Theirs {{ number }}", "body": "<p>Of the event, {{ name }}</p>"}
    at = "mail-templates/confirmation/en"
    for place, words, wanted in (
        (office.organization, mine, "Of the house, Asha"),
        (office.event, theirs, "Of the event, Asha"),
    ):
        saved = await office.send("PUT", f"{place}/{at}", json=words)
        assert saved.status_code == 200, saved.text
        await register(office.client, office.world)
        [mail] = await office.mails()
        assert wanted in part(mail, "plain")
        assert wanted in part(mail, "html")
    assert (await office.send("DELETE", f"{office.event}/{at}")).json()["source"] == "organization"
    await register(office.client, office.world)
    [mail] = await office.mails()
    assert "Of the house" in part(mail, "plain")
    assert (await office.send("DELETE", f"{office.organization}/{at}")).json()["source"] == "default"
    history = (await office.send("GET", f"{office.organization}/{at}/versions")).json()
    assert [(one["version"], one["subject"]) for one in history] == [(2, None), (1, "Ours {{ number }}")]


async def test_a_text_in_another_language_is_used_for_those_who_registered_in_it(office: Office) -> None:
    words = {"subject": "Bestätigt {{ number }}", "body": "<p>Guten Tag {{ name }}</p>"}
    await office.send("PUT", f"{office.organization}/mail-templates/confirmation/de", json=words)
    for locale, wanted in (("de-AT", "Guten Tag"), ("fr", "Dear"), ("ar", "تم تسجيلك"), ("hi", "पंजीकरण")):
        body = {"event": office.world.slug, "locale": locale}
        draft = (await office.client.post("/api/v1/registrations", json=body)).json()
        await _complete(office, draft)
        [mail] = await office.mails()
        assert wanted in part(mail, "plain"), locale
        assert ('dir="rtl"' in part(mail, "html")) == (locale == "ar")


async def _complete(office: Office, draft: dict[str, Any]) -> None:
    from_draft = draft["registration"]
    address, headers = f"/api/v1/registrations/{from_draft['uid']}", {"Registration-Token": draft["token"]}
    seat = str(office.world.tickets[0])
    revision = from_draft["revision"]
    whole: dict[str, dict[str, Any]] = {
        "about": {"answers": {"full_name": "Asha", "email": "asha@example.org", "age": 30}},
        "seats": {"tickets": [{"ticket": seat, "quantity": 1}]},
        "people": {"attendees": [{"ticket": seat, "name": "Asha"}]},
    }
    for step, given in whole.items():
        saved = await office.client.put(
            f"{address}/steps/{step}", json={"complete": True, **given}, headers=headers | {"If-Match": f'"{revision}"'}
        )
        revision = saved.json()["revision"]
    done = await office.client.post(f"{address}/submit", headers=headers | {"If-Match": f'"{revision}"'})
    assert done.status_code == 200, done.text


async def test_a_change_is_told_with_a_later_entry_and_a_cancellation_withdraws_it(office: Office) -> None:
    rules = {"editable": ["about.age"], "on_ticket": ["about.age"]}
    assert (await office.send("PUT", f"{office.event}/participant-rules", json=rules)).status_code == 200
    made = await register(office.client, office.world)
    address = f"/api/v1/registrations/{made['registration']['uid']}"
    holder = {"Registration-Token": made["token"]}
    [first] = await office.mails()
    changed = await office.client.put(
        f"{address}/changes",
        json={"steps": {"about": {"answers": {"age": 77}}}},
        headers=holder | {"If-Match": f'"{made["registration"]["revision"]}"'},
    )
    assert changed.status_code == 200, changed.text
    [second] = await office.mails()
    await office.client.post(f"{address}/cancel", headers=holder)
    [third] = await office.mails()
    subjects = [mail["Subject"].split(":")[0] for mail in (first, second, third)]
    assert subjects == ["Confirmed", "Changed", "Cancelled"]
    assert "77" in PdfReader(io.BytesIO(attached(second)["application/pdf"].get_content())).pages[0].extract_text()
    entries: list[Any] = [
        Calendar.from_ical(attached(mail)["text/calendar"].get_content()).walk("VEVENT")[0]
        for mail in (first, second, third)
    ]
    assert len({str(entry["uid"]) for entry in entries}) == 1
    sequences = [int(entry["sequence"]) for entry in entries]
    assert sequences == sorted(set(sequences))
    assert attached(third)["text/calendar"].get_param("method") == "CANCEL"
    assert "application/pdf" not in attached(third)


async def test_a_wrong_text_is_refused_with_the_place_and_a_preview_writes_nothing(
    office: Office, owner: Database
) -> None:
    at = f"{office.organization}/mail-templates/confirmation/en"
    wrong = {"subject": "Hello {{ surname }}", "body": "one\ntwo {{#if place}}"}
    for method, path in (("PUT", at), ("POST", f"{at}/preview"), ("POST", f"{at}/trial")):
        answer = await office.send(method, path, json=wrong)
        assert answer.status_code == 422, answer.text
        assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
            ("/subject", "placeholder"), ("/body", "unclosed"),
        ]  # fmt: skip
    shown = await office.send(
        "POST", f"{at}/preview", json={"subject": "Hi {{ name }}", "body": "<p>{{ event }}</p><script>x</script>"}
    )
    assert shown.json()["subject"] == "Hi Asha Kulkarni"
    assert "<script" not in shown.json()["html"]
    async with owner.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM mail_template")) == 0


async def test_two_who_edit_one_text_do_not_overwrite_each_other(office: Office) -> None:
    at = f"{office.organization}/mail-templates/changed/en"
    words = {"subject": "s", "body": "<p>b</p>"}
    assert (await office.send("PUT", at, json=words, headers={"If-Match": '"0"'})).status_code == 200
    assert (await office.send("PUT", at, json=words, headers={"If-Match": '"0"'})).status_code == 412
    assert (await office.send("GET", at)).headers["etag"] == '"1"'


async def test_a_trial_goes_to_whoever_asks_and_to_nobody_else(office: Office) -> None:
    at = f"{office.event}/mail-templates/confirmation/hi/trial"
    sent = await office.send("POST", at, json={"subject": "नमस्ते {{ name }}", "body": "<p>{{ event }}</p>"})
    assert (sent.status_code, sent.json()) == (202, {"to": "administrator@example.org"})
    [mail] = await office.mails()
    assert (mail["To"], mail["Subject"]) == ("administrator@example.org", "नमस्ते आशा कुलकर्णी")
    assert "retreat" in part(mail, "plain")


async def test_a_confirmation_is_sent_again_once_in_ten_minutes(office: Office) -> None:
    made = await register(office.client, office.world)
    await office.mails()
    address = f"/api/v1/registrations/{made['registration']['uid']}/resend"
    for _ in range(2):
        answer = await office.client.post(address, headers={"Registration-Token": made["token"]})
        assert answer.status_code == 204, answer.text
    [mail] = await office.mails()
    assert mail["Subject"].startswith("Your registration:")
    assert "application/pdf" in attached(mail)


async def test_asking_with_an_address_tells_nobody_whether_it_is_registered(office: Office) -> None:
    await register(office.client, office.world, email="asha@example.org")
    await office.mails()
    answers = [
        await office.client.post("/api/v1/registrations/resend", json={"event": office.world.slug, "email": address})
        for address in ("Asha@example.org", "nobody@example.org")
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(204, b"")}
    assert [mail["To"] for mail in await office.mails()] == ["asha@example.org"]


async def test_a_mailing_goes_to_the_confirmed_and_shows_how_far_it_is(office: Office, owner: Database) -> None:
    for n in range(3):
        await register(office.client, office.world, email=f"p{n}@example.org")
    cancelled = await register(office.client, office.world, email="gone@example.org")
    await office.client.post(
        f"/api/v1/registrations/{cancelled['registration']['uid']}/cancel",
        headers={"Registration-Token": cancelled["token"]},
    )
    await office.mails()
    started = await office.send("POST", f"{office.organization}/mailings", json={"event": str(office.world.event)})
    assert started.status_code == 202, started.text
    assert (started.json()["total"], started.json()["waiting"], started.json()["sent"]) == (3, 3, 0)
    assert sorted(mail["To"] for mail in await office.mails()) == [f"p{n}@example.org" for n in range(3)]
    [shown] = (await office.send("GET", f"{office.organization}/mailings")).json()
    assert (shown["sent"], shown["waiting"], shown["seconds_left"]) == (3, 0, 0)
    again = (await office.send("POST", f"{office.organization}/mailings", json={})).json()
    stopped = await office.send("POST", f"{office.organization}/mailings/{again['uid']}/stop")
    assert (stopped.json()["withdrawn"], stopped.json()["waiting"]) == (3, 0)
    assert await office.mails() == []
    assert len(await outbox(owner, MAIL)) == 8


async def test_whoever_is_invited_is_told(office: Office) -> None:
    for address in ("new@example.org", "front-desk@example.org"):
        given = await office.send("POST", f"{office.organization}/grants", json={"email": address, "role": "analyst"})
        assert given.status_code == 201, given.text
    mails = {mail["To"]: mail for mail in await office.mails()}
    assert set(mails) == {"new@example.org", "front-desk@example.org"}
    assert "Sahaya" in mails["new@example.org"]["Subject"]
    assert "/sign-up" in part(mails["new@example.org"], "plain")
    assert "/staff" in part(mails["front-desk@example.org"], "plain")


async def test_an_invitation_that_was_taken_back_is_not_sent(office: Office) -> None:
    body = {"email": "new@example.org", "role": "analyst"}
    given = (await office.send("POST", f"{office.organization}/grants", json=body)).json()
    await office.send("DELETE", f"{office.organization}/grants/{given['uid']}")
    assert await office.mails() == []


# R15: the 95th percentile of two hundred is the tenth from the end. On a loaded machine a mail takes 0.15 s.
async def _in_time(office: Office, owner: Database, people: int) -> float:
    for n in range(people):
        await register(office.client, office.world, ticket=office.world.tickets[1], email=f"p{n}@example.org")
    # As if all had been confirmed at this moment.
    await execute(owner, "UPDATE outbox SET created_at = clock_timestamp() WHERE destination = 'mail'")
    mails = await office.mails()
    assert len({mail["Message-ID"] for mail in mails}) == people
    async with owner.engine.connect() as connection:
        found = await connection.scalar(
            text(
                "SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM done_at - created_at)) "
                "FROM outbox WHERE destination = 'mail'"
            )
        )
    return float(found or 0.0)


async def test_confirmations_arrive_in_time(office: Office, owner: Database) -> None:
    assert await _in_time(office, owner, 20) < 60


@pytest.mark.campaign
@pytest.mark.timeout(400)
async def test_two_hundred_confirmations_arrive_within_a_minute(
    office: Office, owner: Database, record_property: Any
) -> None:
    seconds = await _in_time(office, owner, 200)
    record_property("p95_seconds", seconds)
    assert seconds < 60
