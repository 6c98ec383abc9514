"""A browser whose pages are looked at: by axe, for their width on a phone, and by people as pictures."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, expect

from tests.e2e.stack import ROOT, Stack, wait_for
from tests.e2e.test_browser import DESKTOP, PHONE, Screen

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

_REPORT = """
addEventListener('securitypolicyviolation', ({violatedDirective, blockedURI}) =>
  reportViolation(`${violatedDirective} ${blockedURI}`));
"""
_CHECK = """
async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
  ({id, nodes}) => `${id}: ${nodes.map(({target, failureSummary}) => `${target} ${failureSummary}`).join('; ')}`)
"""
_SETTLED = """
async () => {
  await Promise.allSettled(document.getAnimations().map(({finished}) => finished));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}
"""


class Watched(Screen):
    """A person's browser in which a refusal of the content security policy fails the test, like a console error."""

    def __init__(self, browser: Browser, stack: Stack) -> None:
        super().__init__(browser, stack, DESKTOP)
        self.page.expose_function("reportViolation", self._refused)
        self.page.add_init_script(_REPORT)
        # A fading dialog has no colours to judge, and a picture of it is a matter of luck.
        self.page.emulate_media(reduced_motion="reduce")

    def _refused(self, what: str) -> None:
        # Playwright marks what it is given, and a list's own method takes no mark.
        self.complaints.append(f"content security policy: {what}")

    def seen(self, name: str) -> None:
        """Judge the page and keep two pictures of it, as a desk and as a phone show it."""
        expect(self.page.locator(".skeleton")).to_have_count(0)
        for suffix, size in (("", DESKTOP), ("-360", PHONE)):
            self.page.set_viewport_size({"width": size["width"], "height": size["height"]})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{name} is {wide} px wide on {size['width']} px"
            found = self.violations()
            assert found == [], f"{name}{suffix}: {found}"
            self.shot(f"accounts-{name}{suffix}")
        self.page.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})

    def violations(self) -> list[str]:
        """Return what axe finds on the page as it is now."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found: list[str] = []
        # A dialog that is still coming in hides the page already and cannot be seen yet: what stays is wrong.
        for _ in range(5):
            self.page.evaluate(_SETTLED)
            found = self.page.evaluate(_CHECK)
            if not found:
                break
            self.page.wait_for_timeout(300)
        return found

    def fill(self, label: str, value: str) -> None:
        """Fill the field whose label begins like this."""
        self.page.get_by_label(re.compile(f"^{re.escape(label)}")).first.fill(value)

    def press(self, name: str) -> None:
        """Press the button of exactly this name; in the open dialog where there is one."""
        dialog = self.page.get_by_role("dialog").or_(self.page.get_by_role("alertdialog"))
        place: Any = dialog if dialog.count() else self.page
        place.get_by_role("button", name=name, exact=True).click()

    def sign_in(self, email: str, password: str) -> None:
        """Open the sign-in page and send the form."""
        self.page.goto("/sign-in")
        self.fill("E-mail", email)
        self.fill("Password", password)
        self.press("Sign in")

    def follow(self, name: str) -> None:
        """Follow a link by its name."""
        self.page.get_by_role("link", name=name, exact=True).click()

    def says(self, text: str) -> None:
        """Wait until the page says something."""
        expect(self.page.get_by_text(text).first).to_be_visible()


def mailed_link(stack: Stack, email: str, path: str) -> str:
    """Wait for a mail to somebody with a link to a page; returns the link."""
    wanted = re.compile(re.escape(f"{stack.url}{path}#") + r"[\w-]+")
    found: list[str] = []

    def look() -> bool:
        texts = (mail.get_content() for mail in stack.mails() if mail["to"] == email and not mail.is_multipart())
        found.extend(match.group() for text in texts if (match := wanted.search(text)))
        return bool(found)

    wait_for(f"a mail to {email} with {path}", look, 20)
    assert urlsplit(found[-1]).fragment
    return found[-1]
