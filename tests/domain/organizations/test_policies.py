"""What organizations ask of those who work for them: the strictest wins, and nobody locks themselves out."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts import api_keys
from api.domain.organizations import service as organizations
from api.domain.organizations.contracts import Organization, Policy
from api.lib.db import Database
from api.lib.networks import NotANetwork, Rules, address, network
from api.lib.security import Permission, Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from tests.conftest import running, structs
from tests.factories.client import sign_in
from tests.factories.world import World, make_organization, organiser

OPEN: dict[str, Any] = {"second_factor_required": False, "allowed_networks": [], "denied_networks": []}


async def put(client: httpx.AsyncClient, organization: UUID, headers: dict[str, str], **changes: Any) -> httpx.Response:
    address = f"/api/v1/organizations/{organization}/access-policy"
    return await client.put(address, json=OPEN | changes, headers=headers)


async def store(owner: Database, organization: int, **changes: Any) -> None:
    """Set a policy past all checks."""
    values = OPEN | changes | {"id": organization}
    async with owner.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO organization_access_policy VALUES (:id, :second_factor_required, :allowed_networks, "
                ":denied_networks, now())"
            ),
            values,
        )


async def test_a_policy_is_kept_in_its_usual_form_and_read_back(
    api: httpx.AsyncClient, world: World, owner: Database
) -> None:
    headers = await sign_in(api, "administrator@example.org")
    url = f"/api/v1/organizations/{world.organization.uid}/access-policy"
    assert (await api.get(url, headers=headers)).json() == OPEN
    answer = await put(
        api,
        world.organization.uid,
        headers,
        second_factor_required=False,
        allowed_networks=["127.0.0.1", "127.0.0.1/32", "::ffff:10.0.0.0/104", "2001:DB8::/32"],
        denied_networks=["203.0.113.0/24"],
    )
    assert answer.status_code == 200, answer.text
    stored = OPEN | {
        "allowed_networks": ["127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32"],
        "denied_networks": ["203.0.113.0/24"],
    }
    assert answer.json() == stored
    assert (await api.get(url, headers=headers)).json() == stored
    async with owner.engine.connect() as connection:
        details = await connection.scalar(
            text("SELECT details FROM audit_event WHERE action = 'access-policy.changed'")
        )
    assert details == stored


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"allowed_networks": ["10.0.0.0/8"]}, "/allowed_networks", "own-address"),
        ({"denied_networks": ["127.0.0.0/8"]}, "/denied_networks", "own-address"),
        ({"denied_networks": ["0.0.0.0/0"]}, "/denied_networks", "own-address"),
        ({"denied_networks": ["::ffff:127.0.0.1"]}, "/denied_networks", "own-address"),
        ({"allowed_networks": ["127.0.0.1", "10.0.0.1/8"]}, "/allowed_networks/1", "format"),
        ({"denied_networks": ["example.org"]}, "/denied_networks/0", "format"),
        ({"denied_networks": ["fe80::1%eth0"]}, "/denied_networks/0", "format"),
        ({"denied_networks": [""]}, "/denied_networks/0", "format"),
        ({"denied_networks": ["10.0.0.0/33"]}, "/denied_networks/0", "format"),
        ({"denied_networks": ["\u0661.2.3.4"]}, "/denied_networks/0", "format"),
    ],
)
async def test_what_cannot_be_meant_is_refused_and_nothing_is_stored(
    api: httpx.AsyncClient, world: World, owner: Database, changes: dict[str, Any], pointer: str, code: str
) -> None:
    headers = await sign_in(api, "administrator@example.org")
    answer = await put(api, world.organization.uid, headers, **changes)
    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    async with owner.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM organization_access_policy")) == 0


async def tree(kernel: Kernel) -> tuple[Organization, Organization, Organization]:
    top = await make_organization(kernel, "top")
    async with unit_of_work(kernel) as uow:
        middle = await organizations.create(uow, name="Middle", slug="middle", parent=top.uid)
        bottom = await organizations.create(uow, name="Bottom", slug="bottom", parent=middle.uid)
    return top, middle, bottom


async def test_the_strictest_of_the_policies_above_holds(kernel: Kernel, owner: Database) -> None:
    top, middle, bottom = await tree(kernel)
    await store(owner, top.id, allowed_networks=["10.0.0.0/8"], second_factor_required=True)
    await store(owner, bottom.id, allowed_networks=["10.1.0.0/16", "192.0.2.0/24"], denied_networks=["10.1.1.0/24"])
    async with unit_of_work(kernel) as uow:
        found = await organizations.policies(uow, [top.id, middle.id, bottom.id, 4711])
        assert await organizations.policies(uow, []) == {}
    assert found[4711] == Policy()
    assert all(found[one.id].second_factor_required for one in (top, middle, bottom))
    admitted = {
        address: [found[one.id].networks.admit(address) for one in (top, middle, bottom)]
        for address in ("10.9.9.9", "10.1.2.3", "10.1.1.1", "192.0.2.1", "::ffff:10.1.2.3", "", "unknown")
    }
    assert admitted == {
        "10.9.9.9": [True, True, False],
        "10.1.2.3": [True, True, True],
        "10.1.1.1": [True, True, False],
        "192.0.2.1": [False, False, False],
        "::ffff:10.1.2.3": [True, True, True],
        "": [False, False, False],
        "unknown": [False, False, False],
    }


async def test_a_role_does_nothing_from_an_address_its_organization_refuses(
    settings: Settings, world: World, owner: Database, kernel: Kernel
) -> None:
    await store(owner, world.organization.id, allowed_networks=["192.0.2.0/24"])
    scope = Scope(frozenset({world.organization.id}))
    async with unit_of_work(kernel, organiser(world.organization), scope) as uow:
        _, key = await api_keys.create(
            uow, world.organization, name="x", permissions=[Permission.EVENT_READ], expires_at=None
        )
    async with running(structs(settings, trusted_proxies=("127.0.0.1/32",))) as found:
        person = await sign_in(found.client, "administrator@example.org")
        for headers in (person, {"Authorization": f"Bearer {key}"}):
            # Within the seconds that a caller is remembered: the address counts each time.
            for origin, status in (("192.0.2.7", 200), ("198.51.100.7", 403), ("192.0.2.7", 200)):
                answer = await found.client.get(
                    f"/api/v1/organizations/{world.organization.uid}/events",
                    headers=headers | {"X-Forwarded-For": origin},
                )
                assert answer.status_code == status, answer.text
            await _elsewhere(found.client, headers, "198.51.100.7")
        me = await found.client.get("/api/v1/me", headers=person | {"X-Forwarded-For": "198.51.100.7"})
        assert me.status_code == 200


async def _elsewhere(client: httpx.AsyncClient, headers: dict[str, str], origin: str) -> None:
    answer = await client.get("/api/v1/organizations", headers=headers | {"X-Forwarded-For": origin})
    if answer.status_code == 403:
        assert answer.json()["type"] in ("/problems/address-not-allowed", "/problems/forbidden")
    else:
        assert answer.json() == []


async def test_a_role_elsewhere_goes_on_and_the_closed_one_is_explained(
    settings: Settings, world: World, owner: Database, kernel: Kernel
) -> None:
    async with unit_of_work(kernel) as uow:
        below = await organizations.create(uow, name="Below", slug="below", parent=world.organization.uid)
    await store(owner, below.id, denied_networks=["127.0.0.0/8"])
    async with running(settings) as found:
        headers = await sign_in(found.client, "administrator@example.org")
        listed = await found.client.get("/api/v1/organizations", headers=headers)
        assert [one["slug"] for one in listed.json()] == ["sahaya"]
        answer = await found.client.get(f"/api/v1/organizations/{below.uid}/events", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/address-not-allowed")


def test_networks_and_addresses_have_one_form() -> None:
    assert str(network("::ffff:10.0.0.0/104")) == "10.0.0.0/8"
    assert str(address("::ffff:10.0.0.1")) == "10.0.0.1"
    assert str(address("fe80::1%eth0")) == "fe80::1"
    assert address("10.0.0.1:80") is None
    with pytest.raises(NotANetwork, match=r"did you mean 10\.0\.0\.0/8"):
        network("10.1.2.3/8")
    assert Rules().open
    assert Rules(allowed=((), ())).open
    assert not Rules(denied=(network("10.0.0.0/8"),)).open
