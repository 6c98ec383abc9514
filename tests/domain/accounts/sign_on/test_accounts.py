"""Whose account signing in through a provider opens."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from api.lib.db import Database
from tests.conftest import Running
from tests.domain.accounts.conftest import EMAIL, PHRASE, Post, actions, attempt, rows, rows_changed, sign_up, verified
from tests.domain.accounts.sign_on.conftest import BASE, people, refused, through
from tests.domain.accounts.test_second_factor import code, enable, finish
from tests.peers.openid import Lying


async def test_a_verified_account_with_the_address_is_linked(
    app: Running, lying: Lying, post: Post, owner: Database
) -> None:
    await verified(app.client, post)
    before = await rows(owner, "SELECT password_hash FROM account WHERE email = :email", email=EMAIL)
    assert (await through(app, lying)).headers["location"] == "/events?page=2"
    assert await rows(owner, "SELECT password_hash FROM account WHERE email = :email", email=EMAIL) == before
    assert await rows(owner, "SELECT count(*) FROM account_identity") == [(1,)]
    assert (await attempt(app.client)).status_code == 201
    assert (await actions(owner)).count("identity.linked") == 1


async def test_an_unverified_account_loses_the_password_that_a_stranger_may_have_set(
    app: Running, lying: Lying, post: Post, owner: Database
) -> None:
    await sign_up(app.client)
    link = await post.token("verify-email")
    assert (await through(app, lying)).headers["location"] == "/events?page=2"
    app.client.cookies.clear()
    assert (await attempt(app.client)).status_code == 401
    answer = await app.client.post("/api/v1/auth/email-verifications", json={"token": link, "password": PHRASE})
    assert answer.status_code == 422
    assert (await attempt(app.client)).status_code == 401
    assert await rows(owner, "SELECT count(*) FROM account WHERE email = :email", email=EMAIL) == [(1,)]


async def test_the_identity_counts_and_not_the_address(app: Running, lying: Lying, owner: Database) -> None:
    await through(app, lying)
    lying.person = {**lying.person, "email": "administrator@example.org"}
    lying.nonce = ""
    app.client.cookies.clear()
    assert (await through(app, lying)).status_code == 303
    found = await rows(
        owner, "SELECT DISTINCT email FROM auth_session JOIN account ON account.id = auth_session.account_id"
    )
    assert found == [(EMAIL,)]


async def test_a_disabled_account_stays_closed(app: Running, lying: Lying, owner: Database) -> None:
    await through(app, lying)
    await rows_changed(owner, "UPDATE account SET disabled_at = now() WHERE email = :email", email=EMAIL)
    before = await people(owner)
    for subject in ("person-1", "person-2"):
        lying.person = {**lying.person, "sub": subject}
        lying.nonce = ""
        app.client.cookies.clear()
        assert refused(await through(app, lying))
    assert await people(owner) == before


async def test_two_at_the_same_moment_make_one_account(app: Running, lying: Lying, owner: Database) -> None:
    cookies, answers = [], []
    for _ in range(4):
        started = await app.client.get(f"{BASE}/lab/start")
        sent = {name: values[0] for name, values in parse_qs(urlsplit(started.headers["location"]).query).items()}
        cookies.append((started.headers["set-cookie"].partition(";")[0], sent))
        app.client.cookies.clear()
    nonces = {sent["code_challenge"]: sent["nonce"] for _, sent in cookies}
    assert len(nonces) == 4
    lying.claims = lambda honest: {**honest, "nonce": lying.exchanges[-1]["code"]}
    for cookie, sent in cookies:
        params = {"code": sent["nonce"], "state": sent["state"], "iss": lying.issuer}
        answers.append(app.client.get(f"{BASE}/lab/callback", params=params, headers={"Cookie": cookie}))
    await asyncio.gather(*answers)
    assert await rows(owner, "SELECT count(*) FROM account WHERE email = :email", email=EMAIL) == [(1,)]
    assert await rows(owner, "SELECT count(*) FROM account_identity") == [(1,)]


async def test_the_second_factor_is_asked_for_here_too(app: Running, lying: Lying, post: Post, owner: Database) -> None:
    secret, _ = await enable(app.client, await verified(app.client, post))
    answer = await through(app, lying)
    place = urlsplit(answer.headers["location"])
    assert (answer.status_code, place.path, place.query) == (303, "/sign-in", "")
    given = parse_qs(place.fragment)
    assert given["return_to"] == ["/events?page=2"]
    assert await rows(owner, "SELECT count(*) FROM auth_session") == [(1,)]
    assert (await finish(app.client, given["challenge"][0], code(secret))).status_code == 201


@pytest.mark.parametrize("options", [{"second_factor_amr": ["mfa"]}, {"second_factor_acr": ["urn:strong"]}])
async def test_a_provider_that_is_trusted_with_it_may_have_asked_for_the_second_factor(
    app: Running, lying: Lying, post: Post, owner: Database
) -> None:
    await enable(app.client, await verified(app.client, post))
    weak = await through(app, lying)
    assert urlsplit(weak.headers["location"]).fragment
    lying.person = {**lying.person, "amr": ["pwd", "mfa"], "acr": "urn:strong"}
    lying.nonce = ""
    assert (await through(app, lying)).headers["location"] == "/events?page=2"
    [(marked,)] = await rows(owner, "SELECT second_factor_at IS NOT NULL FROM auth_session ORDER BY id DESC LIMIT 1")
    assert marked


async def test_an_account_without_a_password_sets_one_by_mail(app: Running, lying: Lying, post: Post) -> None:
    await through(app, lying)
    app.client.cookies.clear()
    assert (await attempt(app.client)).status_code == 401
    await app.client.post("/api/v1/auth/password-resets", json={"email": EMAIL})
    body = {"token": await post.token("reset-password"), "password": PHRASE}
    assert (await app.client.post("/api/v1/auth/password-resets/confirm", json=body)).status_code == 204
    assert (await attempt(app.client)).status_code == 201
