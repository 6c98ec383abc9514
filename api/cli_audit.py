"""``prs audit``: sealing, checking and searching the audit trail."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click
import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.audit import exporting, sealing, service, verifying
from api.domain.audit.actions import ACTIONS
from api.domain.audit.contracts import EventFilter
from api.lib import clock
from api.lib.db import Database
from api.lib.settings import Settings, SettingsError, settings
from api.lib.uow import Kernel, make_kernel, unit_of_work

T = TypeVar("T")

# Not 1, which says that the question could not be answered.
BROKEN = 3


def _auditors_url(found: Settings) -> str:
    url = found.auditor_database_url or found.sealer_database_url or found.database_url
    if not url:
        raise SettingsError("PRS_AUDITOR_DATABASE_URL is needed; docs/guides/audit.md explains it")
    return url


def _reading(act: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Run something under the auditor's role, else the sealer's, else the owner's. It needs no master key."""

    async def run() -> T:
        database = Database(_auditors_url(settings()), pool=1, application="prs-cli")
        try:
            async with database.sessions() as session:
                return await act(session)
        finally:
            await database.close()

    return asyncio.run(run())


def _sealing(act: Callable[[Kernel], Awaitable[T]]) -> T:
    """Run something with the sealer's connection."""

    async def run() -> T:
        found = settings()
        kernel = make_kernel(found, service="cli", database_url=found.sealer_database_url or found.database_url)
        try:
            async with sealing.sealers_kernel(kernel) as own:
                return await act(own)
        finally:
            await kernel.close()

    try:
        return asyncio.run(run())
    except sealing.ChainRefused as error:
        raise click.ClickException(str(error)) from error


@click.group()
def audit() -> None:
    """The audit trail: seal, check, search."""


@audit.command()
def seal() -> None:
    """Seal now what the job would seal at its next turn."""
    for made in _sealing(sealing.seal_all):
        click.echo(f"batch {made.batch}: events {made.first_sequence} to {made.last_sequence}  {made.digest.hex()}")


@audit.command("rotate-key")
def rotate_key() -> None:
    """Sign all further seals with a new key."""

    async def act(kernel: Kernel) -> str:
        async with unit_of_work(kernel, sealing.SEALER) as uow:
            return (await sealing.add_key(uow)).kid

    click.echo(f"seals are signed by {_sealing(act)} from now on")


@audit.command()
@click.option(
    "--seals",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file that seals were handed out to; the one in PRS_AUDIT_SEALS_DIR where it is left out.",
)
def verify(seals: Path | None) -> None:
    """Compute the whole chain anew. Ends with 0 where it is intact, with 3 where it is not."""
    folder = settings().audit_seals_dir
    file = seals or (Path(folder) / exporting.FILE if folder else None)
    outside = verifying.outside(file) if file and file.is_file() else None

    async def act(session: AsyncSession) -> tuple[verifying.Chain, list[verifying.Finding], verifying.Tail]:
        chain = verifying.Chain(session, outside)
        findings = []
        with click.progressbar(length=await service.count_seals(session), label="Verifying", file=sys.stderr) as bar:
            async for step in chain.verify():
                if isinstance(step, verifying.Finding):
                    findings.append(step)
                else:
                    bar.update(1)
        return chain, findings, await chain.tail()

    chain, findings, tail = _reading(act)
    batches = chain.last.batch if chain.last else 0
    click.echo(f"{batches} batches with {chain.events} events are as they were sealed")
    if outside is None:
        click.echo("no file of seals to compare with: a chain that was cut or written anew would not be noticed")
    for finding in findings:
        place = f"batch {finding.batch}" if finding.batch else "after the last batch"
        place += f", event {finding.sequence}" if finding.sequence else ""
        click.echo(f"{finding.fault.value}: {place}: {finding.text}")
    if findings:
        sys.exit(BROKEN)
    since = f", the oldest of {clock.isoformat(tail.since)}" if tail.since else ""
    click.echo(f"{tail.events} events are not sealed yet{since}")


_MOMENT = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


@audit.command()
@click.option("--action", help="An action, or the part before its point.")
@click.option("--actor", help="The uid of who did it.")
@click.option("--subject", type=click.UUID, help="The uid of what it was done to.")
@click.option("--from", "since", type=_MOMENT, help="Not before, in UTC.")
@click.option("--to", "until", type=_MOMENT, help="Before, in UTC.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
def search(
    action: str | None,
    actor: str | None,
    subject: UUID | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> None:
    """Print events of all organizations and of none (sign-ins), the newest first, one JSON object a line."""
    wanted = EventFilter(action=action, actor=actor, subject=subject, since=_utc(since), until=_utc(until))

    async def act(session: AsyncSession) -> None:
        for event in await service.search(session, wanted, limit):
            click.echo(msgspec.json.encode(event))

    _reading(act)


@audit.command()
def actions() -> None:
    """Print the table of actions for docs/guides/audit.md."""
    click.echo("| action | when | subject | details |\n|---|---|---|---|")
    for action in ACTIONS.values():
        details = ", ".join(f"`{name}` ({kind.value})" for name, kind in action.details.items())
        click.echo(f"| `{action.name}` | {action.help} | {action.subject} | {details} |")


@audit.command()
@click.confirmation_option(prompt="Only after a dump was loaded into another cluster. Go on?")
def rebase() -> None:
    """Let a restored database go on with its chain: as its owner, before anything else is started."""

    async def run() -> int:
        database = Database(settings().database_url, pool=1, application="prs-cli")
        try:
            return await service.rebase(database)
        finally:
            await database.close()

    click.echo(f"transactions are counted from {asyncio.run(run())}")
