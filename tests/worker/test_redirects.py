"""A place that sends our calls on gets nothing: what they carry is for the place that the settings name."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel
from backend_sync.drain import drain
from backend_sync.odoo.client import OdooClient
from backend_sync.odoo.errors import OdooUnavailable
from tests.backend_sync.deliveries import outbox
from tests.conftest import running, structs
from tests.factories.client import register_measured
from tests.factories.world import World
from worker.delivery.analytics import AnalyticsDelivery
from worker.delivery.support import SupportDelivery


class Sender:
    """Answers every request with a redirect to its own ``/caught``, which it counts."""

    def __init__(self, status: int) -> None:
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append(self.path)
                self.send_response(status)
                self.send_header("Location", f"{outer.url}/caught")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def caught(self) -> int:
        return self.asked.count("/caught")

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(params=[302, 307, 308])
def sender(request: pytest.FixtureRequest) -> Iterator[Sender]:
    made = Sender(request.param)
    yield made
    made.close()


async def test_no_delivery_follows_a_redirect(
    settings: Settings, world: World, worker_kernel: Kernel, owner: Database, sender: Sender
) -> None:
    sent_on = structs(
        settings, mixpanel_token="t", mixpanel_url=sender.url, mixpanel_deletion_url=sender.url,
        mixpanel_deletion_token="t", freshdesk_url=sender.url, freshdesk_key="k",
    )  # fmt: skip
    async with running(sent_on) as found:
        made = await register_measured(found.client, world)
        body = {"subject": "Where?", "message": "Where is it?", "email": "asha@example.org"}
        assert (await found.client.post("/api/v1/support-requests", json=body)).status_code == 202
    assert made
    await drain(worker_kernel, Destination.ANALYTICS, AnalyticsDelivery(sent_on))
    await drain(worker_kernel, Destination.SUPPORT, SupportDelivery(sent_on))
    for destination in (Destination.ANALYTICS, Destination.SUPPORT):
        assert {row["state"] for row in await outbox(owner, destination)} == {"pending"}
    async with OdooClient(sender.url, "prs", "sync", "password") as client:
        with pytest.raises(OdooUnavailable):
            await client.version()
    assert len(sender.asked) >= 3
    assert sender.caught == 0
    # The control: a client that follows is caught.
    async with httpx.AsyncClient(follow_redirects=True) as careless:
        with pytest.raises(httpx.TooManyRedirects):
            await careless.get(sender.url)
    assert sender.caught > 0
