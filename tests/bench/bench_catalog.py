"""The catalogue with ten thousand events: how long the server takes for its pages, its search and its shelves.

Server time is the access log's ``duration``, from the first byte of a request to the last of its answer. Each request
is sent alone. The reference is ``/health/live``, a constant answer behind the same layers.

``python -m tests.bench.bench_catalog [events] [requests]``
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from sqlalchemy import text

from api.lib.db import Database
from api.lib.settings import Settings
from tests.bench import results
from tests.bench.bench_export import database, percentile, prepare
from tests.server.serving import Server, servers

_SHELVES = """
INSERT INTO event_category (uid, organization_id, slug, title, position, revision, created_at, updated_at)
SELECT gen_random_uuid(), o.id, 'shelf-' || n, jsonb_build_object('en', 'Shelf ' || n), n, 1, now(), now()
FROM organization o, generate_series(1, 20) n
"""
_EVENTS = """
INSERT INTO event (uid, organization_id, category_id, slug, title, summary, description, place, timezone, starts_at,
  ends_at, state, flow_version_id, revision, created_at, updated_at)
SELECT gen_random_uuid(), e.organization_id, c.id, 'program-' || n,
  jsonb_build_object('en', (ARRAY['Winter','Summer','Spring','Autumn'])[1 + n % 4] || ' ' ||
    (ARRAY['retreat','school','festival','course','walk'])[1 + n % 5] || ' ' || n, 'hi', 'शिविर ' || n),
  jsonb_build_object('en', 'Four days of music and silence in the hills, number ' || n),
  jsonb_build_object('en', repeat('A longer text that tells what happens on each day. ', 40)),
  (ARRAY['Pune','Lübeck','Orléans','Zürich','Nagpur','Goa','Delhi'])[1 + n % 7], 'Asia/Kolkata',
  now() + n * interval '1 hour', now() + n * interval '1 hour' + interval '2 days',
  CASE WHEN n % 50 = 0 THEN 'draft' WHEN n % 10 = 0 THEN 'closed' ELSE 'published' END, e.flow_version_id, 1, now(),
  now()
FROM event e CROSS JOIN generate_series(1, CAST(:events AS int)) n
JOIN event_category c ON c.slug = 'shelf-' || (1 + n % 20)
WHERE e.slug = 'retreat'
"""
ASKED: dict[str, dict[str, str]] = {
    "first": {},
    "search-many": {"q": "retreat"},
    "search-two": {"q": "winter walk"},
    "search-few": {"q": "program-777"},
    "search-accents": {"q": "zurich"},
    "search-hindi": {"q": "शिविर"},
    "search-none": {"q": "nowhere"},
    "shelf": {"category": "shelf-7"},
    "shelf-search": {"category": "shelf-7", "q": "lubeck"},
}


async def shelve(settings: Settings, events: int) -> None:
    """Add the events to the one that is there."""
    owner = Database(settings.database_url, pool=1, application="bench")
    async with owner.engine.begin() as connection:
        await connection.execute(text(_SHELVES))
        await connection.execute(text(_EVENTS), {"events": events})
    async with owner.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
    await owner.close()


async def asked(server: Server, requests: int) -> None:
    """Send every kind of request in turn, and walk through pages by their cursors."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        cursor: str | None = None
        for _ in range(requests):
            for name, query in ASKED.items():
                await _ask(client, name, query)
            page = await _ask(client, "cursor", {"cursor": cursor} if cursor else {})
            cursor = page["next_cursor"]
            (await client.get("/health/live", headers={"User-Agent": "live"})).raise_for_status()


async def _ask(client: httpx.AsyncClient, name: str, query: dict[str, str]) -> dict[str, Any]:
    answer = await client.get("/api/v1/events", params=query, headers={"User-Agent": name})
    answer.raise_for_status()
    body: dict[str, Any] = json.loads(answer.content)
    return body


def durations(server: Server) -> dict[str, list[float]]:
    """Return milliseconds by the kind of request."""
    found: dict[str, list[float]] = {name: [] for name in (*ASKED, "cursor", "live")}
    for line in server.lines():
        agent = line.get("http.useragent")
        if agent in found:
            found[agent].append(line["duration"] / 1e6)
    return found


def main(events: int = 10_000, requests: int = 100) -> None:
    """Measure and keep the result."""
    with database() as settings, TemporaryDirectory() as folder:
        asyncio.run(prepare(settings, 10))
        asyncio.run(shelve(settings, events))
        with servers(settings, Path(folder), {"PRS_RATE_LIMIT_SCALE": "1000"}) as (server,):
            asyncio.run(asked(server, 5))
            server.log.write_bytes(b"")
            asyncio.run(asked(server, requests))
            time.sleep(0.5)
            found = durations(server)
    live = median(found.pop("live"))
    every = [one for values in found.values() for one in values]
    results.keep(
        {
            "name": "catalogue",
            "ratio": round(median(every) / live, 1),
            "events": events,
            "p50_ms": percentile(every, 0.5),
            "p95_ms": percentile(every, 0.95),
            "each": {name: [percentile(values, 0.5), percentile(values, 0.95)] for name, values in found.items()},
            "live_ms": round(live, 2),
        }
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
