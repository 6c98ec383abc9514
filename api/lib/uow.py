"""What a process is made of, and the unit of work in which its services run.

A service flushes and never commits. The unit of work is one transaction with a tenant scope that row-level security
enforces, and with nudges that are sent only after the commit.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import AsyncAdaptedQueuePool, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.lib import keystore
from api.lib.antivirus import Antivirus, open_antivirus
from api.lib.cache import DocumentCache, Memo, RedisGate
from api.lib.crypto import Vault
from api.lib.db import Database
from api.lib.keyproviders import make_vault
from api.lib.security import ANONYMOUS, Principal, Scope
from api.lib.settings import Settings
from api.lib.storage import Storage
from api.lib.storage_s3 import open_storage
from api.lib.tasks import Nudger
from api.lib.telemetry import Metrics, make_metrics
from api.lib.throttle import Throttle


@dataclass(frozen=True)
class Kernel:
    """The parts that every service may use. One per process."""

    settings: Settings
    database: Database
    vault: Vault
    redis: RedisGate
    cache: DocumentCache
    memo: Memo
    nudger: Nudger
    metrics: Metrics
    # None where no place for files is set up.
    storage: Storage | None
    # None where no scanner is set up.
    antivirus: Antivirus | None
    throttle: Throttle

    async def watch_pool(self, seconds: float = 10.0) -> None:
        """Report how many database connections are in use until cancelled."""
        pool = self.database.engine.pool
        while True:
            if isinstance(pool, AsyncAdaptedQueuePool):
                self.metrics.gauge("db.pool.in_use", pool.checkedout())
                self.metrics.gauge("db.pool.size", pool.size())
            await asyncio.sleep(seconds)

    async def close(self) -> None:
        self.nudger.close()
        self.metrics.close()
        self.vault.close()
        await self.redis.close()
        await self.database.close()


def make_kernel(settings: Settings, *, service: str, database_url: str) -> Kernel:
    """Build the parts from the settings; opens no connection yet."""
    gate = RedisGate(settings.redis_url, settings.redis_timeout)
    metrics = make_metrics(settings.datadog_url, service=service, region=settings.region)
    return Kernel(
        settings=settings,
        database=Database(database_url, pool=settings.database_pool, application=f"prs-{service}"),
        vault=make_vault(settings),
        redis=gate,
        cache=DocumentCache(gate),
        memo=Memo(),
        nudger=Nudger(settings.redis_url),
        storage=open_storage(settings.storage_url),
        antivirus=open_antivirus(settings.antivirus_url),
        metrics=metrics,
        throttle=Throttle(gate, scale=settings.rate_limit_scale, processes=settings.api_processes, metrics=metrics),
    )


class UnitOfWork:
    """One transaction with its caller, its tenant scope, and what follows the commit."""

    def __init__(
        self, session: AsyncSession, kernel: Kernel, principal: Principal = ANONYMOUS, request_id: str = ""
    ) -> None:
        self.session = session
        self.kernel = kernel
        self.principal = principal
        self.request_id = request_id
        self._nudges: set[str] = set()
        self._after_commit: list[Callable[[], Awaitable[None]]] = []
        self._scope = Scope()

    @property
    def scope(self) -> Scope:
        return self._scope

    async def enter(self, scope: Scope) -> None:
        """Let the transaction see the rows of ``scope`` and of no other tenant."""
        self._scope = scope
        ids = "{" + ",".join(str(key) for key in sorted(scope.organization_ids)) + "}"
        await self.session.execute(
            text("SELECT set_config('prs.organizations', :ids, true), set_config('prs.system', :system, true)"),
            {"ids": ids, "system": "on" if scope.system else "off"},
        )

    async def enter_organization(self, organization_id: int) -> None:
        """Narrow the transaction to one organization."""
        if self._scope.organization_ids != {organization_id} or self._scope.system:
            await self.enter(Scope(organization_ids=frozenset({organization_id})))

    def nudge(self, task: str) -> None:
        """Ask for a worker task after the commit; losing it costs time, never work."""
        self._nudges.add(task)

    def after_commit(self, action: Callable[[], Awaitable[None]]) -> None:
        """Run ``action`` after the commit, e.g. a cache's invalidation; it must not fail the request."""
        self._after_commit.append(action)

    async def committed(self) -> None:
        """Do what was asked for after the commit."""
        for action in self._after_commit:
            await action()
        if self._nudges:
            self.kernel.nudger.send(self._nudges)


@asynccontextmanager
async def unit_of_work(
    kernel: Kernel, principal: Principal = ANONYMOUS, scope: Scope | None = None, request_id: str = ""
) -> AsyncIterator[UnitOfWork]:
    """Run a block in one transaction: commit at its end, roll back on any error."""
    if not kernel.vault.opened:
        await keystore.open_roots(kernel.database, kernel.vault)
    async with kernel.database.sessions() as session:
        async with session.begin():
            uow = UnitOfWork(session, kernel, principal, request_id)
            if scope is not None:
                await uow.enter(scope)
            yield uow
        await uow.committed()
