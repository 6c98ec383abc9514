"""Sensitive files are sealed where they lie, shown to those who say why, and gone with whom they are of."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import time_machine
from sqlalchemy import text

from api.domain import wiring
from api.domain.accounts import grants
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import Role
from api.domain.privacy import erasures, retention
from api.domain.registrations.uploads import collecting
from api.lib import clock
from api.lib.db import Database
from api.lib.uow import Kernel, unit_of_work
from tests.backend_sync.deliveries import execute
from tests.factories.client import sign_in
from tests.factories.files import MIB, Sender, film, pdf
from tests.factories.world import PASSWORD, World, organiser

WORDS = b"% Qvzplant: the patient has a weak heart\n"
SCAN = b"%PDF-1.7\n" + WORDS * 40_000 + b"%%EOF\n"


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


@pytest.fixture
async def steward(api: httpx.AsyncClient, kernel: Kernel, world: World) -> dict[str, str]:
    """Somebody who may see sensitive answers."""
    async with unit_of_work(kernel, organiser(world.organization)) as uow:
        made = await accounts.register(uow, email="steward@example.org", password=PASSWORD, name="Steward")
        await grants.grant(uow, made, world.organization, Role.DATA_STEWARD)
    return await sign_in(api, "steward@example.org")


async def test_a_sensitive_file_is_sealed_masked_and_shown_with_a_reason_only(
    api: httpx.AsyncClient, sender: Sender, steward: dict[str, str], tmp_path: Path, owner: Database
) -> None:
    answer = await sender.upload("/scan", SCAN, "application/pdf", name="weak heart.pdf")
    assert answer["name"] == "scan.pdf"
    plain = await sender.upload("/anything", SCAN, "application/pdf")
    await sender.draft.save("papers", answers={"scan": answer})
    assert sender.draft.body["steps"]["papers"]["answers"]["scan"] == {"masked": "••••"}
    # The mask stands for the file when it comes back.
    await sender.draft.save("papers", answers={"scan": {"masked": "••••"}})
    assert len(files(tmp_path)) == 4
    assert sum(b"Qvzplant" in path.read_bytes() for path in files(tmp_path)) == 2, "the other file's, as a control"
    removed = await api.delete(f"{sender.uploads}/{plain['upload']}", headers=sender.token)
    assert removed.status_code == 204
    address = f"{sender.uploads}/{answer['upload']}"
    admin = await sign_in(api, "administrator@example.org")
    for who in (sender.token, admin, steward):
        assert (await api.get(f"{address}/content", headers=who)).status_code == 403
    shown = await api.post(f"{address}/reveals", json={"reason": "safety"}, headers=steward)
    assert shown.status_code == 200, shown.text
    assert shown.content == SCAN
    noted = await api.post(f"{address}/reveals", json={"reason": "other"}, headers=steward)
    assert [error["pointer"] for error in noted.json()["errors"]] == ["/note"]
    for who, status in ((sender.token, 401), (admin, 403)):
        assert (await api.post(f"{address}/reveals", json={"reason": "safety"}, headers=who)).status_code == status
    async with owner.engine.connect() as connection:
        found = await connection.execute(text("SELECT details FROM audit_event WHERE action = 'sensitive.revealed'"))
        assert [details for (details,) in found] == [
            {"step": "papers", "pointer": "/scan", "reason": "safety", "note": None}
        ]


async def test_a_sealed_chunk_opens_in_its_place_only(
    api: httpx.AsyncClient, sender: Sender, steward: dict[str, str], tmp_path: Path
) -> None:
    answer = await sender.upload("/scan", SCAN, "application/pdf")
    one, two = files(tmp_path)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    address = f"{sender.uploads}/{answer['upload']}/reveals"
    swapped = await api.post(address, json={"reason": "safety"}, headers=steward)
    assert swapped.status_code == 500
    assert b"Qvzplant" not in swapped.content
    one.write_bytes(first)
    two.write_bytes(second)
    assert (await api.post(address, json={"reason": "safety"}, headers=steward)).content == SCAN


async def test_ones_own_data_has_the_files_the_sensitive_ones_too(sender: Sender, papers: World) -> None:
    clip, scan = film(2 * MIB + 5), SCAN
    given = {
        "clip": await sender.upload("/clip", clip, "video/mp4", name="holiday.mp4"),
        "scan": await sender.upload("/scan", scan, "application/pdf"),
    }
    await sender.draft.save("papers", answers=given)
    await sender.finish(papers)
    answer = await sender.client.post(f"{sender.draft.address}/data-export", headers=sender.token)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        data = json.loads(archive.read("data.json"))
        records = next(one["records"] for one in data["sections"] if one["name"] == "files")
        assert [record["name"] for record in records] == ["holiday.mp4", "scan.pdf"]
        assert [archive.read(record["path"]) for record in records] == [clip, scan]
        [one] = next(one["records"] for one in data["sections"] if one["name"] == "registrations")
        assert one["answers"]["papers"] == given


async def test_an_erased_persons_files_go_with_the_erasure(
    sender: Sender, papers: World, worker_kernel: Kernel, tmp_path: Path, owner: Database
) -> None:
    given = {
        "clip": await sender.upload("/clip", film(MIB + 5), "video/mp4"),
        "scan": await sender.upload("/scan", pdf(), "application/pdf"),
    }
    await sender.draft.save("papers", answers=given)
    await sender.begin("/letter", pdf(), "application/pdf")
    await sender.finish(papers)
    assert len(files(tmp_path)) == 3
    asked = await sender.client.post(f"{sender.draft.address}/erasure", headers=sender.token)
    assert asked.status_code == 202, asked.text
    await erasures.run_due(worker_kernel, wiring.PERSONAL_DATA)
    assert files(tmp_path) == []
    async with owner.engine.connect() as connection:
        left = await connection.execute(
            text(
                "SELECT (SELECT count(*) FROM registration_upload), (SELECT count(*) FROM registration_upload_part), "
                "(SELECT count(*) FROM discarded_file)"
            )
        )
        assert tuple(left.one()) == (0, 0, 0)


async def test_a_file_whose_time_is_over_goes_and_the_others_stay(
    sender: Sender, papers: World, worker_kernel: Kernel, tmp_path: Path, owner: Database
) -> None:
    letter = await sender.upload("/letter", pdf(), "application/pdf")
    given = {"letter": letter, "scan": await sender.upload("/scan", pdf(), "application/pdf")}
    await sender.draft.save("papers", answers=given)
    await sender.finish(papers)
    await execute(owner, "UPDATE event SET starts_at = now() - interval '12 day', ends_at = now() - interval '11 day'")
    assert await retention.apply(worker_kernel, wiring.PERSONAL_DATA) == {"registration.field": 1}
    assert await collecting.collect(worker_kernel) == 1
    assert len(files(tmp_path)) == 1
    assert (await sender.content(letter["upload"])).status_code == 200


async def test_a_chunk_that_no_row_names_is_found_after_a_day(
    sender: Sender, kernel: Kernel, worker_kernel: Kernel, tmp_path: Path
) -> None:
    kept = await sender.upload("/letter", pdf(), "application/pdf")
    await sender.draft.save("papers", answers={"letter": kept})
    assert kernel.storage is not None
    await kernel.storage.put("5f0c1d1e-8a55-4f0e-9f5c-6d2b7f1a0c3e/part.bin", b"left by a kill", "")
    await kernel.storage.put("5f0c1d1e-8a55-4f0e-9f5c-6d2b7f1a0c3e/480.webp", b"somebody else's", "")
    assert await collecting.collect_strays(worker_kernel) == 0
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=True):
        assert await collecting.collect_strays(worker_kernel) == 1
    assert len(files(tmp_path)) == 2
    assert (await sender.content(kept["upload"])).content == pdf()
