"""A person fills and submits every public form in a browser, by labels and roles alone."""

import random
from pathlib import Path
from zlib import crc32

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser_walker import BrowserWalker
from tests.e2e.stack import Stack
from tests.e2e.test_browser import DESKTOP, Screen, chromium
from tests.e2e.walked_forms import SHEETS, published

__all__ = ["chromium"]

pytestmark = pytest.mark.timeout(240)

# The smallest; the campaign takes all.
SHORT = {"yes_or_no_question.xlsx", "text_and_integer.xlsx"}


def walk(stack: Stack, browser: Browser, path: Path) -> None:
    slug = published(stack, path)
    screen = Screen(browser, stack, DESKTOP)
    screen.page.set_default_timeout(10_000)
    source = random.Random(crc32(path.name.encode()))  # noqa: S311 (a person in a test)
    walker = BrowserWalker(screen.page, source)
    number = walker.register(slug)
    screen.shot(f"walked-{path.stem}")
    screen.close()
    # Name, address, and one answer at least.
    assert walker.answered > 2
    place = f"r.confirmation_number = '{number}' AND r.state = 'confirmed' AND s.step = 'asked'"
    joined = "registration r JOIN registration_step s ON s.registration_id = r.id"
    stored = stack.sql(f"SELECT s.answers::text FROM {joined} WHERE {place}")  # noqa: S608
    assert len(stored) > 2, f"nothing is stored of {path.name}"


@pytest.mark.parametrize("path", [one for one in SHEETS if one.name in SHORT], ids=lambda path: path.name)
def test_a_public_form_is_filled_in_the_browser(stack: Stack, chromium: Browser, path: Path) -> None:
    walk(stack, chromium, path)


@pytest.mark.campaign
@pytest.mark.parametrize("path", [one for one in SHEETS if one.name not in SHORT], ids=lambda path: path.name)
def test_every_public_form_is_filled_in_the_browser(stack: Stack, chromium: Browser, path: Path) -> None:
    walk(stack, chromium, path)
