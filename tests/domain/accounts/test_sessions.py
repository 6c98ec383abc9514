"""Signing in, staying signed in, and being signed out: at once, everywhere, and whatever the database does."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import NamedTuple

import asyncpg  # type: ignore[import-untyped]
import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts import api_keys, authentication, repository
from api.domain.accounts.roles import PERMISSIONS, Role
from api.lib import clock
from api.lib.db import Database
from api.lib.security import Permission, Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from tests.conftest import Running, running
from tests.factories.client import sign_in
from tests.factories.world import PASSWORD, World, organiser

# Every half second each process asks who was revoked.
SOON = 3.0


class Cookies(NamedTuple):
    """What a browser keeps of a session."""

    refresh: str
    csrf: str


async def tokens(client: httpx.AsyncClient) -> tuple[str, Cookies]:
    """Sign in and return the access token and what the browser keeps."""
    body = {"email": "administrator@example.org", "password": PASSWORD}
    answer = await client.post("/api/v1/auth/sessions", json=body)
    client.cookies.clear()
    return answer.json()["access_token"], cookie_of(answer)


async def refresh(
    client: httpx.AsyncClient, kept: Cookies, *, agent: str = "", headers: dict[str, str] | None = None
) -> httpx.Response:
    sent = {"Cookie": f"prs_refresh={kept.refresh}", "X-CSRF-Token": kept.csrf}
    sent |= {"User-Agent": agent} if agent else {}
    answer = await client.post("/api/v1/auth/refresh", headers=sent | (headers or {}))
    client.cookies.clear()
    return answer


def cookie_of(answer: httpx.Response) -> Cookies:
    return Cookies(answer.cookies["prs_refresh"], answer.json()["csrf_token"])


async def age_used_tokens(owner: Database) -> None:
    async with owner.engine.begin() as connection:
        await connection.execute(text("UPDATE refresh_token SET used_at = used_at - interval '1 hour'"))


async def until(condition: Callable[[], Awaitable[bool]]) -> float:
    """Return after how many seconds the condition holds."""
    began = time.monotonic()
    while not await condition():
        assert time.monotonic() - began < SOON
        await asyncio.sleep(0.05)
    return time.monotonic() - began


def denied(
    client: httpx.AsyncClient, headers: dict[str, str], path: str = "/api/v1/me"
) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return (await client.get(path, headers=headers)).status_code == 401

    return check


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(api: httpx.AsyncClient, world: World) -> None:  # noqa: ARG001
    answer = await api.post("/api/v1/auth/sessions", json={"email": "administrator@example.org", "password": PASSWORD})
    kept = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("prs_refresh="))
    attributes = {part.strip().lower() for part in kept.split(";")}
    assert {"httponly", "samesite=strict", "path=/api/v1/auth"} <= attributes
    assert answer.headers["cache-control"] == "no-store"


async def test_each_refresh_gives_a_new_pair(api: httpx.AsyncClient, world: World) -> None:  # noqa: ARG001
    access, first = await tokens(api)
    second = cookie_of(await refresh(api, first))
    third = await refresh(api, second)
    assert third.status_code == 201
    assert len({first, second, cookie_of(third)}) == 3
    assert third.json()["access_token"] != access
    assert (await api.get("/api/v1/me", headers={"Authorization": f"Bearer {access}"})).status_code == 200


async def test_two_tabs_may_refresh_at_the_same_moment(api: httpx.AsyncClient, world: World) -> None:  # noqa: ARG001
    _, first = await tokens(api)
    answers = await asyncio.gather(*(refresh(api, first) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}


async def test_a_copied_token_ends_the_session_for_everybody(
    api: httpx.AsyncClient,
    owner: Database,
    world: World,  # noqa: ARG001
) -> None:
    access, first = await tokens(api)
    second = cookie_of(await refresh(api, first))
    await age_used_tokens(owner)
    began = time.monotonic()
    stolen = await refresh(api, first)
    assert time.monotonic() - began < 2
    assert (stolen.status_code, stolen.json()["type"]) == (401, "/problems/session-ended")
    assert (await refresh(api, second)).status_code == 401
    await until(denied(api, {"Authorization": f"Bearer {access}"}))
    async with owner.engine.connect() as connection:
        assert (
            await connection.scalar(text("SELECT count(*) FROM audit_event WHERE action = 'session.token-reused'")) == 1
        )


async def test_signing_out_works_in_every_process_and_without_redis(settings: Settings, world: World) -> None:  # noqa: ARG001
    async with AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(running(settings)) for _ in range(2)]
        headers = await sign_in(one.client, "administrator@example.org")
        assert (await two.client.get("/api/v1/me", headers=headers)).status_code == 200
        assert (await one.client.delete("/api/v1/auth/sessions/current", headers=headers)).status_code == 204
        for found in (one, two):
            await until(denied(found.client, headers))


async def key_of(found: Running, world: World, *permissions: Permission) -> tuple[dict[str, str], str]:
    """Return the header of a new key, and its uid."""
    scope = Scope(frozenset({world.organization.id}))
    async with unit_of_work(found.kernel, organiser(world.organization), scope) as uow:
        key, secret = await api_keys.create(uow, world.organization, name="x", permissions=permissions, expires_at=None)
    return {"Authorization": f"Bearer {secret}"}, str(key.uid)


async def test_a_revoked_key_ends_in_every_process_within_moments(settings: Settings, world: World) -> None:
    path = f"/api/v1/organizations/{world.organization.uid}/events"
    async with AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(running(settings)) for _ in range(2)]
        key, uid = await key_of(one, world, Permission.EVENT_READ)
        for found in (one, two):
            assert (await found.client.get(path, headers=key)).status_code == 200
        administrator = await sign_in(one.client, "administrator@example.org")
        keys = f"/api/v1/organizations/{world.organization.uid}/api-keys"
        assert (await one.client.delete(f"{keys}/{uid}", headers=administrator)).status_code == 204
        for found in (one, two):
            assert await until(denied(found.client, key, path)) < 2.0


async def test_a_key_opens_only_with_its_own_secret(api: httpx.AsyncClient, settings: Settings, world: World) -> None:
    path = f"/api/v1/organizations/{world.organization.uid}/events"
    async with running(settings) as found:
        one, _ = await key_of(found, world, Permission.EVENT_READ)
        two, _ = await key_of(found, world, Permission.EVENT_READ)
    _, _, first_id, _ = one["Authorization"].split("_", 3)
    _, _, _, second_secret = two["Authorization"].split("_", 3)
    assert (await api.get(path, headers=one)).status_code == 200
    # With a checksum that fits, so that it is the secret that is compared.
    mixed = api_keys.write("test", first_id, second_secret[:-8])
    assert (await api.get(path, headers={"Authorization": f"Bearer {mixed}"})).status_code == 401
    for forged in (f"prs_{first_id}_{second_secret}", f"prs_{first_id}_", f"prs_{first_id}", f"prs__{second_secret}"):
        assert (await api.get(path, headers={"Authorization": f"Bearer {forged}"})).status_code == 401


async def test_a_key_that_has_run_out_is_refused(api: httpx.AsyncClient, kernel: Kernel, world: World) -> None:
    scope = Scope(frozenset({world.organization.id}))
    async with unit_of_work(kernel, organiser(world.organization), scope) as uow:
        _, secret = await api_keys.create(
            uow, world.organization, name="x", permissions=[Permission.EVENT_READ],
            expires_at=clock.now() - timedelta(seconds=1),
        )  # fmt: skip
    assert (await api.get("/api/v1/events", headers={"Authorization": f"Bearer {secret}"})).status_code == 401


@pytest.mark.usefixtures("world")
async def test_watching_goes_on_while_the_database_restarts(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failures = [
        asyncpg.exceptions.CannotConnectNowError("the database system is starting up"),
        asyncpg.exceptions.InterfaceError("connection is closed"),
        ConnectionRefusedError(),
    ]
    ask = repository.changed_since

    async def fail_first(*arguments: object) -> object:
        if failures:
            raise failures.pop()
        return await ask(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(repository, "changed_since", fail_first)
    monkeypatch.setattr(authentication, "POLL_SECONDS", 0.05)
    async with running(settings) as found:
        headers = await sign_in(found.client, "administrator@example.org")

        async def survived() -> bool:
            return not failures

        await until(survived)
        assert (await found.client.get("/api/v1/me", headers=headers)).status_code == 200
        await found.client.delete("/api/v1/auth/sessions/current", headers=headers)
        await until(denied(found.client, headers))


async def test_a_role_that_was_taken_back_ends(settings: Settings, world: World, owner: Database) -> None:
    path = f"/api/v1/organizations/{world.organization.uid}/registrations"
    async with running(settings) as found:
        headers = await sign_in(found.client, "front-desk@example.org")
        assert (await found.client.get(path, headers=headers)).status_code == 200
        async with owner.engine.begin() as connection:
            await connection.execute(text("UPDATE role_grant SET expires_at = now() - interval '1 second'"))
        found.app.state.authenticator.forget()
        assert (await found.client.get(path, headers=headers)).status_code == 403


def test_only_the_scheduler_runs_jobs_and_only_data_stewards_reveal() -> None:
    for role in Role:
        assert Permission.JOBS_RUN not in PERMISSIONS[role]
        assert (Permission.SENSITIVE_REVEAL in PERMISSIONS[role]) == (role is Role.DATA_STEWARD)
    assert PERMISSIONS[Role.ADMINISTRATOR] > PERMISSIONS[Role.ORGANISER] > PERMISSIONS[Role.FRONT_DESK]
