"""How a command of ``prs`` runs its work."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from api.lib.security import Principal, Scope
from api.lib.settings import SettingsError, settings
from api.lib.uow import UnitOfWork, make_kernel, unit_of_work

T = TypeVar("T")

OPERATOR = Principal(kind="service", subject_uid="operator")


def run(act: Callable[[UnitOfWork], Awaitable[T]], *, scope: Scope | None = None, worker: bool = False) -> T:
    """Run one unit of work as the operator, under a process's role: the command line obeys the same walls."""
    found = settings()

    url = found.worker_database_url if worker else found.api_database_url
    if not url:
        name = "PRS_WORKER_DATABASE_URL" if worker else "PRS_API_DATABASE_URL"
        raise SettingsError(f"{name} is needed; `make up` sets it, docs/guides/settings.md explains it")

    async def work() -> T:
        kernel = make_kernel(found, service="cli", database_url=url)
        try:
            async with unit_of_work(kernel, OPERATOR, scope, "cli") as uow:
                return await act(uow)
        finally:
            await kernel.close()

    return asyncio.run(work())
