"""People at their drafts, in a process of their own: each saves a step again and again, at the pace of somebody typing.

``python -m tests.bench.drafting host port event drafts saves seconds`` prints the seconds that each save took as JSON.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import msgspec
import uvloop

from tests.bench.ground import ANSWERS
from tests.bench.load import Connection


class Person:
    """One draft over one connection."""

    def __init__(self, host: str, port: int, event: str) -> None:
        self._where, self._event = (host, port), event
        self._connection: Any = None
        self._address, self._token, self._revision = "", "", 0

    async def begin(self) -> None:
        """Begin the draft."""
        made = await self._send("POST", "/api/v1/registrations", {"event": self._event, "locale": "en"}, 201)
        self._token = made["token"]
        self._address = f"/api/v1/registrations/{made['registration']['uid']}/steps/about"
        self._revision = made["registration"]["revision"]

    async def save(self, nights: int) -> None:
        """Save what is typed so far."""
        body = {"complete": False, "answers": {**ANSWERS, "nights": nights}}
        self._revision = (await self._send("PUT", self._address, body, 200))["revision"]

    async def _send(self, method: str, path: str, body: Any, status: int) -> Any:
        text = msgspec.json.encode(body)
        held = f'Registration-Token: {self._token}\r\nIf-Match: "{self._revision}"\r\n' if self._token else ""
        # The server closes connections that were idle for five seconds.
        if self._connection is None or self._connection.transport.is_closing():
            loop = asyncio.get_running_loop()
            _, self._connection = await loop.create_connection(Connection, *self._where)
        self._connection.waiting = asyncio.get_running_loop().create_future()
        self._connection.transport.write(
            f"{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{held}"
            f"Content-Length: {len(text)}\r\n\r\n".encode()
            + text
        )
        found, answer = await self._connection.waiting
        if found != status:
            raise RuntimeError(f"{found}: {answer[:300]!r}")
        return json.loads(answer)


async def _type(person: Person, at: float, saves: int, pause: float, found: list[float]) -> None:
    for number in range(saves):
        # By the clock: whoever is answered late does not type more slowly for it.
        await asyncio.sleep(max(0.0, at + number * pause - time.perf_counter()))
        began = time.perf_counter()
        await person.save(number % 30)
        found.append(time.perf_counter() - began)


async def run(host: str, port: int, event: str, drafts: int, saves: int, pause: float) -> list[float]:
    """Return the seconds of each save."""
    people = [Person(host, port, event) for _ in range(drafts)]
    for person in people:
        await person.begin()
    found: list[float] = []
    start = time.perf_counter() + 0.5
    await asyncio.gather(
        *(_type(person, start + index * pause / drafts, saves, pause, found) for index, person in enumerate(people))
    )
    return found


def main(arguments: Sequence[str]) -> None:
    """Type, and print what it took."""
    host, port, event, drafts, saves, pause = arguments
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(run(host, int(port), event, int(drafts), int(saves), float(pause)))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
