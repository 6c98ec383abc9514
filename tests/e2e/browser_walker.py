"""Somebody who fills any form in a browser: sees roles, labels and what is said to be wrong, knows no document."""

import random
import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.e2e.answers_special import DRAWERS, File

_PAGES = 40
_TRIES = 12
_SOON = 150
_PATIENCE = 100
# What a person tries next when a field is still wrong.
_WORDS = ("Asha Kulkarni", "12", "+919876543210", "asha@example.org", "https://people.example", "3", "15", "30", "60.5")
_NUMBERS = ("7", "12", "15", "3", "30", "60", "0", "100", "1")


class Stuck(AssertionError):
    """The page goes no further."""


class BrowserWalker:
    """Walks a registration from the event's page to its confirmation. ``source`` decides the answers."""

    def __init__(self, page: Page, source: random.Random) -> None:
        self.page = page
        self.answered = 0
        self._source = source
        self._sent: set[tuple[str, str]] = set()

    def register(self, slug: str) -> str:
        """Register for an event; returns the confirmation number."""
        self.page.goto(f"/events/{slug}")
        begin = self.page.get_by_role("button", name="Register").or_(self.page.get_by_role("link", name="Register"))
        begin.first.click()
        # The registration's address leads on to its first step's.
        self.page.wait_for_url(re.compile(r"/register/[^/]+/[^/]+"))
        for _ in range(_PAGES):
            go_on = self.page.get_by_role("button", name="Continue", exact=True)
            submit = self.page.get_by_role("button", name="Submit registration")
            expect(go_on.or_(submit).first).to_be_visible()
            if submit.count():
                submit.click()
                expect(self.page.get_by_text("Confirmation number")).to_be_visible(timeout=15_000)
                number = self.page.get_by_text(re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$"))
                return number.first.inner_text()
            self._fill_page(go_on)
        raise Stuck(f"{self.page.url}: {_PAGES} pages and no end")

    def _fill_page(self, go_on: Locator) -> None:
        here = self.page.url
        self._take_a_seat()
        self._answer_all()
        for attempt in range(1, _TRIES):
            go_on.click()
            if self._went_on(here):
                # The next page's parts arrive one after the other.
                expect(self.page.locator(".skeleton")).to_have_count(0)
                self.page.wait_for_timeout(3 * _SOON)
                return
            self._mend(attempt)
        raise Stuck(f"{here}: {self.page.get_by_role('main').inner_text()[:1500]}")

    def _take_a_seat(self) -> None:
        more = self.page.get_by_role("button", name=re.compile("^One more"))
        if more.count() and more.first.is_enabled():
            more.first.click()

    def _went_on(self, here: str) -> bool:
        """Wait until the next page is there, or until this one says that something is wrong."""
        for waited in range(_PATIENCE):
            if self.page.url != here:
                return True
            if waited > 3 and self._form().locator("[aria-invalid=true]").count():
                return False
            self.page.wait_for_timeout(_SOON)
        return False

    def _answer_all(self) -> None:
        """Answer what is asked; answers bring up further questions, which are answered too."""
        add = self.page.get_by_role("button", name=re.compile(r"^Add\b"))
        for at in range(add.count()):
            add.nth(at).click()
        for _ in range(6):
            before = self.answered
            for kind in ("radiogroup", "checkbox", "combobox", "textbox", "spinbutton"):
                self._answer_kind(kind)
            self._dates()
            self._files()
            if self.answered == before:
                return

    def _form(self) -> Locator:
        return self.page.get_by_role("main").locator("form")

    def _answer_kind(self, kind: str) -> None:
        found = self._form().get_by_role(kind)  # type: ignore[arg-type]
        for at in range(found.count()):
            one = found.nth(at)
            if one.is_visible() and _is_open(one, kind) and not _is_answered(one, kind):
                self._answer(one, kind, 0)

    def _answer(self, one: Locator, kind: str, attempt: int) -> None:
        if kind == "radiogroup":
            options = one.get_by_role("radio")
            if not options.count():
                # Nothing to choose from with the answers so far.
                return
            # An answer above may still be changing what is offered here: whether it took is seen at the next look.
            options.nth(self._source.randrange(options.count())).click(force=True)
        elif kind == "checkbox":
            one.check(force=True)
        elif kind == "combobox":
            options = one.locator("option")
            if options.count() < 2:
                return
            one.select_option(index=self._source.randrange(1, options.count()))
        else:
            one.fill(self._typed(one, kind, attempt))
        self.answered += 1

    def _typed(self, one: Locator, kind: str, attempt: int) -> str:
        wanted = one.get_attribute("type") or "text"
        mode = one.get_attribute("inputmode") or ""
        if wanted == "email":
            return "asha@example.org"
        if wanted == "tel":
            return "+919876543210"
        if wanted == "url":
            return "https://people.example"
        if kind == "spinbutton" or mode in ("numeric", "decimal"):
            return _NUMBERS[attempt % len(_NUMBERS)]
        return _WORDS[attempt % len(_WORDS)]

    def _dates(self) -> None:
        soon = datetime.now(UTC) + timedelta(days=self._source.randint(2, 60))
        said = {"date": soon.strftime("%Y-%m-%d"), "time": "10:30", "datetime-local": soon.strftime("%Y-%m-%dT10:30")}
        for wanted, value in said.items():
            # These have no role of their own.
            found = self._form().locator(f"input[type={wanted}]")
            for at in range(found.count()):
                if found.nth(at).is_visible() and not found.nth(at).input_value():
                    found.nth(at).fill(value)
                    self.answered += 1

    def _files(self) -> None:
        found = self._form().locator("input[type=file]")
        at = 0
        while at < found.count():
            before, one = found.count(), found.nth(at)
            place = (self.page.url, one.get_attribute("id") or str(at))
            if place in self._sent:
                at += 1
                continue
            self._sent.add(place)
            accept = one.get_attribute("accept") or ""
            kind = next((kind for kind in ("image", "audio", "video") if kind in accept), "file")
            file = DRAWERS[kind](self._source, {}, {})
            assert isinstance(file, File)
            one.set_input_files({"name": file.name, "mimeType": file.media_type, "buffer": file.content})
            expect(self._form().get_by_text(file.name).first).to_be_visible(timeout=15_000)
            self.answered += 1
            # Where a file is there, its name stands in place of the choice.
            at += found.count() >= before

    def _mend(self, attempt: int) -> None:
        """Answer otherwise what the page says is wrong."""
        self._take_a_seat()
        wrong = self._form().locator("[aria-invalid=true]")
        for at in range(wrong.count()):
            one = wrong.nth(at)
            if not one.is_visible():
                continue
            role = one.get_attribute("role")
            if role == "radiogroup":
                self._answer(one, "radiogroup", attempt)
            elif (wanted := one.get_attribute("type")) in ("checkbox", "radio"):
                # One of several that do not go together, or one that has to be there.
                one.set_checked(not one.is_checked(), force=True)
            elif one.evaluate("node => node.tagName") == "SELECT":
                self._answer(one, "combobox", attempt)
            elif wanted == "date":
                one.fill((datetime.now(UTC) + timedelta(days=attempt * 40)).strftime("%Y-%m-%d"))
            else:
                one.fill(self._typed(one, "spinbutton" if wanted == "number" else "textbox", attempt))


def _is_open(one: Locator, kind: str) -> bool:
    return kind in ("radiogroup", "checkbox") or one.is_editable()


def _is_answered(one: Locator, kind: str) -> bool:
    if kind == "radiogroup":
        return one.get_by_role("radio", checked=True).count() > 0
    if kind == "checkbox":
        # One of a group is enough.
        group = one.locator("xpath=ancestor::*[self::fieldset or @role='group'][1]")
        return one.is_checked() or (group.count() > 0 and group.get_by_role("checkbox", checked=True).count() > 0)
    return bool(one.input_value())
