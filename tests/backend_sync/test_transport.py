"""What the network and a peer that is not Odoo can do to the client."""

from __future__ import annotations

import asyncio
import xmlrpc.client
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import httpx
import pytest

from backend_sync.odoo import client as client_module
from backend_sync.odoo.client import OdooClient
from backend_sync.odoo.errors import OdooConflict, OdooUnavailable
from backend_sync.standin.injection import Fault, Kind
from tests.backend_sync.conftest import Standin
from tests.backend_sync.test_client import event_row

pytestmark = pytest.mark.asyncio

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<methodResponse><params><param><value><string>&b;</string></value></param></params></methodResponse>"""


def client_of(answer: Callable[[httpx.Request], httpx.Response], timeout: float = 5.0) -> OdooClient:
    transport = httpx.MockTransport(answer)
    return OdooClient("http://odoo.test", "prs", "admin", "secret", timeout=timeout, uid=2, transport=transport)


def standin_client(standin: Standin, timeout: float = 5.0) -> OdooClient:
    return OdooClient(standin.url, standin.database, standin.login, standin.password, timeout=timeout)


@pytest.mark.parametrize(("status", "committed"), [(500, True), (502, True), (404, False), (302, False), (429, False)])
async def test_any_status_but_200_is_an_outage(status: int, committed: bool) -> None:
    async with client_of(lambda _: httpx.Response(status)) as client:
        with pytest.raises(OdooUnavailable, match=str(status)) as caught:
            await client.execute("event.event", "search", [[]])
    assert caught.value.may_have_committed is committed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad gateway</html>",
        b"{}",
        b"<?xml version='1.0'?><methodResponse><params></params></methodResponse>",
        b"<methodResponse><params><param><value><int>x</int></value></param></params></methodResponse>",
        b"<methodResponse><params><param><value><frob/></value></param></params></methodResponse>",
        BOMB,
    ],
)
async def test_answer_that_is_not_xml_rpc_is_an_outage_that_may_have_committed(body: bytes) -> None:
    async with client_of(lambda _: httpx.Response(200, content=body)) as client:
        with pytest.raises(OdooUnavailable) as caught:
            await client.execute("event.event", "search", [[]])
    assert caught.value.may_have_committed


async def test_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_ANSWER_BYTES", 1_000_000)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b" " * 65_536

    async with client_of(lambda _: httpx.Response(200, content=endless())) as client:
        with pytest.raises(OdooUnavailable, match="larger"):
            await client.execute("event.event", "search", [[]])
    assert sent < 2_000_000


async def test_slow_drip_ends_with_the_timeout_of_the_whole_call() -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.05)
            yield b" "

    async with client_of(lambda _: httpx.Response(200, content=drip()), timeout=0.3) as client:
        with pytest.raises(OdooUnavailable, match=r"within 0\.3 s") as caught:
            await client.execute("event.event", "search", [[]])
    assert caught.value.may_have_committed


async def test_nobody_listening_is_an_outage_in_which_nothing_was_sent(unused_tcp_port: int) -> None:
    async with OdooClient(f"http://127.0.0.1:{unused_tcp_port}", "prs", "admin", "secret") as client:
        with pytest.raises(OdooUnavailable) as caught:
            await client.ext_upsert("event.event", [event_row(uuid4())])
    assert not caught.value.may_have_committed


async def test_results_that_do_not_fit_the_rows_are_not_believed() -> None:
    body = xmlrpc.client.dumps(([],), methodresponse=True).encode()
    async with client_of(lambda _: httpx.Response(200, content=body)) as client:
        with pytest.raises(OdooUnavailable, match="1 rows sent, 0 results"):
            await client.ext_upsert("event.event", [event_row(uuid4())])


async def test_password_stays_out_of_every_message() -> None:
    async with client_of(lambda _: httpx.Response(200, content=b"secret")) as client:
        with pytest.raises(OdooUnavailable) as caught:
            await client.execute("event.event", "search", [[]])
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(caught.value.__cause__)


async def test_uid_is_asked_once_for_many_calls_at_a_time(standin: Standin) -> None:
    logins = 0
    real = httpx.AsyncHTTPTransport()

    async def counted(request: httpx.Request) -> httpx.Response:
        nonlocal logins
        logins += request.url.path.endswith("/common")
        return await real.handle_async_request(request)

    class Counting(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return await counted(request)

    async with OdooClient(
        standin.url, standin.database, standin.login, standin.password, transport=Counting()
    ) as client:
        await asyncio.gather(*(client.execute("event.event", "search_count", [[]]) for _ in range(8)))
    await real.aclose()
    assert logins == 1


@pytest.mark.parametrize(
    ("kind", "error", "records"),
    [
        ("error_500", OdooUnavailable, 0),
        ("serialization", OdooConflict, 0),
        ("drop_before_commit", OdooUnavailable, 0),
        ("drop_after_commit", OdooUnavailable, 1),
        ("timeout_after_commit", OdooUnavailable, 1),
    ],
)
async def test_disturbed_row_is_stored_exactly_once_after_it_is_sent_again(
    standin: Standin, kind: Kind, error: type[Exception], records: int
) -> None:
    uid = uuid4()
    domain = [[["ext_uuid", "=", uid]]]
    standin.injection.order(Fault(kind, method="ext_upsert", seconds=1.0))
    async with standin_client(standin, timeout=0.5) as client:
        with pytest.raises(error):
            await client.ext_upsert("event.event", [event_row(uid)])
        assert await client.execute("event.event", "search_count", domain) == records
        [again] = await client.ext_upsert("event.event", [event_row(uid)])
        assert again.status == ("unchanged" if records else "created")
        assert await client.execute("event.event", "search_count", domain) == 1


async def test_delayed_answer_within_the_timeout_is_taken(standin: Standin) -> None:
    standin.injection.order(Fault("delay", method="ext_upsert", seconds=0.2))
    async with standin_client(standin) as client:
        [result] = await client.ext_upsert("event.event", [event_row(uuid4())])
    assert result.status == "created"
