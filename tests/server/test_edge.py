"""Who is let in, whom a request is taken for, and what browsers are told."""

from typing import Any

import httpx
import pytest

from api.lib.http.asgi import Receive, Scope, Send
from api.lib.networks import caller, networks
from api.lib.settings import Settings, SettingsError, read
from api.lib.telemetry import NoMetrics
from api.server.middleware.edge import Edge
from tests.conftest import running, structs
from tests.factories.world import World

TRUSTED = networks(["10.0.0.0/8", "2001:db8:ffff::/48"])
WALKS: dict[str, tuple[str, list[str], str]] = {
    "no proxy": ("203.0.113.1", [], "203.0.113.1"),
    "a stranger says something": ("203.0.113.1", ["198.51.100.1"], "203.0.113.1"),
    "one proxy": ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
    "a client's own line left of it": ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
    "two proxies": ("10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
    "several headers": ("10.0.0.1", ["1.1.1.1", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
    "a client that names a proxy of ours": ("10.0.0.1", ["10.0.0.9, 198.51.100.1"], "198.51.100.1"),
    "all of them ours": ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    "a port": ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
    "an address of IPv6": ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
    "in brackets with a port": ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
    "in brackets": ("10.0.0.1", ["[2001:db8::1]"], "2001:db8::1"),
    "a zone": ("10.0.0.1", ["fe80::1%eth0"], "fe80::1"),
    "a proxy of IPv6": ("2001:db8:ffff::1", ["198.51.100.1"], "198.51.100.1"),
    "a proxy over a mapped address": ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
    "a mapped client": ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
    "a mapped proxy in between": ("10.0.0.1", ["198.51.100.1, ::ffff:10.0.0.2"], "198.51.100.1"),
    "garbage": ("10.0.0.1", ["garbage"], "10.0.0.1"),
    "garbage left of a client": ("10.0.0.1", ["garbage, 198.51.100.1"], "198.51.100.1"),
    "garbage left of a proxy": ("10.0.0.1", ["1.1.1.1, garbage, 10.0.0.2"], "10.0.0.2"),
    "unknown": ("10.0.0.1", ["unknown"], "10.0.0.1"),
    "nothing": ("10.0.0.1", [""], "10.0.0.1"),
    "commas": ("10.0.0.1", [",,,"], "10.0.0.1"),
    "a comma at the end": ("10.0.0.1", ["198.51.100.1,"], "10.0.0.1"),
    "a number": ("10.0.0.1", ["3325256705"], "10.0.0.1"),
    "noughts ahead": ("10.0.0.1", ["010.0.0.1"], "10.0.0.1"),
    "brackets left open": ("10.0.0.1", ["[2001:db8::1"], "2001:db8::1"),
    "something behind the brackets": ("10.0.0.1", ["[2001:db8::1]evil"], "10.0.0.1"),
    "a quoted address": ("10.0.0.1", ['"198.51.100.1"'], "10.0.0.1"),
    "a socket's peer": ("testclient", ["198.51.100.1"], "testclient"),
}


@pytest.mark.parametrize(("peer", "forwarded", "expected"), WALKS.values(), ids=WALKS)
def test_whom_a_request_is_taken_for(peer: str, forwarded: list[str], expected: str) -> None:
    assert caller(peer, forwarded, TRUSTED) == expected


def test_nobody_is_trusted_unless_named() -> None:
    assert caller("127.0.0.1", ["198.51.100.1"], ()) == "127.0.0.1"


ADMITTED: dict[str, tuple[dict[str, Any], str, bool]] = {
    "no rules": ({}, "198.51.100.1", True),
    "allowed": ({"allowed_networks": ("198.51.100.0/24",)}, "198.51.100.1", True),
    "not allowed": ({"allowed_networks": ("192.0.2.0/24",)}, "198.51.100.1", False),
    "denied": ({"denied_networks": ("198.51.100.1",)}, "198.51.100.1", False),
    "denied wins": (
        {"allowed_networks": ("198.51.100.0/24",), "denied_networks": ("198.51.100.1",)}, "198.51.100.1", False,
    ),
    "denied by its mapped form": ({"denied_networks": ("::ffff:198.51.100.1",)}, "198.51.100.1", False),
    "mapped and denied": ({"denied_networks": ("198.51.100.0/24",)}, "::ffff:198.51.100.1", False),
    "the network of IPv6": ({"denied_networks": ("2001:db8::/32",)}, "2001:db8::5", False),
    "a forged line left of the proxy's": ({"allowed_networks": ("192.0.2.0/24",)}, "192.0.2.1, 198.51.100.1", False),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "origin", "admitted"), ADMITTED.values(), ids=ADMITTED)
async def test_who_is_let_in(rules: dict[str, Any], origin: str, admitted: bool) -> None:
    asked: list[str] = []

    async def application(scope: Scope, _: Receive, send: Send) -> None:
        asked.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    configured = structs(Settings(), trusted_proxies=("127.0.0.1",), **rules)
    outer = Edge(application, settings=configured, metrics=NoMetrics())
    transport = httpx.ASGITransport(app=outer, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.get("/api/v1/me", headers={"X-Forwarded-For": origin})
        assert answer.status_code == (204 if admitted else 403)
        # Whoever is not let in gets no further than this: nothing below is asked.
        assert asked == (["/api/v1/me"] if admitted else [])
        if not admitted:
            assert answer.json()["type"] == "/problems/address-not-allowed"
            assert answer.headers["content-security-policy"]
        for probe in ("/health/live", "/health/ready"):
            assert (await client.get(probe, headers={"X-Forwarded-For": origin})).status_code == 204
        assert (await client.get("/health/live/", headers={"X-Forwarded-For": origin})).status_code == (
            204 if admitted else 403
        )


@pytest.mark.parametrize("name", ["PRS_TRUSTED_PROXIES", "PRS_ALLOWED_NETWORKS", "PRS_DENIED_NETWORKS"])
@pytest.mark.parametrize("value", ["nonsense", "10.0.0.1/8", "10.0.0.0/33", "fe80::1%eth0", "10.0.0.0/8,x"])
def test_a_network_that_is_none_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read({name: value})


POLICY = "default-src 'self'; script-src 'self'; style-src 'self';"


@pytest.mark.parametrize(("url", "secure"), [("https://prs.example.org", True), ("http://testserver.local", False)])
async def test_browsers_are_told_what_to_allow(settings: Settings, world: World, url: str, secure: bool) -> None:
    async with running(structs(settings, public_url=url)) as found:
        page = await found.client.get("/docs")
        answers = [
            await found.client.get(f"/api/v1/events/{world.slug}"),
            await found.client.get("/api/v1/me"),
            await found.client.get("/api/nowhere"),
            await found.client.delete("/api/v1/events"),
        ]
    assert [answer.status_code for answer in answers] == [200, 401, 404, 405]
    for answer in (page, *answers):
        sent = answer.headers
        assert "unsafe" not in sent["content-security-policy"]
        assert "frame-ancestors 'none'" in sent["content-security-policy"]
        assert sent["x-content-type-options"] == "nosniff"
        assert sent["cross-origin-resource-policy"] == sent["cross-origin-opener-policy"] == "same-origin"
        assert ("camera=()" in sent["permissions-policy"]) is (answer is not page)
        assert "usb=()" in sent["permissions-policy"]
        assert ("strict-transport-security" in sent) is secure
        assert len(sent.get_list("content-security-policy")) == 1
    assert page.headers["content-security-policy"].startswith(POLICY)
    assert all(answer.headers["content-security-policy"].startswith("default-src 'none'") for answer in answers)
    assert [answer.headers["cache-control"] for answer in answers[1:]] == ["no-store"] * 3


async def test_what_is_about_somebody_is_kept_by_nobody(settings: Settings, world: World) -> None:
    async with running(settings) as found:
        body = {"email": "administrator@example.org", "password": "a long enough password"}
        signed_in = await found.client.post("/api/v1/auth/sessions", json=body)
        headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
        paths = (f"/api/v1/organizations/{world.organization.uid}/access-policy", "/api/v1/me", "/api/v1/organizations")
        answers = [await found.client.get(path, headers=headers) for path in paths]
    assert [answer.headers["cache-control"] for answer in (signed_in, *answers)] == ["no-store"] * 4
    assert "content-security-policy" in answers[0].headers
