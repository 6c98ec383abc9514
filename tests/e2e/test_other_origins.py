"""What a page of another origin can do with a victim's browser: nothing that lasts.

A cookie knows no ports, so a page on another port of 127.0.0.1 is sent along with all of them (SameSite is of no help
there); the same page under the name localhost is another site.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from api import demo
from tests.e2e.elsewhere import Elsewhere
from tests.e2e.stack import ROOT, Stack
from tests.e2e.test_browser import DESKTOP, Screen, chromium

__all__ = ["chromium"]

pytestmark = pytest.mark.timeout(300)

# What the worker and the clock change by themselves.
_RESTLESS = {"audit_key", "audit_seal", "job_run", "outbox", "sync_binding", "alembic_version"}
_WRITES = ("post", "put", "patch", "delete")

# Every way a page can send something without asking the server first, and those that ask.
_ATTACK = """
async ({url, method, body}) => {
  const tries = [
    {method, mode: 'cors', headers: {'Content-Type': 'application/json'}, body},
    {method, mode: 'cors', headers: {'X-CSRF-Token': 'guess'}},
    {method, mode: 'cors'},
  ];
  if (method === 'POST') {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      tries.push({method, mode: 'no-cors', headers: {'Content-Type': type}, body});
    }
    tries.push({method, mode: 'no-cors'});
    navigator.sendBeacon(url, new Blob([body], {type: 'text/plain'}));
  }
  const seen = [];
  for (const one of tries) {
    try {
      const answer = await fetch(url, {...one, credentials: 'include'});
      seen.push(answer.type === 'opaque' ? 'opaque' : answer.status);
    } catch { seen.push('blocked'); }
  }
  return seen;
}
"""
_FORM = """
async ({url, body}) => {
  for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const frame = Object.assign(document.createElement('iframe'), {name: 'f' + Math.random()});
    document.body.append(frame);
    const form = Object.assign(document.createElement('form'), {method: 'POST', action: url, enctype,
                                                                 target: frame.name});
    form.append(Object.assign(document.createElement('input'), {name: body.slice(0, -1) + ',"x":"', value: '"}'}));
    document.body.append(form);
    const loaded = new Promise((resolve) => { frame.addEventListener('load', resolve); setTimeout(resolve, 1500); });
    form.submit();
    await loaded;
  }
}
"""
_LOOK = """
async (urls) => {
  const shown = [];
  for (const url of urls) {
    const image = new Image();
    const loaded = new Promise((resolve) => { image.onload = image.onerror = resolve; });
    image.src = url;
    await loaded;
    const frame = Object.assign(document.createElement('iframe'), {src: url});
    document.body.append(frame);
    await new Promise((resolve) => { frame.onload = resolve; setTimeout(resolve, 1500); });
    let text = '';
    try { text = frame.contentDocument?.body?.innerText ?? ''; } catch { text = ''; }
    shown.push(image.naturalWidth, text);
  }
  return shown;
}
"""
_OWN_REFRESH = """
async () => {
  const token = document.cookie.match(/prs_csrf=([^;]*)/)[1];
  const send = (headers) => fetch('/api/v1/auth/refresh', {method: 'POST', credentials: 'include', headers});
  const without = await send({});
  const answer = await send({'X-CSRF-Token': token});
  return [without.status, answer.status, (await answer.json()).access_token];
}
"""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.close()


@pytest.fixture
def victim(chromium: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """The browser of an administrator who is signed in."""
    screen = Screen(chromium, stack, DESKTOP)
    page = screen.page
    page.goto("/sign-in")
    page.get_by_label(re.compile("E-?mail")).fill(demo.PEOPLE[0][0])
    page.get_by_label(re.compile("Password")).first.fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Staff").wait_for()
    yield screen.context
    screen.context.close()


def state(stack: Stack) -> dict[str, str]:
    """Return a digest of every table that only requests change."""
    tables = stack.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").split()
    return {
        table: stack.sql(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")  # noqa: S608
        for table in tables
        if table not in _RESTLESS
    }


def writes() -> list[tuple[str, str, dict[str, Any]]]:
    """Return every operation that writes: method, path with some uid in each place, and what it is."""
    document = json.loads((ROOT / "frontend" / "openapi.json").read_text())
    return [
        (method.upper(), re.sub(r"\{[^}]*\}", lambda _: str(uuid4()), path), item[method])
        for path, item in document["paths"].items()
        for method in _WRITES
        if method in item
    ]


def body_of(operation: dict[str, Any]) -> str:
    """Return a body that the operation's reader would take further than an empty one."""
    if operation["operationId"] == "signIn":
        return json.dumps({"email": demo.PEOPLE[0][0], "password": demo.PASSWORD})
    if operation["operationId"] == "startRegistration":
        return json.dumps({"event": "global-youth-leadership-retreat-2027"})
    if operation["operationId"] == "askForSupport":
        return json.dumps({"subject": "x", "message": "x", "email": "a@b.example"})
    return '{"name":"x"}'


def opened(victim: BrowserContext, origin: str) -> Page:
    page = victim.new_page()
    page.goto(origin)
    return page


def carries_the_cookie(page: Page, stack: Stack) -> bool:
    """Tell whether a page's request to go on with a session takes the victim's cookie along.

    The browser's own protocol is asked: of a request whose answer is blocked Playwright knows provisional headers only.
    """
    sent: list[str] = []
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.on(
        "Network.requestWillBeSentExtraInfo", lambda event: sent.append(str(event["headers"].get("Cookie", "")))
    )
    page.evaluate(
        "url => fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include'}).catch(() => 0)",
        f"{stack.url}/api/v1/auth/refresh",
    )
    page.wait_for_timeout(500)
    return any("prs_refresh=" in cookies for cookies in sent)


def test_no_page_of_another_origin_writes_anything(stack: Stack, victim: BrowserContext, elsewhere: Elsewhere) -> None:
    stack.wait_delivered()
    before = state(stack)
    assert len(writes()) > 40
    for origin in (elsewhere.same_site, elsewhere.other_site):
        page = opened(victim, origin)
        for method, path, operation in writes():
            seen = page.evaluate(_ATTACK, {"url": stack.url + path, "method": method, "body": body_of(operation)})
            assert {*seen} <= {"blocked", "opaque"}, (origin, method, path, seen)
        for path in ("/api/v1/auth/refresh", "/api/v1/auth/sessions", "/api/v1/registrations"):
            page.evaluate(_FORM, {"url": stack.url + path, "body": '{"event":"x"}'})
        page.close()
    # The test would prove nothing if the victim's cookie had stayed at home.
    assert carries_the_cookie(opened(victim, elsewhere.same_site), stack)
    assert not carries_the_cookie(opened(victim, elsewhere.other_site), stack)
    assert state(stack) == before
    # And nothing was taken away from the victim, whose own page does the same thing with success.
    own = opened(victim, f"{stack.url}/sign-in")
    without, status, token = own.evaluate(_OWN_REFRESH)
    assert (without, status) == (403, 201)
    assert token
    assert state(stack) != before


def test_no_page_of_another_origin_reads_anything(stack: Stack, victim: BrowserContext, elsewhere: Elsewhere) -> None:
    urls = [
        f"{stack.url}{path}" for path in ("/", "/staff", "/api/v1/me", "/api/v1/me/registrations", "/api/v1/events")
    ]
    for origin in (elsewhere.same_site, elsewhere.other_site):
        page = opened(victim, origin)
        assert {*page.evaluate(_LOOK, urls)} <= {0, ""}
        for url in urls:
            assert (
                page.evaluate("url => fetch(url, {credentials: 'include'}).then(() => 'read', () => 'blocked')", url)
                == "blocked"
            )
        popup = page.evaluate(
            "url => { const w = window.open(url); return new Promise(r => setTimeout(() => "
            "{ try { r(w.document.title) } catch { r('out of reach') } }, 1500)); }",
            f"{stack.url}/staff",
        )
        assert popup in ("out of reach", "")
        page.close()


def test_no_page_of_another_origin_shows_the_app_in_a_frame(
    stack: Stack, victim: BrowserContext, elsewhere: Elsewhere
) -> None:
    page = opened(victim, elsewhere.same_site)
    page.evaluate(
        "url => new Promise(r => { const f = document.createElement('iframe'); f.src = url; f.onload = r;"
        " document.body.append(f); setTimeout(r, 2000); })",
        f"{stack.url}/",
    )
    inside = [frame for frame in page.frames if frame != page.main_frame]
    assert all(frame.locator("h1").count() == 0 for frame in inside)
    # The same frame around a page that allows it is filled.
    page.evaluate(
        "url => new Promise(r => { const f = document.createElement('iframe'); f.src = url; f.onload = r;"
        " document.body.append(f); })",
        elsewhere.other_site,
    )
    assert page.frames[-1].title() == "Elsewhere"
