"""The corpus of forged tokens over HTTP, through every layer: all of them 401, on every method."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts import keyring
from api.domain.accounts.authentication import POLL_SECONDS
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel
from tests.conftest import running
from tests.factories.client import sign_in
from tests.factories.world import World
from tests.lib.forging import Forger

PATH = "/api/v1/me"


@dataclass(frozen=True)
class Target:
    """A running platform, a good token of somebody on it, and its signing key in a forger's hands."""

    client: httpx.AsyncClient
    forger: Forger
    good: str
    # The claims of another account's good token.
    other: dict[str, Any]

    async def ask(self, *headers: tuple[bytes, bytes], method: str = "GET") -> httpx.Response:
        return await self.client.request(method, PATH, headers=list(headers))


def bearer(token: str, scheme: str = "Bearer") -> tuple[bytes, bytes]:
    return (b"Authorization", f"{scheme} {token}".encode())


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


@pytest.fixture
async def target(settings: Settings, kernel: Kernel, owner: Database, world: World) -> AsyncIterator[Target]:  # noqa: ARG001
    async with owner.engine.connect() as connection:
        kid, sealed = (await connection.execute(text("SELECT kid, sealed_private FROM signing_key"))).one()
    pem = kernel.vault.open(sealed, context=keyring._context(kid))  # noqa: SLF001
    async with running(settings) as found:
        good, other = [
            (await sign_in(found.client, f"{name}@example.org"))["Authorization"].removeprefix("Bearer ")
            for name in ("front-desk", "administrator")
        ]
        found.client.cookies.clear()
        yield Target(found.client, Forger(pem, kid, claims_of(good)), good, claims_of(other))


async def test_every_forged_token_is_refused_on_every_method(target: Target) -> None:
    corpus = target.forger.corpus()
    corpus |= {
        "session of another subject": target.forger.token(
            claims=target.forger.claims | {"sid": target.other["sid"]}
        ),
        "another subject in this session": target.forger.token(
            claims=target.forger.claims | {"sub": target.other["sub"]}
        ),
        "unknown session": target.forger.token(claims=target.forger.claims | {"sid": str(uuid4())}),
        "session that is no uid": target.forger.token(claims=target.forger.claims | {"sid": "1 OR 1=1"}),
        "session with NUL": target.forger.token(claims=target.forger.claims | {"sid": "\0"}),
    }  # fmt: skip
    assert len(corpus) >= 60
    # The control: what the forger starts from is good, and each of its callers is in the cache.
    for good in (target.good, target.forger.token(), target.forger.token(claims=target.other)):
        assert (await target.ask(bearer(good))).status_code == 200
    seen = {}
    for name, forged in corpus.items():
        answer = await target.ask(bearer(forged))
        seen[name] = (answer.status_code, answer.headers["content-type"], answer.json()["type"])
    assert set(seen.values()) == {(401, "application/problem+json", "/problems/unauthenticated")}, seen
    heads = {name: (await target.ask(bearer(forged), method="HEAD")).status_code for name, forged in corpus.items()}
    assert set(heads.values()) == {401}, heads


async def test_other_ways_of_sending_a_good_token_are_refused(target: Target) -> None:
    good = target.good
    basic = base64.b64encode(f"x:{good}".encode()).decode()
    ways: dict[str, list[tuple[bytes, bytes]]] = {
        "Basic with the token": [bearer(good, "Basic")],
        "Basic, encoded": [bearer(basic, "Basic")],
        "no scheme": [(b"Authorization", good.encode())],
        "scheme alone": [(b"Authorization", b"Bearer")],
        "tab": [(b"Authorization", f"Bearer\t{good}".encode())],
        "two spaces": [bearer(f" {good}")],
        "something after": [bearer(f"{good} x")],
        "comma": [bearer(f"{good},{good}")],
        "token68 parameter": [bearer(f'token="{good}"')],
        "JWT scheme": [bearer(good, "JWT")],
        "DPoP scheme": [bearer(good, "DPoP")],
        "two headers, both good": [bearer(good), bearer(good)],
        "two headers, good and forged": [bearer(good), bearer("x")],
        "two headers, forged and good": [bearer("x"), bearer(good)],
        "two headers, Basic and good": [bearer(basic, "Basic"), bearer(good)],
        "API key around it": [bearer(f"prs_test_x_{good}")],
    }
    seen = {name: (await target.ask(*headers)).status_code for name, headers in ways.items()}
    assert set(seen.values()) == {401}, seen


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
async def test_the_scheme_is_read_without_case_and_changes_nothing_else(target: Target, scheme: str) -> None:
    # RFC 9110, section 11.1.
    assert (await target.ask(bearer(target.good, scheme))).status_code == 200
    for forged in (target.good + "=", target.forger.token()[:-1], "x"):
        assert (await target.ask(bearer(forged, scheme))).status_code == 401


@pytest.mark.parametrize("place", ["cookie", "query", "x-forwarded-authorization", "proxy-authorization"])
async def test_a_token_anywhere_else_is_not_looked_at(target: Target, place: str) -> None:
    if place == "query":
        answer = await target.client.get(PATH, params={"access_token": target.good})
    else:
        name = "cookie" if place == "cookie" else place
        value = (
            f"access_token={target.good}; prs_access={target.good}" if place == "cookie" else f"Bearer {target.good}"
        )
        answer = await target.ask((name.encode(), value.encode()))
    assert answer.status_code == 401


async def test_a_token_ends_with_its_session(target: Target) -> None:
    assert (
        await target.client.delete("/api/v1/auth/sessions/current", headers=[bearer(target.good)])
    ).status_code == 204
    target.client.cookies.clear()
    await asyncio.sleep(2 * POLL_SECONDS)
    for token in (target.good, target.forger.token()):
        assert (await target.ask(bearer(token))).status_code == 401
    assert (await target.ask(bearer(target.forger.token(claims=target.other)))).status_code == 200


async def test_options_needs_nobody_and_tells_the_methods_only(target: Target) -> None:
    for headers in ([], [bearer("x")], [bearer(target.good)]):
        answer = await target.ask(*headers, method="OPTIONS")
        assert (answer.status_code, answer.content) == (204, b"")
        assert sorted(answer.headers["allow"].split(", ")) == ["GET", "HEAD", "OPTIONS"]
