"""What a worker process holds: one event loop in a thread of its own, one engine, and the clients of other systems.

Celery's tasks and the poller hand coroutines to the loop. ``asyncio.run`` for each task on an engine of the module
worked in 2 of 20 tasks; one loop for the life of the process worked in all.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from api.domain.sync.contracts import Destination
from api.lib import telemetry
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel
from backend_sync.delivery import OdooDelivery
from backend_sync.drain import Delivery
from backend_sync.odoo.client import OdooClient
from worker.delivery.analytics import AnalyticsDelivery
from worker.delivery.mail import MailDelivery
from worker.delivery.support import SupportDelivery

T = TypeVar("T")
log = telemetry.logger(__name__)


class Runtime:
    """Started once in a process, before its first task."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="runtime", daemon=True)
        self._thread.start()
        self.kernel: Kernel = make_kernel(settings, service="worker", database_url=settings.worker_database_url)
        self._odoo = self.run(self._make_odoo()) if settings.odoo_url else None
        self.deliveries = self._deliveries()
        self.stopping = threading.Event()
        self._busy: dict[str, asyncio.Lock] = {}

    async def _make_odoo(self) -> OdooClient:
        found = self.settings
        return OdooClient(
            found.odoo_url, found.odoo_database, found.odoo_login, found.odoo_password, timeout=found.odoo_timeout
        )

    def _deliveries(self) -> dict[Destination, Delivery]:
        """Return the deliveries that are set up; rows for the others wait."""
        found: dict[Destination, Delivery] = {}
        if self._odoo is not None:
            found[Destination.ODOO] = OdooDelivery(self._odoo)
        if self.settings.smtp_url:
            found[Destination.MAIL] = MailDelivery(self.settings)
        if self.settings.mixpanel_token:
            found[Destination.ANALYTICS] = AnalyticsDelivery(self.settings)
        if self.settings.freshdesk_url:
            found[Destination.SUPPORT] = SupportDelivery(self.settings)
        return found

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for it, from any other thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def alone(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        """Run ``work`` unless the same work runs in this process already: it drains to the end anyway."""
        lock = self._busy.setdefault(name, asyncio.Lock())
        if lock.locked():
            work.close()
            return
        async with lock:
            await work

    def close(self) -> None:
        """Stop the loop after closing what it holds."""

        async def stop() -> None:
            if self._odoo is not None:
                await self._odoo.aclose()
            await self.kernel.close()

        self.run(stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()
