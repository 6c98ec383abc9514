"""Staff see, search, export, delete and restore registrations of their organization."""

import csv
import io

import httpx
import pytest

from api.domain.accounts.roles import Role
from api.lib.uow import Kernel
from tests.factories.client import register, sign_in
from tests.factories.world import World, make_organization


@pytest.fixture
async def admin(api: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(api, f"{Role.ADMINISTRATOR.value}@example.org")


@pytest.fixture
def address(world: World) -> str:
    return f"/api/v1/organizations/{world.organization.uid}/registrations"


async def test_the_list_is_paged_and_searched(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], address: str
) -> None:
    for name in ("Asha One", "Bina Two", "Chand Three"):
        await register(api, world, full_name=name, email=f"{name.split()[0].lower()}@example.org")
    first = (await api.get(address, params={"limit": 2}, headers=admin)).json()
    assert [item["name"] for item in first["items"]] == ["Chand Three", "Bina Two"]
    second = (await api.get(address, params={"limit": 2, "cursor": first["next_cursor"]}, headers=admin)).json()
    assert [item["name"] for item in second["items"]] == ["Asha One"]
    assert second["next_cursor"] is None
    found = (await api.get(address, params={"q": "bina example"}, headers=admin)).json()
    assert [item["name"] for item in found["items"]] == ["Bina Two"]
    assert found["items"][0]["sync"]["state"] == "pending"
    nothing = (await api.get(address, params={"q": "100%_"}, headers=admin)).json()
    assert nothing["items"] == []


async def test_the_export_masks_what_is_sensitive_and_disarms_formulas(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], address: str
) -> None:
    await register(
        api, world, full_name='=HYPERLINK("http://x")', passport="Z7654321", children=[{"child_name": "Kid"}]
    )
    answer = await api.get(f"{address}/export", params={"event": str(world.event)}, headers=admin)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "Z7654321" not in answer.text
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0]["name"] == '\'=HYPERLINK("http://x")'
    assert rows[0]["about.passport (about v1)"] == "••••4321"
    assert rows[0]["about.children.child_name (about v1)"] == "Kid"
    assert rows[0]["tickets"] == "Seat"


async def test_a_cancelled_registration_is_deleted_and_restored(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], address: str
) -> None:
    body = await register(api, world)
    uid = body["registration"]["uid"]
    refused = await api.delete(f"{address}/{uid}", headers=admin)
    assert refused.json()["type"] == "/problems/cancel-first"
    await api.post(f"/api/v1/registrations/{uid}/cancel", headers={"Registration-Token": body["token"]})
    assert (await api.delete(f"{address}/{uid}", headers=admin)).status_code == 204
    assert (await api.get(address, headers=admin)).json()["items"] == []
    gone = await api.get(f"/api/v1/registrations/{uid}", headers={"Registration-Token": body["token"]})
    assert gone.status_code == 404
    assert (await api.post(f"{address}/{uid}/restore", headers=admin)).status_code == 200
    assert len((await api.get(address, headers=admin)).json()["items"]) == 1


async def test_a_front_desk_reads_and_does_not_export(api: httpx.AsyncClient, world: World, address: str) -> None:
    await register(api, world)
    desk = await sign_in(api, f"{Role.FRONT_DESK.value}@example.org")
    assert len((await api.get(address, headers=desk)).json()["items"]) == 1
    assert (await api.get(f"{address}/export", headers=desk)).status_code == 403


async def test_nobody_sees_another_organization(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], kernel: Kernel
) -> None:
    other = await make_organization(kernel, f"not-{world.organization.slug}")
    answer = await api.get(f"/api/v1/organizations/{other.uid}/registrations", headers=admin)
    assert answer.status_code == 404
