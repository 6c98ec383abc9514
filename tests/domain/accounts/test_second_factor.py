"""The second factor: a code counts once, guesses run out, and recovery codes stand in for a lost phone."""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.accounts import sign_in_repository
from api.domain.accounts.sign_in_models import SecondFactor
from api.lib.db import Database
from tests.conftest import Running
from tests.domain.accounts.conftest import PHRASE, Post, actions, attempt, rows, rows_changed, verified
from tests.domain.accounts.test_signing_up import refused

PATH = "/api/v1/me/second-factor"
FINISH = "/api/v1/auth/sessions/second-factor"


def code(secret: str, steps: int = 0) -> str:
    """Return the app's code of now, or of so many steps later."""
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


def wrong(secret: str) -> str:
    """Return six digits that are the code of no step near now."""
    near = {code(secret, steps) for steps in range(-3, 4)}
    return next(found for found in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777")
                if found not in near)  # fmt: skip


async def let_time_pass(owner: Database) -> None:
    """Let accepted steps lie in the past, and the pause be over."""
    await rows_changed(owner, "UPDATE account_second_factor SET last_step = last_step - 100, locked_until = now()")


async def enable(client: httpx.AsyncClient, headers: dict[str, str]) -> tuple[str, list[str]]:
    """Turn a second factor on; returns its secret and the recovery codes."""
    begun = await client.post(PATH, json={"password": PHRASE}, headers=headers)
    assert begun.status_code == 201, begun.text
    secret = begun.json()["secret"]
    done = await client.post(f"{PATH}/confirm", json={"code": code(secret, -1)}, headers=headers)
    assert done.status_code == 200, done.text
    return secret, done.json()["recovery_codes"]


async def challenge(client: httpx.AsyncClient) -> str:
    """Return the challenge of a sign-in whose password was right."""
    answer = await attempt(client)
    assert refused(answer) == (401, "second-factor-needed")
    return str(answer.json()["challenge"])


async def finish(client: httpx.AsyncClient, given: str, text: str) -> httpx.Response:
    answer = await client.post(FINISH, json={"challenge": given, "code": text})
    client.cookies.clear()
    return answer


async def test_it_is_set_up_with_a_drawing_and_counts_from_its_first_code_on(
    app: Running, post: Post, owner: Database
) -> None:
    headers = await verified(app.client, post)
    off = {"enabled": False, "confirmed_at": None, "recovery_codes_left": 0, "required": False}
    assert (await app.client.get(PATH, headers=headers)).json() == off
    assert refused(await app.client.post(PATH, json={"password": "x"}, headers=headers)) == (422, "wrong-password")
    begun = (await app.client.post(PATH, json={"password": PHRASE}, headers=headers)).json()
    assert parse_qs(urlsplit(begun["uri"]).query) == {"secret": [begun["secret"]], "issuer": ["Global PRS"]}
    assert begun["qr_svg"].startswith("<svg")
    assert "style" not in begun["qr_svg"]
    # Not confirmed: the password alone still signs in, and says nothing of it.
    assert (await attempt(app.client)).status_code == 201
    bad = await app.client.post(f"{PATH}/confirm", json={"code": wrong(begun["secret"])}, headers=headers)
    assert refused(bad) == (422, "wrong-code")
    right = await app.client.post(f"{PATH}/confirm", json={"code": code(begun["secret"])}, headers=headers)
    assert len(set(right.json()["recovery_codes"])) == 10
    state = (await app.client.get(PATH, headers=headers)).json()
    assert (state["enabled"], state["recovery_codes_left"]) == (True, 10)
    assert refused(await app.client.post(PATH, json={"password": PHRASE}, headers=headers)) == (
        409,
        "second-factor-enabled",
    )
    assert [subject for _, subject, _ in await post.deliver()] == ["Two-step sign-in is on"]
    assert (await actions(owner))[-1] == "second-factor.enabled"
    stored = str(await rows(owner, "SELECT * FROM account_second_factor"))
    stored += str(await rows(owner, "SELECT * FROM account_recovery_code"))
    for secret in (begun["secret"], *right.json()["recovery_codes"]):
        assert secret not in stored


async def test_a_sign_in_needs_both(app: Running, post: Post, owner: Database) -> None:
    secret, _ = await enable(app.client, await verified(app.client, post))
    given = await challenge(app.client)
    assert refused(await finish(app.client, given, wrong(secret))) == (422, "wrong-code")
    done = await finish(app.client, given, code(secret))
    assert done.status_code == 201
    assert done.json()["access_token"]
    [(marked,)] = await rows(owner, "SELECT second_factor_at IS NOT NULL FROM auth_session ORDER BY id DESC LIMIT 1")
    assert marked


async def test_a_challenge_works_once_and_for_five_minutes(app: Running, post: Post, owner: Database) -> None:
    secret, codes = await enable(app.client, await verified(app.client, post))
    given = await challenge(app.client)
    assert (await finish(app.client, given, code(secret))).status_code == 201
    assert refused(await finish(app.client, given, codes[0])) == (401, "challenge-not-valid")
    given = await challenge(app.client)
    await rows_changed(owner, "UPDATE account_token SET expires_at = expires_at - interval '5 minutes'")
    assert refused(await finish(app.client, given, codes[0])) == (401, "challenge-not-valid")
    assert refused(await finish(app.client, "made-up", codes[0])) == (401, "challenge-not-valid")
    # No code was used up by the refusals.
    [(left,)] = await rows(owner, "SELECT count(*) FROM account_recovery_code WHERE used_at IS NULL")
    assert left == 10


async def test_a_code_is_accepted_once_by_however_many_at_the_same_moment(
    app: Running, post: Post, owner: Database
) -> None:
    secret, _ = await enable(app.client, await verified(app.client, post))
    given = [await challenge(app.client) for _ in range(4)]
    same = code(secret)
    answers = await asyncio.gather(*(finish(app.client, one, same) for one in given))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    # Nor an older one, although its step is within the drift.
    assert (await finish(app.client, given[0], code(secret, -1))).status_code in (401, 422)
    assert await rows(owner, "SELECT count(*) FROM auth_session WHERE second_factor_at IS NOT NULL") == [(2,)]


async def test_without_the_guard_a_code_would_be_accepted_many_times(
    app: Running, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def accept_always(session: AsyncSession, account_id: int, _: int) -> bool:
        await session.execute(update(SecondFactor).where(SecondFactor.account_id == account_id).values(attempts=0))
        return True

    monkeypatch.setattr(sign_in_repository, "accept_step", accept_always)
    secret, _ = await enable(app.client, await verified(app.client, post))
    given = [await challenge(app.client) for _ in range(4)]
    answers = [await finish(app.client, one, code(secret)) for one in given]
    assert [answer.status_code for answer in answers] == [201] * 4


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_a_clock_may_be_one_step_off(app: Running, post: Post, owner: Database, steps: int) -> None:
    secret, _ = await enable(app.client, await verified(app.client, post))
    await let_time_pass(owner)
    assert (await finish(app.client, await challenge(app.client), code(secret, steps))).status_code == 201


@pytest.mark.parametrize("steps", [-3, 3])
async def test_a_clock_may_not_be_further_off(app: Running, post: Post, owner: Database, steps: int) -> None:
    secret, _ = await enable(app.client, await verified(app.client, post))
    await let_time_pass(owner)
    assert refused(await finish(app.client, await challenge(app.client), code(secret, steps))) == (422, "wrong-code")


async def test_five_wrong_codes_at_once_or_in_a_row_make_even_the_right_one_wait(
    app: Running, post: Post, owner: Database
) -> None:
    secret, codes = await enable(app.client, await verified(app.client, post))
    given = await challenge(app.client)
    answers = await asyncio.gather(*(finish(app.client, given, wrong(secret)) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [422] * 5 + [429] * 7
    for text in (code(secret), codes[0]):
        waiting = await finish(app.client, given, text)
        assert refused(waiting) == (429, "too-many-attempts")
        assert 0 < int(waiting.headers["retry-after"]) <= 901
    await let_time_pass(owner)
    assert (await finish(app.client, given, code(secret))).status_code == 201
    # Counted anew from here on.
    given = await challenge(app.client)
    assert [(await finish(app.client, given, wrong(secret))).status_code for _ in range(4)] == [422] * 4
    await rows_changed(owner, "UPDATE account_second_factor SET last_step = last_step - 100")
    assert (await finish(app.client, given, code(secret))).status_code == 201


async def test_a_new_secret_gives_no_new_attempts(app: Running, post: Post) -> None:
    headers = await verified(app.client, post)
    for _ in range(5):
        secret = (await app.client.post(PATH, json={"password": PHRASE}, headers=headers)).json()["secret"]
        await app.client.post(f"{PATH}/confirm", json={"code": wrong(secret)}, headers=headers)
    answer = await app.client.post(f"{PATH}/confirm", json={"code": code(secret)}, headers=headers)
    assert refused(answer) == (429, "too-many-attempts")


async def test_a_recovery_code_works_once(app: Running, post: Post, owner: Database) -> None:
    _, codes = await enable(app.client, await verified(app.client, post))
    given = [await challenge(app.client) for _ in range(3)]
    answers = await asyncio.gather(*(finish(app.client, one, codes[0].lower()) for one in given))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
    assert (await finish(app.client, await challenge(app.client), codes[1].replace("-", " "))).status_code == 201
    assert (await actions(owner)).count("second-factor.used-recovery-code") == 2


async def test_new_recovery_codes_end_the_old_ones(app: Running, post: Post) -> None:
    headers = await verified(app.client, post)
    secret, codes = await enable(app.client, headers)
    bad = await app.client.post(f"{PATH}/recovery-codes", json={"code": wrong(secret)}, headers=headers)
    assert refused(bad) == (422, "wrong-code")
    renewed = await app.client.post(f"{PATH}/recovery-codes", json={"code": code(secret)}, headers=headers)
    given = await challenge(app.client)
    assert (await finish(app.client, given, codes[0])).status_code == 422
    assert (await finish(app.client, given, renewed.json()["recovery_codes"][0])).status_code == 201


async def turn_off(client: httpx.AsyncClient, headers: dict[str, str], text: str) -> httpx.Response:
    return await client.request("DELETE", PATH, json={"code": text}, headers=headers)


async def test_turning_it_off_needs_a_code_and_is_told(app: Running, post: Post, owner: Database) -> None:
    headers = await verified(app.client, post)
    assert refused(await turn_off(app.client, headers, "123456")) == (409, "second-factor-not-enabled")
    secret, _ = await enable(app.client, headers)
    await post.deliver()
    assert refused(await turn_off(app.client, headers, wrong(secret))) == (422, "wrong-code")
    assert (await turn_off(app.client, headers, code(secret))).status_code == 204
    assert (await attempt(app.client)).status_code == 201
    assert await rows(owner, "SELECT account_id FROM account_second_factor") == []
    assert await rows(owner, "SELECT account_id FROM account_recovery_code") == []
    assert await rows(owner, "SELECT * FROM auth_session WHERE second_factor_at IS NOT NULL") == []
    assert "second-factor.disabled" in await actions(owner)
    assert [subject for _, subject, _ in await post.deliver()] == ["Two-step sign-in is off"]


async def test_a_short_password_is_taken_with_a_second_factor_only(app: Running, post: Post) -> None:
    headers = await verified(app.client, post)
    change: dict[str, Any] = {"current_password": PHRASE, "new_password": "lamp-river-7"}
    path = "/api/v1/me/password"
    assert refused(await app.client.put(path, json=change, headers=headers)) == (422, "password-too-weak")
    secret, codes = await enable(app.client, headers)
    for weak in ("lamp-ri", "password1"):
        bad = await app.client.put(path, json=change | {"new_password": weak}, headers=headers)
        assert refused(bad) == (422, "password-too-weak")
    assert (await app.client.put(path, json=change, headers=headers)).status_code == 204
    assert refused(await turn_off(app.client, headers, code(secret))) == (409, "longer-password-first")
    back = {"current_password": "lamp-river-7", "new_password": PHRASE}
    assert (await app.client.put(path, json=back, headers=headers)).status_code == 204
    assert (await turn_off(app.client, headers, codes[0])).status_code == 204
