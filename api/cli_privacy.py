"""``prs privacy``: the register of processing."""

import click

from api.domain.privacy import register as processing


@click.group()
def privacy() -> None:
    """Personal data: what is held, and what for."""


@privacy.command()
@click.option("--markdown", is_flag=True, help="As docs/guides/processing-register.md holds it.")
def register(markdown: bool) -> None:
    """Print what the tables hold of persons. What the forms ask is in the app and in the API."""
    if markdown:
        click.echo(processing.markdown(), nl=False)
        return
    for row in processing.rows():
        click.echo(f"{row.name:<30} {row.retention:<40} {', '.join(row.categories)}")
