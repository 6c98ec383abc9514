"""The operator's commands: seal, verify with its exit codes, search."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.domain.audit import exporting
from api.lib import settings as reading
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel
from tests.domain.audit.conftest import Record, settle, tamper

Prs = Callable[..., Result]


@pytest.fixture
def prs(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prs:
    """Runs ``prs audit …`` with the settings of this test."""
    for name in (name for name in os.environ if name.startswith("PRS_") and not name.startswith("PRS_TEST_")):
        monkeypatch.delenv(name)
    for name in ("database_url", "sealer_database_url", "auditor_database_url", "redis_url", "master_keys"):
        monkeypatch.setenv(f"PRS_{name.upper()}", getattr(settings, name))
    monkeypatch.setenv("PRS_AUDIT_SEALS_DIR", str(tmp_path))
    reading.settings.cache_clear()

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["audit", *arguments])

    return run


async def test_seal_verify_and_search(
    prs: Prs,
    settings: Settings,
    record: Record,
    sealer: Kernel,
    owner: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subjects = await record(3)
    await settle(sealer)
    # The commands run a loop of their own.
    sealed = await asyncio.to_thread(prs, "seal")
    assert sealed.exit_code == 0, sealed.output
    assert "batch 1: events 1 to 3" in sealed.output
    await record(1)

    # Whoever verifies needs no secret but a login.
    monkeypatch.delenv("PRS_MASTER_KEYS")
    reading.settings.cache_clear()
    whole = await asyncio.to_thread(prs, "verify")
    assert whole.exit_code == 0, whole.output
    assert "1 batches with 3 events are as they were sealed" in whole.output
    assert "1 events are not sealed yet" in whole.output
    assert "no file of seals" not in whole.output

    found = await asyncio.to_thread(prs, "search", "--subject", str(subjects[1]), "--action", "flow")
    lines = [json.loads(line) for line in found.output.splitlines()]
    assert [(line["action"], line["sequence"]) for line in lines] == [("flow.published", 2)]

    monkeypatch.setenv("PRS_MASTER_KEYS", settings.master_keys)
    reading.settings.cache_clear()
    rotated = await asyncio.to_thread(prs, "rotate-key")
    assert rotated.exit_code == 0, rotated.output

    await tamper(owner, "DELETE FROM audit_event WHERE id = (SELECT event_ids[2] FROM audit_seal)")
    broken = await asyncio.to_thread(prs, "verify", "--seals", str(tmp_path / exporting.FILE))
    assert broken.exit_code == 3
    assert "deleted: batch 1, event 2" in broken.output


async def test_a_cut_is_told_by_the_folder_of_seals(prs: Prs, record: Record, sealer: Kernel, owner: Database) -> None:
    await record(1)
    await settle(sealer)
    await asyncio.to_thread(prs, "seal")
    await tamper(owner, "DELETE FROM audit_seal", "DELETE FROM audit_event")
    broken = await asyncio.to_thread(prs, "verify")
    assert broken.exit_code == 3
    assert "cut: batch 1" in broken.output
    await record(1)
    await settle(sealer)
    refused = await asyncio.to_thread(prs, "seal")
    assert refused.exit_code == 1
    assert "batch 1" in refused.output


async def test_without_a_database_the_question_cannot_be_answered(prs: Prs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRS_AUDITOR_DATABASE_URL", "postgresql://prs_auditor:wrong@127.0.0.1:1/none")
    reading.settings.cache_clear()
    assert (await asyncio.to_thread(prs, "verify")).exit_code == 1
