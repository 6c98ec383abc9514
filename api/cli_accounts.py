"""``prs keys`` and ``prs accounts``: signing keys, and who may come in."""

import click

from api.commands import run
from api.domain.accounts import administration, keyring
from api.domain.accounts.contracts import SigningKeyInfo
from api.domain.accounts.roles import Role
from api.lib import clock
from api.lib.security import SYSTEM
from api.lib.uow import UnitOfWork


@click.group()
def keys() -> None:
    """The keys that sign access tokens."""


@keys.command()
def ensure() -> None:
    """Create a signing key where there is none."""
    click.echo("signing key created" if run(keyring.ensure) else "signing key is there")


@keys.command()
def rotate() -> None:
    """Publish the next signing key; it signs once everybody can know it. Asking twice makes one."""
    click.echo(_line(run(keyring.rotate)))


@keys.command("list")
def list_keys() -> None:
    """Show every signing key, its state and its times."""
    click.echo(f"{'key':<14} {'state':<9} {'signs from':<20} {'until':<20} {'refused from':<20} private part")
    for key in run(keyring.listed):
        click.echo(_line(key))


@keys.command()
@click.argument("kid")
@click.confirmation_option(prompt="Every access token signed with it is refused at once. Go on?")
def withdraw(kid: str) -> None:
    """End a signing key at once, because somebody may have copied it."""

    async def act(uow: UnitOfWork) -> None:
        await keyring.withdraw(uow, kid)

    run(act)
    click.echo(f"{kid} is gone")


def _line(key: SigningKeyInfo) -> str:
    moments = (key.active_from, key.retired_at, key.gone_at)
    times = [clock.isoformat(moment.replace(microsecond=0)) if moment else "-" for moment in moments]
    shown = " ".join(f"{time:<20}" for time in times)
    return f"{key.kid:<14} {key.state:<9} {shown} {'kept' if key.has_private else 'deleted'}"


@click.group()
def accounts() -> None:
    """Accounts: who may come in."""


@accounts.command()
@click.argument("email")
@click.option("--revoke-keys", is_flag=True, help="Also end the API keys that this account has made.")
def disable(email: str, revoke_keys: bool) -> None:
    """Close an account: every session ends within a second, in every process."""

    async def act(uow: UnitOfWork) -> administration.Disabled:
        return await administration.disable(uow, email, revoke_keys=revoke_keys)

    # The worker's role: an account's keys may belong to any organization.
    done = run(act, scope=SYSTEM, worker=True)
    click.echo(f"{email} is disabled; {done.sessions} sessions ended, {done.keys_revoked} API keys revoked")
    if done.keys_left:
        click.echo(f"{done.keys_left} API keys that it made still work; --revoke-keys ends them", err=True)


@accounts.command()
@click.argument("email")
def enable(email: str) -> None:
    """Open an account again; its sessions stay ended."""

    async def act(uow: UnitOfWork) -> None:
        await administration.enable(uow, email)

    run(act)
    click.echo(f"{email} is enabled")


@accounts.command("sign-out")
@click.argument("email", required=False)
@click.option("--everybody", is_flag=True, help="All accounts of the installation.")
def sign_out(email: str | None, everybody: bool) -> None:
    """End the sessions of an account, or of all, within a second in every process; they may sign in again."""
    if (email is None) is not everybody:
        raise click.UsageError("Name an address, or say --everybody.")

    async def act(uow: UnitOfWork) -> int:
        return await administration.sign_out(uow, email)

    click.echo(f"{run(act)} sessions ended")


@accounts.command()
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.argument("organization")
def grant(email: str, role: str, organization: str) -> None:
    """Give somebody a role in an organization (its slug), e.g. its first administrator."""

    async def act(uow: UnitOfWork) -> str:
        return (await administration.grant(uow, email, Role(role), organization)).state

    click.echo(f"{email} is {role} of {organization}: {run(act)}")
