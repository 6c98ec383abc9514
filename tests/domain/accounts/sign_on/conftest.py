"""The application with a provider that does what a test tells it."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.lib.db import Database
from api.lib.settings import Settings
from tests.conftest import Running, running, structs
from tests.domain.accounts.conftest import rows
from tests.peers.openid import CLIENT, SECRET, Lying

BASE = "/api/v1/auth/oidc"
CALLBACK = "http://testserver.local/api/v1/auth/oidc/{}/callback"


def declared(slug: str, issuer: str, **more: Any) -> dict[str, Any]:
    return {
        "slug": slug, "name": slug.capitalize(), "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, **more
    }  # fmt: skip


@pytest.fixture
def lying() -> Iterator[Lying]:
    """A provider that is honest until it is told otherwise."""
    provider = Lying()
    yield provider
    provider.close()


@pytest.fixture
def options() -> dict[str, Any]:
    """What a test adds to the provider's declaration."""
    return {}


@pytest.fixture
async def app(settings: Settings, world: object, lying: Lying, options: dict[str, Any]) -> AsyncIterator[Running]:  # noqa: ARG001
    """The application with the provider, and with a second one that nobody answers for."""
    providers = [declared("lab", lying.issuer, **options), declared("other", "http://127.0.0.1:1")]
    async with running(structs(settings, oidc_providers=json.dumps(providers))) as found:
        yield found


async def begin(client: httpx.AsyncClient, slug: str = "lab", return_to: str = "/events?page=2") -> dict[str, str]:
    """Start; returns what the browser takes to the provider."""
    answer = await client.get(f"{BASE}/{slug}/start", params={"return_to": return_to})
    assert answer.status_code == 302, answer.text
    sent = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in sent.items()}


async def come_back(client: httpx.AsyncClient, slug: str = "lab", **answer: str) -> httpx.Response:
    return await client.get(f"{BASE}/{slug}/callback", params=answer)


async def through(app: Running, lying: Lying, **changes: str) -> httpx.Response:
    """Go to the provider and come back with what it answers, or with changes of that."""
    sent = await begin(app.client)
    lying.nonce = lying.nonce or sent["nonce"]
    answer = {"code": "a-code", "state": sent["state"], "iss": lying.issuer} | changes
    return await come_back(app.client, **answer)


async def people(owner: Database) -> list[list[tuple[object, ...]]]:
    """Return all that signing in could change."""
    return [
        await rows(owner, "SELECT id, email, password_hash, email_verified_at FROM account ORDER BY id"),
        await rows(owner, "SELECT account_id, issuer, subject FROM account_identity ORDER BY id"),
        await rows(owner, "SELECT id FROM auth_session ORDER BY id"),
    ]


def refused(answer: httpx.Response, problem: str = "provider-refused") -> bool:
    return (
        answer.status_code == 303
        and answer.headers["location"] == f"/sign-in?problem={problem}"
        and not any("prs_refresh" in value for value in answer.headers.get_list("set-cookie"))
    )
