"""Where an organization asks for a second factor, roles there do nothing in a session without one."""

from typing import Any

import httpx
import pytest

from api.domain.accounts.roles import Role
from api.lib.db import Database
from tests.conftest import Running
from tests.domain.accounts.conftest import attempt, rows_changed
from tests.domain.accounts.test_second_factor import PATH, code
from tests.domain.accounts.test_signing_up import refused
from tests.factories.client import sign_in
from tests.factories.world import PASSWORD, World

ADMINISTRATOR = "administrator@example.org"


async def demand(app: Running, world: World, headers: dict[str, str], *, needed: bool = True) -> None:
    body = {"second_factor_required": needed, "allowed_networks": [], "denied_networks": []}
    answer = await app.client.put(
        f"/api/v1/organizations/{world.organization.uid}/access-policy", json=body, headers=headers
    )
    assert answer.status_code == 200, answer.text
    app.app.state.authenticator.forget()


async def reading(client: httpx.AsyncClient, world: World, headers: dict[str, str]) -> httpx.Response:
    return await client.get(f"/api/v1/organizations/{world.organization.uid}/registrations", headers=headers)


async def grants(client: httpx.AsyncClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/api/v1/me", headers=headers)).json()["grants"]
    return found


async def test_a_role_does_nothing_until_the_session_has_shown_one(app: Running, world: World, owner: Database) -> None:
    headers = await sign_in(app.client, ADMINISTRATOR)
    assert (await grants(app.client, headers))[0]["second_factor_needed"] is False
    assert (await reading(app.client, world, headers)).status_code == 200
    await demand(app, world, headers)
    assert refused(await reading(app.client, world, headers)) == (403, "second-factor-required")
    [held] = await grants(app.client, headers)
    assert (held["role"], held["second_factor_needed"]) == (Role.ADMINISTRATOR, True)
    assert (await app.client.get(PATH, headers=headers)).json()["required"] is True

    secret = (await app.client.post(PATH, json={"password": PASSWORD}, headers=headers)).json()["secret"]
    await app.client.post(f"{PATH}/confirm", json={"code": code(secret, -1)}, headers=headers)
    app.app.state.authenticator.forget()
    assert (await reading(app.client, world, headers)).status_code == 200
    assert (await grants(app.client, headers))[0]["second_factor_needed"] is False

    # A session that was opened with one has shown it; the account having one is not enough.
    challenge = (await attempt(app.client, ADMINISTRATOR, PASSWORD)).json()["challenge"]
    body = {"challenge": challenge, "code": code(secret)}
    token = (await app.client.post("/api/v1/auth/sessions/second-factor", json=body)).json()["access_token"]
    assert (await reading(app.client, world, {"Authorization": f"Bearer {token}"})).status_code == 200
    await rows_changed(owner, "UPDATE auth_session SET second_factor_at = NULL")
    app.app.state.authenticator.forget()
    assert refused(await reading(app.client, world, headers)) == (403, "second-factor-required")


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/me/registrations"])
async def test_what_is_ones_own_stays_open(app: Running, world: World, path: str) -> None:
    headers = await sign_in(app.client, ADMINISTRATOR)
    await demand(app, world, headers)
    assert (await app.client.get(path, headers=headers)).status_code == 200


async def test_a_stranger_learns_nothing_of_the_policy(app: Running, world: World) -> None:
    headers = await sign_in(app.client, ADMINISTRATOR)
    before = await reading(app.client, world, await sign_in(app.client, "front-desk@example.org"))
    assert before.status_code == 200
    await demand(app, world, headers)
    path = f"/api/v1/organizations/{world.organization.uid}/api-keys"
    desk = await sign_in(app.client, "front-desk@example.org")
    # A permission that the role does not include is missing for that reason, not for want of a second factor.
    assert refused(await app.client.get(path, headers=desk)) == (403, "forbidden")
