"""``prs forms``: forms in and out as spreadsheets."""

from pathlib import Path
from typing import Literal

import click
import msgspec

from api.commands import run
from api.domain.forms import contracts, engine
from api.domain.forms import service as forms
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization
from api.lib.uow import UnitOfWork


@click.group("forms")
def forms_group() -> None:
    """Forms."""


async def _enter(uow: UnitOfWork, slug: str) -> Organization:
    found = await organizations.find(uow, slug)
    if found is None:
        raise click.ClickException(f"there is no organization {slug!r}")
    await uow.enter_organization(found.id)
    return found


async def _named(uow: UnitOfWork, owner: Organization, name: str) -> contracts.Form | None:
    return next((form for form in await forms.of(uow, [owner.id]) if form.name == name), None)


@forms_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organization", required=True, help="The organization's slug.")
@click.option("--skip-unsupported", is_flag=True, help="Leave out what is not supported, with a warning each.")
@click.option("--replace", is_flag=True, help="Replace the draft of the form of this name; its versions stay.")
@click.option("--publish", is_flag=True, help="Publish the form at once.")
def import_form(file: Path, organization: str, skip_unsupported: bool, replace: bool, publish: bool) -> None:
    """Make a form from an XLSForm spreadsheet (.xlsx, .xls, .csv)."""
    report = engine.import_xlsform(file.read_bytes(), file.name, skip_unsupported=skip_unsupported)
    for problem in report.problems:
        place = ":".join(str(part) for part in (problem.sheet, problem.row, problem.column) if part)
        click.echo(f"{problem.severity}  {place}  {problem.message}", err=True)
    document = report.document
    if document is None:
        raise click.ClickException("nothing was imported; mend the rows above and try again")

    async def act(uow: UnitOfWork) -> str:
        owner = await _enter(uow, organization)
        source = msgspec.to_builtins(document)
        known = await _named(uow, owner, document.name) if replace else None
        form = await forms.update(uow, known.uid, source, None) if known else await forms.create(uow, owner, source)
        if publish:
            form, _ = await forms.publish(uow, form.uid)
        return f"form {form.name} {form.uid}" + (f" version {form.latest_version}" if publish else " (draft)")

    click.echo(run(act))


@forms_group.command("export")
@click.argument("name")
@click.option("--organization", required=True, help="The organization's slug.")
@click.option("--version", type=click.IntRange(min=0), help="Other than the latest; 0 is the draft.")
@click.option("--format", "kind", type=click.Choice(["xlsx", "csv", "json"]), default="xlsx", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file other than NAME.FORMAT.")
def export_form(
    name: str, organization: str, version: int | None, kind: Literal["xlsx", "csv", "json"], output: Path | None
) -> None:
    """Write a form as a spreadsheet; importing that again gives the same form."""

    async def act(uow: UnitOfWork) -> bytes:
        form = await _named(uow, await _enter(uow, organization), name)
        if form is None:
            raise click.ClickException(f"there is no form {name!r} in {organization!r}")
        number = form.latest_version if version is None else version
        _, source = await forms.source(uow, form.uid, number)
        return forms.exported(source, kind)

    path = output or Path(f"{name}.{kind}")
    path.write_bytes(run(act))
    click.echo(str(path))
