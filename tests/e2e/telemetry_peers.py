"""A stack of which everything is kept that leaves a process: files, logs, traces, metrics, seals, mails."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx

from tests.e2e import leaks
from tests.e2e.leaks import CONTROL
from tests.e2e.planting import Client
from tests.e2e.stack import Stack, wait_for
from tests.server.agents import Agent, Packets, running_agent


@dataclass(frozen=True)
class Watched:
    """A running stack and those who listen to it."""

    stack: Stack
    agent: Agent
    packets: Packets
    seals: Path

    @classmethod
    @contextmanager
    def running(cls, folder: Path, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator["Watched"]:
        """Run a stack whose API and worker send traces and metrics, and whose seals are handed out to a file.

        Its region is the control of the metrics: it is a tag on each of them.
        """
        seals = folder / "seals"
        with running_agent(folder / "agent") as agent, Packets.listening() as packets:
            own = {
                "traces_url": agent.url, "datadog_url": packets.url, "region": CONTROL.lower(),
                "audit_seals_dir": str(seals),
            }  # fmt: skip
            with Stack.running({**own, **settings}) as stack, leaks.recorded_redis(stack):
                leaks.keep_write_ahead_log(stack)
                yield cls(stack, agent, packets, seals)

    def flush(self) -> None:
        """Wait until traces are sent: every second, and who is killed loses those that were not."""
        time.sleep(2.5)

    def settle(self, client: Client) -> None:
        """Wait until what was done is delivered, sealed, traced and told."""
        self.stack.wait_delivered()
        self.stack.prs("audit", "seal")
        client.send("GET", "/me", 401)
        self.flush()
        wait_for("traces of the worker", lambda: b"sync.deliver" in self.agent.received(), 30, pause=1)
        with (self.seals / "audit-seals.ndjson").open("a") as file:
            file.write(f'{{"control": "{CONTROL}"}}\n')
        (self.stack.directory / "tmp" / "control").write_text(CONTROL)

    def places(self) -> dict[str, bytes]:
        """Return all that was kept, but for the mails."""
        stack = self.stack
        records = httpx.get(f"{stack.back_office}/records.json", params={"limit": "1000"}, timeout=60).content
        page = httpx.get(stack.back_office, timeout=60).content
        return {
            "dump": leaks.dump(stack),
            "database files": leaks.database_files(stack),
            "write-ahead log": leaks.files(stack.services.postgres.data / "pg_wal"),
            "database log": leaks.database_log(stack),
            "redis keys": leaks.redis_keys(stack),
            "redis files": leaks.redis_files(stack),
            "logs": leaks.files(stack.logs),
            "traces": self.agent.received(),
            "metrics": self.packets.received(),
            "seals": leaks.files(self.seals),
            "files and temporary files": leaks.files(stack.directory / "files") + leaks.files(stack.directory / "tmp"),
            "stand-in's file": b"".join(file.read_bytes() for file in stack.directory.glob("back-office.db*")),
            "stand-in's records": records,
            "stand-in's page": page,
        }


def mails(stack: Stack) -> bytes:
    """Return the mails, as they came and decoded."""
    return b"".join(mail.as_bytes() + str(mail.get_body()).encode() for mail in stack.mails())
