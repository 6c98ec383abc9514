"""The schema goes up, down and up again, and is what the models say."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config

from deploy.local.testing import TestServices
from tests.conftest import ROOT

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def config(services: TestServices) -> Iterator[Config]:
    name = f"m{uuid4().hex[:12]}"
    found = Config(str(ROOT / "alembic.ini"))
    found.set_main_option("sqlalchemy.url", services.create_database(name))
    yield found
    services.drop_database(name)


async def test_up_down_and_up_again(config: Config) -> None:
    for act, target in ((command.upgrade, "head"), (command.downgrade, "base"), (command.upgrade, "head")):
        # Alembic's entry runs an event loop of its own.
        await asyncio.to_thread(act, config, target)


async def test_the_models_and_the_schema_agree(config: Config) -> None:
    await asyncio.to_thread(command.upgrade, config, "head")
    await asyncio.to_thread(command.check, config)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
def test_a_version_never_waits_long_for_a_lock(version: Path) -> None:
    upgrade = version.read_text().split("def upgrade")[1].split("def downgrade")[0]
    assert "SET LOCAL lock_timeout" in upgrade
