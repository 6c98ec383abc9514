"""The wizard in a real browser: every field type, three languages, two devices, no line, a long form."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e import wizard_forms
from tests.e2e.organiser import Organiser, steps_around
from tests.e2e.stack import Stack
from tests.e2e.test_browser import DESKTOP, chromium
from tests.e2e.watching import Watched

pytestmark = pytest.mark.timeout(300)

__all__ = ["chromium"]


class Visitor(Watched):
    """A participant's browser that speaks one language."""

    def speaks(self, locale: str) -> "Visitor":
        self.page.goto("/support")
        self.page.evaluate("code => localStorage.setItem('prs.locale', code)", locale)
        return self

    def begins(self, slug: str, *, more: str = "") -> None:
        """Open the program and begin to register, whatever the button is called."""
        self.page.goto(f"/events/{slug}{more}")
        self.page.locator(".event-aside button.button-primary").click()
        expect(self.page.locator("form.form-page")).to_be_visible()

    @property
    def registration(self) -> str:
        return self.page.url.split("/register/")[1].split("/")[0]

    def goes_on(self) -> None:
        self.page.locator(".step-actions button[type=submit]").click()

    def box(self, name: str) -> Locator:
        return self.page.locator(f"#answer-{name}")

    def is_saved(self) -> None:
        expect(self.page.locator(".save-state [role=status]")).to_have_text(
            re.compile(r"^Saved [\d:]+"), timeout=15_000
        )

    def stored(self) -> dict[str, object]:
        """Return what the server holds of the first step, read with the browser's own capability."""
        found: dict[str, object] = self.page.evaluate(
            """async (uid) => {
                const token = JSON.parse(localStorage.getItem('prs.drafts'))[uid].token;
                const answer = await fetch(`/api/v1/registrations/${uid}`, {headers: {'Registration-Token': token}});
                return (await answer.json()).steps.visit.answers;
            }""",
            self.registration,
        )
        return found


@pytest.fixture(scope="module")
def visit(shared_stack: Stack) -> str:
    """A program whose form has every field type; returns its slug."""
    with Organiser(shared_stack.url) as organiser:
        form = organiser.make_form(wizard_forms.every_type("every_type"))
        organiser.make_event("every-type", steps_around(("visit", form)))
    return "every-type"


@pytest.fixture
def visitor(chromium: Browser, stack: Stack) -> Iterator[Visitor]:
    made = Visitor(chromium, stack)
    yield made
    made.close()


def fill_who(visitor: Visitor) -> None:
    visitor.box("name-given").fill("Asha")
    visitor.box("name-family").fill("Rao")
    visitor.box("email").fill("asha.wizard@example.org")


@pytest.mark.parametrize("locale", ["en", "hi", "ar"])
def test_every_page_is_open_to_all_in_every_language(visitor: Visitor, visit: str, locale: str) -> None:
    page = visitor.speaks(locale).page
    page.goto("/")
    expect(page.locator(".event-card").first).to_be_visible()
    assert page.evaluate("document.documentElement.dir") == ("rtl" if locale == "ar" else "ltr")
    visitor.seen(f"wizard-{locale}-catalog")
    page.goto(f"/events/{visit}")
    visitor.seen(f"wizard-{locale}-event")
    visitor.begins(visit)
    visitor.seen(f"wizard-{locale}-you")
    visitor.goes_on()
    expect(page.locator(".error-summary a")).to_have_count(2)
    visitor.seen(f"wizard-{locale}-errors")
    fill_who(visitor)
    visitor.goes_on()
    expect(page.locator(".matrix")).to_have_count(2)
    visitor.seen(f"wizard-{locale}-wishes")
    visitor.goes_on()
    visitor.box("read").check()
    visitor.seen(f"wizard-{locale}-rest")
    visitor.goes_on()
    page.locator(".ticket-choice button").last.click()
    visitor.seen(f"wizard-{locale}-tickets")
    visitor.goes_on()
    expect(page.locator(".answers")).to_be_visible()
    visitor.seen(f"wizard-{locale}-review")
    visitor.goes_on()
    expect(page.locator(".page img, .page svg").first).to_be_visible(timeout=20_000)
    expect(page).to_have_url(re.compile(r"/register/[0-9a-f-]+$"))
    visitor.seen(f"wizard-{locale}-done")


def test_every_type_is_answered_by_keyboard_and_kept(visitor: Visitor, visit: str) -> None:
    visitor.speaks("en").begins(visit)
    page = visitor.page
    page.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})
    fill_who(visitor)
    visitor.box("home-country").select_option("IN")
    visitor.box("home-line1").fill("12 MG Road")
    page.get_by_label("PIN code").fill("411001")
    visitor.box("tongue").select_option("mr")
    visitor.box("site").fill("example.org")
    visitor.goes_on()
    visitor.box("gift").fill("1.234,50")
    visitor.box("pocket").fill("\u0665\u0660\u0660")
    page.locator("#answer-pocket-currency").select_option("AED")
    visitor.box("unit").select_option("KWD")
    page.get_by_role("button", name="Move Music up").press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move Music up")).to_be_focused()
    page.get_by_role("radio", name="4 of 5").press("Space")
    visitor.box("energy").press("ArrowRight")
    page.get_by_role("radiogroup", name="How often do you meditate?").get_by_role("radio").first.press("ArrowDown")
    page.get_by_role("radiogroup", name="Dinner").get_by_role("radio", name="Always").press("Space")
    page.get_by_role("group", name="Breakfast").get_by_role("checkbox", name="Walks").press("Space")
    visitor.goes_on()
    visitor.box("badge").fill("4006381333931")
    visitor.box("place-latitude").fill("18.5204")
    visitor.box("place-longitude").fill("73.8567")
    visitor.box("born").fill("1990-02-28")
    visitor.box("read").press("Space")
    visitor.is_saved()
    kept = visitor.stored()
    assert kept == {
        "name": {"given": "Asha", "family": "Rao"},
        "email": "asha.wizard@example.org",
        "home": {"line1": "12 MG Road", "postal_code": "411001", "country": "IN"},
        "tongue": "mr",
        "site": "https://example.org",
        "gift": {"amount": 123450, "currency": "EUR"},
        "pocket": {"amount": 50000, "currency": "AED"},
        "unit": "KWD",
        "order": ["music", "talks", "walks"],
        "stars": 4,
        "energy": 55,
        "habit": "sometimes",
        "table": {"dinner": "always"},
        "drinks": {"breakfast": ["walks"]},
        "badge": "4006381333931",
        "place": {"latitude": 18.5204, "longitude": 73.8567},
        "born": "1990-02-28",
        "read": True,
    }


def test_two_devices_lose_nothing(stack: Stack, chromium: Browser, visitor: Visitor, visit: str) -> None:
    visitor.speaks("en").begins(visit)
    fill_who(visitor)
    visitor.is_saved()
    other = Visitor(chromium, stack)
    page = visitor.page
    page.get_by_role("button", name="Finish on another device").click()
    page.get_by_role("button", name="Create link").click()
    other.page.goto(page.get_by_label("Your link").input_value())
    page.keyboard.press("Escape")
    expect(other.box("name-given")).to_have_value("Asha")

    other.box("name-given").fill("Aisha")
    other.box("phone").fill("+919876543210")
    other.is_saved()
    visitor.box("name-family").fill("Rao-Iyer")
    visitor.box("site").fill("https://example.org/me")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible(timeout=15_000)
    expect(dialog).to_contain_text("Aisha Rao")
    expect(dialog).to_contain_text("Asha Rao-Iyer")
    assert visitor.violations() == []
    visitor.shot("wizard-conflict")
    dialog.get_by_text("Other device:").click()
    dialog.get_by_role("button").last.click()
    visitor.is_saved()
    expect(visitor.box("phone")).to_have_value("+919876543210")
    kept = visitor.stored()
    assert kept["name"] == {"given": "Aisha", "family": "Rao"}
    assert (kept["phone"], kept["site"]) == ("+919876543210", "https://example.org/me")
    other.close()


def test_without_a_line_answers_wait_and_go_by_themselves(stack: Stack, visitor: Visitor, visit: str) -> None:
    visitor.speaks("en").begins(visit)
    page = visitor.page
    # What the later pages need is fetched while the first one is read.
    page.wait_for_timeout(2_500)
    visitor.context.set_offline(True)
    expect(page.locator(".save-state-trouble")).to_contain_text("Offline")
    fill_who(visitor)
    visitor.goes_on()
    expect(page.locator(".matrix")).to_have_count(2)
    visitor.goes_on()
    visitor.box("read").check()
    visitor.goes_on()
    expect(page.get_by_text("There is no connection just now")).to_be_visible()
    assert visitor.violations() == []
    visitor.shot("wizard-offline")
    assert "asha.wizard@example.org" in visitor.kept()
    visitor.context.set_offline(False)
    visitor.is_saved()
    assert visitor.stored()["name"] == {"given": "Asha", "family": "Rao"}
    visitor.goes_on()
    expect(page.locator(".ticket-choice")).to_be_visible()

    # The line is there, but nobody answers.
    page.locator(".ticket-choice button").last.click()
    visitor.goes_on()
    expect(page.locator(".answers")).to_be_visible()
    stack.processes["api"].kill9()
    visitor.goes_on()
    expect(page.get_by_text("can be sent as soon as the connection is back")).to_be_visible(timeout=15_000)
    stack.start_one("api")
    expect(page.get_by_text("can be sent as soon as the connection is back")).to_have_count(0, timeout=60_000)
    visitor.goes_on()
    expect(page.get_by_text("Confirmation number")).to_be_visible(timeout=20_000)
    # The browser logs every request that met no server; the test cut the line itself.
    visitor.complaints[:] = [one for one in visitor.complaints if "net::ERR_" not in one]


_LATENCIES = """
() => {
  window.seen = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === 'keydown') window.seen.push(entry.duration);
  }).observe({type: 'event', durationThreshold: 16, buffered: false});
}
"""


def test_a_form_of_six_hundred_fields_stays_smooth(stack: Stack, visitor: Visitor) -> None:
    with Organiser(stack.url) as organiser:
        form = organiser.make_form(wizard_forms.six_hundred("six_hundred"))
        organiser.make_event("six-hundred", steps_around(("visit", form)))
    visitor.speaks("en").begins("six-hundred")
    page = visitor.page
    expect(page.locator(".form-page .field")).to_have_count(600)
    page.evaluate(_LATENCIES)
    typed = 0
    for number in (3, 303, 597):
        visitor.box(f"q{number}").focus()
        # Let the page be scrolled there first, as a person does.
        page.wait_for_timeout(400)
        text = "the quick brown fox jumps"
        page.keyboard.type(text, delay=60)
        typed += len(text)
    page.wait_for_timeout(300)
    slow: list[float] = page.evaluate("window.seen")
    # The browser tells only of key presses that took 16 ms or more until the next picture.
    latencies = sorted([*slow, *([8.0] * (typed - len(slow)))])
    p95 = latencies[int(len(latencies) * 0.95)]
    assert p95 <= 50, f"median {latencies[len(latencies) // 2]:.0f} ms, p95 {p95:.0f} ms, worst {latencies[-1]:.0f} ms"
    # A condition still answers at once.
    visitor.box("q303").fill("no")
    expect(visitor.box("q304")).to_have_count(0)
    visitor.box("q303").fill("yes")
    expect(visitor.box("q304")).to_have_count(1)


def test_a_link_may_bring_hidden_answers(visitor: Visitor, visit: str) -> None:
    visitor.speaks("en").begins(visit, more="?prefill.source=newsletter&prefill.email=someone@example.org")
    fill_who(visitor)
    visitor.is_saved()
    kept = visitor.stored()
    assert (kept["source"], kept["email"]) == ("newsletter", "asha.wizard@example.org")
