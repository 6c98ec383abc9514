"""Signing up and getting back in: by mail, once, and without telling anybody who has an account."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import event

from api.domain.accounts import passwords, verification
from api.lib.db import Database
from api.lib.security import SYSTEM
from api.lib.uow import unit_of_work
from backend_sync.drain import WORKER
from tests.conftest import Running
from tests.domain.accounts.conftest import EMAIL, PHRASE, Post, actions, attempt, rows, rows_changed, sign_up, verified
from tests.factories.world import PASSWORD

TAKEN = "administrator@example.org"
OTHER = "another evening by the sea"
Send = Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def verify(client: httpx.AsyncClient, token: str, password: str = PHRASE) -> httpx.Response:
    return await client.post("/api/v1/auth/email-verifications", json={"token": token, "password": password})


async def ask_for_reset(client: httpx.AsyncClient, address: str = EMAIL) -> httpx.Response:
    return await client.post("/api/v1/auth/password-resets", json={"email": address})


async def reset(client: httpx.AsyncClient, token: str, password: str = OTHER) -> httpx.Response:
    return await client.post("/api/v1/auth/password-resets/confirm", json={"token": token, "password": password})


async def test_an_account_opens_with_the_link_of_the_mail_and_not_before(
    app: Running, post: Post, owner: Database
) -> None:
    answer = await sign_up(app.client)
    assert (answer.status_code, answer.json()) == (202, {"status": "check-your-mail"})
    assert refused(await attempt(app.client)) == (401, "wrong-credentials")
    [(recipient, subject, body)] = await post.deliver()
    assert (recipient, subject) == (EMAIL, "Verify your e-mail address")
    assert "Nila" not in body
    token = body.split("http://testserver.local/verify-email#", 1)[1].split()[0]
    assert (await verify(app.client, token)).status_code == 204
    assert (await attempt(app.client)).status_code == 201
    assert (await actions(owner))[-3:] == ["account.created", "email.verified", "session.opened"]


async def test_a_stranger_who_signed_up_with_somebodys_address_is_not_let_in_by_their_click(
    app: Running, post: Post, owner: Database
) -> None:
    await sign_up(app.client)
    token = await post.token("verify-email")
    # The address's owner knows no password: the stranger chose it.
    assert refused(await verify(app.client, token, OTHER)) == (422, "not-your-password")
    assert refused(await attempt(app.client)) == (401, "wrong-credentials")
    assert await rows(owner, "SELECT email_verified_at FROM account WHERE email = :email", email=EMAIL) == [(None,)]
    # With a password of their own it becomes theirs, and the stranger's is gone.
    await ask_for_reset(app.client)
    assert (await reset(app.client, await post.token("reset-password"))).status_code == 204
    assert refused(await attempt(app.client)) == (401, "wrong-credentials")
    assert (await attempt(app.client, password=OTHER)).status_code == 201


async def test_a_link_works_once_and_no_row_holds_it(app: Running, post: Post, owner: Database) -> None:
    await sign_up(app.client)
    stored = str(await rows(owner, "SELECT * FROM outbox"))
    token = await post.token("verify-email")
    answers = await asyncio.gather(*(verify(app.client, token) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [204, *[422] * 7]
    assert refused(await verify(app.client, token)) == (422, "link-not-valid")
    for statement in ("SELECT * FROM outbox", "SELECT * FROM account_token", "SELECT * FROM audit_event"):
        stored += str(await rows(owner, statement))
    assert token not in stored


@pytest.mark.parametrize("page", ["verify-email", "reset-password"])
async def test_a_link_that_has_expired_or_is_another_ones_changes_nothing(
    app: Running, post: Post, owner: Database, page: str
) -> None:
    await sign_up(app.client)
    verification = await post.token("verify-email")
    await ask_for_reset(app.client)
    resetting = await post.token("reset-password")
    before = await rows(owner, "SELECT * FROM account ORDER BY id"), await rows(owner, "SELECT * FROM account_token")
    send, wrong = (verify, resetting) if page == "verify-email" else (reset, verification)
    for token in (wrong, "x", verification[:-1], f"{verification}x"):
        assert refused(await send(app.client, token)) == (422, "link-not-valid")
    await rows_changed(owner, "UPDATE account_token SET expires_at = now()")
    right = verification if page == "verify-email" else resetting
    assert refused(await send(app.client, right)) == (422, "link-not-valid")
    await rows_changed(owner, "UPDATE account_token SET expires_at = created_at + interval '1 day'")
    after = await rows(owner, "SELECT * FROM account ORDER BY id")
    assert after == before[0]
    assert len(await rows(owner, "SELECT * FROM account_token WHERE used_at IS NULL")) == len(before[1])


async def test_a_taken_address_is_told_to_its_owner_only(app: Running, post: Post, owner: Database) -> None:
    before = await rows(owner, "SELECT * FROM account ORDER BY id")
    taken = await sign_up(app.client, email=TAKEN.upper())
    assert (taken.status_code, taken.json()) == (202, {"status": "check-your-mail"})
    assert await rows(owner, "SELECT * FROM account ORDER BY id") == before
    [(recipient, subject, _)] = await post.deliver()
    assert (recipient, subject) == (TAKEN, "You have an account already")
    assert (await attempt(app.client, TAKEN, PASSWORD)).status_code == 201


async def test_who_signs_up_again_before_verifying_begins_anew(app: Running, post: Post) -> None:
    await sign_up(app.client, password="a stranger was here first")
    old = await post.token("verify-email")
    await post.next_minute()
    await sign_up(app.client)
    new = await post.token("verify-email")
    assert refused(await verify(app.client, old)) == (422, "link-not-valid")
    assert (await verify(app.client, new)).status_code == 204
    assert (await attempt(app.client)).status_code == 201
    assert (await attempt(app.client, password="a stranger was here first")).status_code == 401


async def test_two_who_sign_up_at_the_same_moment_make_one_account(app: Running, post: Post, owner: Database) -> None:
    answers = await asyncio.gather(*(sign_up(app.client) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {202}
    assert await rows(owner, "SELECT count(*) FROM account WHERE email = :email", email=EMAIL) == [(1,)]
    assert len(await post.deliver()) == 1


async def test_a_mail_of_a_kind_goes_out_once_a_minute(app: Running, post: Post) -> None:
    for _ in range(5):
        await ask_for_reset(app.client, TAKEN)
    assert len(await post.deliver()) == 1
    await post.next_minute()
    await ask_for_reset(app.client, TAKEN)
    assert len(await post.deliver()) == 1


async def test_mails_of_two_minutes_go_out_in_one_batch(app: Running, post: Post, owner: Database) -> None:
    for _ in range(2):
        await ask_for_reset(app.client, TAKEN)
        await post.next_minute()
    assert len(await post.deliver()) == 2
    assert await post.deliver() == []
    assert await rows(owner, "SELECT state, count(*) FROM outbox WHERE destination = 'mail' GROUP BY state") == [
        ("done", 2)
    ]


@asynccontextmanager
async def counted(app: Running, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, Any]]:
    """Yield how many passwords are hashed and which statements are sent."""
    found: dict[str, Any] = {"hashes": 0, "statements": []}

    ours = asyncio.current_task()

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        # The process's own polls run in other tasks.
        if asyncio.current_task() is ours:
            found["statements"].append(" ".join(statement.split()[:3]))

    class Counting:
        def hash(self, password: str) -> str:
            found["hashes"] += 1
            return str(hasher.hash(password))

        def verify(self, encoded: str, password: str) -> bool:
            found["hashes"] += 1
            return bool(hasher.verify(encoded, password))

        def check_needs_rehash(self, _: str) -> bool:
            return False

    hasher = passwords._hasher  # noqa: SLF001
    engine = app.kernel.database.engine.sync_engine
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "_hasher", Counting())
        event.listen(engine, "before_cursor_execute", note)
        yield found
        event.remove(engine, "before_cursor_execute", note)


REQUESTS: dict[str, Send] = {
    "sign up": lambda client, address: sign_up(client, email=address),
    "sign in": lambda client, address: attempt(client, address, "certainly not the password"),
    "reset": ask_for_reset,
    "resend": lambda client, address: client.post("/api/v1/auth/email-verifications/resend", json={"email": address}),
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_the_answer_and_the_work_are_the_same_with_an_account_and_without(
    app: Running, post: Post, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    await sign_up(app.client, email="waiting@example.org")
    await post.deliver()
    await post.next_minute()
    seen = []
    for address in ("nobody@example.org", TAKEN, "waiting@example.org"):
        async with counted(app, monkeypatch) as work:
            answer = await REQUESTS[name](app.client, address)
        body = {key: value for key, value in answer.json().items() if key != "request_id"}
        seen.append((answer.status_code, body, sorted(answer.headers), work))
    assert seen[0][3]["statements"]
    assert seen[0] == seen[1] == seen[2]


async def test_the_counter_of_work_sees_a_difference(app: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for password in (PASSWORD, "certainly not the password"):
        async with counted(app, monkeypatch) as work:
            await attempt(app.client, TAKEN, password)
        seen.append(work)
    assert seen[0] != seen[1]


async def test_a_reset_ends_every_session_and_every_other_link(app: Running, post: Post, owner: Database) -> None:
    headers = await verified(app.client, post)
    await ask_for_reset(app.client)
    first = await post.token("reset-password")
    await post.next_minute()
    await ask_for_reset(app.client)
    second = await post.token("reset-password")
    assert refused(await reset(app.client, second, "short")) == (422, "password-too-weak")
    assert (await reset(app.client, second)).status_code == 204
    for token in (first, second):
        assert refused(await reset(app.client, token)) == (422, "link-not-valid")
    app.app.state.authenticator.forget()
    assert (await app.client.get("/api/v1/me", headers=headers)).status_code == 401
    assert (await attempt(app.client)).status_code == 401
    assert (await attempt(app.client, password=OTHER)).status_code == 201
    assert [subject for _, subject, _ in await post.deliver()] == ["Your password was changed"]
    assert "password.reset" in await actions(owner)


async def test_a_reset_verifies_the_address_too(app: Running, post: Post) -> None:
    await sign_up(app.client)
    await post.deliver()
    await ask_for_reset(app.client)
    assert (await reset(app.client, await post.token("reset-password"))).status_code == 204
    assert (await attempt(app.client, password=OTHER)).status_code == 201


async def test_changing_the_password_ends_the_other_sessions(app: Running, post: Post, owner: Database) -> None:
    here = await verified(app.client, post)
    there = {"Authorization": f"Bearer {(await attempt(app.client)).json()['access_token']}"}
    path = "/api/v1/me/password"
    before = await rows(owner, "SELECT password_hash FROM account ORDER BY id")
    for body, problem in (
        ({"current_password": OTHER, "new_password": OTHER}, "wrong-password"),
        ({"current_password": PHRASE, "new_password": "fourteen chars"}, "password-too-weak"),
        ({"current_password": PHRASE, "new_password": EMAIL}, "password-too-weak"),
    ):
        answer = await app.client.put(path, json=body, headers=here)
        assert refused(answer) == (422, problem)
        assert answer.json()["errors"][0]["pointer"] in ("/current_password", "/new_password")
    assert await rows(owner, "SELECT password_hash FROM account ORDER BY id") == before
    body = {"current_password": PHRASE, "new_password": OTHER}
    assert (await app.client.put(path, json=body, headers=here)).status_code == 204
    app.app.state.authenticator.forget()
    assert (await app.client.get("/api/v1/me", headers=there)).status_code == 401
    assert (await app.client.get("/api/v1/me", headers=here)).status_code == 200
    assert "password.changed" in await actions(owner)


async def test_a_failed_sign_in_is_written_down_without_the_address(app: Running, owner: Database) -> None:
    for address in (TAKEN, "nobody@example.org"):
        await attempt(app.client, address, "certainly not the password")
    found = await rows(
        owner, "SELECT subject_uid IS NOT NULL, details FROM audit_event WHERE action = 'sign-in.failed' ORDER BY id"
    )
    assert [known for known, _ in found] == [True, False]
    assert "example.org" not in str(found)
    assert len({str(details) for _, details in found}) == 2


async def test_a_hash_with_older_parameters_is_renewed_at_the_next_sign_in(app: Running, owner: Database) -> None:
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    await rows_changed(
        owner, "UPDATE account SET password_hash = :older WHERE email = :email", older=older, email=TAKEN
    )
    assert (await attempt(app.client, TAKEN, "certainly not the password")).status_code == 401
    statement = "SELECT password_hash FROM account WHERE email = :email"
    assert await rows(owner, statement, email=TAKEN) == [(older,)]
    assert (await attempt(app.client, TAKEN, PASSWORD)).status_code == 201
    [(renewed,)] = await rows(owner, statement, email=TAKEN)
    assert "m=19456,t=2,p=1" in str(renewed)
    assert (await attempt(app.client, TAKEN, PASSWORD)).status_code == 201


async def test_the_mail_speaks_the_language_the_browser_asked_for(app: Running, post: Post) -> None:
    headers = {"Accept-Language": "hi-IN,hi;q=0.9,en;q=0.8"}
    body = {"email": EMAIL, "password": PHRASE, "name": "Nila"}
    await app.client.post("/api/v1/auth/accounts", json=body, headers=headers)
    [(_, subject, _)] = await post.deliver()
    assert subject == "अपने ई-मेल पते की पुष्टि करें"


async def test_what_nobody_has_verified_is_forgotten_after_a_month_and_nothing_else(
    app: Running, post: Post, owner: Database
) -> None:
    await sign_up(app.client, email="old@example.org")
    await sign_up(app.client, email="new@example.org")
    await post.deliver()
    await rows_changed(
        owner,
        "UPDATE account SET created_at = created_at - interval '31 days', updated_at = updated_at - interval '31 days' "
        "WHERE email <> 'new@example.org'",
    )
    await rows_changed(owner, "UPDATE account_token SET expires_at = now() - interval '8 days'")
    before = await rows(owner, "SELECT email FROM account ORDER BY id")
    async with unit_of_work(post.kernel, WORKER, SYSTEM) as uow:
        assert await verification.purge(uow) == 3
    assert await rows(owner, "SELECT email FROM account ORDER BY id") == [
        row for row in before if row != ("old@example.org",)
    ]
    assert await rows(owner, "SELECT * FROM account_token") == []
