"""The database function and the plain path write the same rows; groups are fair to each of their members."""

import asyncio
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg  # type: ignore[import-untyped]
import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import text

from api.domain.accounts.roles import Role
from api.domain.registrations import repository, submission
from api.domain.registrations.contracts import AttendeeInput, SeatChoice, StepInput
from api.domain.registrations.hot_path import members
from api.domain.registrations.hot_path.completions import Completions
from api.domain.registrations.hot_path.members import Caller, Member
from api.domain.registrations.hot_path.offers import Offers
from api.domain.registrations.hot_path.sql import FUNCTION
from api.lib.db import Database
from api.lib.security import Principal
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel, unit_of_work
from tests.conftest import ROOT, running, structs
from tests.factories import documents
from tests.factories.client import register, sign_in, whole
from tests.factories.world import World

GUEST = Principal()
KEY = Principal(kind="api_key", subject_uid="0b5e7a52-6b0c-4b8e-9c3a-5d1d3a5c7a10")
TABLES = {
    "registration": "r.id = t.id",
    "registration_step": "r.id = t.registration_id",
    "registration_key": "r.id = t.registration_id",
    "registration_sealed_answer": "r.id = t.registration_id",
    "registration_token": "r.id = t.registration_id",
    "registration_seat": "r.id = t.registration_id",
    "attendee": "r.id = t.registration_id",
    "consent": "r.id = t.registration_id",
    "registration_idempotency_key": "r.uid = t.registration_uid",
    "audit_event": "r.uid = t.subject_uid",
    "outbox": "r.uid = t.aggregate_uid",
}
# What no two registrations have in common: only whether it is there is compared.
OWN = (
    "id", "uid", "registration_id", "registration_uid", "subject_uid", "aggregate_uid", "token_hash", "sealed",
    "wrapped", "confirmation_number", "search", "xact", "key", "request_id",
)  # fmt: skip


def test_the_newest_version_holds_the_function_as_the_modules_give_it() -> None:
    files = [
        file for file in (ROOT / "migrations" / "versions").glob("*.py") if "FUNCTION prs_register" in file.read_text()
    ]
    assert _frozen(max(files)) == FUNCTION


def _frozen(file: Path) -> str:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: str = module.FUNCTION
    return found


async def rows(owner: Database, uid: object) -> dict[str, list[dict[str, Any]]]:
    """Return all that was written of a registration, without what is its own."""
    found = {}
    async with owner.engine.connect() as connection:
        for table, joined in TABLES.items():
            statement = f"SELECT to_jsonb(t) FROM {table} t JOIN registration r ON {joined} WHERE r.uid = :uid"  # noqa: S608
            plain = [_plain(row) for row in await connection.scalars(text(statement), {"uid": uid})]
            found[table] = sorted(plain, key=repr)
    return found


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value is not None if name in OWN or name.endswith(("_at", "_now", "_until")) else value
        for name, value in row.items()
    }


ANSWERS = st.fixed_dictionaries(
    {
        "full_name": st.sampled_from(
            ["Asha Kulkarni", "  Ravi ", "Zoë O\u2019Brien", "\u0905\u0936\u093e", '\\x1f "q" \\u00e9']
        ),
        "email": st.sampled_from(["asha@example.org", "r.k+x@mail.example.org"]),
        "age": st.integers(18, 120),
    },
    optional={
        "phone": st.just("+919876543210"),
        "passport": st.sampled_from(["K1234567", "Z7654321"]),
        "children": st.lists(
            st.fixed_dictionaries({"child_name": st.just("Mira")}, optional={"child_passport": st.just("K7654321")}),
            max_size=3,
        ),
    },
)


def steps(world: World, answers: dict[str, Any], quantities: tuple[int, int]) -> dict[str, StepInput]:
    chosen = [(ticket, number) for ticket, number in zip(world.tickets, quantities, strict=True) if number]
    return {
        "about": StepInput(answers=documents.ANSWERS | answers),
        "seats": StepInput(tickets=tuple(SeatChoice(ticket, number) for ticket, number in chosen)),
        "people": StepInput(
            attendees=tuple(
                AttendeeInput(ticket, f"Person {index}", "") for ticket, number in chosen for index in range(number)
            )
        ),
    }


@pytest.fixture
def both(settings: Settings) -> Iterator[tuple[asyncio.Runner, Kernel, Completions]]:
    """The two paths in one loop; mail and analysts are set up, so that they are told too."""
    told = structs(settings, smtp_url="smtp://127.0.0.1:1", mixpanel_token="a-token")
    with asyncio.Runner() as runner:

        async def make() -> tuple[Kernel, Completions]:
            kernel = make_kernel(told, service="test", database_url=told.api_database_url)
            return kernel, Completions(kernel)

        kernel, completions = runner.run(make())
        yield runner, kernel, completions
        runner.run(kernel.close())


def test_both_paths_write_the_same_rows(
    both: tuple[asyncio.Runner, Kernel, Completions], settings: Settings, world: World
) -> None:
    runner, kernel, completions = both

    async def compare(answers: dict[str, Any], quantities: tuple[int, int], caller: Principal, locale: str) -> None:
        owner = Database(settings.database_url, pool=1, application="test-owner")
        wanted = steps(world, answers, quantities)
        fast = await completions.register(
            Caller(caller, "a-request"), world.slug, locale, wanted, key=uuid4().hex, body=b"body"
        )
        async with unit_of_work(kernel, caller, request_id="a-request") as uow:
            plain, token = await submission.register(uow, world.slug, locale, wanted, key=uuid4().hex, body=b"body")
        written = await rows(owner, fast.view.uid)
        assert written == await rows(owner, plain.uid)
        assert len(written["outbox"]) == 2
        assert (fast.token is None) == (token is None)
        assert _shown(fast.view) == _shown(plain)
        # Seats come back, for the next example.
        async with owner.engine.begin() as connection:
            await connection.execute(text("UPDATE event_ticket_counter SET taken = 0"))
        await owner.close()

    @how(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(
        ANSWERS, st.sampled_from([(1, 0), (2, 1), (0, 3)]), st.sampled_from([GUEST, KEY]), st.sampled_from(["en", "hi"])
    )
    def check(answers: dict[str, Any], quantities: tuple[int, int], caller: Principal, locale: str) -> None:
        runner.run(compare(answers, quantities, caller, locale))

    check()


def _shown(view: Any) -> Any:
    own = {"uid", "clock_now", "submitted_at", "confirmation_number", "attendees"}
    kept = {name: getattr(view, name) for name in view.__struct_fields__ if name not in own}
    return kept, [(one.ticket, one.name, one.email, one.state) for one in view.attendees]


async def member(kernel: Kernel, world: World, **answers: Any) -> Member:
    """Return a registration ready to be handed over."""
    offers = Offers(kernel)
    offer = await offers.get(world.slug)
    given_steps = steps(world, answers, (1, 0))
    flow = members.admitted(kernel, offer, given_steps)
    chosen = members.wanted(offer, flow, given_steps)
    made = await members.prepare(kernel, Caller(GUEST, "r"), offer, flow, "en", given_steps, chosen, None)
    return made.member


async def confirmed(owner: Database) -> tuple[int, int]:
    """Return how many registrations and how many seats are taken."""
    async with owner.engine.connect() as connection:
        count = await connection.scalar(text("SELECT count(*) FROM registration WHERE state = 'confirmed'"))
        taken = await connection.scalar(text("SELECT sum(taken) FROM event_ticket_counter"))
    return int(count or 0), int(taken or 0)


async def test_one_bad_registration_never_fails_its_neighbours(kernel: Kernel, owner: Database, world: World) -> None:
    group = [await member(kernel, world) for _ in range(5)]
    group[1].number = group[3].number
    with pytest.raises(Exception, match="UniqueViolation"):
        await repository.register(kernel.database, {world.organization.id}, members.encode(group))
    assert await confirmed(owner) == (0, 0)
    outcomes = await Completions(kernel)._make(group)
    assert [getattr(one, "outcome", type(one).__name__) for one in outcomes] == [
        "made", "made", "made", "IntegrityError", "made",
    ]  # fmt: skip
    assert await confirmed(owner) == (4, 4)


async def test_seats_that_neighbours_may_take_are_asked_for_again(
    kernel: Kernel, owner: Database, world: World
) -> None:
    await capacity(owner, world, 2)
    group = [await member(kernel, world) for _ in range(4)]
    outcomes = await repository.register(kernel.database, {world.organization.id}, members.encode(group))
    assert [one.outcome for one in outcomes] == ["made", "made", "again", "again"]
    outcomes = await repository.register(kernel.database, {world.organization.id}, members.encode(group[2:]))
    assert [one.outcome for one in outcomes] == ["sold_out", "sold_out"]
    assert await confirmed(owner) == (2, 2)


async def capacity(owner: Database, world: World, seats: int) -> None:
    async with owner.engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE event_ticket_counter SET capacity = :seats"
                " WHERE ticket_id = (SELECT id FROM event_ticket WHERE uid = :uid)"
            ),
            {"seats": seats, "uid": world.tickets[0]},
        )


async def test_a_registration_checked_against_another_row_is_refused(
    kernel: Kernel, owner: Database, world: World
) -> None:
    made = await member(kernel, world)
    for table, condition in (("event_ticket", "uid = :ticket"), ("event", "uid = :event")):
        async with owner.engine.begin() as connection:
            statement = text(f"UPDATE {table} SET uid = uid WHERE {condition} AND true")  # noqa: S608
            await connection.execute(statement, {"ticket": world.tickets[0], "event": world.event})
        (outcome,) = await repository.register(kernel.database, {world.organization.id}, members.encode([made]))
        assert outcome.outcome == "stale"
        made = await member(kernel, world)
    (outcome,) = await repository.register(kernel.database, {world.organization.id}, members.encode([made]))
    assert outcome.outcome == "made"


async def test_a_wall_stands_around_what_the_function_sees_and_writes(
    kernel: Kernel, owner: Database, world: World
) -> None:
    made = await member(kernel, world)
    (outcome,) = await repository.register(kernel.database, {world.organization.id + 1}, members.encode([made]))
    assert outcome.outcome == "stale"
    made.organization += 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await repository.register(kernel.database, {world.organization.id}, members.encode([made]))
    assert await confirmed(owner) == (0, 0)


async def test_seats_that_come_back_sell_within_a_second(settings: Settings, owner: Database, world: World) -> None:
    await capacity(owner, world, 1)
    async with running(settings) as found:
        client: httpx.AsyncClient = found.client
        address = f"/api/v1/events/{world.slug}/registrations"
        first = await register(client, world)
        for headers in ({}, {"Idempotency-Key": uuid4().hex}):
            refused = await client.post(address, json=whole(world), headers=headers)
            assert refused.json()["type"] == "/problems/ticket-sold-out"
        token = {"Registration-Token": first["token"]}
        cancelled = await client.post(f"/api/v1/registrations/{first['registration']['uid']}/cancel", headers=token)
        assert cancelled.status_code == 200, cancelled.text
        # With a key the row is asked at once; without one a process may believe for a quarter of a second.
        await asyncio.sleep(0.3)
        assert (await client.post(address, json=whole(world))).status_code == 201


async def test_one_key_at_the_same_time_makes_one_registration(
    settings: Settings, owner: Database, world: World
) -> None:
    async with running(settings) as one, running(settings) as other:
        address = f"/api/v1/events/{world.slug}/registrations"
        body, headers = whole(world), {"Idempotency-Key": uuid4().hex}
        sent = [found.client.post(address, json=body, headers=headers) for found in (one, other) * 10]
        statuses = {answer.status_code for answer in await asyncio.gather(*sent)}
        again = await one.client.post(address, json=body, headers=headers)
        other_body = await other.client.post(address, json=whole(world, age=31), headers=headers)
        staff = await sign_in(one.client, f"{Role.ADMINISTRATOR.value}@example.org")
        somebody = await one.client.post(address, json=body, headers={**staff, **headers})
    assert statuses <= {201, 409}
    assert again.status_code == 201
    assert other_body.json()["type"] == "/problems/idempotency-key-reused"
    # A key is its caller's own.
    assert somebody.status_code == 201
    assert somebody.json()["registration"]["uid"] != again.json()["registration"]["uid"]
    assert await confirmed(owner) == (2, 2)
