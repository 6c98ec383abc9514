"""Registrations for an event that takes none, or tickets that are not on sale."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.domain.catalog import service as catalog
from api.lib import clock
from api.lib.db import Database
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work
from tests.api.refusals import Refusal, assert_refused
from tests.api.test_last_seat import execute
from tests.factories import documents
from tests.factories.client import Draft, sign_in, whole
from tests.factories.world import World, make_event, organiser


@pytest.mark.parametrize("action", ["close", "archive"])
async def test_an_event_that_is_over_takes_nothing(
    api: httpx.AsyncClient, kernel: Kernel, owner: Database, world: World, action: str
) -> None:
    draft = await Draft.start(api, world)
    await draft.fill(world)
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        await catalog.transition(uow, world.event, action)
    gone = (409, "event-closed") if action == "close" else (404, "not-found")
    await assert_refused(
        api,
        owner,
        [
            Refusal("a draft", *gone, path="/api/v1/registrations", json={"event": world.slug}),
            Refusal("a whole one", *gone, path=f"/api/v1/events/{world.slug}/registrations", json=whole(world)),
            Refusal("a step", 409, "event-closed", method="PUT", path=f"{draft.address}/steps/about", headers=draft.headers,
                    json={"answers": documents.ANSWERS}),
            Refusal("seats", 409, "event-closed", method="PUT", path=f"{draft.address}/steps/seats", headers=draft.headers,
                    json={"tickets": [{"ticket": str(world.tickets[0]), "quantity": 1}]}),
            Refusal("a submit", 409, "event-closed", path=f"{draft.address}/submit", headers=draft.headers),
        ],
    )  # fmt: skip


TIMES: dict[str, dict[str, Any]] = {
    "not-yet": {"registration_opens_at": timedelta(days=1)},
    "no-more": {"registration_closes_at": timedelta(days=-1)},
    "over": {"starts_at": timedelta(days=-3), "ends_at": timedelta(days=-2)},
}


@pytest.mark.parametrize("name", TIMES)
async def test_an_event_takes_nothing_outside_its_time(
    api: httpx.AsyncClient, kernel: Kernel, owner: Database, world: World, name: str
) -> None:
    times: dict[str, Any] = {column: clock.now() + delta for column, delta in TIMES[name].items()}
    await make_event(kernel, world.organization, name, **times)
    await assert_refused(
        api,
        owner,
        [
            Refusal("a draft", 409, "event-closed", path="/api/v1/registrations", json={"event": name}),
            Refusal("a whole one", 409, "event-closed", path=f"/api/v1/events/{name}/registrations", json=whole(world)),
        ],
    )


async def test_a_draft_event_does_not_exist_for_anybody_outside(
    api: httpx.AsyncClient, owner: Database, world: World
) -> None:
    staff = await sign_in(api, "administrator@example.org")
    moment = (clock.now() + timedelta(days=9)).isoformat()
    body = {
        "organization": str(world.organization.uid), "slug": "secret", "title": {"en": "Secret"}, "timezone": "UTC",
        "starts_at": moment, "ends_at": moment,
    }  # fmt: skip
    made = await api.post("/api/v1/events", json=body, headers=staff)
    assert made.status_code == 201, made.text
    names = ["secret", made.json()["uid"]]
    table = [Refusal(name, 404, "not-found", method="GET", path=f"/api/v1/events/{name}") for name in names]
    table += [Refusal(name, 404, "not-found", method="GET", path=f"/api/v1/events/{name}/flow") for name in names]
    table += [
        Refusal(name, 404, "not-found", path=f"/api/v1/events/{name}/registrations", json=whole(world))
        for name in names
    ]
    table += [Refusal(name, 404, "not-found", path="/api/v1/registrations", json={"event": name}) for name in names]
    await assert_refused(api, owner, table)
    assert "secret" not in (await api.get("/api/v1/events")).text


async def test_tickets_of_another_event_or_out_of_sale_are_refused(
    api: httpx.AsyncClient, kernel: Kernel, owner: Database, world: World
) -> None:
    _, others, _ = await make_event(kernel, world.organization, "other-event")
    address = f"/api/v1/events/{world.slug}/registrations"
    table = [
        Refusal(
            "of another event",
            409,
            "ticket-not-on-sale",
            "/steps/seats/tickets/0/ticket",
            path=address,
            json=whole(world, ticket=others[0]),
        )
    ]
    await assert_refused(api, owner, table)
    for column, value in (
        ("sales_start", "now() + interval '1 day'"),
        ("sales_end", "now() - interval '1 day'"),
        ("price_minor", "100"),
    ):
        await execute(owner, f"UPDATE event_ticket SET {column} = {value}")  # noqa: S608
        await assert_refused(
            api,
            owner,
            [
                Refusal(
                    column, 409, "ticket-not-on-sale", "/steps/seats/tickets/0/ticket", path=address, json=whole(world)
                )
            ],
        )
        await execute(owner, "UPDATE event_ticket SET sales_start = NULL, sales_end = NULL, price_minor = 0")
