"""Signing in, staying signed in, and being signed out: at once, everywhere, and whatever the database does."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, NamedTuple

import asyncpg  # type: ignore[import-untyped]
import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts import api_keys, authentication, repository, sessions
from api.domain.accounts.roles import PERMISSIONS, Role
from api.lib import clock
from api.lib.db import Database
from api.lib.security import Permission, Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from tests.conftest import Running, running, structs
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
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
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


async def reused(owner: Database) -> int:
    async with owner.engine.connect() as connection:
        query = text("SELECT count(*) FROM audit_event WHERE action = 'session.token-reused'")
        return await connection.scalar(query) or 0


async def test_one_step_back_is_a_second_tab_and_two_steps_back_a_copy(
    api: httpx.AsyncClient, owner: Database, world: World  # noqa: ARG001
) -> None:  # fmt: skip
    _, first = await tokens(api)
    second = cookie_of(await refresh(api, first))
    # The control: the same token again, while what came of it is unused.
    assert (await refresh(api, first)).status_code == 201
    assert (await refresh(api, second)).status_code == 201
    assert await reused(owner) == 0
    assert (await refresh(api, first)).status_code == 401
    assert await reused(owner) == 1


async def test_another_browser_is_no_second_tab(api: httpx.AsyncClient, owner: Database, world: World) -> None:  # noqa: ARG001
    for agent, status in (("", 201), ("curl/8.5", 401)):
        _, first = await tokens(api)
        await refresh(api, first)
        assert (await refresh(api, first, agent=agent)).status_code == status
    assert await reused(owner) == 1


async def test_of_two_tokens_given_out_at_once_only_one_lives_on(
    api: httpx.AsyncClient, owner: Database, world: World  # noqa: ARG001
) -> None:  # fmt: skip
    _, first = await tokens(api)
    kept, copied = cookie_of(await refresh(api, first)), cookie_of(await refresh(api, first))
    assert (await refresh(api, kept)).status_code == 201
    await age_used_tokens(owner)
    # Whoever got the other one in the first ten seconds had a copy of the first.
    assert (await refresh(api, copied)).status_code == 401
    assert await reused(owner) == 1


async def test_a_session_ends_however_much_it_is_used(settings: Settings, world: World, owner: Database) -> None:  # noqa: ARG001
    async with running(structs(settings, session_max_seconds=3600)) as found:
        _, first = await tokens(found.client)
        second = cookie_of(await refresh(found.client, first))
        async with owner.engine.begin() as connection:
            left = "SELECT extract(epoch FROM expires_at - now()) FROM auth_session"
            assert 3500 < (await connection.scalar(text(left)) or 0) <= 3600
            await connection.execute(
                text("UPDATE auth_session SET created_at = created_at - interval '2 hours', "
                     "expires_at = expires_at - interval '2 hours'")
            )  # fmt: skip
        assert (await refresh(found.client, second)).status_code == 401


# Requests that come from elsewhere.


async def signed_as(client: httpx.AsyncClient, who: str) -> Cookies:
    answer = await client.post("/api/v1/auth/sessions", json={"email": f"{who}@example.org", "password": PASSWORD})
    client.cookies.clear()
    return cookie_of(answer)


async def test_a_cookie_without_its_sessions_own_token_does_nothing(
    api: httpx.AsyncClient, owner: Database, world: World  # noqa: ARG001
) -> None:  # fmt: skip
    victim, attacker = await signed_as(api, "administrator"), await signed_as(api, "front-desk")
    wrong = {
        "none": "", "made up": "x" * 43, "the attacker's own": attacker.csrf,
        "another case": victim.csrf.swapcase(), "with more": victim.csrf + "=",
    }  # fmt: skip
    for csrf in wrong.values():
        answer = await refresh(api, victim._replace(csrf=csrf))
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/cross-site-request")
        assert "set-cookie" not in answer.headers
    async with owner.engine.connect() as connection:
        # Nothing was used up, and nobody was signed out.
        assert await connection.scalar(text("SELECT count(*) FROM refresh_token WHERE used_at IS NOT NULL")) == 0
    assert (await refresh(api, victim)).status_code == 201


async def test_planting_the_attackers_cookie_does_not_sign_the_victim_in(api: httpx.AsyncClient, world: World) -> None:  # noqa: ARG001
    victim, attacker = await signed_as(api, "administrator"), await signed_as(api, "front-desk")
    # From a sibling subdomain: the victim's page still sends the token of the cookie that only this host can write.
    assert (await refresh(api, Cookies(attacker.refresh, victim.csrf))).status_code == 403
    # Two cookies of one name: whichever is read, the token fits the victim's session only.
    planted = Cookies(f"{attacker.refresh}; prs_refresh={victim.refresh}", victim.csrf)
    answer = await refresh(api, planted)
    assert answer.status_code in (201, 403)
    if answer.status_code == 201:
        me = await api.get("/api/v1/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
        assert me.json()["email"] == "administrator@example.org"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "http://testserver.local", "Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://sub.testserver.local"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_the_right_token_from_another_site_is_refused_too(
    api: httpx.AsyncClient, world: World, headers: dict[str, str], status: int  # noqa: ARG001
) -> None:  # fmt: skip
    _, kept = await tokens(api)
    assert (await refresh(api, kept, headers=headers)).status_code == status


async def test_over_https_no_sibling_subdomain_can_write_the_cookies(settings: Settings, world: World) -> None:  # noqa: ARG001
    async with running(structs(settings, public_url="https://testserver.local")) as found:
        body = {"email": "administrator@example.org", "password": PASSWORD}
        answer = await found.client.post("/api/v1/auth/sessions", json=body)
    by_name = {value.partition("=")[0]: value.lower() for value in answer.headers.get_list("set-cookie")}
    assert set(by_name) == {"__Host-prs_refresh", "__Host-prs_csrf"}
    for value in by_name.values():
        assert "; secure" in value
        assert "samesite=strict" in value
        assert "domain=" not in value
        assert "; path=/;" in f"{value};"
    assert "httponly" in by_name["__Host-prs_refresh"]
    assert "httponly" not in by_name["__Host-prs_csrf"]


# Where somebody is signed in.


async def sessions_of(client: httpx.AsyncClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/me/sessions", headers=headers)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_sessions_are_listed_and_ended_one_by_one(api: httpx.AsyncClient, world: World) -> None:  # noqa: ARG001
    phone, laptop = [await sign_in(api, "administrator@example.org") for _ in range(2)]
    other = await sign_in(api, "front-desk@example.org")
    listed = await sessions_of(api, laptop)
    assert [found["current"] for found in listed].count(True) == 1
    assert {(found["method"], found["second_factor"]) for found in listed} == {("password", False)}
    assert len(listed) == 2
    old = next(found["uid"] for found in listed if not found["current"])
    assert (await api.delete(f"/api/v1/me/sessions/{old}", headers=other)).status_code == 404
    assert (await api.get("/api/v1/me", headers=phone)).status_code == 200
    assert (await api.delete(f"/api/v1/me/sessions/{old}", headers=laptop)).status_code == 204
    assert (await api.delete(f"/api/v1/me/sessions/{old}", headers=laptop)).status_code == 404
    assert await until(denied(api, phone)) < 1.0
    assert [found["current"] for found in await sessions_of(api, laptop)] == [True]


@pytest.mark.parametrize(("age", "updated"), [("30 seconds", False), ("5 minutes", True)])
async def test_the_last_use_of_a_session_is_written_down_once_a_minute(
    api: httpx.AsyncClient, owner: Database, world: World, age: str, updated: bool  # noqa: ARG001
) -> None:  # fmt: skip
    headers = await sign_in(api, "administrator@example.org")
    async with owner.engine.begin() as connection:
        await connection.execute(
            text("UPDATE auth_session SET last_used_at = now() - CAST(:age AS text)::interval"), {"age": age}
        )  # fmt: skip
    await api.get("/api/v1/me", headers=headers)
    async with owner.engine.connect() as connection:
        query = "SELECT last_used_at > now() - interval '20 seconds' FROM auth_session"
        assert await connection.scalar(text(query)) is updated


async def test_all_sessions_but_one_end_at_a_change_of_password(
    api: httpx.AsyncClient, kernel: Kernel, world: World
) -> None:
    here, there = [await sign_in(api, "administrator@example.org") for _ in range(2)]
    kept = next(found["uid"] for found in await sessions_of(api, here) if found["current"])
    async with unit_of_work(kernel) as uow:
        account = world.staff[Role.ADMINISTRATOR]
        assert await sessions.end_all(uow, account.id, except_uid=kept) == 1
    await until(denied(api, there))
    assert (await api.get("/api/v1/me", headers=here)).status_code == 200


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
