"""What the documentation says of settings, roles and jobs is what the code says."""

from pathlib import Path

from click.testing import CliRunner

from api.cli import main
from api.domain.jobs.contracts import JOBS

GUIDES = Path(__file__).resolve().parents[1] / "docs" / "guides"


def test_the_table_of_settings_is_the_one_that_the_command_prints() -> None:
    printed = CliRunner().invoke(main, ["settings"]).output
    assert printed in (GUIDES / "settings.md").read_text()


def test_the_table_of_permissions_is_the_one_that_the_command_prints() -> None:
    printed = CliRunner().invoke(main, ["permissions"]).output
    assert printed in (GUIDES / "permissions.md").read_text()


def test_every_job_is_explained() -> None:
    text = (GUIDES / "worker.md").read_text()
    assert [name for name in JOBS if f"`{name}`" not in text] == []
