"""A person who has registered, what is planted about them, and where it is looked for."""

import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from redis import Redis

from api.domain import wiring
from api.domain.privacy import erasures
from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel
from backend_sync.delivery import OdooDelivery
from backend_sync.drain import drain
from backend_sync.odoo.client import OdooClient
from deploy.local.testing import TestServices
from tests.backend_sync.conftest import Standin, standin
from tests.backend_sync.deliveries import execute
from tests.conftest import Databases, structs
from tests.e2e.leaks import hits

__all__ = ["standin"]

# One beginning for every planted word, so that one search finds each of them, in any encoding.
PLANTED = "Qvzplant"
NAME, EMAIL, PHONE, GUEST = f"{PLANTED} Rao", f"{PLANTED}@example.org", "+919812345678", f"{PLANTED} Guest"
PASSPORT = "Q7654321"
PERSON: dict[str, Any] = {"full_name": NAME, "email": EMAIL, "phone": PHONE, "age": 30, "passport": PASSPORT}


@dataclass(frozen=True)
class BackOffice:
    """The worker with a back office, and what it does."""

    kernel: Kernel
    delivery: OdooDelivery
    owner: Database

    async def drain(self) -> None:
        """Deliver everything, also what is to be tried later."""
        await execute(self.owner, "UPDATE outbox SET available_at = clock_timestamp() WHERE state = 'pending'")
        await drain(self.kernel, Destination.ODOO, self.delivery)

    async def erase(self) -> int:
        """Go on with all erasures, also those that wait; returns how many are done now."""
        await execute(self.owner, "UPDATE erasure SET next_at = clock_timestamp()")
        return await erasures.run_due(self.kernel, wiring.PERSONAL_DATA)


@pytest.fixture
async def back_office(settings: Settings, standin: Standin, owner: Database) -> AsyncIterator[BackOffice]:
    """A worker whose settings know the stand-in."""
    known = structs(settings, odoo_url=standin.url)
    kernel = make_kernel(known, service="test-worker", database_url=known.worker_database_url)
    client = OdooClient(standin.url, standin.database, standin.login, standin.password, timeout=5.0)
    yield BackOffice(kernel, OdooDelivery(client), owner)
    await client.aclose()
    await kernel.close()


@dataclass(frozen=True)
class Places:
    """Everywhere a person could be found."""

    services: TestServices
    databases: Databases
    standin: Standin
    redis_url: str

    def dump(self) -> bytes:
        """Return every table with every row."""
        program = str(self.services.postgres.installation.binaries / "pg_dump")
        done = subprocess.run([program, "--dbname", self.databases.superuser], capture_output=True, check=True, cwd="/")
        assert b"PostgreSQL database dump complete" in done.stdout
        return done.stdout

    def files(self) -> bytes:
        """Return the database's own files, once what was deleted is vacuumed away. Not the write-ahead log."""
        name = self.databases.name
        # No vacuum removes what an older transaction may still look at, and a snapshot counts those of all databases.
        now = self.services.postgres.execute("SELECT txid_current()").strip()
        older = (
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "  # noqa: S608 (our own name)
            f"AND (backend_xid::text::bigint < {now} OR (datname = '{name}' AND backend_xmin::text::bigint < {now}))"
        )
        for _ in range(300):
            if self.services.postgres.execute(older).strip() == "0":
                break
            time.sleep(0.1)
        # The planner's statistics quote common values until a table is analysed once more.
        self.services.postgres.execute("ANALYZE", database=name)
        self.services.postgres.execute("VACUUM FULL", database=name)
        self.services.postgres.execute("CHECKPOINT", database=name)
        query = f"SELECT oid FROM pg_database WHERE datname = '{name}'"  # noqa: S608 (our own name)
        folder = self.services.postgres.data / "base" / self.services.postgres.execute(query).strip()
        return b"\n".join(file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file())

    def back_office(self) -> bytes:
        """Return the stand-in's files, its log of what arrived among them."""
        self.standin.store.settle()
        return b"\n".join(file.read_bytes() for file in self.standin.folder.glob("standin.sqlite*"))

    def redis(self) -> bytes:
        """Return all keys with their values."""
        with Redis.from_url(self.redis_url) as client:
            return b"\n".join(part for key in client.scan_iter("*") for part in (key, client.dump(key) or b""))

    def found(self, *words: str) -> dict[str, dict[str, int]]:
        """Return where any of the words is found, in whatever encoding."""
        places = {
            "pg_dump": self.dump(), "data files": self.files(), "back office": self.back_office(),
            "redis": self.redis(),
        }  # fmt: skip
        counts = {
            name: {word: sum(hits(place, word).values()) for word in words if hits(place, word)}
            for name, place in places.items()
        }
        return {name: found for name, found in counts.items() if found}


@pytest.fixture
def places(services: TestServices, databases: Databases, standin: Standin, settings: Settings) -> Places:
    """Where planted words are looked for."""
    # A table that is empty keeps the statistics of what other tests had in it: analysing it changes nothing.
    services.postgres.execute("DELETE FROM pg_statistic", database=databases.name)
    return Places(services, databases, standin, settings.redis_url)


async def erasure(client: httpx.AsyncClient, organization: object, headers: dict[str, str]) -> dict[str, object]:
    """Return the newest erasure of an organization, as its privacy officer sees it."""
    answer = await client.get(f"/api/v1/organizations/{organization}/erasures", headers=headers)
    assert answer.status_code == 200, answer.text
    newest: dict[str, object] = answer.json()[0]
    return newest
