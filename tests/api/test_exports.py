"""Exports as CSV, XLSX and Parquet: typed, named by version, safe, audited, and no burden to others."""

import asyncio
import csv
import io
from datetime import date, datetime
from typing import Any

import httpx
import openpyxl
import pytest
from pyarrow import parquet
from sqlalchemy import text

from api.domain.accounts.roles import Role
from api.domain.catalog import flow_service
from api.domain.forms import service as forms
from api.domain.registrations.exports import service as exports
from api.domain.registrations.exports.columns import Plan
from api.lib.db import Database
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work
from tests.factories import crowd, documents
from tests.factories.client import register, sign_in
from tests.factories.world import World, organiser


@pytest.fixture
async def admin(api: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(api, f"{Role.ADMINISTRATOR.value}@example.org")


async def fetch(
    api: httpx.AsyncClient, world: World, headers: dict[str, str], form: str, **more: str
) -> httpx.Response:
    answer = await api.get(
        f"/api/v1/organizations/{world.organization.uid}/registrations/export",
        params={"event": str(world.event), "format": form, **more},
        headers=headers,
    )
    assert answer.status_code == 200, answer.text
    return answer


async def table(api: httpx.AsyncClient, world: World, headers: dict[str, str], **more: str) -> list[dict[str, str]]:
    answer = await fetch(api, world, headers, "csv", **more)
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


async def test_a_workbook_holds_typed_cells_and_no_formula(
    api: httpx.AsyncClient, world: World, admin: dict[str, str]
) -> None:
    await register(api, world, full_name='=HYPERLINK("http://x")', passport="Z7654321", age=41)
    answer = await fetch(api, world, admin, "xlsx")
    assert answer.headers["content-type"] == exports.MEDIA_TYPES[exports.Format.XLSX]
    assert b"Z7654321" not in answer.content
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows())
    found = dict(zip([cell.value for cell in rows[0]], rows[1], strict=True))
    assert found["name"].value == '=HYPERLINK("http://x")'
    assert found["name"].data_type == "s", "a text has become a formula"
    assert found["about.age (about v1)"].value == 41
    assert found["about.passport (about v1)"].value == "••••4321"
    assert isinstance(found["submitted_at"].value, datetime)


async def test_parquet_has_a_type_for_each_column(api: httpx.AsyncClient, world: World, admin: dict[str, str]) -> None:
    await register(api, world, age=41, passport="Z7654321")
    answer = await fetch(api, world, admin, "parquet")
    found = parquet.read_table(io.BytesIO(answer.content))
    types = {field.name: str(field.type) for field in found.schema}
    assert types["about.age (about v1)"] == "int64"
    assert types["submitted_at"] == "timestamp[us, tz=UTC]"
    assert types["about.passport (about v1)"] == "string"
    row = found.to_pylist()[0]
    assert (row["about.age (about v1)"], row["about.passport (about v1)"], row["seats"]) == (41, "••••4321", 1)


async def test_versions_share_a_column_that_names_both(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], kernel: Kernel
) -> None:
    await register(api, world, full_name="On the first", age=20)
    source = documents.about()
    fields = source["pages"][0]["sections"][0]["fields"]
    fields[3] = documents.field("age", "text")
    fields.append(documents.field("city"))
    fields[-2].pop("relevant")
    fields[-2]["required"] = False
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        await forms.update(uow, world.forms["about"], source, None)
        await forms.publish(uow, world.forms["about"])
        draft, revision, _ = await flow_service.draft_of(uow, world.event)
        draft = type(draft)(tuple(step for step in draft.steps if step.name != "health"))
        await flow_service.save_draft(uow, world.event, draft, revision)
        await flow_service.publish(uow, world.event)
    await register(api, world, full_name="On the second", age="twenty", city="Pune")
    first, second = await table(api, world, admin)
    assert (first["about.age (about v1, v2)"], second["about.age (about v1, v2)"]) == ("20", "twenty")
    assert (first["about.city (about v2)"], second["about.city (about v2)"]) == ("", "Pune")
    assert first["about.full_name (about v1, v2)"] == "On the first"


async def test_many_pages_are_made_by_a_process_and_are_the_same(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("-1+1", 'Bina "Two", Three', "Chánd"):
        await register(api, world, full_name=name)
    here = (await fetch(api, world, admin, "csv")).content
    monkeypatch.setattr(exports, "PAGE", 1)
    there = (await fetch(api, world, admin, "csv")).content
    assert here == there
    assert "'-1+1" in here.decode()


async def test_types_of_answers_keep_their_values(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], kernel: Kernel, owner: Database
) -> None:
    event = await crowd.make_crowded(kernel, world.organization, "crowd")
    await crowd.fill(owner, event, "crowd", 3)
    answer = await fetch(api, world, admin, "xlsx", event=str(event))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values)
    found: dict[Any, Any] = dict(zip(rows[0], rows[1], strict=True))
    assert isinstance(found["about.birthday (visitor v1)"], datetime)
    assert found["about.birthday (visitor v1)"].date() >= date(1950, 1, 1)
    assert isinstance(found["about.nights (visitor v1)"], int)
    assert isinstance(found["about.donation (visitor v1)"], int | float)
    assert found["about.vegan (visitor v1)"] in (True, False)
    assert found["about.languages (visitor v1)"] in ("de", "en hi")
    assert len(rows) == 4


async def test_every_export_is_in_the_trail(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], owner: Database
) -> None:
    for form in ("csv", "xlsx", "parquet"):
        await fetch(api, world, admin, form)
    async with owner.engine.connect() as connection:
        found = await connection.scalars(
            text("SELECT details->>'format' FROM audit_event WHERE action = 'registrations.exported' ORDER BY id")
        )
        assert list(found) == ["csv", "xlsx", "parquet"]


async def test_more_exports_than_a_process_builds_are_put_off(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_running", exports.MOST_AT_ONCE)
    address = f"/api/v1/organizations/{world.organization.uid}/registrations/export"
    answer = await api.get(address, headers=admin)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/exports-busy")
    monkeypatch.setattr(exports, "_running", 0)
    assert (await api.get(address, headers=admin)).status_code == 200


async def test_a_builder_that_dies_breaks_the_file_off() -> None:
    plan = Plan((), {}, {}, {})

    async def never() -> Any:
        await asyncio.sleep(0)
        yield ["this is no JSON"]

    with pytest.raises((exports.BuildFailed, BrokenPipeError, ConnectionResetError)):
        async for _ in exports._built(exports.Format.CSV, plan, [], never()):  # noqa: SLF001 (its failure is the point)
            pass
