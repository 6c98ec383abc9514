"""Script that somebody wrote into every field there is: no page, mail or export runs it."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, expect

from api import demo
from tests.e2e.stack import Stack
from tests.e2e.test_browser import DESKTOP, Screen, chromium
from tests.factories import documents
from tests.factories.pictures import picture

__all__ = ["chromium"]

pytestmark = pytest.mark.timeout(300)

# Breaks out of attributes, elements, script and style, and fires in whichever way the page lets it.
SCRIPT = (
    "'\"></textarea></title></style></script><img src=x onerror=window.__fired=1><svg onload=window.__fired=1>"
    "<script>window.__fired=1</script>{{constructor.constructor('window.__fired=1')()}}"
)
_LINK = "<a href='javascript:window.__fired=1'>go</a>"
_FIRED = "window.__fired === 1 || document.querySelectorAll('img[src=\"x\"], svg[onload]').length > 0"


def said(word: str) -> str:
    """Return the script with a word in front by which it is found."""
    return f"{word} {SCRIPT}"


class Ground:
    """An event all of whose words are script, and a registration of somebody whose name is."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.client = httpx.Client(base_url=f"{stack.url}/api/v1", timeout=30)
        body = {"email": demo.PEOPLE[0][0], "password": demo.PASSWORD}
        self.staff = {"Authorization": f"Bearer {self.done('POST', '/auth/sessions', json=body)['access_token']}"}
        self.slug = f"script-{uuid4().hex[:8]}"
        found = self.done("GET", "/organizations", self.staff)
        self.organization = next(one["uid"] for one in found if one["slug"] == demo.ORGANIZATION)
        self.event = self._event()
        self.registered = self._registration()

    def done(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
        answer = self.client.request(method, path, headers=headers, **more)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def _form(self) -> str:
        words = documents.text(said("Words"))
        document = documents.document(
            f"f{uuid4().hex[:8]}",
            documents.field("full_name", required=True, maps_to="registrant.name") | {"label": words, "hint": words},
            documents.field("email", "email", required=True, maps_to="registrant.email"),
            documents.field("story", "multiline"),
            documents.field("size", "single_choice", choices="sizes"),
            documents.field("note", "note") | {"label": words},
        )
        document["choice_lists"] = {"sizes": [{"value": "m", "label": words}]}
        document["title"] = words
        document["pages"][0] |= {"title": words, "description": words}
        document["pages"][0]["sections"][0] |= {"title": words, "description": words}
        uid: str = self.done(
            "POST", "/forms", self.staff, json={"organization": self.organization, "source": document}
        )["uid"]
        self.done("POST", f"/forms/{uid}/publish", self.staff)
        return uid

    def _event(self) -> str:
        words = documents.text(said("Event"))
        body = {
            "organization": self.organization, "slug": self.slug, "title": words, "summary": words,
            "description": documents.text(f"<p>About <b>us</b></p>{SCRIPT}{_LINK}"),
            "place": said("Place"), "timezone": "Asia/Kolkata",
            "starts_at": "2098-01-10T04:00:00Z", "ends_at": "2098-01-12T12:00:00Z",
        }  # fmt: skip
        uid: str = self.done("POST", "/events", self.staff, json=body)["uid"]
        ticket = {"name": documents.text(said("Ticket")), "description": words, "max_per_order": 1}
        self.ticket = self.done("POST", f"/events/{uid}/tickets", self.staff, json=ticket)["uid"]
        steps = [
            {"name": "about", "kind": "form", "title": words, "form": self._form()},
            {"name": "seats", "kind": "tickets", "title": words},
            {"name": "people", "kind": "attendees", "title": words},
            {"name": "review", "kind": "review", "title": words},
            {"name": "done", "kind": "confirmation", "title": words},
        ]
        self.done("PUT", f"/events/{uid}/flow-draft", self.staff, json={"steps": steps})
        self.done("POST", f"/events/{uid}/flow-draft/publish", self.staff)
        files = {"file": (f"{SCRIPT[:60]}.jpg", picture(comment=SCRIPT.encode()), "image/jpeg")}
        self.done("PUT", f"/events/{uid}/image", self.staff, files=files)
        self.done("POST", f"/events/{uid}/publish", self.staff)
        key = {"name": said("Key")[:100], "permissions": ["event:read"]}
        self.done("POST", f"/organizations/{self.organization}/api-keys", self.staff, json=key)
        self.below = f"o{uuid4().hex[:8]}"
        below = {"parent": self.organization, "name": said("Org")[:200], "slug": self.below}
        self.done("POST", "/organizations", self.staff, json=below)
        return uid

    def _registration(self) -> dict[str, Any]:
        answers = {"full_name": said("Asha"), "email": "asha.script@example.org", "story": said("Story"), "size": "m"}
        body = {
            "steps": {
                "about": {"answers": answers},
                "seats": {"tickets": [{"ticket": self.ticket, "quantity": 1}]},
                "people": {"attendees": [{"ticket": self.ticket, "name": said("Asha"), "email": ""}]},
            }
        }
        made: dict[str, Any] = self.done("POST", f"/events/{self.slug}/registrations", json=body)
        asked = {"subject": said("Help")[:150], "message": said("Help"), "registration": made["registration"]["uid"]}
        self.done("POST", "/support-requests", {"Registration-Token": made["token"]}, json=asked)
        return made


@pytest.fixture
def ground(stack: Stack) -> Iterator[Ground]:
    made = Ground(stack)
    yield made
    made.client.close()


def visit(screen: Screen, path: str, *, shows: str) -> None:
    """Open a page, wait until it shows somebody's script as words, and look whether it ran."""
    screen.page.goto(path)
    expect(screen.page.get_by_text(shows).first).to_be_visible(timeout=15_000)
    screen.page.wait_for_timeout(300)
    assert not screen.page.evaluate(_FIRED), path


def test_script_in_every_field_is_words_on_every_page(stack: Stack, chromium: Browser, ground: Ground) -> None:
    screen = Screen(chromium, stack, DESKTOP)
    page = screen.page
    visit(screen, f"/?q={ground.slug}", shows="Event '\">")
    visit(screen, f"/events/{ground.slug}", shows="Ticket '\">")
    expect(page.locator(".rich b")).to_have_text("us")
    assert page.locator(".rich a[href]").count() == 0
    expect(page.locator("picture img")).to_be_visible()
    page.get_by_role("button", name="Register").or_(page.get_by_role("link", name="Register")).click()
    expect(page.get_by_text("Words '\">").first).to_be_visible()
    assert not page.evaluate(_FIRED)
    draft = ground.registered
    link = ground.done("POST", "/registrations", json={"event": ground.slug, "locale": "en"})
    headers = {"Registration-Token": link["token"], "If-Match": f'"{link["registration"]["revision"]}"'}
    answers = {"full_name": said("Ravi"), "email": "ravi@example.org", "story": said("Story"), "size": "m"}
    uid = link["registration"]["uid"]
    ground.done("PUT", f"/registrations/{uid}/steps/about", headers, json={"complete": True, "answers": answers})
    url = ground.done("POST", f"/registrations/{uid}/resume-links", headers, json={})["url"]
    page.goto(url)
    page.wait_for_timeout(1500)
    assert not page.evaluate(_FIRED)
    staff(screen, draft["registration"]["confirmation_number"])
    back_office = Screen(chromium, stack, DESKTOP)
    stack.wait_delivered_to("odoo")
    back_office.page.goto(f"{stack.back_office}/")
    back_office.page.wait_for_timeout(500)
    assert not back_office.page.evaluate(_FIRED)
    back_office.close()
    # The policy would have stopped a script that got through; that none was stopped says that none got through.
    screen.close()


def sign_in(screen: Screen) -> None:
    page = screen.page
    page.goto("/sign-in")
    page.get_by_label(re.compile("E-?mail")).fill(demo.PEOPLE[0][0])
    page.get_by_label(re.compile("Password")).first.fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name="Staff")).to_be_visible()


def staff(screen: Screen, number: str) -> None:
    """Look at the registration as staff do."""
    page = screen.page
    sign_in(screen)
    page.get_by_role("link", name="Staff").click()
    page.get_by_label(re.compile("Search name")).fill(number)
    row = page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("Asha '\">")
    assert not page.evaluate(_FIRED)
    row.get_by_role("button").or_(row.get_by_role("link")).first.click()
    page.wait_for_timeout(1000)
    assert not page.evaluate(_FIRED)


def test_script_is_words_on_the_pages_of_an_organization(stack: Stack, chromium: Browser, ground: Ground) -> None:
    screen = Screen(chromium, stack, DESKTOP)
    sign_in(screen)
    area = f"/staff/organization/{demo.ORGANIZATION}"
    visit(screen, f"{area}/keys", shows="Key '\">")
    visit(screen, f"{area}/support", shows="Help '\">")
    for place in ("people", "access", "audit", "privacy"):
        visit(screen, f"{area}/{place}", shows="Sahaya")
    visit(screen, f"/staff/organization/{ground.below}/people", shows="Org '\">")
    screen.close()


def test_script_is_words_in_the_page_of_own_data(chromium: Browser, ground: Ground, tmp_path: Path) -> None:
    uid = ground.registered["registration"]["uid"]
    headers = {"Registration-Token": ground.registered["token"]}
    answer = ground.client.post(f"/registrations/{uid}/data-export", headers=headers)
    assert answer.headers["content-disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extract("index.html", tmp_path)
    # Read from the disk, without the policy that its page brings along: the words alone have to be harmless.
    page = chromium.new_context(bypass_csp=True).new_page()
    page.goto((tmp_path / "index.html").as_uri())
    expect(page.get_by_text("Asha '\">").first).to_be_visible()
    page.wait_for_timeout(300)
    assert not page.evaluate(_FIRED)
    page.context.close()


def test_mails_and_exports_hold_words_only(stack: Stack, ground: Ground) -> None:
    stack.wait_delivered_to("mail")
    number = ground.registered["registration"]["confirmation_number"]
    [mail] = [mail for mail in stack.mails() if number in str(mail["Subject"])]
    kinds = {part.get_content_type() for part in mail.walk() if not part.is_multipart()}
    assert kinds == {"text/plain", "text/html", "application/pdf", "text/calendar"}
    [html] = [part.get_content() for part in mail.walk() if part.get_content_type() == "text/html"]
    assert "&lt;script&gt;" in html
    assert not re.search(r"<script|<svg|onerror=window\.__fired=1>", html)
    assert "\n" not in str(mail["Subject"])
    address = f"/organizations/{ground.organization}/registrations/export"
    answer = ground.client.get(address, params={"event": ground.event}, headers=ground.staff)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    [row] = [row for row in rows if row[0] == number]
    assert row[3] == said("Asha")
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for line in rows for cell in line)


def test_the_probe_fires_where_markup_and_script_are_let_through(stack: Stack, chromium: Browser) -> None:
    screen = Screen(chromium, stack, DESKTOP)
    page = screen.page
    page.goto("/")
    # With the policy the handlers do not run, but the markup is seen.
    page.evaluate("text => { document.body.innerHTML = text }", SCRIPT)
    page.wait_for_timeout(300)
    assert page.evaluate(_FIRED)
    assert page.evaluate("window.__fired") is None
    assert screen.complaints, "the policy says nothing of what it stops"
    screen.context.close()

    free = chromium.new_context(base_url=stack.url, bypass_csp=True).new_page()
    free.goto("/")
    free.evaluate("text => { document.body.innerHTML = text }", SCRIPT)
    free.wait_for_function("window.__fired === 1")
    free.context.close()
