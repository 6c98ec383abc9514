"""Auditors list, filter and export the trail of their organizations; nobody else's row is there."""

import csv
import io
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts.roles import Role
from api.domain.audit import service as audit
from api.domain.organizations import service as organizations
from api.lib import clock
from api.lib.db import Database
from api.lib.security import Principal
from api.lib.uow import Kernel, unit_of_work
from tests.factories.client import register, sign_in
from tests.factories.world import World, make_organization


@pytest.fixture
async def admin(api: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(api, f"{Role.ADMINISTRATOR.value}@example.org")


@pytest.fixture
def address(world: World) -> str:
    return f"/api/v1/organizations/{world.organization.uid}/audit-events"


async def record(kernel: Kernel, organization_id: int | None, subject: UUID | None = None) -> None:
    async with unit_of_work(kernel, Principal(kind="service", subject_uid="test"), request_id="r-1") as uow:
        await audit.record(
            uow, "event.deleted", subject_type="event", subject_uid=subject, organization_id=organization_id
        )


async def every(api: httpx.AsyncClient, address: str, headers: dict[str, str], limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        body = (await api.get(address, params=query, headers=headers)).json()
        found += body["items"]
        cursor = body["next_cursor"]
        if cursor is None:
            return found


async def test_pages_hold_every_event_once_the_newest_first(
    api: httpx.AsyncClient, kernel: Kernel, owner: Database, world: World, admin: dict[str, str], address: str
) -> None:
    for _ in range(7):
        await record(kernel, world.organization.id)
    # Events of one moment must neither be lost nor come twice at the edge of a page.
    async with owner.engine.begin() as connection:
        await connection.execute(
            text("UPDATE audit_event SET occurred_at = '2026-01-01' WHERE action = 'event.deleted'")
        )
    paged = await every(api, address, admin, 2)
    whole = await every(api, address, admin, 200)
    assert paged == whole
    uids = [item["uid"] for item in whole]
    assert len(uids) == len(set(uids)) > 7
    times = [item["occurred_at"] for item in whole]
    assert times == sorted(times, reverse=True)


async def test_an_event_says_who_did_what(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], address: str
) -> None:
    await api.post(
        f"/api/v1/organizations/{world.organization.uid}/api-keys",
        json={"name": "Till", "permissions": ["event:read"]},
        headers=admin,
    )
    found = (await api.get(address, params={"action": "api-key.created"}, headers=admin)).json()["items"]
    assert len(found) == 1
    assert found[0]["actor"] == {
        "kind": "account",
        "uid": str(world.staff[Role.ADMINISTRATOR].uid),
        "name": "administrator",
    }
    assert found[0]["subject"]["type"] == "api-key"
    assert found[0]["details"] == {"permissions": ["event:read"], "networks": []}
    assert found[0]["sealed"] is False
    assert found[0]["sequence"] is None


async def test_filters_narrow(
    api: httpx.AsyncClient, kernel: Kernel, world: World, admin: dict[str, str], address: str
) -> None:
    subject = uuid4()
    await record(kernel, world.organization.id, subject)
    now = clock.now()

    async def actions(**query: Any) -> set[str]:
        answer = await api.get(address, params=query | {"limit": 200}, headers=admin)
        assert answer.status_code == 200, answer.text
        return {item["action"] for item in answer.json()["items"]}

    everything = await actions()
    assert await actions(action="event.deleted") == {"event.deleted"}
    assert await actions(action="event") == {name for name in everything if name.startswith("event.")}
    assert await actions(subject=str(subject)) == {"event.deleted"}
    assert await actions(subject=str(uuid4())) == set()
    assert await actions(actor="nobody") == set()
    assert await actions(to=clock.isoformat(now - timedelta(days=1))) == set()
    assert await actions(**{"from": clock.isoformat(now - timedelta(days=1))}) == everything
    assert await actions(**{"from": clock.isoformat(now + timedelta(days=1))}) == set()


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-01-01T00:00:00"},
        {"to": "0001-01-01T00:00:00Z"},
        {"from": "yesterday"},
        {"action": "Event'; --"},
        {"action": "event\n"},
        {"actor": "a\x00b"},
        {"subject": "1"},
        {"limit": "0"},
        {"cursor": "nonsense"},
    ],
)
async def test_a_filter_that_cannot_be_read_is_refused(
    api: httpx.AsyncClient, admin: dict[str, str], address: str, query: dict[str, str]
) -> None:
    answer = await api.get(address, params=query, headers=admin)
    assert answer.status_code in (400, 422), answer.text


async def test_an_organization_sees_what_lies_below_it_and_nothing_beside_it(
    api: httpx.AsyncClient, kernel: Kernel, world: World, admin: dict[str, str], address: str
) -> None:
    async with unit_of_work(kernel) as uow:
        faculty = await organizations.create(uow, name="Faculty", slug="faculty", parent=world.organization.uid)
    stranger = await make_organization(kernel, "stranger")
    below, beside, nowhere = uuid4(), uuid4(), uuid4()
    await record(kernel, faculty.id, below)
    await record(kernel, stranger.id, beside)
    await record(kernel, None, nowhere)
    subjects = {item["subject"]["uid"] for item in await every(api, address, admin, 200)}
    assert str(below) in subjects
    assert not {str(beside), str(nowhere)} & subjects
    foreign = await api.get(f"/api/v1/organizations/{stranger.uid}/audit-events", headers=admin)
    assert foreign.status_code == 404


async def test_ndjson_holds_what_the_list_holds_and_the_export_itself(
    api: httpx.AsyncClient, admin: dict[str, str], address: str
) -> None:
    before = await every(api, address, admin, 200)
    answer = await api.get(f"{address}/export", headers=admin)
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert answer.headers["cache-control"] == "no-store"
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert rows[0]["action"] == "audit.exported"
    assert rows[0]["details"] == {"format": "ndjson"}
    assert rows[1:] == before


async def test_an_export_is_as_narrow_as_its_filters(
    api: httpx.AsyncClient, admin: dict[str, str], address: str
) -> None:
    answer = await api.get(f"{address}/export", params={"action": "event.published"}, headers=admin)
    assert [json.loads(line)["action"] for line in answer.text.splitlines()] == ["event.published"]


async def test_csv_runs_no_formula(
    api: httpx.AsyncClient, owner: Database, world: World, admin: dict[str, str], address: str
) -> None:
    await register(api, world)
    async with owner.engine.begin() as connection:
        await connection.execute(text("UPDATE account SET name = '=HYPERLINK(\"http://x\")'"))
        await connection.execute(text("UPDATE audit_event SET request_id = '@SUM(1)' WHERE action = 'event.published'"))
    await api.get(f"{address}/export", headers=admin)
    answer = await api.get(f"{address}/export", params={"format": "csv"}, headers=admin)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    cells = [cell for row in rows for cell in row]
    assert '\'=HYPERLINK("http://x")' in cells
    assert "'@SUM(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


async def test_without_the_permission_nobody_reads_the_trail(api: httpx.AsyncClient, address: str) -> None:
    desk = await sign_in(api, f"{Role.FRONT_DESK.value}@example.org")
    for path in (address, f"{address}/export", address.replace("audit-events", "audit-seals")):
        assert (await api.get(path, headers=desk)).status_code == 403
        assert (await api.get(path)).status_code == 401
