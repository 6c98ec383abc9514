"""What Lighthouse says of the event page and of the wizard, on a phone with a slow line.

The built app is served by the real API on loopback; the line and the phone's slowness are Lighthouse's own simulation.
The wizard is opened as on a second device, by its link. Medians of several visits, each in a fresh browser.

``python -m tests.bench.bench_lighthouse [visits]``
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from typing import Any

import httpx

from deploy.local import browser, node
from deploy.local.progress import Progress
from tests.bench import results
from tests.e2e import wizard_forms
from tests.e2e.organiser import Organiser, steps_around
from tests.e2e.stack import ROOT, Stack

PEER = ROOT / "tests" / "peers" / "lighthouse"
STATE = ROOT / ".data"
FRONTEND = ROOT / "frontend" / "dist"
SLUG = "lighthouse"
GOALS = {"performance": 95, "accessibility": 100}


def publish(url: str) -> None:
    """Publish the program that is looked at."""
    with Organiser(url) as organiser:
        form = organiser.make_form(wizard_forms.every_type(SLUG))
        organiser.make_event(SLUG, steps_around(("visit", form)))


def wizard_link(url: str) -> str:
    """Begin to register and return the link that opens the draft once on another device."""
    with httpx.Client(base_url=f"{url}/api/v1", timeout=30) as client:
        started = client.post("/registrations", json={"event": SLUG}).raise_for_status().json()
        address = f"/registrations/{started['registration']['uid']}/resume-links"
        made = client.post(address, json={}, headers={"Registration-Token": started["token"]})
        return str(made.raise_for_status().json()["url"])


def visit(found: browser.Browser, address: str) -> dict[str, Any]:
    """Return what Lighthouse says of one visit."""
    quiet = [argument for argument in found.args if not argument.startswith("--headless")]
    environment = {**os.environ, **found.environment(), "BROWSER_ARGS": " ".join(quiet)}
    done = subprocess.run(
        ["node", "audit.mjs", str(found.executable), address],
        cwd=PEER, env=environment, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"Lighthouse could not look at the page: {done.stderr[-2000:]}")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def summed_up(name: str, visits: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians of the visits to one page, and what is still to be mended there."""
    scores = {one: median(visit["scores"][one] for visit in visits) for one in visits[0]["scores"]}
    figures = {one: round(median(visit["figures"][one] for visit in visits), 3) for one in visits[0]["figures"]}
    return {
        "name": f"lighthouse_{name}", "ratio": round(scores["performance"] / 100, 2), "visits": len(visits),
        "scores": scores, "figures": figures, "below": visits[-1]["failed"],
        "goal_met": all(scores[one] >= least for one, least in GOALS.items()),
    }  # fmt: skip


def main(visits: int = 3) -> int:
    """Measure and keep both pages; returns 1 where one misses its goal."""
    node.install(PEER, STATE, Progress(1), "Installing Lighthouse")
    found = browser.ensure(STATE)
    missed = 0
    with Stack.running({"frontend_dir": str(FRONTEND)}) as stack:
        publish(stack.url)
        pages: dict[str, Callable[[], str]] = {
            "event": lambda: f"{stack.url}/events/{SLUG}",
            "wizard": lambda: wizard_link(stack.url),
        }
        for name, address in pages.items():
            result = summed_up(name, [visit(found, address()) for _ in range(visits)])
            results.keep(result)
            missed |= not result["goal_met"]
    return missed


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:2])))
