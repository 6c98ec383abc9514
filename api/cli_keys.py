"""``prs keys``: the master keys under which everything is sealed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import click

from api import rewrapping
from api.lib.settings import SettingsError, settings
from api.lib.uow import Kernel, make_kernel
from api.rewrapping import OutOfReach, StillHeld

__all__ = ["OutOfReach", "StillHeld", "rewrap", "status"]


def _with_kernels(act: Callable[[Kernel, Kernel | None], Awaitable[None]]) -> None:
    """Run something under the worker's role, which may look at all tenants, with the sealer's at hand."""
    found = settings()
    if not found.worker_database_url:
        raise SettingsError("PRS_WORKER_DATABASE_URL is needed; docs/guides/settings.md explains it")

    async def run() -> None:
        kernels = [
            make_kernel(found, service="cli", database_url=url)
            for url in (found.worker_database_url, found.sealer_database_url)
            if url
        ]
        try:
            await act(kernels[0], kernels[1] if len(kernels) > 1 else None)
        finally:
            for kernel in kernels:
                await kernel.close()

    asyncio.run(run())


@click.command()
def status() -> None:
    """Show how many sealed values hang on each master key."""

    async def show(kernel: Kernel, sealer: Kernel | None) -> None:
        for place in await rewrapping.status(kernel, sealer):
            for key, count in sorted(place.by_key.items()):
                mark = "" if key == place.active or not count else "  to be rewrapped"
                click.echo(f"{place.place:<40} {key:<24} {count:>9}{mark}")

    _with_kernels(show)


@click.command()
@click.option("--batch", default=rewrapping.BATCH, show_default=True, help="Values of one transaction.")
def rewrap(batch: int) -> None:
    """Bring all that is sealed to the active master key, beside the running platform; stop and go on at will."""

    async def act(kernel: Kernel, sealer: Kernel | None) -> None:
        moved = 0
        with click.progressbar(length=0, label="rewrapping", file=sys.stderr, show_pos=True) as bar:
            async for done, total in rewrapping.rewrap(kernel, sealer, batch=batch):
                bar.length = total
                bar.update(done - moved)
                moved = done
        click.echo(f"{moved} rewrapped; everything hangs on {await kernel.vault.keys.resolve()}")

    _with_kernels(act)
