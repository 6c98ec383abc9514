"""Signing in through a certified provider."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.lib.db import Database
from api.lib.settings import Settings
from tests.conftest import Running, running, structs
from tests.domain.accounts.conftest import actions, rows
from tests.domain.accounts.sign_on.conftest import BASE, CALLBACK, declared, people, refused
from tests.peers.openid import Certified, certified


@pytest.fixture(scope="module")
def provider() -> Iterator[Certified]:
    """The certified provider, with three people."""
    known = {
        "asha": {"email": "asha@example.net", "email_verified": True, "name": "Asha"},
        "unsure": {"email": "unsure@example.net", "email_verified": False},
        "nameless": {},
    }
    with certified(CALLBACK.format("real"), known) as found:
        yield found


@pytest.fixture
async def real(settings: Settings, world: object, provider: Certified) -> AsyncIterator[Running]:  # noqa: ARG001
    """The application with the certified provider."""
    providers = json.dumps([declared("real", provider.issuer)])
    async with running(structs(settings, oidc_providers=providers)) as found:
        yield found


async def come_from(real: Running, provider: Certified, login: str) -> tuple[httpx.Response, str]:
    """Sign in there as somebody; returns our answer, and the address that the browser came back to."""
    started = await real.client.get(f"{BASE}/real/start", params={"return_to": "/my/registrations"})
    back = await asyncio.to_thread(provider.sign_in, started.headers["location"], login)
    assert back.startswith(CALLBACK.format("real"))
    return await real.client.get(back), back


async def test_a_certified_provider_signs_somebody_in(real: Running, provider: Certified, owner: Database) -> None:
    assert (await real.client.get("/api/v1/auth/providers")).json() == [{"slug": "real", "name": "Real"}]
    answer, _ = await come_from(real, provider, "asha")
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/registrations")
    # What the app does next, at its own address.
    proof = {"X-CSRF-Token": real.client.cookies["prs_csrf"]}
    session = await real.client.post("/api/v1/auth/refresh", headers=proof)
    headers = {"Authorization": f"Bearer {session.json()['access_token']}"}
    me = (await real.client.get("/api/v1/me", headers=headers)).json()
    assert (me["email"], me["name"]) == ("asha@example.net", "Asha")
    [listed] = (await real.client.get("/api/v1/me/sessions", headers=headers)).json()
    assert listed["method"] == "real"
    assert {"account.created", "email.verified", "identity.linked"} <= set(await actions(owner))
    # The second time it is the same person.
    real.client.cookies.clear()
    await come_from(real, provider, "asha")
    assert await rows(owner, "SELECT count(*) FROM account_identity") == [(1,)]


async def test_a_code_of_a_certified_provider_works_once(real: Running, provider: Certified, owner: Database) -> None:
    kept = (await real.client.get(f"{BASE}/real/start")).headers
    cookie = kept["set-cookie"].partition(";")[0]
    back = await asyncio.to_thread(provider.sign_in, kept["location"], "asha")
    first = await real.client.get(back, headers={"Cookie": cookie})
    assert first.headers["location"] == "/"
    before = await people(owner)
    real.client.cookies.clear()
    assert refused(await real.client.get(back, headers={"Cookie": cookie}))
    assert await people(owner) == before


async def test_a_certified_provider_wants_the_verifier_of_the_same_browser(
    real: Running, provider: Certified, owner: Database
) -> None:
    _, stolen = await come_from(real, provider, "nameless")
    started = await real.client.get(f"{BASE}/real/start")
    mine = parse_qs(urlsplit(started.headers["location"]).query)["state"][0]
    back = await asyncio.to_thread(provider.sign_in, started.headers["location"], "asha")
    theirs = parse_qs(urlsplit(back).query)["code"][0]
    # Somebody else's code in this browser: another attempt's verifier does not fit it.
    real.client.cookies.clear()
    other = await real.client.get(f"{BASE}/real/start")
    state = parse_qs(urlsplit(other.headers["location"]).query)["state"][0]
    assert state != mine
    before = await people(owner)
    answer = await real.client.get(
        f"{BASE}/real/callback", params={"code": theirs, "state": state, "iss": provider.issuer}
    )
    assert refused(answer)
    assert stolen != back
    assert await people(owner) == before


@pytest.mark.parametrize("login", ["unsure", "nameless"])
async def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(
    real: Running, provider: Certified, owner: Database, login: str
) -> None:
    before = await people(owner)
    answer, _ = await come_from(real, provider, login)
    assert refused(answer, "email-not-verified")
    assert await people(owner) == before
