"""The request's unit of work: commits after the handler, inside the exception handlers' reach.

The library's ``autocommit`` commits while the answer is already on its way, so that a failed commit is logged and the
client reads 201. Here the commit comes before the first byte of the answer: where it fails, the client reads the error.
"""

from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency

from api.lib import telemetry
from api.lib.security import Principal
from api.lib.uow import Kernel, UnitOfWork, unit_of_work


async def provide_uow(request: Request[Principal, Any, State]) -> AsyncGenerator[UnitOfWork, None]:
    """Yield one transaction for the request. The only generator dependency: several would be closed concurrently."""
    kernel: Kernel = request.app.state.kernel
    async with unit_of_work(kernel, request.user, request_id=telemetry.request_id.get()) as uow:
        yield uow


Uow = NamedDependency[UnitOfWork]
