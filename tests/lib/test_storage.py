"""One contract for files in a folder and in a bucket; the bucket is a real server that speaks S3's protocol."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from api.lib.settings import SettingsError, read
from api.lib.storage import FolderStorage, InvalidKey, Storage, StorageAway
from api.lib.storage_s3 import S3Storage, open_storage
from deploy.local.ports import free_port
from deploy.local.supervisor import answers_http
from tests.e2e.stack import wait_for

UID = "5f0c1d1e-8a55-4f0e-9f5c-6d2b7f1a0c3e"
_KEYS = {"AWS_ACCESS_KEY_ID": "throw-away", "AWS_SECRET_ACCESS_KEY": "throw-away", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """A server that speaks S3's protocol; returns its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **_KEYS},
    )
    try:
        wait_for("the S3 server", answers_http(f"{address}/moto-api/"), 40)
        yield address
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Any]:
    """A new bucket's storage URL, and a client that looks past the storage."""
    for name, value in _KEYS.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=s3_server, region_name="eu-central-1")
    name = f"b{uuid4().hex}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return f"s3://{name}/prs/files?endpoint={s3_server}&region=eu-central-1", client


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """A storage of each kind, empty."""
    url = f"file://{tmp_path}/files" if request.param == "folder" else request.getfixturevalue("bucket")[0]
    made = open_storage(url)
    assert made is not None
    return made


def key(name: str = "480.webp") -> str:
    return f"{uuid4()}/{name}"


async def keys(storage: Storage) -> list[str]:
    return sorted([item.key async for item in storage.items()])


async def test_what_is_stored_is_read_as_it_was(storage: Storage) -> None:
    place = key()
    await storage.put(place, bytes(range(256)) * 4000, "image/webp")
    assert await storage.get(place) == bytes(range(256)) * 4000
    assert await storage.get(key()) is None


async def test_what_is_deleted_is_gone_and_deleting_again_is_no_error(storage: Storage) -> None:
    place = key()
    await storage.put(place, b"x", "image/webp")
    await storage.delete(place)
    await storage.delete(place)
    assert await storage.get(place) is None
    assert await keys(storage) == []


async def test_all_files_are_listed_with_the_time_they_were_stored(storage: Storage) -> None:
    wanted = [f"{uuid4()}/{name}" for name in ("480.webp", "480.jpg") for _ in range(3)]
    for place in wanted:
        await storage.put(place, b"x", "image/webp")
    assert await keys(storage) == sorted(wanted)
    async for item in storage.items():
        assert abs(item.stored_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_an_empty_storage_lists_nothing(storage: Storage) -> None:
    assert await keys(storage) == []


@pytest.mark.parametrize(
    "bad",
    [
        "", "name.webp", "../../etc/passwd", f"{UID}/../x.webp", f"{UID}/a/b.webp", f"/{UID}/a.webp",
        f"{UID}/a.webp\n", f"{UID}/a.webp\x00", f"{UID}\\a.webp", f"{UID}/.webp", f"{UID}/A b.webp",
        f"{UID}/{'a' * 40}.webp", f"{UID.upper()}/a.webp", "…/a.webp",
    ],
)  # fmt: skip
async def test_a_key_of_another_form_is_refused_before_anything_is_touched(storage: Storage, bad: str) -> None:
    for work in (storage.put(bad, b"x", "image/webp"), storage.get(bad), storage.delete(bad)):
        with pytest.raises(InvalidKey):
            await work
    assert await keys(storage) == []


async def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("not a folder")
    with pytest.raises(StorageAway):
        await FolderStorage(tmp_path / "files").put(key(), b"x", "image/webp")


async def test_half_a_file_is_never_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    storage, place = FolderStorage(tmp_path), key()
    with pytest.raises(StorageAway):
        await storage.put(place, b"half", "image/webp")
    monkeypatch.undo()
    assert await storage.get(place) is None
    assert [name for _, _, files in os.walk(tmp_path) for name in files] == []


async def test_a_server_that_is_away_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _KEYS.items():
        monkeypatch.setenv(name, value)
    storage = S3Storage(f"s3://nowhere?endpoint=http://127.0.0.1:{free_port()}&region=eu-central-1")
    with pytest.raises(StorageAway):
        await storage.get(key())


async def test_a_bucket_that_is_missing_is_unavailable_rather_than_empty(
    s3_server: str, bucket: tuple[str, Any]
) -> None:
    assert bucket
    storage = S3Storage(f"s3://never-made-{uuid4().hex}?endpoint={s3_server}&region=eu-central-1")
    with pytest.raises(StorageAway):
        await storage.get(key())
    with pytest.raises(StorageAway):
        await storage.put(key(), b"x", "image/webp")


async def test_an_object_is_encrypted_private_and_named_by_its_key_alone(bucket: tuple[str, Any]) -> None:
    url, client = bucket
    place = key()
    await S3Storage(url).put(place, b"x", "image/webp")
    name = url.split("/")[2]
    [found] = client.list_objects_v2(Bucket=name)["Contents"]
    assert found["Key"] == f"prs/files/{place}"
    head = client.head_object(Bucket=name, Key=found["Key"])
    assert (head["ServerSideEncryption"], head["ContentType"]) == ("AES256", "image/webp")
    grants = client.get_object_acl(Bucket=name, Key=found["Key"])["Grants"]
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]


async def test_an_object_is_encrypted_with_the_key_that_is_named(bucket: tuple[str, Any], s3_server: str) -> None:
    url, client = bucket
    kms = boto3.client("kms", endpoint_url=s3_server, region_name="eu-central-1")
    wrapped = kms.create_key()["KeyMetadata"]["KeyId"]
    place = key()
    await S3Storage(f"{url}&kms={wrapped}").put(place, b"x", "image/webp")
    head = client.head_object(Bucket=url.split("/")[2], Key=f"prs/files/{place}")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"].rsplit("/", 1)[-1]) == ("aws:kms", wrapped)


async def test_a_list_of_more_than_one_page_is_whole(bucket: tuple[str, Any]) -> None:
    url, client = bucket
    name = url.split("/")[2]
    wanted = {key() for _ in range(1003)}
    for place in wanted:
        client.put_object(Bucket=name, Key=f"prs/files/{place}", Body=b"")
    client.put_object(Bucket=name, Key="prs/files/somebody-elses.txt", Body=b"")
    assert set(await keys(S3Storage(url))) == wanted


@pytest.mark.parametrize("url", ["ftp://x/y", "file://relative/x", "s3:///x", "s3://bucket?acl=public-read", "/tmp/x"])  # noqa: S108
def test_a_url_that_names_no_storage_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="PRS_STORAGE_URL"):
        read({"PRS_STORAGE_URL": url})


def test_without_a_url_there_is_no_storage() -> None:
    assert open_storage("") is None


async def test_chunks_of_uploads_are_stored_and_found_like_any_file(storage: Storage) -> None:
    place = key("part.bin")
    data = bytes(range(256)) * 4096
    await storage.put(place, data, "application/octet-stream")
    assert await storage.get(place) == data
    assert await keys(storage) == [place]
