"""One line for each request, whatever became of it, and nothing in it that is somebody's."""

import asyncio
import json
from typing import Any

import pytest

from api.lib import telemetry
from api.lib.http.asgi import Message, Receive, Scope, Send
from api.lib.settings import Settings
from api.lib.telemetry import NoMetrics
from api.server.middleware.access_log import clean, clean_path
from api.server.middleware.edge import Edge
from tests.conftest import running, structs
from tests.factories.client import sign_in
from tests.factories.world import World
from tests.server.listening import Lines, logged, requests

__all__ = ["logged"]

ATTRIBUTES = {
    "http.method", "http.route", "http.url_details.path", "http.status_code", "http.useragent", "http.request_id",
    "http.version", "network.client.ip", "network.bytes_written", "usr.id", "usr.kind", "duration", "timestamp",
    "service", "level", "logger", "message", "request_id",
}  # fmt: skip
API = "/api/v1"
CASES: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "a route": ("GET", f"{API}/events/retreat", {}, {"http.route": f"{API}/events/{{event}}", "http.status_code": 200}),
    "no route": ("GET", "/api/nowhere", {}, {"http.route": "-", "http.status_code": 404}),
    "a method that is none there": ("DELETE", f"{API}/events", {}, {"http.status_code": 405}),
    "a word for a method": ("BREW", f"{API}/events", {}, {"http.method": "OTHER", "http.status_code": 405}),
    "HEAD": ("HEAD", "/health/live", {}, {"http.method": "HEAD"}),
    "OPTIONS": ("OPTIONS", f"{API}/me", {}, {"http.status_code": 204}),
    "nobody": ("GET", f"{API}/me", {}, {"http.status_code": 401, "usr.kind": "anonymous", "usr.id": None}),
    "a token that is none": (
        "GET", f"{API}/me", {"headers": {"Authorization": "Bearer planted.token.here"}}, {"http.status_code": 401},
    ),
    "a kind of body that is none": ("POST", f"{API}/auth/sessions", {"content": b"planted"}, {"http.status_code": 415}),
    "a large body": (
        "POST", f"{API}/auth/sessions", {"content": b"x" * 300_000, "headers": {"Content-Type": "application/json"}},
        {"http.status_code": 413},
    ),
    "a body that is wrong": (
        "POST", f"{API}/auth/sessions", {"json": {"email": "planted@example.org"}}, {"http.status_code": 422},
    ),
    "a query": ("GET", f"{API}/events?q=planted%20name", {}, {"http.url_details.path": f"{API}/events"}),
    "a token in the path": (
        "GET", f"{API}/events/eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.planted", {},
        {"http.url_details.path": f"{API}/events/(hidden)"},
    ),
    "a key in the path": (
        "GET", "/nowhere/prs_test_planted_planted", {}, {"http.url_details.path": "/nowhere/(hidden)"},
    ),
    "a number in the path": (
        "GET", f"{API}/events/2341%202341%202346", {}, {"http.url_details.path": f"{API}/events/(hidden)"},
    ),
    "a mail address in the path": (
        "GET", f"{API}/events/planted@example.org", {}, {"http.url_details.path": f"{API}/events/(hidden)"},
    ),
    "a new line in the path": (
        "GET", '/a%0A{"message":"request"}', {}, {"http.url_details.path": '/a\ufffd{"message":"request"}'},
    ),
    "an escape in the browser's name": (
        "GET", "/health/live", {"headers": {"User-Agent": b"x\x1b[2Jy\x9b31mz"}},
        {"http.useragent": "x\ufffd[2Jy\ufffd31mz"},
    ),
    "a token in the browser's name": (
        "GET", "/health/live", {"headers": {"User-Agent": "curl prs_live_planted_planted"}},
        {"http.useragent": "curl (hidden)"},
    ),
    "a long name of a browser": (
        "GET", "/health/live", {"headers": {"User-Agent": "long " * 500}}, {"http.useragent": ("long " * 40)},
    ),
    "a request id": (
        "GET", "/health/live", {"headers": {"X-Request-Id": "given-by-you"}}, {"http.request_id": "given-by-you"},
    ),
    "a trace": (
        "GET", "/health/live", {"headers": {"traceparent": f"00-{'ab' * 16}-00000000000000ff-01"}},
        {"dd.trace_id": "ab" * 16, "dd.span_id": "255"},
    ),
    "forged headers": (
        "GET", "/health/live",
        {"headers": {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}},
        {"network.client.ip": "127.0.0.1"},
    ),
}  # fmt: skip


async def test_every_request_has_its_line(settings: Settings, world: World, logged: Lines) -> None:
    assert world
    wrong: dict[str, Any] = {}
    async with running(settings) as found:
        for name, (method, url, more, special) in CASES.items():
            before = len(requests(logged))
            answer = await found.client.request(method, url, **more)
            (line,) = requests(logged)[before:]
            expected = {
                "http.status_code": answer.status_code,
                "http.request_id": answer.headers["x-request-id"],
                "network.client.ip": "127.0.0.1",
                "service": "test",
                "level": "info",
            } | special
            seen = {key: line.get(key) for key in expected}
            if seen != expected or line.keys() - {"dd.trace_id", "dd.span_id"} != ATTRIBUTES:
                wrong[name] = line
            assert isinstance(line["duration"], int)
            assert 0 < line["duration"] < 120e9
    assert wrong == {}
    assert "planted" not in json.dumps(logged())


async def test_who_is_signed_in_stands_in_the_line(settings: Settings, world: World, logged: Lines) -> None:
    async with running(settings) as found:
        headers = await sign_in(found.client, "administrator@example.org")
        uid = (await found.client.get("/api/v1/me", headers=headers)).json()["uid"]
    line = requests(logged)[-1]
    assert (line["usr.id"], line["usr.kind"]) == (uid, "account")
    assert world.organization


def edge(app: Any, **changes: Any) -> Edge:
    return Edge(app, settings=structs(Settings(), **changes), metrics=NoMetrics())


SCOPE: Scope = {
    "type": "http", "method": "GET", "path": "/x", "headers": [], "client": ("192.0.2.1", 1), "http_version": "1.1",
}  # fmt: skip


async def call(app: Edge, *received: Message, scope: Scope = SCOPE) -> list[Message]:
    sent: list[Message] = []
    waiting = list(received)

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(dict(scope), receive, send)
    return sent


NO_TRACES = [
    "", "00", f"00-{'0' * 32}-00000000000000ff-01", f"00-{'ab' * 16}-0000000000000000-01",
    f"ff-{'ab' * 16}-00000000000000ff-01", f"00-{'AB' * 16}-00000000000000ff-01",
    f"00-{'ab' * 16}-00000000000000ff-01-x", f"00-{'ab' * 16}-00000000000000ff-0x",
]  # fmt: skip


async def answers(_: Scope, __: Receive, send: Send) -> None:
    """An application that is content with everything."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


@pytest.mark.parametrize("given", NO_TRACES)
async def test_a_trace_that_is_none_is_left_out(logged: Lines, given: str) -> None:
    await call(edge(answers), scope={**SCOPE, "headers": [(b"traceparent", given.encode())]})
    (line,) = requests(logged)
    assert "dd.trace_id" not in line


async def test_a_client_that_leaves_is_logged_as_gone(logged: Lines) -> None:
    async def app(_: Scope, receive: Receive, __: Send) -> None:
        await receive()

    assert await call(edge(app), {"type": "http.disconnect"}) == []
    (line,) = requests(logged)
    assert (line["http.status_code"], line["aborted"]) == (499, True)


async def test_a_client_that_leaves_amid_its_answer_is_logged_as_gone(logged: Lines) -> None:
    async def app(_: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        await receive()

    await call(edge(app), {"type": "http.disconnect"})
    (line,) = requests(logged)
    assert (line["http.status_code"], line["aborted"], line["network.bytes_written"]) == (200, True, 4)


async def test_a_cancelled_request_is_logged(logged: Lines) -> None:
    async def app(_: Scope, __: Receive, ___: Send) -> None:
        await asyncio.sleep(60)

    task = asyncio.create_task(call(edge(app)))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [line["http.status_code"] for line in requests(logged)] == [500]


async def test_what_nobody_caught_is_answered_as_a_problem_and_tells_nothing(logged: Lines) -> None:
    async def app(_: Scope, __: Receive, ___: Send) -> None:
        raise RuntimeError("planted")

    start, body = await call(edge(app))
    assert start["status"] == 500
    assert json.loads(body["body"])["type"] == "/problems/internal-error"
    assert "planted" not in json.dumps(logged())
    assert [line["http.status_code"] for line in requests(logged)] == [500]


async def test_a_failure_amid_an_answer_ends_the_connection(logged: Lines) -> None:
    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("planted")

    with pytest.raises(RuntimeError):
        await call(edge(app))
    assert [line["http.status_code"] for line in requests(logged)] == [200]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/a/4dd4da5e-91e1-4e4c-9f9b-2e7a4b1f6a11/b", "/a/4dd4da5e-91e1-4e4c-9f9b-2e7a4b1f6a11/b"),
        ("/a/11111111-1111-1111-1111-111111111111", "/a/11111111-1111-1111-1111-111111111111"),
        ("/a/1111-1111-1111-1111-1", "/a/(hidden)"),
        ("/a/Z9876543", "/a/(hidden)"),
        ("/events/summer-school-2026", "/events/summer-school-2026"),
        ("\u202eevil\u2028x", "\ufffdevil\ufffdx"),
        ("127.0.0.1", "127.0.0.1"),
        ("2001:db8:1234:5678:9abc:def0:1234:5678", "2001:db8:1234:5678:9abc:def0:1234:5678"),
        ("Mozilla/5.0 (X11; rv:140.0) Gecko/20100101", "Mozilla/5.0 (X11; rv:140.0) Gecko/20100101"),
    ],
)  # fmt: skip
def test_what_a_log_keeps_of_a_text(text: str, kept: str) -> None:
    assert clean(text) == kept


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/a/C01X00T47/b", "/a/(hidden)/b"),
        ("/a/zq7x57498", "/a/(hidden)"),
        ("/a/12ab345/Z9876543", "/a/(hidden)/(hidden)"),
        ("/" + "x y" * 65 + "/zq7x57498", "/" + "x y" * 65 + "/(hi"),
        ("/a/11111111-1111-1111-1111-111111111111", "/a/11111111-1111-1111-1111-111111111111"),
        ("/a/4dd4da5e-91e1-4e4c-9f9b-2e7a4b1f6a11/b", "/a/4dd4da5e-91e1-4e4c-9f9b-2e7a4b1f6a11/b"),
        ("/api/v1/events/summer-school-2026", "/api/v1/events/summer-school-2026"),
        ("/assets/index-B2x9.js", "/assets/index-B2x9.js"),
    ],
)
def test_what_a_log_keeps_of_an_address(path: str, kept: str) -> None:
    assert clean_path(path) == kept


def test_the_server_s_own_access_log_is_off(logged: Lines) -> None:
    telemetry.logger("uvicorn.access").info("GET /?q=planted")
    assert requests(logged) == []
