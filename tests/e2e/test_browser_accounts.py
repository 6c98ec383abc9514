"""Accounts, staff's oversight and a guest's own data, in a real browser on the real stack."""

import io
import json
import re
import time
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, expect

from api import demo
from tests.e2e.stack import Stack, wait_for
from tests.e2e.test_browser import chromium
from tests.e2e.watching import Watched, mailed_link

__all__ = ["chromium"]

pytestmark = pytest.mark.timeout(240)

PASSWORD = "seven rivers meet at the old bridge"
PASSPORT = "K7654321"
EVENT = "youth-leadership-retreat"
ADMINISTRATOR, _, _, STEWARD = (email for email, _, _ in demo.PEOPLE)


@dataclass(frozen=True)
class Guest:
    """Somebody who registered without an account."""

    name: str
    uid: str
    number: str
    token: str


@pytest.fixture
def guest(stack: Stack) -> Guest:
    name = f"Dana {uuid4().hex[:6]}"
    with httpx.Client(base_url=f"{stack.url}/api/v1", timeout=30) as client:
        tickets = client.get(f"/events/{EVENT}").raise_for_status().json()["tickets"]
        ticket = tickets[0]["uid"]
        born, valid = (datetime.now(UTC).date() + timedelta(days=days) for days in (-20 * 366, 3 * 366))
        about = {
            "full_name": name, "email": "dana@people.example", "phone": "+4915112345678", "country": "DE",
            "birth_date": born.isoformat(), "passport_number": PASSPORT, "passport_expiry": valid.isoformat(),
            "shirt_size": "m", "languages": ["en"],
        }  # fmt: skip
        health = {
            "has_condition": "no", "diet": "vegan", "contact_name": "Ravi", "contact_phone": "+4915112345679",
            "data_consent": True, "photo_consent": True,
        }  # fmt: skip
        steps = {
            "about": {"answers": about},
            "seats": {"tickets": [{"ticket": ticket, "quantity": 1}]},
            "people": {"attendees": [{"ticket": ticket, "name": name, "email": ""}]},
            "health": {"answers": health},
        }
        answer = client.post(f"/events/{EVENT}/registrations", json={"locale": "en", "steps": steps})
        assert answer.status_code == 201, answer.text
        made = answer.json()
        token = made["token"]
        registration = made["registration"]
        question = {
            "subject": "Arriving a day later", "message": "May I come on the second day?",
            "registration": registration["uid"],
        }  # fmt: skip
        client.post("/support-requests", json=question, headers={"Registration-Token": token}).raise_for_status()
    return Guest(name, registration["uid"], registration["confirmation_number"], token)


def test_an_account_from_signing_up_to_signing_out_everywhere(stack: Stack, chromium: Browser) -> None:
    screen = Watched(chromium, stack)
    email = f"lata-{uuid4().hex[:8]}@people.example"
    sign_up(stack, screen, email)
    screen.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    screen.heading("Welcome back")
    screen.fill("E-mail", email)
    screen.fill("Password", PASSWORD)
    screen.press("Sign in")
    screen.heading("My registrations")
    factor = turn_on_the_second_factor(screen)

    screen.press("Sign out")
    expect(screen.page.get_by_role("link", name="Sign in")).to_be_visible()
    screen.sign_in(email, PASSWORD)
    screen.heading("One more step")
    screen.seen("code")
    # A code counts once: the next one, which a phone that is a little fast would show.
    screen.fill("Code", factor.at(int(time.time()) + 30))
    screen.press("Continue")
    screen.heading("My registrations")

    screen.follow("Security")
    sessions = screen.page.get_by_role("table", name="Where you are signed in")
    expect(sessions.get_by_role("row").filter(has_text="This device")).to_contain_text("Password and code")
    screen.seen("security")
    screen.follow("Privacy")
    screen.heading("Privacy")
    screen.seen("privacy")
    screen.follow("Security")
    screen.press("Sign out everywhere")
    screen.press("Sign out everywhere")
    screen.heading("Welcome back")
    screen.page.goto("/account/security")
    screen.heading("Welcome back")
    screen.seen("sign-in")
    screen.close()


def sign_up(stack: Stack, screen: Watched, email: str) -> None:
    """Make an account and confirm its address; the link alone does not do."""
    page = screen.page
    page.goto("/sign-up")
    screen.heading("Create an account")
    screen.seen("sign-up")
    screen.fill("Your name", "Lata Browser")
    screen.fill("E-mail", email)
    screen.fill("Password", PASSWORD)
    screen.press("Create account")
    screen.heading("Check your mail")
    screen.seen("check-your-mail")
    page.goto(mailed_link(stack, email, "/verify-email"))
    screen.heading("Confirm your address")
    assert page.url == f"{stack.url}/verify-email", "the secret stays in the address bar"
    screen.fill("Password", "whoever reads this mail")
    screen.press("Confirm my address")
    screen.says("This is not the password that was chosen at the sign-up.")
    screen.seen("verify-email")
    screen.fill("Password", PASSWORD)
    screen.press("Confirm my address")
    screen.heading("Your address is confirmed")
    screen.seen("verified")


def turn_on_the_second_factor(screen: Watched) -> pyotp.TOTP:
    """Set up an authenticator app and use its first code; returns the app."""
    page = screen.page
    screen.follow("Security")
    screen.press("Set up")
    screen.fill("Password", PASSWORD)
    screen.press("Continue")
    secret = page.get_by_label("Or type this into the app").input_value()
    screen.seen("second-factor")
    factor = pyotp.TOTP(secret.replace(" ", ""))
    screen.fill("Then enter the six digits", factor.now())
    screen.press("Turn it on")
    codes = page.get_by_role("list", name="Keep your recovery codes")
    expect(codes.get_by_role("listitem")).to_have_count(10)
    screen.seen("recovery-codes")
    screen.press("I have kept them")
    screen.says("10 recovery codes left")
    return factor


def test_a_forgotten_password_is_set_anew_by_mail(stack: Stack, chromium: Browser) -> None:
    screen = Watched(chromium, stack)
    email = demo.PARTICIPANT[0]
    screen.page.goto("/forgot-password")
    screen.heading("Choose a new password")
    screen.seen("forgot-password")
    screen.fill("E-mail", email)
    screen.press("Send the link")
    screen.heading("Check your mail")
    screen.page.goto(mailed_link(stack, email, "/reset-password"))
    screen.heading("Choose a new password")
    assert "#" not in screen.page.url
    screen.fill("New password", demo.PASSWORD)
    screen.seen("reset-password")
    screen.press("Save the new password")
    screen.heading("Your password is changed")
    screen.sign_in(email, demo.PASSWORD)
    screen.heading("My registrations")
    screen.close()


def test_an_administrator_gives_a_role_and_a_key_and_finds_both_in_the_audit_trail(
    stack: Stack, chromium: Browser, guest: Guest
) -> None:
    screen = Watched(chromium, stack)
    page = screen.page
    invited, key = f"tara-{uuid4().hex[:8]}@people.example", f"Website {uuid4().hex[:6]}"
    screen.sign_in(ADMINISTRATOR, demo.PASSWORD)
    screen.follow("Staff")
    screen.follow("People")
    screen.heading("People")
    screen.fill("E-mail", invited)
    page.get_by_label("Role", exact=True).select_option("auditor")
    screen.press("Give the role")
    screen.says(f"{invited} was invited.")
    expect(page.get_by_role("row").filter(has_text=invited)).to_contain_text("Invited")
    screen.seen("people")

    screen.follow("API keys")
    screen.press("New key")
    screen.fill("Name", key)
    page.get_by_role("checkbox", name="Read programs").check(force=True)
    screen.fill("Networks", "127.0.0.0/8")
    screen.seen("new-key")
    screen.press("Make the key")
    made = page.get_by_label(f"Key: {key}").input_value()
    screen.seen("key-shown-once")
    screen.press("I have kept it")
    used = httpx.get(f"{stack.url}/api/v1/organizations", headers={"Authorization": f"Bearer {made}"})
    assert used.status_code in (200, 403), used.text
    expect(page.get_by_role("row").filter(has_text=key)).to_contain_text("127.0.0.0/8")
    screen.seen("keys")

    screen.follow("Audit trail")
    page.get_by_label("Action", exact=True).select_option("role")
    page.get_by_role("button", name="Details of role.offered").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("auditor")
    screen.seen("audit-details")
    screen.press("Close")
    page.get_by_label("Action", exact=True).select_option("api-key")
    expect(page.get_by_role("button", name="Details of api-key.created").first).to_be_visible()
    screen.seen("audit")

    for name in ("Access rules", "Privacy", "Help requests"):
        screen.follow(name)
        screen.heading(name)
        screen.seen(f"staff-{name.lower().replace(' ', '-')}")
    expect(page.get_by_role("row").filter(has_text=guest.number)).to_contain_text("Arriving a day later")
    # The centre below: no role was given there, the one above counts.
    page.get_by_label("Organisation", exact=True).select_option("sahaya-pune")
    expect(page.get_by_role("paragraph").filter(has_text="Sahaya Pune Centre")).to_be_visible()
    screen.close()


def test_a_steward_reveals_an_answer_and_the_audit_trail_says_why(
    stack: Stack, chromium: Browser, guest: Guest
) -> None:
    screen = Watched(chromium, stack)
    page = screen.page
    screen.sign_in(STEWARD, demo.PASSWORD)
    screen.follow("Staff")
    screen.fill("Search name", guest.number)
    page.get_by_role("button", name=re.compile(re.escape(guest.name))).click()
    expect(page.get_by_role("dialog")).to_contain_text("••••")
    expect(page.get_by_text(PASSPORT)).to_have_count(0)
    page.get_by_role("button", name="Reveal: Passport number").click()
    page.get_by_label(re.compile("^Why do you need it")).select_option("identity-check")
    screen.fill("Note", "Passport at the desk")
    screen.seen("reveal")
    page.get_by_role("button", name="Reveal", exact=True).last.click()
    expect(page.get_by_text(PASSPORT)).to_be_visible()
    screen.seen("revealed")
    assert PASSPORT not in screen.kept()
    page.get_by_role("button", name="Hide").click()
    expect(page.get_by_text(PASSPORT)).to_have_count(0)
    screen.close()

    audit = Watched(chromium, stack)
    audit.sign_in(ADMINISTRATOR, demo.PASSWORD)
    audit.heading("My registrations")
    audit.page.goto("/staff/organization/sahaya/audit?action=sensitive")
    audit.page.get_by_role("button", name="Details of sensitive.revealed").first.click()
    drawer = audit.page.get_by_role("dialog")
    for text in ("identity-check", "/passport_number", guest.uid, "Farida Sayyid"):
        expect(drawer).to_contain_text(text)
    # A note may hold what it should not: it can be erased, and the trail knows its number only.
    for text in (PASSPORT, "Passport at the desk"):
        expect(drawer).not_to_contain_text(text)
    audit.seen("audit-revealed")
    audit.close()


def test_a_guest_takes_the_data_along_and_has_it_erased(stack: Stack, chromium: Browser, guest: Guest) -> None:
    screen = Watched(chromium, stack)
    page = screen.page
    page.goto("/")
    # Where the wizard leaves it in the tab in which somebody registered.
    page.evaluate("([key, token]) => sessionStorage.setItem(key, token)", [f"prs.draft.{guest.uid}", guest.token])
    page.goto(f"/register/{guest.uid}")
    screen.says(guest.number)
    page.get_by_text("Your data", exact=True).click()
    statistics = page.get_by_role("checkbox", name="Count this registration in our statistics")
    expect(statistics).not_to_be_checked()
    statistics.click(force=True)
    screen.says("You can take this back at any time.")
    screen.seen("your-data")
    with page.expect_download() as downloading:
        screen.press("Download my data")
    told(downloading.value.path().read_bytes(), guest)

    screen.press("Erase…")
    screen.fill("To confirm", "erase")
    screen.seen("erase")
    screen.press("Erase everything")
    screen.says("Your request was received")
    screen.seen("erased")
    at = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    token = {"Authorization": f"Bearer {stack.environment['PRS_INTERNAL_TOKEN']}"}
    run = httpx.post(f"{stack.url}/api/v1/internal/jobs/run-erasures/runs", json={"at": at}, headers=token)
    assert run.status_code == 202, run.text
    gone = f"SELECT 1 FROM registration WHERE uid = '{guest.uid}' AND contact_name = '{guest.name}'"  # noqa: S608
    wait_for("the erasure", lambda: not stack.sql(gone), 20)
    page.reload()
    expect(page.get_by_text(guest.number)).to_have_count(0)
    screen.close()


def told(archive: bytes, guest: Guest) -> None:
    """Check that a ZIP holds everything about somebody, for people and for programs."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert {"data.json", "index.html"} <= set(opened.namelist())
        page, data = opened.read("index.html").decode(), opened.read("data.json").decode()
    assert json.loads(data)
    for text in (guest.name, guest.number, PASSPORT, "analytics"):
        assert text in data, text
        assert text in page, text


def test_the_watch_sees_what_it_watches_for(stack: Stack, chromium: Browser) -> None:
    screen = Watched(chromium, stack)
    screen.page.goto("/sign-in")
    screen.heading("Welcome back")
    assert screen.violations() == []
    screen.page.evaluate("document.querySelector('main').append(new Image())")
    assert any(found.startswith("image-alt") for found in screen.violations())
    screen.page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'alert(1)'}))")
    wait_for("a complaint", lambda: bool(screen.page.title()) and len(screen.complaints) >= 2, 5)
    assert any(text.startswith("content security policy: script-src") for text in screen.complaints)
    screen.context.close()
