"""The master key is replaced while people register and stewards look: everything moves, and nothing fails to open."""

import base64
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from api.domain.accounts.roles import Role
from tests.e2e import planting
from tests.e2e.planting import Client
from tests.e2e.stack import ROOT, Stack, wait_for

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()
SLUG = "rotation"


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack.running({"master_keys": OLD}) as found:
        yield found


@dataclass
class Load:
    """Registers people and looks at what they gave. ``given`` are passports by registration."""

    url: str
    steward: dict[str, str]
    given: dict[str, str] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def write(self, seed: int) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as client:
            number = seed * 100_000
            while not self.over.is_set():
                number += 1
                passport = f"W{number:07d}"
                body = {"full_name": "Asha", "email": "asha@people.example", "passport": passport}
                answer = self._send(
                    client, f"/api/v1/events/{SLUG}/registrations", {"steps": {"papers": {"answers": body}}}, 201, {}
                )
                if answer is not None:
                    self.given[answer["registration"]["uid"]] = passport

    def read(self, seed: int) -> None:
        source = random.Random(seed)  # noqa: S311 (whom to look at)
        with httpx.Client(base_url=self.url, timeout=30) as client:
            while not self.over.is_set():
                if self.given:
                    self.look(client, source.choice(list(self.given)))

    def look(self, client: httpx.Client, uid: str) -> None:
        body = {"step": "papers", "pointer": "/passport", "reason": "support"}
        answer = self._send(client, f"/api/v1/registrations/{uid}/reveals", body, 200, self.steward)
        if answer is not None and answer["value"] != self.given[uid]:
            self.odd.append(f"{uid} opened as something else")

    def _send(
        self, client: httpx.Client, path: str, body: object, wanted: int, headers: dict[str, str]
    ) -> dict[str, Any] | None:
        try:
            answer = client.post(path, json=body, headers=headers)
        except httpx.TransportError:
            # The server is being started with other settings.
            self.statuses["away"] += 1
            time.sleep(0.1)
            return None
        if answer.status_code == 503 and not answer.json()["request_id"]:
            # The same, told by nginx: the request reached no process.
            self.statuses["away"] += 1
            time.sleep(0.1)
            return None
        self.statuses[str(answer.status_code)] += 1
        if answer.status_code != wanted:
            self.odd.append(f"{path}: {answer.status_code} {answer.text[:300]}")
            return None
        found: dict[str, Any] = answer.json()
        return found


def restart(stack: Stack, keys: str) -> None:
    stack.environment["PRS_MASTER_KEYS"] = keys
    for name in (*stack.apis, "worker"):
        stack.processes[name].stop()
        stack.start_one(name)


def by_key(stack: Stack) -> dict[str, int]:
    rows = stack.sql("SELECT key_id, count(*) FROM registration_key GROUP BY 1").split()
    return {key: int(count) for key, count in (row.split("|") for row in rows)}


def kill_in_the_middle(stack: Stack) -> None:
    """Begin to rewrap and kill it with signal 9 once it has moved some and not all."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "keys", "rewrap", "--batch", "2"],
        env={**os.environ, **stack.environment}, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    before = by_key(stack).get("new", 0)
    wait_for("some keys moved", lambda: by_key(stack).get("new", 0) > before + 10, 60, pause=0.02)
    process.kill()
    process.wait()
    assert by_key(stack).get("old", 0) > 0, "it was through before it could be killed"


def rotate_under_load(stack: Stack, people: int, threads: int = 2) -> Load:
    client = Client(stack.url)
    admin = planting.staff(client)
    planting.publish_event(client, admin, SLUG)
    load = Load(stack.url, planting.staff(client, Role.DATA_STEWARD))
    client.close()
    work = [
        threading.Thread(target=act, args=(seed,)) for seed in range(1, threads + 1) for act in (load.write, load.read)
    ]
    for one in work:
        one.start()
    try:
        wait_for("people under the old key", lambda: len(load.given) >= people, 300)
        # Known everywhere first, then used everywhere: no process meets a key that it does not know.
        restart(stack, f"{OLD},{NEW}")
        restart(stack, f"{NEW},{OLD}")
        kill_in_the_middle(stack)
        print(stack.prs("keys", "rewrap"))  # noqa: T201 (the campaign's figures)
    finally:
        load.over.set()
        for one in work:
            one.join()
    return load


def check_afterwards(stack: Stack, load: Load) -> None:
    assert load.odd == []
    assert set(by_key(stack)) == {"new"}
    assert by_key(stack)["new"] == len(load.given)
    assert "to be rewrapped" not in stack.prs("keys", "status")
    restart(stack, NEW)
    before = load.statuses["200"]
    with httpx.Client(base_url=stack.url, timeout=30) as client:
        for uid in load.given:
            load.look(client, uid)
    assert load.odd == []
    assert load.statuses["200"] - before == len(load.given)
    print(dict(load.statuses), len(load.given))  # noqa: T201


@pytest.mark.timeout(300)
def test_the_master_key_is_replaced_under_load(stack: Stack) -> None:
    check_afterwards(stack, rotate_under_load(stack, people=60))


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_the_master_key_is_replaced_under_load_of_many(stack: Stack) -> None:
    check_afterwards(stack, rotate_under_load(stack, people=2000, threads=3))
