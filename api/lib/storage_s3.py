"""Files in a bucket that speaks S3's protocol. Encrypted where it lies, and readable for nobody but this process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from api.lib.storage import KEY, FolderStorage, Item, Storage, StorageAway, checked, folder_of

T = TypeVar("T")


class S3Storage:
    """Files under a bucket's prefix. The client is synchronous: it works in threads, which it allows.

    No ACL is sent: without one an object is private, and a bucket whose owner enforces that refuses any.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self._bucket = parts.netloc
        self._prefix = f"{parts.path.strip('/')}/".lstrip("/")
        key = options.get("kms")
        self._encryption = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {"ServerSideEncryption": "AES256"}
        )
        self._client = boto3.client(
            "s3",
            endpoint_url=options.get("endpoint"),
            region_name=options.get("region"),
            config=Config(
                connect_timeout=3,
                read_timeout=15,
                retries={"mode": "standard", "total_max_attempts": 3},
                s3={"addressing_style": "path" if "endpoint" in options else "auto"},
            ),
        )

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        place = self._place(key)
        await self._run(
            lambda: self._client.put_object(
                Bucket=self._bucket, Key=place, Body=data, ContentType=content_type, **self._encryption
            )
        )

    async def get(self, key: str) -> bytes | None:
        place = self._place(key)
        return await self._run(lambda: self._get(place))

    async def delete(self, key: str) -> None:
        place = self._place(key)
        await self._run(lambda: self._client.delete_object(Bucket=self._bucket, Key=place))

    async def items(self) -> AsyncIterator[Item]:
        token: dict[str, str] = {}
        while True:
            page = await self._run(
                lambda more=token: self._client.list_objects_v2(  # type: ignore[misc]
                    Bucket=self._bucket, Prefix=self._prefix, **more
                )
            )
            for found in page.get("Contents", ()):
                key = found["Key"].removeprefix(self._prefix)
                if KEY.fullmatch(key):
                    yield Item(key, found["LastModified"])
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def _place(self, key: str) -> str:
        return self._prefix + checked(key)

    def _get(self, place: str) -> bytes | None:
        try:
            data: bytes = self._client.get_object(Bucket=self._bucket, Key=place)["Body"].read()
        except self._client.exceptions.NoSuchKey:
            return None
        return data

    @staticmethod
    async def _run(work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except (BotoCoreError, ClientError, OSError) as error:
            raise StorageAway from error


def open_storage(url: str) -> Storage | None:
    """Return the storage that a URL names, or none for an empty one. Opens no connection yet."""
    if not url:
        return None
    made: Any = FolderStorage(folder_of(url)) if urlsplit(url).scheme == "file" else S3Storage(url)
    storage: Storage = made
    return storage
