"""After the confirmation, in a real browser: by the mail's link, with ticket and calendar, changed, and cancelled."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from api import demo
from tests.e2e.stack import Stack, wait_for
from tests.e2e.test_browser import chromium
from tests.e2e.test_browser_accounts import EVENT, Guest, guest
from tests.e2e.watching import Watched

__all__ = ["chromium", "guest"]

pytestmark = pytest.mark.timeout(240)

ADMINISTRATOR, ORGANIZATION = demo.PEOPLE[0][0], demo.ORGANIZATION


@pytest.fixture
def open_event(stack: Stack) -> None:
    """The event lets its participants change their telephone number and who comes."""
    with httpx.Client(base_url=f"{stack.url}/api/v1", timeout=30) as client:
        signed = client.post("/auth/sessions", json={"email": ADMINISTRATOR, "password": demo.PASSWORD})
        headers = {"Authorization": f"Bearer {signed.raise_for_status().json()['access_token']}"}
        event = client.get(f"/events/{EVENT}").raise_for_status().json()["uid"]
        body = {"editable": ["about.phone", "people"], "on_ticket": ["about.phone"]}
        client.put(f"/events/{event}/participant-rules", json=body, headers=headers).raise_for_status()


def mails_about(stack: Stack, number: str) -> list[Any]:
    return [mail for mail in stack.mails() if number in str(mail["Subject"])]


def link_of(mail: Any) -> str:
    words = mail.get_body(("plain",)).get_content()
    found = re.search(r"https?://\S+(/resume#\S+)", words)
    assert found, words
    return found.group(1)


@pytest.mark.usefixtures("open_event")
def test_a_guest_comes_back_by_the_mails_link_and_changes_takes_along_and_cancels(
    stack: Stack, chromium: Browser, guest: Guest, tmp_path: Path
) -> None:
    wait_for("the confirmation", lambda: bool(mails_about(stack, guest.number)), 60)
    [confirmation] = mails_about(stack, guest.number)
    kinds = [part.get_content_type() for part in confirmation.iter_attachments()]
    assert kinds == ["application/pdf", "text/calendar"]

    screen = Watched(chromium, stack)
    screen.page.goto(link_of(confirmation))
    expect(screen.page.get_by_role("heading", name="Your answers")).to_be_visible(timeout=15_000)
    expect(screen.page.get_by_text("••••4321")).to_be_visible()
    screen.seen("afterwards")

    with screen.page.expect_download() as taken:
        screen.press("Download ticket (PDF)")
    taken.value.save_as(tmp_path / "ticket.pdf")
    said = PdfReader(tmp_path / "ticket.pdf").pages[0].extract_text()
    assert guest.number in said
    assert guest.name in said

    screen.press("Change my registration")
    expect(screen.page.get_by_role("heading", name="Change your registration")).to_be_visible()
    expect(screen.page.get_by_label(re.compile("Full name"))).to_have_count(0)
    screen.seen("changing")
    screen.page.get_by_label(re.compile("[Pp]hone")).first.fill("+4915199999999")
    screen.page.get_by_role("group", name="Person 1").get_by_label(re.compile("^Name")).fill("Mira Instead")
    screen.press("Save the changes")
    screen.says("Your changes are saved.")
    expect(screen.page.get_by_text("Mira Instead").first).to_be_visible()
    wait_for("the mail of the change", lambda: len(mails_about(stack, guest.number)) == 2, 60)

    screen.page.get_by_role("button", name="Cancel registration").click()
    screen.press("Yes, cancel it")
    expect(screen.page.get_by_role("heading", name="This registration is cancelled")).to_be_visible()
    wait_for("the mail of the cancellation", lambda: len(mails_about(stack, guest.number)) == 3, 60)
    assert screen.complaints == []
    screen.context.close()


def test_an_organiser_writes_a_mail_and_sees_it(stack: Stack, chromium: Browser) -> None:
    screen = Watched(chromium, stack)
    screen.sign_in(ADMINISTRATOR, demo.PASSWORD)
    screen.heading("My registrations")
    screen.page.goto(f"/staff/organization/{ORGANIZATION}/mails")
    main = screen.page.get_by_role("main")
    expect(main.get_by_text("Dear Asha Kulkarni")).to_be_visible(timeout=15_000)
    screen.seen("mails")
    main.get_by_label("Language").select_option("ar")
    expect(screen.page.get_by_text("تم تسجيلك").first).to_be_visible()
    screen.seen("mails-ar")
    main.get_by_label("Language").select_option("en")
    screen.page.get_by_label(re.compile("^Body")).fill("<p>Welcome, {{ name }}! <script>x()</script></p>")
    expect(screen.page.get_by_text("Welcome, Asha Kulkarni!")).to_be_visible()
    screen.press("Save")
    screen.says("The next mail has this text.")
    screen.press("Back to the text above it")
    expect(screen.page.get_by_role("alertdialog")).to_be_visible()
    screen.press("Back to the text above it")
    expect(screen.page.get_by_text("The text that comes with the platform")).to_be_visible()
    assert screen.complaints == []
    screen.context.close()
