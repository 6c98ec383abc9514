"""Addresses, queries, headers and cursors that are wrong."""

import base64
import json
from uuid import uuid4

import httpx
import pytest

from api.lib.db import Database
from tests.api.refusals import Refusal, assert_refused
from tests.conftest import INTERNAL_TOKEN
from tests.factories.client import Draft, sign_in
from tests.factories.world import World

QUERIES: dict[str, tuple[str, int, str, str | None]] = {
    "NUL": ("q=a%00b", 422, "validation-failed", None),
    "a limit of nothing": ("limit=0", 422, "validation-failed", "/limit"),
    "a negative limit": ("limit=-1", 422, "validation-failed", "/limit"),
    "a limit too high": ("limit=201", 422, "validation-failed", "/limit"),
    "a limit in words": ("limit=ten", 422, "validation-failed", "/limit"),
    "a limit of 2^64": ("limit=18446744073709551616", 422, "validation-failed", "/limit"),
    "an empty limit": ("limit=", 422, "validation-failed", "/limit"),
    "many words": ("q=" + "x" * 201, 422, "validation-failed", "/q"),
    "a cursor in words": ("cursor=next", 400, "bad-request", None),
    "a cursor outside the alphabet": ("cursor=%C3%A9%2B%2F", 400, "bad-request", None),
    "a cursor of an odd length": ("cursor=A", 400, "bad-request", None),
    "a long cursor": ("cursor=" + "A" * 401, 422, "validation-failed", "/cursor"),
}
CURSORS = {
    "no moment": ["soon", str(uuid4())],
    "a moment without an offset": ["2030-01-01T00:00:00", str(uuid4())],
    "before the calendar": ["0001-01-01T00:00:00+14:00", str(uuid4())],
    "after the calendar": ["9999-12-31T23:59:59-14:00", str(uuid4())],
    "no uid": ["2030-01-01T00:00:00Z", "1 OR 1=1"],
    "a number": [1, str(uuid4())],
    "too short": ["2030-01-01T00:00:00Z"],
    "an object": {"key": "2030-01-01T00:00:00Z"},
}


def cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_queries_that_make_no_sense_are_refused(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    staff = await sign_in(api, "administrator@example.org")
    inside = f"/api/v1/organizations/{world.organization.uid}"
    table = [
        Refusal(
            f"{name} in {address}", status, problem, pointer, method="GET", path=f"{address}?{query}", headers=staff
        )
        for address in ("/api/v1/events", f"{inside}/registrations", f"{inside}/events")
        for name, (query, status, problem, pointer) in QUERIES.items()
        if not (query.startswith("q=x") and address.endswith(f"{world.organization.uid}/events"))
    ]
    table += [
        Refusal(
            f"{name} in {address}",
            400,
            "bad-request",
            method="GET",
            path=f"{address}?cursor={cursor(value)}",
            headers=staff,
        )
        for address in ("/api/v1/events", f"{inside}/registrations", f"{inside}/events")
        for name, value in CURSORS.items()
    ]
    table += [
        Refusal("an unknown state", 422, "validation-failed", "/state", method="GET", headers=staff,
                path=f"{inside}/registrations?state=paid"),
        Refusal("an event that is no uid", 422, "validation-failed", "/event", method="GET", headers=staff,
                path=f"{inside}/registrations?event=retreat"),
        Refusal("an unknown event", 404, "not-found", method="GET", headers=staff,
                path=f"{inside}/registrations?event={uuid4()}"),
        Refusal("an export of an unknown event", 404, "not-found", method="GET", headers=staff,
                path=f"{inside}/registrations/export?event={uuid4()}"),
        Refusal("a long category", 422, "validation-failed", "/category", method="GET",
                path="/api/v1/events?category=" + "x" * 65),
    ]  # fmt: skip
    await assert_refused(api, owner, table)


async def test_operators_in_a_search_are_only_text(api: httpx.AsyncClient, world: World) -> None:
    staff = await sign_in(api, "administrator@example.org")
    words = [
        "'",
        "a' & !b",
        ":*",
        "!!!",
        "<->",
        "(",
        "\\",
        "%",
        "_",
        "½",
        "💥",
        "a:*b",
        "\x01",
        "'; DROP TABLE event;--",
    ]
    for word in words:
        found = await api.get("/api/v1/events", params={"q": word})
        assert found.status_code == 200, word
        listed = await api.get(
            f"/api/v1/organizations/{world.organization.uid}/registrations", params={"q": word}, headers=staff
        )
        assert listed.json()["items"] == [], word
    assert (await api.get("/api/v1/events", params={"q": "retr pun"})).json()["items"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
async def test_wrong_addresses_and_methods_are_problems(api: httpx.AsyncClient, owner: Database, method: str) -> None:
    paths = ["/api/v1/nothing", "/api/v2/events", "/api/v1/registrations/1/2/3", "/api/v1/registrations/%00", "/api"]
    table = [Refusal(path, 404, "not-found", method=method, path=path) for path in paths]
    if method not in ("GET", "POST"):
        table.append(Refusal("events", 405, "method-not-allowed", method=method, path="/api/v1/events"))
    await assert_refused(api, owner, table)


async def test_events_that_are_not_there_are_not_found(api: httpx.AsyncClient, owner: Database) -> None:
    names = ["nothing", str(uuid4()), "%00", "%FF", "..", "%2e%2e%2f", "retreat%20", "RETREAT", "%F0%9F%92%A5"]
    table = [
        Refusal(f"{name}{below}", 404, "not-found", method="GET", path=f"/api/v1/events/{name}{below}")
        for name in names
        for below in ("", "/flow")
        if not (name == ".." and below == "")
    ]
    table += [
        Refusal("too long", 422, "validation-failed", "/event", method="GET", path="/api/v1/events/" + "x" * 65),
        Refusal("a draft of nothing", 404, "not-found", path="/api/v1/registrations", json={"event": "nothing"}),
        Refusal(
            "a whole one of nothing", 404, "not-found", path="/api/v1/events/nothing/registrations", json={"steps": {}}
        ),
    ]
    await assert_refused(api, owner, table)


REVISIONS = ["*", "3", 'W/"1"', '"x"', '"1", "2"', '""', '"-1"', '"1.0"', '"99999999999999999999"', '"0x1"', "null"]


async def test_a_revision_is_asked_for_and_read_strictly(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    draft = await Draft.start(api, world)
    token = {"Registration-Token": draft.token}
    staff = await sign_in(api, "administrator@example.org")
    changes: list[tuple[str, str, dict[str, str], dict[str, object] | None]] = [
        ("PUT", f"{draft.address}/steps/about", token, {"answers": {}}),
        ("POST", f"{draft.address}/submit", token, None),
        ("PATCH", f"/api/v1/events/{world.event}", staff, {"place": "Nashik"}),
        ("PATCH", f"/api/v1/tickets/{world.tickets[0]}", staff, {"capacity": 5}),
        ("PUT", f"/api/v1/forms/{world.forms['about']}", staff, {"source": {}}),
    ]
    table = []
    for method, path, headers, body in changes:
        table.append(
            Refusal(f"none {path}", 428, "precondition-required", method=method, path=path, headers=headers, json=body)
        )
        table += [
            Refusal(
                f"{sent} {path}",
                400,
                "bad-request",
                method=method,
                path=path,
                json=body,
                headers={**headers, "If-Match": sent},
            )
            for sent in REVISIONS
        ]
        table.append(
            Refusal(f"stale {path}", 412, "precondition-failed", method=method, path=path, json=body,
                    headers={**headers, "If-Match": '"4711"'})
        )  # fmt: skip
    await assert_refused(api, owner, table)


async def test_idempotency_keys_are_visible_ascii(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    draft = await Draft.start(api, world)
    table = [
        Refusal(
            repr(key[:9]),
            400,
            "bad-request",
            path=f"{draft.address}/submit",
            headers={**draft.headers, "Idempotency-Key": key},
        )
        for key in ("", " ", "two words", "x" * 256, "a\tb")
    ]
    await assert_refused(api, owner, table)


async def test_callers_nobody_knows_are_turned_away(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    sent = ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer x", "Bearer a.b.c", "Bearer prs_", "Bearer prs_x", "Bearer prs_x_y",
            "Bearer prs_" + "x" * 5000, "Bearer " + INTERNAL_TOKEN[:-1], "Digest x", "Bearer  " + INTERNAL_TOKEN]  # fmt: skip
    table = [
        Refusal(header[:20], 401, "unauthenticated", method="GET", path=path, headers={"Authorization": header})
        for header in sent
        for path in ("/api/v1/me", "/api/v1/events")
    ]
    inside = f"/api/v1/organizations/{world.organization.uid}"
    table += [
        Refusal(path, 401, "unauthenticated", method="GET", path=path)
        for path in ("/api/v1/me", f"{inside}/registrations", "/api/v1/forms", f"{inside}/api-keys")
    ]
    table.append(
        Refusal(
            "the scheduler's door", 401, "unauthenticated", path="/api/v1/internal/jobs/expire-drafts/runs", json={}
        )
    )
    await assert_refused(api, owner, table)


async def test_a_cookie_from_another_site_is_refused(api: httpx.AsyncClient, owner: Database) -> None:
    origins = [
        "https://evil.example",
        "null",
        "http://[",
        "http://testserver.local.evil.example",
        "//testserver.local@evil",
    ]
    table = [
        Refusal(
            origin,
            403,
            "cross-site-request",
            path="/api/v1/auth/refresh",
            headers={"Origin": origin, "Cookie": "prs_refresh=x"},
        )
        for origin in origins
    ]
    table += [
        Refusal(
            site,
            403,
            "cross-site-request",
            path="/api/v1/auth/refresh",
            headers={"Sec-Fetch-Site": site, "Cookie": "prs_refresh=x"},
        )
        for site in ("cross-site", "same-site", "nonsense")
    ]
    table += [
        Refusal("no cookie", 401, "session-ended", path="/api/v1/auth/refresh"),
        Refusal("any cookie", 401, "session-ended", path="/api/v1/auth/refresh", headers={"Cookie": "prs_refresh=x"}),
    ]
    await assert_refused(api, owner, table)


async def test_slots_of_jobs_that_are_none_are_refused(api: httpx.AsyncClient, owner: Database) -> None:
    door = {"Authorization": f"Bearer {INTERNAL_TOKEN}"}
    path = "/api/v1/internal/jobs/expire-drafts/runs"
    moments = ["now", "2030-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1893456000, True]
    table = [
        Refusal(str(moment), 422, "validation-failed", "/at", path=path, headers=door, json={"at": moment})
        for moment in moments
    ]
    table.append(
        Refusal("no such job", 404, "unknown-job", path="/api/v1/internal/jobs/drop-tables/runs", headers=door, json={})
    )
    await assert_refused(api, owner, table)
