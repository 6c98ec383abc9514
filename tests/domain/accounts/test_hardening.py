"""Sign-in at its edges: resets, recovery codes, sessions that nobody uses, and what of it is recorded."""

import asyncio
import re

import httpx
import pytest
from click.testing import CliRunner

from api import commands
from api.cli import main
from api.domain.accounts import second_factor
from api.domain.accounts.second_factor import RECOVERY_CODES
from api.lib.db import Database
from api.lib.settings import Settings
from tests.conftest import Running, running, structs
from tests.domain.accounts.conftest import Post, attempt, rows, rows_changed, verified
from tests.domain.accounts.test_second_factor import challenge, code, enable, finish, wrong
from tests.domain.accounts.test_sessions import cookie_of, denied, refresh, until
from tests.domain.accounts.test_signing_up import OTHER, ask_for_reset, refused, reset
from tests.factories.client import sign_in
from tests.factories.world import PASSWORD, World


async def test_a_reset_leaves_the_second_factor_on(app: Running, post: Post, owner: Database) -> None:
    secret, _ = await enable(app.client, await verified(app.client, post))
    await post.deliver()
    await ask_for_reset(app.client)
    answer = await reset(app.client, await post.token("reset-password"))
    # It signs nobody in.
    assert (answer.status_code, answer.content, answer.headers.get("set-cookie")) == (204, b"", None)
    opened = await attempt(app.client, password=OTHER)
    assert refused(opened) == (401, "second-factor-needed")
    assert (await finish(app.client, opened.json()["challenge"], wrong(secret))).status_code == 422
    assert (await finish(app.client, opened.json()["challenge"], code(secret))).status_code == 201
    assert await rows(owner, "SELECT count(*) FROM account_second_factor WHERE confirmed_at IS NOT NULL") == [(1,)]


async def test_a_recovery_code_has_120_random_bits(app: Running, post: Post) -> None:
    _, codes = await enable(app.client, await verified(app.client, post))
    assert len(codes) == RECOVERY_CODES
    # Twenty-four letters of 32 kinds: five bits each.
    assert all(re.fullmatch(r"(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}", one) for one in codes)
    many = [second_factor._recovery_code() for _ in range(2000)]  # noqa: SLF001
    assert len(set(many)) == 2000
    # No place holds always the same.
    assert {len({one[place] for one in many}) for place in range(29) if (place + 1) % 5} == {32}


async def test_a_session_ends_without_use(settings: Settings, world: World, owner: Database) -> None:
    assert world
    async with running(structs(settings, refresh_token_seconds=3600)) as found:
        body = {"email": "administrator@example.org", "password": PASSWORD}
        opened = await found.client.post("/api/v1/auth/sessions", json=body)
        found.client.cookies.clear()
        # Whoever uses it has another hour; whoever does not for an hour has none.
        await rows_changed(owner, "UPDATE auth_session SET expires_at = expires_at - interval '50 minutes'")
        again = await refresh(found.client, cookie_of(opened))
        assert again.status_code == 201
        [(left,)] = await rows(owner, "SELECT extract(epoch FROM expires_at - now())::int FROM auth_session")
        assert 3500 < int(str(left)) <= 3600
        await rows_changed(owner, "UPDATE auth_session SET expires_at = expires_at - interval '61 minutes'")
        assert (await refresh(found.client, cookie_of(again))).status_code == 401


async def test_signing_in_anew_ends_the_session_before(api: httpx.AsyncClient, world: World, owner: Database) -> None:
    assert world
    path, body = "/api/v1/auth/sessions", {"email": "administrator@example.org", "password": PASSWORD}
    here = {"Authorization": f"Bearer {(await api.post(path, json=body)).json()['access_token']}"}
    assert (await api.get("/api/v1/me", headers=here)).status_code == 200
    # A wrong password ends nothing, and neither does another account's sign-in in the same browser.
    assert (await api.post(path, json=body | {"password": "certainly not the password"})).status_code == 401
    kept = dict(api.cookies)
    await api.post(path, json=body | {"email": "front-desk@example.org"})
    assert await rows(owner, "SELECT count(*) FROM auth_session WHERE revoked_at IS NOT NULL") == [(0,)]
    api.cookies.clear()
    api.cookies.update(kept)
    assert (await api.post(path, json=body)).status_code == 201
    await until(denied(api, here))
    assert await rows(owner, "SELECT count(*) FROM auth_session WHERE revoked_at IS NOT NULL") == [(1,)]


async def test_both_factors_leave_their_trace(app: Running, post: Post, owner: Database) -> None:
    secret, codes = await enable(app.client, await verified(app.client, post))
    given = await challenge(app.client)
    assert (await finish(app.client, given, wrong(secret))).status_code == 422
    assert (await finish(app.client, given, codes[0])).status_code == 201
    found = await rows(
        owner,
        "SELECT action, details, subject_uid IS NOT NULL FROM audit_event WHERE action IN "
        "('session.opened', 'sign-in.failed', 'second-factor.used-recovery-code') ORDER BY id",
    )
    first, failed, used, second = found
    assert first == ("session.opened", {"method": "password", "second_factor": False}, True)
    assert (failed[0], failed[2]) == ("sign-in.failed", True)
    assert used[0] == "second-factor.used-recovery-code"
    assert second == ("session.opened", {"method": "password", "second_factor": True}, True)
    assert codes[0] not in str(found)


@pytest.mark.parametrize(("arguments", "ended"), [(["administrator@example.org"], 1), (["--everybody"], 2)])
async def test_an_operator_ends_the_sessions_of_one_or_of_all(
    settings: Settings, world: World, owner: Database, monkeypatch: pytest.MonkeyPatch, arguments: list[str], ended: int
) -> None:
    assert world
    async with running(settings) as found:
        one = await sign_in(found.client, "administrator@example.org")
        two = await sign_in(found.client, "front-desk@example.org")
        for headers in (one, two):
            assert (await found.client.get("/api/v1/me", headers=headers)).status_code == 200
        # The command runs a loop of its own.
        monkeypatch.setattr(commands, "settings", lambda: settings)
        done = await asyncio.to_thread(CliRunner().invoke, main, ["accounts", "sign-out", *arguments])
        assert (done.exit_code, done.output) == (0, f"{ended} sessions ended\n")
        await until(denied(found.client, one))
        assert (await found.client.get("/api/v1/me", headers=two)).status_code == (401 if ended == 2 else 200)
        # They may come back.
        back = await sign_in(found.client, "front-desk@example.org")
        assert (await found.client.get("/api/v1/me", headers=back)).status_code == 200
    counted = await rows(owner, "SELECT count(*) FROM audit_event WHERE action = 'session.ended'")
    assert counted == [(ended,)]


async def test_whose_sessions_has_to_be_said() -> None:
    for arguments in ([], ["a@example.org", "--everybody"]):
        done = CliRunner().invoke(main, ["accounts", "sign-out", *arguments])
        assert done.exit_code == 2
        assert "--everybody" in done.output
