"""Uploads where files lie in a bucket: the same answers, and nothing left behind."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.domain.registrations.uploads import collecting
from api.lib.settings import Settings
from api.lib.uow import make_kernel
from tests.conftest import running, structs
from tests.factories import documents
from tests.factories.files import MIB, Sender, film
from tests.factories.pictures import picture
from tests.factories.world import World
from tests.lib.test_storage import bucket, s3_server

__all__ = ["bucket", "s3_server"]


@pytest.fixture
async def in_bucket(settings: Settings, bucket: tuple[str, Any], papers: World) -> AsyncIterator[Sender]:
    """A guest of an installation whose files lie in a bucket."""
    async with running(structs(settings, storage_url=bucket[0])) as found:
        sender = await Sender.start(found.client, papers)
        await sender.draft.save("about", answers=documents.ANSWERS)
        yield sender


def objects(bucket: tuple[str, Any]) -> int:
    url, client = bucket
    found: int = client.list_objects_v2(Bucket=url.split("/")[2])["KeyCount"]
    return found


async def test_a_bucket_keeps_files_as_a_folder_does(
    in_bucket: Sender, bucket: tuple[str, Any], settings: Settings
) -> None:
    data = film(2 * MIB + 99)
    uid = (await in_bucket.begin("/clip", data, "video/mp4")).json()["uid"]
    assert (await in_bucket.chunk(uid, 0, data[:MIB])).status_code == 204
    assert (await in_bucket.chunk(uid, 0, data[:MIB])).status_code == 409
    assert objects(bucket) == 1
    assert (await in_bucket.send(uid, data, MIB)).status_code == 204
    assert (await in_bucket.content(uid)).content == data
    photo = await in_bucket.upload("/photo", picture("JPEG", (640, 400)), "image/jpeg")
    assert objects(bucket) == 4
    for one in (uid, photo["upload"]):
        gone = await in_bucket.client.delete(f"{in_bucket.uploads}/{one}", headers=in_bucket.token)
        assert gone.status_code == 204
    known = structs(settings, storage_url=bucket[0])
    worker = make_kernel(known, service="test-worker", database_url=known.worker_database_url)
    try:
        assert await collecting.collect(worker) == 4
    finally:
        await worker.close()
    assert objects(bucket) == 0


async def test_a_bucket_that_is_away_leaves_the_upload_where_it_stood(
    in_bucket: Sender, bucket: tuple[str, Any]
) -> None:
    data = film(2 * MIB)
    uid = (await in_bucket.begin("/clip", data, "video/mp4")).json()["uid"]
    await in_bucket.chunk(uid, 0, data[:MIB])
    url, client = bucket
    name = url.split("/")[2]
    for found in client.list_objects_v2(Bucket=name)["Contents"]:
        client.delete_object(Bucket=name, Key=found["Key"])
    client.delete_bucket(Bucket=name)
    refused = await in_bucket.chunk(uid, MIB, data[MIB:])
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/storage-unavailable")
    assert (await in_bucket.look(uid)).json()["offset"] == MIB


async def test_where_no_place_for_files_is_set_up_the_answer_says_so(settings: Settings, papers: World) -> None:
    async with running(structs(settings, storage_url="")) as found:
        sender = await Sender.start(found.client, papers)
        refused: httpx.Response = await sender.begin("/clip", film(MIB), "video/mp4")
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/storage-unavailable")
