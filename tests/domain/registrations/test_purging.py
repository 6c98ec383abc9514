"""What was deleted goes for good when it can no longer be restored, and takes everything of the person along."""

from datetime import timedelta

import httpx
from sqlalchemy import text

from api.domain.registrations import lifecycle
from api.lib.db import Database
from api.lib.uow import Kernel
from tests.factories.client import register, sign_in
from tests.factories.world import World

PERSONAL = (
    "registration",
    "registration_step",
    "registration_sealed_answer",
    "registration_seat",
    "attendee",
    "registration_token",
)


async def counts(owner: Database) -> dict[str, int]:
    async with owner.engine.connect() as connection:
        return {
            table: int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608
            for table in PERSONAL
        }


async def test_deleted_registrations_are_purged_in_batches_when_their_time_is_over(
    api: httpx.AsyncClient, owner: Database, worker_kernel: Kernel, world: World
) -> None:
    staff = await sign_in(api, "administrator@example.org")
    inside = f"/api/v1/organizations/{world.organization.uid}/registrations"
    await register(api, world, email="kept@example.org", passport="M1234567")
    kept = await counts(owner)
    for index in range(3):
        made = await register(api, world, email=f"p{index}@example.org", passport="M1234567")
        address = made["registration"]["uid"]
        await api.post(f"/api/v1/registrations/{address}/cancel", headers={"Registration-Token": made["token"]})
        assert (await api.delete(f"{inside}/{address}", headers=staff)).status_code == 204
    assert await lifecycle.purge_deleted(worker_kernel) == 0
    past = lifecycle.RESTORE_WINDOW + timedelta(days=1)
    async with owner.engine.begin() as connection:
        statement = text("UPDATE registration SET deleted_at = deleted_at - CAST(:past AS interval)")
        await connection.execute(statement, {"past": past})
    assert await lifecycle.purge_deleted(worker_kernel) == 3
    assert await counts(owner) == kept
