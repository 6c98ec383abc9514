"""Of an Aadhaar number nothing stays but its last four digits and when it was checked."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts import grants
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import Role
from api.lib.db import Database
from api.lib.uow import Kernel, unit_of_work
from tests.factories.client import Draft, sign_in
from tests.factories.papers import ANSWERS, NUMBER, OTHER, SLUG, body, make_papers
from tests.factories.world import PASSWORD, World

MASK = {"masked": "••••" + NUMBER[-4:]}


@pytest.fixture
async def papers(kernel: Kernel, world: World) -> World:
    await make_papers(kernel, world)
    async with unit_of_work(kernel) as uow:
        account = await accounts.register(uow, email="steward@example.org", password=PASSWORD, name="steward")
        await grants.grant(uow, account, world.organization, Role.DATA_STEWARD)
    return world


async def stored(owner: Database) -> list[Any]:
    async with owner.engine.connect() as connection:
        return list(
            await connection.execute(
                text(
                    "SELECT pointer, mask, sealed, blind_index, identity, verified_at "
                    "FROM registration_sealed_answer ORDER BY pointer"
                )
            )
        )


async def draft(api: httpx.AsyncClient) -> Draft:
    started = await api.post("/api/v1/registrations", json={"event": SLUG})
    return Draft(api, started.json())


async def test_the_number_is_checked_and_dropped(api: httpx.AsyncClient, owner: Database, papers: World) -> None:
    family = [{"member_name": "Ravi", "member_aadhaar": OTHER}]
    spaced = f"{NUMBER[:4]} {NUMBER[4:8]}-{NUMBER[8:]}"
    made = await api.post(f"/api/v1/events/{SLUG}/registrations", json=body(papers, aadhaar=spaced, family=family))
    assert made.status_code == 201, made.text
    assert made.json()["registration"]["steps"]["papers"]["answers"]["aadhaar"] == MASK
    rows = await stored(owner)
    assert [(row.pointer, row.mask) for row in rows] == [
        ("/aadhaar", MASK["masked"]), ("/family/0/member_aadhaar", "••••" + OTHER[-4:]),
    ]  # fmt: skip
    # Nothing is derived from the whole number: twelve digits with a check digit are tried out in no time.
    assert {(row.sealed, row.blind_index, row.identity) for row in rows} == {(None, None, "aadhaar")}
    assert all(row.verified_at is not None for row in rows)
    async with owner.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM registration_key")) == 0
        assert await connection.scalar(text("SELECT count(*) FROM prs_vault.aadhaar")) == 0


async def test_a_wrong_number_is_refused(api: httpx.AsyncClient, papers: World) -> None:
    wrong = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)
    refused = await api.post(f"/api/v1/events/{SLUG}/registrations", json=body(papers, aadhaar=wrong))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/steps/papers/answers/aadhaar"
    assert wrong not in refused.text


async def test_the_mask_sent_back_keeps_the_mask_and_the_result(
    api: httpx.AsyncClient, owner: Database, papers: World
) -> None:
    found = await draft(api)
    await found.save("papers", answers=ANSWERS | {"aadhaar": NUMBER, "card_text": "To Asha"})
    (first,) = await stored(owner)
    again = await found.save("papers", answers=ANSWERS | {"aadhaar": MASK, "card_text": "To Asha", "wants_card": True})
    assert again["steps"]["papers"]["answers"]["aadhaar"] == MASK
    assert [tuple(row) for row in await stored(owner)] == [tuple(first)]
    await found.save("seats", tickets=[{"ticket": str(papers.tickets[0]), "quantity": 1}])
    submitted = await found.submit()
    assert submitted.status_code == 200, submitted.text
    # A condition on the number still holds: something was given.
    assert submitted.json()["steps"]["papers"]["answers"]["card_text"] == "To Asha"
    assert [tuple(row) for row in await stored(owner)] == [tuple(first)]


async def test_another_number_takes_its_place(api: httpx.AsyncClient, owner: Database, papers: World) -> None:
    assert papers
    found = await draft(api)
    await found.save("papers", answers=ANSWERS | {"aadhaar": NUMBER})
    (first,) = await stored(owner)
    await found.save("papers", answers=ANSWERS | {"aadhaar": OTHER})
    (second,) = await stored(owner)
    assert second.mask == "••••" + OTHER[-4:]
    assert second.verified_at > first.verified_at
    await found.save("papers", answers=ANSWERS)
    assert await stored(owner) == []


@pytest.mark.parametrize("forged", [{"masked": "••••9999"}, {"masked": NUMBER}, {"masked": "••••"}])
async def test_a_mask_that_stands_for_nothing_is_no_number(
    api: httpx.AsyncClient, owner: Database, papers: World, forged: dict[str, str]
) -> None:
    assert papers
    found = await draft(api)
    refused = await found.send("papers", answers=ANSWERS | {"aadhaar": forged})
    assert refused.status_code == 422, refused.text
    assert await stored(owner) == []
    whole = await api.post(f"/api/v1/events/{SLUG}/registrations", json=body(papers, aadhaar=forged))
    assert whole.status_code == 422


async def test_members_may_change_places(api: httpx.AsyncClient, owner: Database, papers: World) -> None:
    assert papers
    found = await draft(api)
    members = [{"member_name": "A", "member_aadhaar": NUMBER}, {"member_name": "B", "member_aadhaar": OTHER}]
    await found.save("papers", answers=ANSWERS | {"family": members})
    before = {row.mask: row.verified_at for row in await stored(owner)}
    shown = found.body["steps"]["papers"]["answers"]["family"]
    await found.save("papers", answers=ANSWERS | {"family": shown[::-1]})
    after = await stored(owner)
    assert [row.mask[-4:] for row in after] == [OTHER[-4:], NUMBER[-4:]]
    assert {row.mask: row.verified_at for row in after} == before


async def test_it_can_be_neither_shown_nor_looked_for(api: httpx.AsyncClient, papers: World) -> None:
    made = await api.post(f"/api/v1/events/{SLUG}/registrations", json=body(papers, aadhaar=NUMBER))
    headers = await sign_in(api, "steward@example.org")
    ask = {"step": "papers", "pointer": "/aadhaar", "reason": "identity-check"}
    shown = await api.post(
        f"/api/v1/registrations/{made.json()['registration']['uid']}/reveals", json=ask, headers=headers
    )
    assert (shown.status_code, shown.json()["type"]) == (409, "/problems/value-not-kept")
    search = f"/api/v1/organizations/{papers.organization.uid}/registrations/search-by-number"
    found = await api.post(search, json={"identity": "aadhaar", "value": NUMBER}, headers=headers)
    assert (found.status_code, found.json()["type"]) == (409, "/problems/number-not-kept")
