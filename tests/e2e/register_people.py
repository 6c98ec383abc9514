"""Registers people over HTTP on a running platform, and looks each of them up in the back office's stand-in.

`python -m tests.e2e.register_people --url http://127.0.0.1:8000 --people 1000 --standin http://127.0.0.1:8001`

It knows the OpenAPI document and the flow document, nothing else. With `--kill-worker 10` it kills the worker of
`make up` with signal 9 ten times meanwhile; the launcher brings it back.
"""

import argparse
import asyncio
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from deploy.local import processes
from deploy.local.bootstrap import ROOT
from deploy.local.supervisor import MARKER
from tests.e2e.people import Api, Counts, Refused, Registered, register_many

_CHUNK = 200


class Progress:
    """One line that is drawn over itself in a terminal, and a line now and then elsewhere."""

    def __init__(self, total: int, words: str) -> None:
        self._total, self._words = total, words
        self._started = time.monotonic()
        self._shown = 0.0

    def show(self, done: int, more: str = "") -> None:
        """Draw the line anew; at most four times a second, in a log every five seconds."""
        now = time.monotonic()
        last = done >= self._total
        if not last and now - self._shown < (0.25 if sys.stdout.isatty() else 5.0):
            return
        self._shown = now
        took = now - self._started
        left = f", about {took / done * (self._total - done):.0f} s left" if 0 < done < self._total else ""
        bar = "#" * (30 * done // self._total)
        end = "\n" if last or not sys.stdout.isatty() else ""
        line = f"\r{self._words} [{bar:<30}] {done}/{self._total}  {took:.0f} s{left}{more}"
        sys.stdout.write((line + " " * 8 if sys.stdout.isatty() else line.strip()) + end)
        sys.stdout.flush()


@dataclass
class Findings:
    """What the back office holds of the people. All empty: everybody is there exactly once."""

    missing: list[str]
    doubled: list[str]
    outdated: list[str]

    @property
    def good(self) -> bool:
        """Tell whether everybody is there once, at the newest revision."""
        return not (self.missing or self.doubled or self.outdated)


def _worker(data: Path) -> processes.Identity | None:
    """Return the worker that `make up` over a data folder runs."""
    for found in processes.with_environment(MARKER, str(data)):
        try:
            arguments = Path(f"/proc/{found.pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"worker" in arguments:
            return found
    return None


async def kill_worker(times: int, people: int, counts: Counts, data: Path) -> int:
    """Kill the worker at random moments; returns how often there was one to kill."""
    source = random.SystemRandom()
    killed = 0
    for moment in sorted(source.randrange(1, max(people, 2)) for _ in range(times)):
        while counts.registered < moment:  # noqa: ASYNC110 (nobody is told of each person)
            await asyncio.sleep(0.05)
        killed += await _kill_once(data)
    return killed


async def _kill_once(data: Path) -> int:
    for _ in range(120):
        found = _worker(data)
        if found is not None:
            processes.send(found, signal.SIGKILL)
            return 1
        await asyncio.sleep(0.25)
    return 0


async def held(client: httpx.AsyncClient, uids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the stand-in's records of some uids."""
    found: list[dict[str, Any]] = []
    for part in _chunks(uids):
        answer = await client.get("/records.json", params={"ext_uuid": ",".join(part), "limit": "1000"})
        answer.raise_for_status()
        found += answer.json()["items"]
    return found


def _chunks(uids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(uids), _CHUNK):
        yield uids[start : start + _CHUNK]


def compare(people: Sequence[Registered], records: Sequence[dict[str, Any]]) -> Findings:
    """Hold what arrived against what the answers said."""
    by_uid: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        by_uid.setdefault(record["ext_uuid"], []).append(record)
    wanted = {uid: one for one in people for uid in one.attendees}
    return Findings(
        missing=[uid for uid in wanted if uid not in by_uid],
        doubled=[uid for uid, some in by_uid.items() if len(some) > 1],
        outdated=[uid for uid, some in by_uid.items() if some[0]["ext_rev"] != wanted[uid].revision],
    )


async def wait_arrived(url: str, people: Sequence[Registered], seconds: float) -> Findings:
    """Look until everybody is in the back office, or the time is over."""
    uids = [uid for one in people for uid in one.attendees]
    progress = Progress(len(uids), "In the back office")
    deadline = time.monotonic() + seconds
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        while True:
            found = compare(people, await held(client, uids))
            progress.show(len(uids) - len(found.missing))
            if found.good or time.monotonic() > deadline:
                return found
            await asyncio.sleep(0.5)


async def _event(api: Api, wanted: str | None) -> str:
    if wanted is not None:
        return wanted
    items = (await api.call("listEvents")).json()["items"]
    for item in items:
        # The program with the most steps is the one to try.
        if item["registration_open"] and "retreat" in item["slug"]:
            return str(item["slug"])
    raise Refused("no program is open; name one with --event")


async def run(arguments: argparse.Namespace) -> int:
    """Register, look up, and say what was found; returns the exit code."""
    counts = Counts()
    limits = httpx.Limits(max_connections=arguments.concurrency)
    async with httpx.AsyncClient(base_url=arguments.url, timeout=60, limits=limits, trust_env=False) as client:
        api = await Api.discover(client, counts)
        event = await _event(api, arguments.event)
        sys.stdout.write(f"Registering {arguments.people} people for {event} on {arguments.url}\n")
        started = time.monotonic()
        killing = asyncio.create_task(kill_worker(arguments.kill_worker, arguments.people, counts, arguments.data))
        watching = asyncio.create_task(_watch(counts, arguments.people))
        people = await register_many(
            api, event, arguments.people, counts=counts, concurrency=arguments.concurrency, drafts=arguments.drafts,
            prefix=f"person-{uuid4().hex[:6]}",
        )  # fmt: skip
        took = time.monotonic() - started
        killed = await killing
        await watching
    sys.stdout.write(
        f"{len(people)} people in {took:.1f} s ({len(people) / took:.1f}/s), {counts.by_drafts} of them step by step; "
        f"{counts.requests} requests, {counts.waited} of them had to wait; the worker was killed {killed} times\n"
    )
    if arguments.standin is None:
        return 0
    found = await wait_arrived(arguments.standin, people, arguments.wait)
    for name in ("missing", "doubled", "outdated"):
        uids = getattr(found, name)
        sys.stdout.write(f"{name}: {len(uids)}{'  ' + ', '.join(uids[:5]) if uids else ''}\n")
    good = found.good and killed == arguments.kill_worker
    sys.stdout.write("Each is there exactly once.\n" if good else "This is not what it should be.\n")
    return 0 if good else 1


async def _watch(counts: Counts, people: int) -> None:
    progress = Progress(people, "Registered        ")
    while counts.registered < people:
        progress.show(counts.registered)
        await asyncio.sleep(0.2)
    progress.show(people)


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.register_people", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the platform runs")
    parser.add_argument("--standin", help="where the stand-in shows its records, one above the platform's port")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--event", help="slug or uid; the demo's retreat where left out")
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--drafts", type=float, default=0.25, help="share of people who register step by step")
    parser.add_argument("--kill-worker", type=int, default=0, metavar="TIMES", help="kill -9 the worker meanwhile")
    parser.add_argument("--data", type=Path, default=ROOT / ".data", help="data folder of the `make up` to disturb")
    parser.add_argument("--wait", type=float, default=180, help="longest wait for the back office, in seconds")
    return parser


def main() -> int:
    """Exit code 0 where everybody arrived exactly once."""
    try:
        return asyncio.run(run(build_parser().parse_args()))
    except* httpx.TransportError:
        sys.stderr.write("\nThe platform or the stand-in does not answer. Start it with `make up`, or name it.\n")
    except* Refused as errors:
        sys.stderr.write(f"\n{errors.exceptions[0]}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
