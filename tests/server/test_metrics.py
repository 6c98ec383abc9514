"""Metrics on the wire: names and tags from small, known sets, and nothing of anybody."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from api.domain.jobs import service as jobs
from api.lib import throttle as limits
from api.lib.settings import Settings
from api.lib.throttle import Limit, RouteClass
from api.lib.uow import Kernel, make_kernel, unit_of_work
from tests.conftest import running, structs
from tests.factories.client import register
from tests.factories.world import World
from worker.tasks import jobs as job_tasks
from worker.tasks.sync import report_depths

PACKET = re.compile(r"^prs\.(?P<name>[a-z_.]+):(?P<value>[^|]+)\|(?P<kind>ms|c|g)\|#(?P<tags>.*)$")


class Listener:
    """A DogStatsD agent on loopback."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.url = f"udp://127.0.0.1:{self.socket.getsockname()[1]}"

    def packets(self) -> list[re.Match[str]]:
        """Return what has arrived."""
        found = []
        while True:
            try:
                text = self.socket.recv(65536).decode()
            except BlockingIOError:
                break
            found += text.splitlines()
        matched = [PACKET.match(line) for line in found]
        assert all(matched), found
        return [match for match in matched if match]

    def of(self, name: str) -> list[set[str]]:
        """Return the tags of each packet of a metric."""
        return [set(packet["tags"].split(",")) for packet in self.packets() if packet["name"] == name]


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    with closing(found.socket):
        yield found


async def test_requests_are_counted_by_route_and_never_by_what_was_asked(
    settings: Settings, world: World, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, RouteClass.CATALOGUE, Limit(per_minute=1, burst=3))
    changed = structs(
        settings, datadog_url=listener.url, rate_limit_scale=1.0, trusted_proxies=("127.0.0.1",),
        denied_networks=("203.0.113.0/24",),
    )  # fmt: skip
    async with running(changed) as found:
        for turn in range(5):
            await found.client.get(f"/api/v1/events/{world.slug}?q={turn}")
        await found.client.get("/nowhere/planted")
        await found.client.request("PLANTED", "/nowhere")
        await found.client.get("/planted", headers={"X-Forwarded-For": "203.0.113.1"})
    packets = listener.packets()
    requests = [packet["tags"] for packet in packets if packet["name"] == "http.request"]
    own = [",".join(tag for tag in tags.split(",") if not tag.startswith(("service:", "region:"))) for tags in requests]
    # The client writes _ for what has no place in a tag.
    route = "route:/api/v1/events/_event_"
    assert sorted(set(own)) == sorted(
        {
            f"method:GET,status:200,{route}", f"method:GET,status:429,{route}", "method:GET,status:404,route:-",
            "method:OTHER,status:404,route:-", "method:GET,status:403,route:-",
        }
    )  # fmt: skip
    counted = [(packet["name"], packet["tags"]) for packet in packets if packet["kind"] == "c"]
    assert len([tags for name, tags in counted if name == "http.throttled" and "policy:catalogue" in tags]) == 2
    assert len([tags for name, tags in counted if name == "http.refused" and "reason:address" in tags]) == 1
    assert {packet["name"] for packet in packets if packet["kind"] == "g"} >= {"db.pool.in_use", "db.pool.size"}
    assert not [packet[0] for packet in packets if "planted" in packet[0].lower() or world.slug in packet[0]]


async def test_the_outbox_s_depth_and_the_jobs_are_reported(
    settings: Settings, world: World, api: httpx.AsyncClient, listener: Listener
) -> None:
    await register(api, world)
    kernel: Kernel = make_kernel(
        structs(settings, datadog_url=listener.url), service="worker", database_url=settings.worker_database_url
    )
    try:
        await report_depths(kernel)
        depths = {packet["tags"].partition(",service")[0]: packet["value"] for packet in listener.packets()}
        async with unit_of_work(kernel) as uow:
            await jobs.request(uow, "expire-drafts")
        await job_tasks._run_open(kernel)  # noqa: SLF001 (what a process does in each of its rounds)
        (tags,) = listener.of("job.run")
    finally:
        await kernel.close()
    assert any("destination:odoo" in names and int(float(value)) > 0 for names, value in depths.items())
    assert {"job:expire-drafts", "result:done"} <= tags
