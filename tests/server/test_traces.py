"""Traces reach a real agent: requests with their statements, deliveries with their calls, and never a value."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.lib.settings import Settings
from tests.conftest import ROOT
from tests.factories.client import whole
from tests.factories.world import PASSWORD, World
from tests.server.agents import Agent, Span, running_agent
from tests.server.serving import servers

PLANTED: dict[str, Any] = {
    "full_name": "Chandrasekhar Venkataraman",
    "email": "planted@example.org",
    "passport": "Z9876543",
}
# So long that no span's number has it within by chance.
FOREIGN = "4711471147114711471"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with running_agent(tmp_path) as found:
        yield found


def below(spans: list[Span], parent: Span) -> list[Span]:
    return [span for span in spans if span["parent_id"] == parent["span_id"]]


@pytest.mark.timeout(240)
def test_a_request_is_traced_with_its_statements_and_without_a_value(
    settings: Settings, world: World, agent: Agent, tmp_path: Path
) -> None:
    route = "/api/v1/events/{event}/registrations"
    environment = {"PRS_TRACES_URL": agent.url, "PRS_RATE_LIMIT_SCALE": "0", "PRS_REGION": settings.region}
    with servers(settings, tmp_path, environment) as (server,), httpx.Client(base_url=server.url, timeout=60) as client:
        headers = {
            "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-Id": "of-the-trace",
            # What else could tell a tracer something is not listened to.
            "x-datadog-trace-id": FOREIGN, "x-datadog-tags": "_dd.p.planted=1", "baggage": "user=planted",
        }  # fmt: skip
        body = whole(world, **PLANTED)
        address = f"/api/v1/events/{world.slug}/registrations?q=planted"
        assert client.post(address, json=body, headers=headers).status_code == 201
        credentials = {"email": "administrator@example.org", "password": PASSWORD}
        token = client.post("/api/v1/auth/sessions", json=credentials).json()["access_token"]
        assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert client.get("/nowhere/planted").status_code == 404
        spans = agent.wait_for(f"POST {route}", "GET /api/v1/me", "GET -")
        (line,) = [line for line in server.lines() if line["http.request_id"] == "of-the-trace"]

    (request,) = [span for span in spans if span["resource"] == f"POST {route}"]
    assert (request["name"], request["service"], request["type"], request["error"]) == (
        "http.request", "prs-api", "web", 0,
    )  # fmt: skip
    assert request["meta"]["http.status_code"] == "201"
    assert request["meta"]["http.route"] == route
    assert request["meta"]["http.request_id"] == "of-the-trace"
    # The caller's trace goes on, and the log names it.
    assert request["trace_id"] == int(TRACE[16:], 16)
    assert request["parent_id"] == int("00f067aa0ba902b7", 16)
    assert (line["dd.trace_id"], line["dd.span_id"]) == (TRACE, str(request["span_id"]))
    statements = below(spans, request)
    assert len(statements) > 5
    assert {span["name"] for span in statements} == {"postgresql.query"}
    assert any("FROM prs_register" in span["resource"] for span in statements)
    whole_text = json.dumps(spans)
    for secret in (*PLANTED.values(), "planted", PASSWORD, token, world.slug, FOREIGN, "administrator@"):
        assert secret not in whole_text


DELIVERING = """
import asyncio
from api.lib import tracing
from api.lib.settings import settings
tracing.start(settings().traces_url, service="worker", region="in")
from api.domain.sync.contracts import Destination, Outcome
from api.lib.uow import make_kernel
from backend_sync.drain import drain
from backend_sync.odoo.client import OdooClient
from backend_sync.odoo.errors import OdooUnavailable

async def main():
    kernel = make_kernel(settings(), service="worker", database_url=settings().worker_database_url)
    client = OdooClient("http://127.0.0.1:1", "d", "planted-login", "planted-password", uid=2)
    async def deliver(kernel, rows):
        try:
            await client.execute("event.registration", "ext_upsert", [["planted"]])
        except OdooUnavailable:
            return Outcome(done=[row.id for row in rows])
    print(await drain(kernel, Destination.ODOO, deliver))
    await client.aclose()
    await kernel.close()
asyncio.run(main())
"""


@pytest.mark.timeout(240)
async def test_a_delivery_is_traced_with_its_calls(
    settings: Settings, world: World, api: httpx.AsyncClient, agent: Agent
) -> None:
    answer = await api.post(f"/api/v1/events/{world.slug}/registrations", json=whole(world, **PLANTED))
    assert answer.status_code == 201
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    names = ("env", "worker_database_url", "redis_url", "master_keys")
    given = {f"PRS_{name.upper()}": str(getattr(settings, name)) for name in names}
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", DELIVERING], cwd=ROOT,
        env={**kept, **given, "PRS_TRACES_URL": agent.url},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) > 0
    spans = agent.wait_for("odoo", "event.registration.ext_upsert")
    delivery = next(span for span in spans if span["resource"] == "odoo")
    assert (delivery["name"], delivery["service"]) == ("sync.deliver", "prs-worker")
    calls = [span for span in below(spans, delivery) if span["name"] == "odoo.call"]
    assert [(call["resource"], call["error"], call["meta"]["error.type"]) for call in calls] == [
        ("event.registration.ext_upsert", 1, "OdooUnavailable")
    ]
    assert "planted" not in json.dumps(spans)


def test_without_an_agent_the_tracer_is_not_even_loaded() -> None:
    code = (
        "import sys; from api.lib import tracing; tracing.start('', service='api', region='in'); "
        "import api.server.app; print([name for name in sys.modules if name.startswith('ddtrace')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
