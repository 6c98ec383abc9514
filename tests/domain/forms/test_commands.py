"""`prs forms`: a form goes out as a spreadsheet and its mended sheet becomes the next draft."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.domain.forms.engine import import_xlsform
from api.lib import settings as reading
from api.lib.settings import Settings
from tests.factories.world import World

Prs = Callable[..., Result]

SHEET = "type,name,label\ntext,nickname,Nickname\ngeotrace,way,Your way\n"


@pytest.fixture
def prs(settings: Settings, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prs:
    """Runs ``prs forms …`` for the world's organization, in a folder of its own."""
    for name in (name for name in os.environ if name.startswith("PRS_") and not name.startswith("PRS_TEST_")):
        monkeypatch.delenv(name)
    for name in ("database_url", "api_database_url", "redis_url", "master_keys"):
        monkeypatch.setenv(f"PRS_{name.upper()}", getattr(settings, name))
    monkeypatch.chdir(tmp_path)
    reading.settings.cache_clear()

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["forms", *arguments, "--organization", world.organization.slug])

    return run


async def test_a_form_goes_out_and_its_mended_sheet_comes_back(prs: Prs, tmp_path: Path) -> None:
    sheet = tmp_path / "way.csv"
    sheet.write_text(SHEET)

    # The commands run a loop of their own.
    async def do(*arguments: str) -> Result:
        return await asyncio.to_thread(prs, *arguments)

    refused = await do("import", "way.csv")
    assert refused.exit_code == 1
    assert "error  survey:3:type" in refused.output
    made = await do("import", "way.csv", "--skip-unsupported", "--publish")
    assert made.exit_code == 0, made.output
    assert "warning  survey:3:type" in made.output
    assert "version 1" in made.output
    assert (await do("export", "way", "--format", "csv", "--output", "out.csv")).exit_code == 0
    report = import_xlsform((tmp_path / "out.csv").read_bytes(), "out.csv")
    assert report.problems == ()
    sheet.write_text(SHEET.replace("Nickname", "Your nickname").replace("geotrace", "text"))
    taken = await do("import", "way.csv")
    assert taken.exit_code == 1
    replaced = await do("import", "way.csv", "--replace", "--publish")
    assert "version 2" in replaced.output, replaced.output
    assert (await do("export", "way", "--version", "3")).exit_code == 1
    assert (await do("export", "another")).exit_code == 1
    assert (await do("export", "way", "--version", "1", "--format", "json")).output.strip() == "way.json"
    assert b"Your nickname" not in (tmp_path / "way.json").read_bytes()
