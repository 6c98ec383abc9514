"""The browser of the tests starts and draws text."""

import platform
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from deploy.local import browser
from deploy.local.check import STATE

TEXTS = ("Registration", "नमस्ते")


def _ink(found: browser.Browser, text: str) -> bytes:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=found.executable, env={**_environment(found)}, args=list(found.args)
        )
        page = running.new_page(viewport={"width": 300, "height": 80})
        page.set_content(f"<body style='font: 30px system-ui'>{text}")
        drawn = page.screenshot()
        running.close()
    return drawn


def _environment(found: browser.Browser) -> dict[str, str | float | bool]:
    return dict(found.environment())


@pytest.mark.parametrize("text", TEXTS)
def test_a_page_is_drawn_with_its_text(text: str) -> None:
    found = browser.ensure(STATE)
    assert _ink(found, text) != _ink(found, "")


def test_the_packaged_browser_draws_text_where_the_machine_has_no_fonts(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (browser.PACKAGE / "node_modules").is_dir():
        pytest.skip("not installed: this machine has a Chromium of its own")
    monkeypatch.setattr(browser, "installed", lambda: None)
    found = browser.ensure(place)
    settings = place / "browser" / "fonts.conf"
    settings.write_text(settings.read_text().replace("<dir>/usr/share/fonts</dir>", ""))
    assert found.executable.is_relative_to(place)
    drawn = {_ink(found, text) for text in (*TEXTS, "")}
    assert len(drawn) == 3


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the message is for other processors")
def test_a_processor_without_a_packaged_browser_is_told_what_to_install(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "installed", lambda: None)
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(browser.BrowserUnavailable, match="playwright install chromium"):
        browser.ensure(place)
