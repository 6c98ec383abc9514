"""A new user walks the demo's flow in a real browser; staff and the back office see what came of it."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from api import demo
from deploy.local import browser as browsers
from tests.e2e.stack import ROOT, Stack, wait_for

pytestmark = pytest.mark.timeout(240)

SHOTS = ROOT / ".data" / "screenshots"
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}
# Verhoeff's check digit fits; nobody's number begins with 2341.
AADHAAR = "234123412346"
WRONG_AADHAAR = "234123412345"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = browsers.ensure(ROOT / ".data")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=found.executable, env=dict(found.environment()), args=list(found.args)
        )
        yield launched
        launched.close()


class Screen:
    """A person's browser. Whatever the console complains of fails the test at the end."""

    def __init__(self, browser: Browser, stack: Stack, viewport: dict[str, int]) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=stack.url, viewport={"width": viewport["width"], "height": viewport["height"]}
        )
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))

    def _note(self, kind: str, text: str) -> None:
        # A refused answer (422) is logged by the browser itself and is what the test provokes.
        if kind == "error" and "the server responded with a status of 4" not in text:
            self.complaints.append(text)

    def shot(self, name: str) -> None:
        """Keep a picture for people to look at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def kept(self) -> str:
        """Return what the browser keeps on this device."""
        kept = self.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        return str(kept)

    def go_on(self) -> None:
        self.page.get_by_role("button", name="Continue", exact=True).click()

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", name=text, level=1)).to_be_visible()

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []


@pytest.fixture
def screen(chromium: Browser, stack: Stack) -> Iterator[Screen]:
    made = Screen(chromium, stack, DESKTOP)
    yield made
    made.close()


def begin(screen: Screen) -> None:
    """Open the program from the catalogue and begin to register."""
    page = screen.page
    page.goto("/")
    page.get_by_role("link", name=re.compile("Global Youth Leadership Retreat")).click()
    screen.heading("Global Youth Leadership Retreat")
    page.get_by_role("button", name="Register").or_(page.get_by_role("link", name="Register")).click()
    screen.heading("About you")


def tell_who(screen: Screen, name: str, born: str) -> None:
    page = screen.page
    page.get_by_label(re.compile("Full name")).fill(name)
    page.get_by_label(re.compile("E-mail")).fill("asha.browser@example.org")
    page.get_by_label(re.compile("Mobile phone")).fill("+919876543210")
    page.get_by_label(re.compile("Date of birth")).fill(born)


def tell_the_rest_about_you(screen: Screen) -> None:
    """Fill the pages after the first: where from, with a wrong number first, and the stay."""
    page = screen.page
    page.get_by_label(re.compile("Country")).select_option("IN")
    page.get_by_label(re.compile("Aadhaar number")).fill(WRONG_AADHAAR)
    screen.go_on()
    expect(page.get_by_text("one of them seems wrong").first).to_be_visible()
    screen.shot("wrong-input")
    page.get_by_label(re.compile("Aadhaar number")).fill(AADHAAR)
    screen.go_on()
    screen.heading("For your stay")
    page.get_by_text("M", exact=True).click()
    page.get_by_text("Hindi", exact=True).click()


def guardian(screen: Screen) -> None:
    page = screen.page
    screen.heading("Your guardian")
    page.get_by_label(re.compile("Name of your guardian")).fill("Meera Kulkarni")
    page.get_by_text("Mother", exact=True).click()
    page.get_by_label(re.compile("Guardian's mobile phone")).fill("+919812345678")
    page.get_by_role("checkbox", name=re.compile("My guardian agrees")).check(force=True)
    screen.shot("conditional-page")
    screen.go_on()


def health_and_consent(screen: Screen) -> None:
    page = screen.page
    page.get_by_role("radio", name="No", exact=True).check(force=True)
    page.get_by_text("Vegetarian", exact=True).click()
    screen.go_on()
    screen.heading("In an emergency")
    page.get_by_label(re.compile("Whom should we call")).fill("Ravi Kulkarni")
    page.get_by_label(re.compile("Their phone")).fill("+919812345670")
    screen.go_on()
    screen.heading("Consent")
    page.get_by_role("checkbox", name=re.compile("I agree")).check(force=True)
    screen.go_on()


def saved(screen: Screen) -> None:
    """Wait until the page says that all is on the server."""
    expect(screen.page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible(timeout=10_000)


def test_a_new_user_registers_and_the_registration_arrives_everywhere(
    stack: Stack, chromium: Browser, screen: Screen
) -> None:
    name = "Asha Browser"
    begin(screen)
    screen.go_on()
    expect(screen.page.get_by_text("Please tell us your name.").first).to_be_visible()
    tell_who(screen, name, "2009-04-05")
    saved(screen)

    screen.page.reload()
    expect(screen.page.get_by_label(re.compile("Full name"))).to_have_value(name)
    expect(screen.page.get_by_label(re.compile("Date of birth"))).to_have_value("2009-04-05")
    screen.go_on()
    tell_the_rest_about_you(screen)
    screen.go_on()
    guardian(screen)
    screen.heading("Tickets")
    assert AADHAAR not in screen.kept()

    other = resume_elsewhere(stack, chromium, screen)
    other.page.get_by_role("button", name=re.compile("One more Shared room")).click()
    other.go_on()
    other.heading("Who comes")
    expect(other.page.get_by_label(re.compile("Full name"))).to_have_value(name)
    other.go_on()
    other.heading("Health")
    health_and_consent(other)
    other.heading("Review")
    expect(other.page.get_by_text("••••2346")).to_be_visible()
    expect(other.page.get_by_text(AADHAAR)).to_have_count(0)
    other.shot("review")
    other.page.get_by_role("button", name="Submit registration").click()
    expect(other.page.get_by_text("Confirmation number")).to_be_visible(timeout=15_000)
    expect(other.page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    number = other.page.get_by_text(re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$")).first.inner_text()
    other.shot("confirmation")
    assert AADHAAR not in other.kept()
    other.close()

    in_the_staffs_list(stack, chromium, name, number)
    in_the_back_office(stack, chromium, name, number)


def resume_elsewhere(stack: Stack, chromium: Browser, screen: Screen) -> Screen:
    """Make a link on the first device and open it on a second one."""
    page = screen.page
    page.get_by_role("button", name="Finish on another device").click()
    page.get_by_role("button", name="Create link").click()
    link = page.get_by_label("Your link").input_value()
    assert link.startswith(f"{stack.url}/resume#")
    second = Screen(chromium, stack, PHONE)
    second.page.goto(link)
    second.heading("Tickets")
    second.shot("second-device")
    return second


def in_the_staffs_list(stack: Stack, chromium: Browser, name: str, number: str) -> None:
    staff = Screen(chromium, stack, DESKTOP)
    page = staff.page
    page.goto("/sign-in")
    page.get_by_label(re.compile("E-?mail")).fill(demo.PEOPLE[0][0])
    page.get_by_label(re.compile("Password")).first.fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Staff").click()
    page.get_by_label(re.compile("Search name")).fill(number)
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(number)
    for _ in range(20):
        if row.get_by_text("Synced").count():
            break
        page.wait_for_timeout(500)
        page.reload()
        page.get_by_label(re.compile("Search name")).fill(number)
        expect(row).to_contain_text(number)
    expect(row).to_contain_text("Synced")
    staff.shot("staff")
    staff.close()


def in_the_back_office(stack: Stack, chromium: Browser, name: str, number: str) -> None:
    found = httpx.get(f"{stack.back_office}/records.json", params={"model": "event.registration", "limit": 1000}).json()
    assert [item["name"] for item in found["items"] if item["prs_number"] == number] == [name]
    visit = Screen(chromium, stack, DESKTOP)
    visit.page.goto(f"{stack.back_office}/?q={quote(number)}")
    expect(visit.page.get_by_role("row").filter(has_text=number)).to_contain_text(name)
    visit.shot("back-office")
    visit.close()


def test_the_first_page_can_be_filled_by_keyboard_on_a_phone(stack: Stack, chromium: Browser) -> None:
    phone = Screen(chromium, stack, PHONE)
    begin(phone)
    page = phone.page
    page.get_by_label(re.compile("Full name")).focus()
    page.keyboard.type("Kiran Keyboard")
    page.keyboard.press("Tab")
    page.keyboard.type("kiran@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("+919876543210")
    page.keyboard.press("Tab")
    page.keyboard.type("04052004")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Continue":
            break
    page.keyboard.press("Enter")
    phone.heading("Where you come from")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], f"the page is {wide} px wide"
    phone.shot("phone")
    phone.close()


def test_a_page_that_does_not_exist_says_so(screen: Screen) -> None:
    screen.page.goto("/events/there-is-none")
    expect(screen.page.get_by_role("heading", level=1)).to_be_visible()
    screen.shot("not-found")
    wait_for("a picture", (SHOTS / "not-found.png").exists, 5)
