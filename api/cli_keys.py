"""``prs keys``: the master keys under which everything is sealed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import click

from api import rewrapping
from api.lib.settings import SettingsError, settings
from api.lib.uow import Kernel, make_kernel
from api.rewrapping import StillHeld

__all__ = ["StillHeld", "rewrap", "status"]


def _with_kernel(act: Callable[[Kernel], Awaitable[None]]) -> None:
    """Run something under the worker's role, which may look at all tenants."""
    found = settings()
    if not found.worker_database_url:
        raise SettingsError("PRS_WORKER_DATABASE_URL is needed; docs/guides/settings.md explains it")

    async def run() -> None:
        kernel = make_kernel(found, service="cli", database_url=found.worker_database_url)
        try:
            await act(kernel)
        finally:
            await kernel.close()

    asyncio.run(run())


@click.command()
def status() -> None:
    """Show how many sealed values hang on each master key."""

    async def show(kernel: Kernel) -> None:
        for place in await rewrapping.status(kernel):
            for key, count in sorted(place.by_key.items()):
                mark = "" if key == place.active or not count else "  to be rewrapped"
                click.echo(f"{place.place:<40} {key:<24} {count:>9}{mark}")

    _with_kernel(show)


@click.command()
@click.option("--batch", default=rewrapping.BATCH, show_default=True, help="Values of one transaction.")
def rewrap(batch: int) -> None:
    """Bring all that is sealed to the active master key, beside the running platform; stop and go on at will."""

    async def act(kernel: Kernel) -> None:
        moved = 0
        with click.progressbar(length=0, label="rewrapping", file=sys.stderr, show_pos=True) as bar:
            async for done, total in rewrapping.rewrap(kernel, batch=batch):
                bar.length = total
                bar.update(done - moved)
                moved = done
        click.echo(f"{moved} rewrapped; everything hangs on {await kernel.vault.keys.resolve()}")

    _with_kernel(act)
