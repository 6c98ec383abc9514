"""Events and tickets that make no sense."""

from typing import Any
from uuid import uuid4

import httpx

from api.lib.db import Database
from tests.api.refusals import Refusal, assert_refused
from tests.factories.client import Draft, sign_in
from tests.factories.world import World

BEGINS, ENDS = "2030-01-01T09:00:00Z", "2030-01-02T17:00:00Z"


async def staff_of(api: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(api, "administrator@example.org")


EVENTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no title": ({"title": {}}, "/title", "type"),
    "a title that is text": ({"title": "Retreat"}, "/title", "type"),
    "a title in no language": ({"title": {"": "Retreat"}}, "/title", "format"),
    "a title in a path": ({"title": {"../en": "Retreat"}}, "/title", "format"),
    "a title of a number": ({"title": {"en": 7}}, "/title/en", "type"),
    "a title with a bell": ({"title": {"en": "Retreat\a"}}, "/title/en", "format"),
    "a long title": ({"title": {"en": "x" * 5001}}, "/title/en", "type"),
    "41 languages": ({"title": {f"a{chr(97 + i // 26)}{chr(97 + i % 26)}": "x" for i in range(41)}}, "/title", "type"),
    "a place of two lines": ({"place": "Pune\r\nX-Header: 1"}, "/place", "format"),
    "a time zone on Mars": ({"timezone": "Mars/Olympus"}, "/timezone", "choice"),
    "this machine's time zone": ({"timezone": "localtime"}, "/timezone", "choice"),
    "a time zone in a path": ({"timezone": "../../etc/passwd"}, "/timezone", "choice"),
    "an offset for a time zone": ({"timezone": "+05:30"}, "/timezone", "choice"),
    "no time zone": ({"timezone": ""}, "/timezone", "type"),
    "a time without an offset": ({"starts_at": "2030-01-01T09:00:00"}, "/starts_at", "type"),
    "a day": ({"starts_at": "2030-01-01"}, "/starts_at", "type"),
    "seconds since 1970": ({"starts_at": 1893456000}, "/starts_at", "type"),
    "the 30th of February": ({"starts_at": "2030-02-30T09:00:00Z"}, "/starts_at", "type"),
    "before the calendar": ({"starts_at": "0001-01-01T00:00:00+14:00"}, "/starts_at", "format"),
    "after the calendar": ({"ends_at": "9999-12-31T23:59:59-14:00"}, "/ends_at", "format"),
    "the year 5000": ({"registration_closes_at": "5000-01-01T00:00:00Z"}, "/registration_closes_at", "format"),
    "an end before the beginning": ({"ends_at": "2029-12-31T00:00:00Z"}, "/ends_at", "minimum"),
    "a category nobody knows": ({"category": "nothing"}, "/category", "choice"),
    "an unknown field": ({"state": "published"}, "/state", "unknown_field"),
}


async def test_events_that_make_no_sense_are_refused(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    headers = await staff_of(api)
    good = {"organization": str(world.organization.uid), "slug": "walk", "title": {"en": "Walk"}, "timezone": "Asia/Kolkata",
            "starts_at": BEGINS, "ends_at": ENDS}  # fmt: skip
    table = [
        Refusal(
            f"new: {name}",
            422,
            "validation-failed",
            pointer,
            code,
            path="/api/v1/events",
            headers=headers,
            json=good | change,
        )
        for name, (change, pointer, code) in EVENTS.items()
    ]
    revision = (await api.get(f"/api/v1/events/{world.slug}")).headers["etag"]
    table += [
        Refusal(f"changed: {name}", 422, "validation-failed", pointer, code, method="PATCH", path=f"/api/v1/events/{world.event}",
                headers={**headers, "If-Match": revision}, json={"starts_at": BEGINS, "ends_at": ENDS} | change)
        for name, (change, pointer, code) in EVENTS.items()
    ]  # fmt: skip
    slugs = [
        "",
        "x",
        "-walk",
        "walk-",
        "wa--lk",
        "Walk",
        "wälk",
        "wa lk",
        "walk\n",
        "../walk",
        "x" * 62,
        str(uuid4()),
        uuid4().hex,
    ]
    table += [
        Refusal(
            f"slug {slug!r}",
            422,
            "validation-failed",
            "/slug",
            path="/api/v1/events",
            headers=headers,
            json=good | {"slug": slug},
        )
        for slug in slugs
    ]
    table += [
        Refusal(f"without {name}", 422, "validation-failed", f"/{name}", "required", path="/api/v1/events", headers=headers,
                json={key: value for key, value in good.items() if key != name})
        for name in good
    ]  # fmt: skip
    table += [
        Refusal("the same address", 409, "slug-taken", path="/api/v1/events", headers=headers, json=good | {"slug": world.slug}),
        Refusal("for nobody", 404, "not-found", path="/api/v1/events", headers=headers, json=good | {"organization": str(uuid4())}),
        Refusal("by the front desk", 403, "forbidden", path="/api/v1/events", headers=await sign_in(api, "front-desk@example.org"), json=good),
        Refusal("by nobody", 401, "unauthenticated", path="/api/v1/events", json=good),
        Refusal("null for a title", 422, "validation-failed", "/title", "type", method="PATCH", path=f"/api/v1/events/{world.event}",
                headers={**headers, "If-Match": revision}, json={"title": None}),
        Refusal("publishing what is published", 409, "wrong-state", path=f"/api/v1/events/{world.event}/publish", headers=headers),
    ]  # fmt: skip
    await assert_refused(api, owner, table)


async def test_an_event_without_flow_or_tickets_is_not_published(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    headers = await staff_of(api)
    made = await api.post(
        "/api/v1/events",
        headers=headers,
        json={"organization": str(world.organization.uid), "slug": "bare", "title": {"en": "Bare"}, "timezone": "UTC",
              "starts_at": BEGINS, "ends_at": ENDS},
    )  # fmt: skip
    address = f"/api/v1/events/{made.json()['uid']}"
    await assert_refused(
        api,
        owner,
        [
            Refusal("without a flow", 409, "event-not-ready", "/flow", path=f"{address}/publish", headers=headers),
            Refusal("without tickets", 409, "event-not-ready", "/tickets", path=f"{address}/publish", headers=headers),
            Refusal(
                "a flow that is not there",
                422,
                "flow-invalid",
                "/steps",
                path=f"{address}/flow-draft/publish",
                headers=headers,
            ),
            Refusal(
                "reading a flow that is not there",
                404,
                "not-found",
                method="GET",
                path=f"{address}/flow-draft",
                headers=headers,
            ),
            Refusal("closing a draft", 409, "wrong-state", path=f"{address}/close", headers=headers),
        ],
    )


TICKETS: dict[str, tuple[dict[str, Any], str]] = {
    "text for seats": ({"capacity": "10"}, "/capacity"),
    "true for seats": ({"capacity": True}, "/capacity"),
    "half a seat": ({"capacity": 1.5}, "/capacity"),
    "minus one seat": ({"capacity": -1}, "/capacity"),
    "2^31 seats": ({"capacity": 2**31}, "/capacity"),
    "2^62 seats": ({"capacity": 2**62}, "/capacity"),
    "none per order": ({"max_per_order": 0}, "/max_per_order"),
    "101 per order": ({"max_per_order": 101}, "/max_per_order"),
    "a negative price": ({"price_minor": -1}, "/price_minor"),
    "2^62 cents": ({"price_minor": 2**62}, "/price_minor"),
    "a place of 2^31": ({"position": 2**31}, "/position"),
    "a sale in words": ({"sales_start": "soon"}, "/sales_start"),
    "a sale without an offset": ({"sales_end": "2030-01-01T00:00:00"}, "/sales_end"),
    "no name": ({"name": {}}, "/name"),
    "an unknown field": ({"taken": 0}, "/taken"),
}


async def test_tickets_that_make_no_sense_are_refused(api: httpx.AsyncClient, owner: Database, world: World) -> None:
    headers = await staff_of(api)
    path, ticket = f"/api/v1/events/{world.event}/tickets", f"/api/v1/tickets/{world.tickets[0]}"
    held = {**headers, "If-Match": '"1"'}
    table = [
        Refusal(
            f"new: {name}",
            422,
            "validation-failed",
            pointer,
            path=path,
            headers=headers,
            json={"name": {"en": "Seat"}} | change,
        )
        for name, (change, pointer) in TICKETS.items()
    ]
    table += [
        Refusal(
            f"changed: {name}",
            422,
            "validation-failed",
            pointer,
            method="PATCH",
            path=ticket,
            headers=held,
            json=change,
        )
        for name, (change, pointer) in TICKETS.items()
    ]
    table += [
        Refusal(f"currency {code!r}", 422, "validation-failed", "/currency", path=path, headers=headers,
                json={"name": {"en": "Seat"}, "currency": code})
        for code in ("eur", "EURO", "€", "EUR\n", "")
    ]  # fmt: skip
    table += [
        Refusal("a price on a published event", 409, "event-not-ready", "/price_minor", path=path, headers=headers,
                json={"name": {"en": "Seat"}, "price_minor": 100}),
        Refusal("a price later", 409, "event-not-ready", "/price_minor", method="PATCH", path=ticket, headers=held, json={"price_minor": 1}),
        Refusal("of no event", 404, "not-found", path=f"/api/v1/events/{uuid4()}/tickets", headers=headers, json={"name": {"en": "Seat"}}),
        Refusal("no ticket", 404, "not-found", method="PATCH", path=f"/api/v1/tickets/{uuid4()}", headers=held, json={"capacity": 1}),
    ]  # fmt: skip
    await assert_refused(api, owner, table)
    draft = await Draft.start(api, world)
    await draft.save("seats", tickets=[{"ticket": str(world.tickets[0]), "quantity": 3}])
    await assert_refused(
        api,
        owner,
        [
            Refusal(
                "fewer than are held",
                409,
                "capacity-below-taken",
                method="PATCH",
                path=ticket,
                headers=held,
                json={"capacity": 2},
            )
        ],
    )
