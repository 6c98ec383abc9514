"""One transaction for a request: committed before the answer, or not at all."""

import ast
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from api.domain.organizations import service as organizations
from api.lib.db import Database
from api.lib.security import Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, unit_of_work
from tests.api.refusals import contents
from tests.conftest import running
from tests.factories.client import Draft, whole
from tests.factories.world import World

ROOT = Path(__file__).resolve().parents[2]

# Deferred to the commit: every statement succeeds, and then the transaction does not.
_FUNCTION = """
CREATE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'not this time' USING ERRCODE = '{state}'; END $$
"""
_TRIGGER = """
CREATE CONSTRAINT TRIGGER fail_at_commit AFTER INSERT ON registration
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_at_commit()
"""


async def let_commits_fail(owner: Database, state: str) -> None:
    async with owner.engine.begin() as connection:
        await connection.exec_driver_sql(_FUNCTION.format(state=state))
        await connection.exec_driver_sql(_TRIGGER)


@pytest.mark.parametrize(
    ("state", "status", "problem"),
    [
        ("23505", 409, "/problems/conflict"),
        ("40001", 503, "/problems/unavailable"),
        ("57P01", 503, "/problems/unavailable"),
        ("53100", 503, "/problems/unavailable"),
        ("XX000", 500, "/problems/internal-error"),
    ],
)
async def test_a_commit_that_fails_is_told(
    api: httpx.AsyncClient, owner: Database, world: World, state: str, status: int, problem: str
) -> None:
    await let_commits_fail(owner, state)
    before = await contents(owner)
    for path, body in (
        ("/api/v1/registrations", {"event": world.slug}),
        (f"/api/v1/events/{world.slug}/registrations", whole(world)),
    ):
        answer = await api.post(path, json=body)
        assert (answer.status_code, answer.json()["type"]) == (status, problem)
        assert answer.headers["content-type"] == "application/problem+json"
    assert await contents(owner) == before


async def test_what_follows_a_commit_does_not_happen_without_it(
    kernel: Kernel, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(kernel.nudger, "send", done.extend)

    async def after() -> None:
        async with owner.engine.connect() as connection:
            count = await connection.scalar(text("SELECT count(*) FROM organization"))
            done.append(f"seen {count}")

    async def fail() -> None:
        async with unit_of_work(kernel) as uow:
            await organizations.create(uow, name="Lost", slug="lost")
            uow.after_commit(after)
            uow.nudge("sync.drain_odoo")
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert done == []
    async with unit_of_work(kernel) as uow:
        await organizations.create(uow, name="Kept", slug="kept")
        uow.after_commit(after)
        uow.nudge("sync.drain_odoo")
        assert done == []
    assert done == ["seen 1", "sync.drain_odoo"]


async def test_a_scope_ends_with_its_transaction(kernel: Kernel) -> None:
    async with unit_of_work(kernel, scope=Scope(frozenset({1, 2}))) as uow:
        assert await uow.session.scalar(text("SELECT prs_scope()")) == [1, 2]
    for _ in range(10):
        async with unit_of_work(kernel) as uow:
            assert await uow.session.scalar(text("SELECT prs_scope()")) == []


async def test_a_refused_change_leaves_its_connection_usable(api: httpx.AsyncClient, world: World) -> None:
    draft = await Draft.start(api, world)
    for _ in range(30):
        refused = await draft.send("seats", tickets=[{"ticket": str(uuid4()), "quantity": 1}])
        assert refused.status_code == 409
    await draft.fill(world)
    assert (await draft.submit()).status_code == 200


async def test_a_mistake_of_ours_is_a_500_and_ends_with_its_request(
    settings: Settings, world: World, owner: Database
) -> None:
    async with running(settings) as found:
        async with owner.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE event RENAME TO event_away")
        assert (await found.client.get("/api/v1/events")).status_code == 500
        async with owner.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE event_away RENAME TO event")
        assert (await found.client.get(f"/api/v1/events/{world.slug}")).status_code == 200


def calls(path: Path) -> set[str]:
    """Return the names of the methods that a file calls."""
    return {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


@pytest.mark.parametrize("folder", ["api/domain", "backend_sync", "worker"])
def test_no_service_commits(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*.py") if not {"standin", "addons"} & set(path.parts)]
    assert files
    assert [str(path) for path in files if {"commit", "rollback", "begin_nested"} & calls(path)] == []
