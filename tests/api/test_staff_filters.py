"""Staff filter registrations by answer, ticket and time, and search them whatever the accents."""

from typing import Any

import httpx
import pytest

from api.domain.accounts.roles import Role
from api.lib.db import Database
from api.lib.uow import Kernel
from tests.factories import crowd
from tests.factories.client import register, sign_in
from tests.factories.world import World, make_event


@pytest.fixture
async def admin(api: httpx.AsyncClient) -> dict[str, str]:
    return await sign_in(api, f"{Role.ADMINISTRATOR.value}@example.org")


@pytest.fixture
def address(world: World) -> str:
    return f"/api/v1/organizations/{world.organization.uid}/registrations"


@pytest.fixture
async def crowded(world: World, kernel: Kernel, owner: Database) -> str:
    """The uid of an event with thirty registrations of twelve answers."""
    event = await crowd.make_crowded(kernel, world.organization, "crowd")
    await crowd.fill(owner, event, "crowd", 30)
    return str(event)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("elodie", "Élodie Petit"),
        ("ÉLODIE", "Élodie Petit"),
        ("muller jurgen", "Jürgen Müller"),
        ("sorensen", "Søren Sørensen"),
        ("weiss", "Anna Weiß"),
        ("लक्ष्मी", "लक्ष्मी देवी"),
        ("İpek", "Ipek Şahin"),
        ("sah", "Ipek Şahin"),
        ("محمد", "مُحَمَّد"),
    ],
)
async def test_a_search_does_not_mind_accents(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], address: str, asked: str, name: str
) -> None:
    await register(api, world, full_name=name)
    await register(api, world, full_name="Somebody Else")
    found = (await api.get(address, params={"q": asked}, headers=admin)).json()["items"]
    assert [one["name"] for one in found] == [name]


@pytest.mark.parametrize("words", ["100%_", "'", "\\", "a & !b | (", "::", ":*", "' OR 1=1 --"])
async def test_words_are_never_a_query_language(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], address: str, words: str
) -> None:
    await register(api, world, full_name="Asha")
    answer = await api.get(address, params={"q": words}, headers=admin)
    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_answers_of_every_kind_filter(
    api: httpx.AsyncClient, admin: dict[str, str], address: str, crowded: str, owner: Database
) -> None:
    async def count(*answers: str) -> int:
        params: dict[str, Any] = {"event": crowded, "answer": list(answers), "limit": 200}
        found = await api.get(address, params=params, headers=admin)
        assert found.status_code == 200, found.text
        return len(found.json()["items"])

    async with owner.engine.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT answers FROM registration_step")
        given = [row for (row,) in rows]
    assert len(given) == 30
    assert await count("about.meal:is:vegan") == sum(one["meal"] == "vegan" for one in given) > 0
    assert await count("about.languages:is:hi") == sum("hi" in one["languages"] for one in given) > 0
    assert await count("about.vegan:is:true") == sum(one["vegan"] for one in given) > 0
    assert await count("about.nights:from:5", "about.nights:to:9") == sum(5 <= one["nights"] <= 9 for one in given) > 0
    assert await count("about.birthday:from:1950-01-10") == sum(one["birthday"] >= "1950-01-10" for one in given) > 0
    assert await count("about.remarks:contains:lubeck") == sum("Lübeck" in one["remarks"] for one in given) > 0
    assert await count("about.remarks:contains:%") == 0
    export = await api.get(
        f"{address}/export", params={"event": crowded, "answer": "about.meal:is:vegan"}, headers=admin
    )
    assert export.text.count("\n") == 1 + sum(one["meal"] == "vegan" for one in given)


async def test_counts_are_those_of_the_lists(
    api: httpx.AsyncClient, admin: dict[str, str], address: str, crowded: str
) -> None:
    found = (await api.get(f"{address}/filters", params={"event": crowded}, headers=admin)).json()
    assert (found["total"], found["states"], found["counted"]) == (30, {"confirmed": 30}, True)
    assert sum(one["count"] for one in found["tickets"]) == 30
    fields = {one["name"]: one for one in found["fields"]}
    assert "passport" not in fields, "a sensitive answer can be asked for"
    for choice in [*fields["meal"]["choices"], *fields["vegan"]["choices"]]:
        field = "vegan" if choice["value"] in ("true", "false") else "meal"
        asked: dict[str, Any] = {"event": crowded, "answer": f"about.{field}:is:{choice['value']}", "limit": 200}
        listed = (await api.get(address, params=asked, headers=admin)).json()["items"]
        assert len(listed) == choice["count"]
    ticket = found["tickets"][0]
    listed = await api.get(address, params={"event": crowded, "ticket": ticket["uid"]}, headers=admin)
    assert len(listed.json()["items"]) == ticket["count"]


@pytest.mark.parametrize(
    "answer",
    ["about.passport:is:x", "about.meal", "about.meal:from:3", "about.nights:from:many", "nobody.meal:is:vegan",
     "about.vegan:is:perhaps", "about.birthday:from:soon", "about.nights:from:nan", "about.remarks:contains:"],
)  # fmt: skip
async def test_a_filter_that_makes_no_sense_is_told_so(
    api: httpx.AsyncClient, admin: dict[str, str], address: str, crowded: str, answer: str
) -> None:
    refused = await api.get(address, params={"event": crowded, "answer": answer}, headers=admin)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/answer/0"


async def test_answers_need_their_event(api: httpx.AsyncClient, admin: dict[str, str], address: str) -> None:
    refused = await api.get(address, params={"answer": "about.age:from:3"}, headers=admin)
    assert refused.json()["errors"][0]["pointer"] == "/event"


async def test_time_and_pages_hold_under_filters(
    api: httpx.AsyncClient, admin: dict[str, str], address: str, crowded: str
) -> None:
    params: dict[str, Any] = {"event": crowded, "answer": "about.nights:from:0", "limit": 7}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (await api.get(address, params=params | ({"cursor": cursor} if cursor else {}), headers=admin)).json()
        seen += [one["uid"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 30
    none = await api.get(address, params={"event": crowded, "to": "2020-01-01T00:00:00Z"}, headers=admin)
    assert none.json()["items"] == []
    naive = await api.get(address, params={"event": crowded, "to": "2020-01-01T00:00:00"}, headers=admin)
    assert naive.json()["errors"][0]["pointer"] == "/to"


async def test_events_of_several_organizations_come_in_one_order(
    api: httpx.AsyncClient, world: World, admin: dict[str, str], address: str, kernel: Kernel
) -> None:
    made = await api.post(
        "/api/v1/organizations",
        json={"parent": str(world.organization.uid), "name": "Faculty", "slug": "faculty"},
        headers=admin,
    )
    assert made.status_code == 201, made.text
    await make_event(kernel, world.organization, "second")
    for name in ("One", "Two", "Three"):
        await register(api, world, full_name=name)
    admin = await sign_in(api, f"{Role.ADMINISTRATOR.value}@example.org")
    first = (await api.get(address, params={"limit": 2}, headers=admin)).json()
    assert [one["name"] for one in first["items"]] == ["Three", "Two"]
    second = (await api.get(address, params={"limit": 2, "cursor": first["next_cursor"]}, headers=admin)).json()
    assert [one["name"] for one in second["items"]] == ["One"]
