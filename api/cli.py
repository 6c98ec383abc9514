"""``prs``: the operator's and the organiser's command."""

import asyncio
import os
import shlex
import sys
from pathlib import Path
from uuid import UUID

import click
from alembic import command
from alembic.config import Config
from litestar import Litestar

from api import cli_accounts, cli_audit, cli_forms, cli_keys, cli_privacy, demo, roles
from api.commands import run as _run
from api.domain.sync import service as sync
from api.domain.sync.contracts import Destination
from api.lib.crypto import SealError
from api.lib.db import Database
from api.lib.errors import Problem
from api.lib.security import SYSTEM
from api.lib.settings import PREFIX, Settings, SettingsError, rows, settings
from api.lib.uow import Kernel, UnitOfWork, make_kernel
from api.server import app, openapi, permission_tables

_ROOT = Path(__file__).resolve().parents[1]


@click.group()
def main() -> None:
    """Global PRS: run and organise the platform."""


main.add_command(cli_audit.audit)
main.add_command(cli_forms.forms_group)
main.add_command(cli_privacy.privacy)


@main.group()
def db() -> None:
    """The database: schema and roles."""


def _upgrade() -> None:
    command.upgrade(Config(str(_ROOT / "alembic.ini")), "head")


@db.command()
def migrate() -> None:
    """Bring the schema up to date, as its owner."""
    _upgrade()


@db.command()
def prepare() -> None:
    """Bring the schema up to date and give the roles their logins."""
    _upgrade()
    click.echo("logins set: " + ", ".join(_set_logins()))


@db.command("roles")
def set_roles() -> None:
    """Give the processes' roles the logins that the PRS_…_DATABASE_URL variables name."""
    click.echo("logins set: " + ", ".join(_set_logins()))


def _logins(found: Settings) -> list[str]:
    return [found.api_database_url, found.worker_database_url, found.sealer_database_url, found.auditor_database_url]


def _set_logins() -> list[str]:
    found = settings()

    async def run() -> list[str]:
        database = Database(found.database_url, pool=1, application="prs-cli")
        try:
            await roles.set_vault(database, on=found.aadhaar_vault == "on")
            return await roles.set_logins(database, _logins(found))
        finally:
            await database.close()

    return asyncio.run(run())


main.add_command(cli_accounts.keys)
main.add_command(cli_accounts.accounts)
cli_accounts.keys.add_command(cli_keys.status)
cli_accounts.keys.add_command(cli_keys.rewrap)


@main.group("demo")
def demo_group() -> None:
    """A demo organization with one realistic program."""


@demo_group.command()
def load() -> None:
    """Load it; loading it again changes nothing."""
    found = settings()

    async def run() -> list[str]:
        kernel: Kernel = make_kernel(found, service="cli", database_url=found.api_database_url)
        try:
            return await demo.load(kernel)
        finally:
            await kernel.close()

    for line in asyncio.run(run()):
        click.echo(line)


@main.group("sync")
def sync_group() -> None:
    """What other systems have been told."""


@sync_group.command()
def status() -> None:
    """Show what waits, what was delivered, and the dead letters."""

    async def act(uow: UnitOfWork) -> list[str]:
        lines = [f"{'destination':<12} {'pending':>8} {'dead':>6} {'done':>8} {'oldest':>9}"]
        lines += [
            f"{d.destination:<12} {d.pending:>8} {d.dead:>6} {d.done:>8} {d.oldest_seconds:>8.0f}s"
            for d in await sync.depths(uow)
        ]
        lines += [
            f"dead  {d.destination}  {d.aggregate} {d.aggregate_uid} revision {d.revision}: {d.error}"
            for d in await sync.dead_letters(uow)
        ]
        return lines

    for line in _run(act, scope=SYSTEM, worker=True):
        click.echo(line)


@sync_group.command()
@click.option("--destination", type=click.Choice([name.value for name in Destination]), help="Only this one.")
@click.argument("uids", nargs=-1, type=click.UUID)
def replay(destination: str | None, uids: tuple[UUID, ...]) -> None:
    """Try dead letters again, all or those of some aggregates."""

    async def act(uow: UnitOfWork) -> int:
        return await sync.replay(uow, Destination(destination) if destination else None, uids)

    click.echo(f"{_run(act, scope=SYSTEM, worker=True)} put back into the queue")


def _described() -> Litestar:
    """Return the application as it describes itself; it is not started."""
    placeholder = Settings(api_database_url="postgresql://nobody@127.0.0.1:1/none", master_keys=_NO_KEY)
    kernel = make_kernel(placeholder, service="cli", database_url=placeholder.api_database_url)
    return app.create_litestar(placeholder, kernel)


@main.command("openapi")
@click.option("--check", is_flag=True, help="Fail where the committed document differs.")
def write_openapi(check: bool) -> None:
    """Write frontend/openapi.json, from which the app's client is generated."""
    target = _ROOT / "frontend" / "openapi.json"
    document = openapi.render(_described())
    if check:
        if not target.is_file() or target.read_bytes() != document:
            raise click.ClickException("frontend/openapi.json is out of date: run `make generate`")
        return
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(document)


# A key for describing the API only; nothing is ever sealed with it.
_NO_KEY = "none:" + "A" * 43 + "="


@main.command("settings")
def show_settings() -> None:
    """Print the table of settings for docs/guides/settings.md."""
    click.echo("| variable | default | meaning |\n|---|---|---|")
    for row in rows():
        secret = " (secret)" if row.secret else ""
        click.echo(f"| `{row.variable}` | {f'`{row.default}`' if row.default else ''} | {row.help}{secret} |")


_BEGIN, _END = "<!-- printed by `prs permissions` -->\n", "<!-- end of what it prints -->\n"


@main.command("permissions")
@click.option("--write", is_flag=True, help="Write them into docs/guides/permissions.md instead.")
def show_permissions(write: bool) -> None:
    """Print what each role permits and who may call each operation."""
    tables = f"{permission_tables.roles()}\n{permission_tables.operations(_described())}"
    if not write:
        click.echo(tables, nl=False)
        return
    target = _ROOT / "docs" / "guides" / "permissions.md"
    before, _, rest = target.read_text().partition(_BEGIN)
    target.write_text(f"{before}{_BEGIN}\n{tables}\n{_END}{rest.partition(_END)[2]}")


# Written by the one-command run: the settings of the platform that runs on this machine.
_LOCAL_RUN = _ROOT / ".data" / "environment"


def _adopt_local_run() -> None:
    """Talk to the platform that `make up` has started here, where the environment names no other."""
    if any(name.startswith(PREFIX) for name in os.environ) or not _LOCAL_RUN.is_file():
        return
    for line in _LOCAL_RUN.read_text().splitlines():
        name, found, value = line.partition("=")
        if found and name.startswith(PREFIX):
            os.environ[name] = "".join(shlex.split(value))


def entry() -> None:
    """Run the command and say what is wrong without a traceback where a person can mend it."""
    _adopt_local_run()
    try:
        main(standalone_mode=True)
    except (SettingsError, SealError, Problem, cli_keys.OutOfReach, cli_keys.StillHeld) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    entry()
