"""Where files lie: a folder of this machine, or a bucket that speaks S3's protocol. Both keep one contract.

A key is a random uid and the name of a variant (``5f0c…/960.webp``): what somebody called a file is never part of a
path. What is stored under a key never changes.
"""

import asyncio
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from api.lib.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[a-z0-9]{1,16}\.[a-z0-9]{1,8}")

_OPTIONS = frozenset({"endpoint", "region", "kms"})


class InvalidKey(ValueError):
    """A key that this code would never have made."""


class StorageAway(Unavailable):
    """The storage cannot be used now."""

    slug = "storage-unavailable"
    title = "Files cannot be stored or read now"


class Item(msgspec.Struct, frozen=True):
    """A stored file's key, and when it was stored (UTC)."""

    key: str
    stored_at: datetime


class Storage(Protocol):
    """Keeps files by key. Every method may raise ``StorageAway``, and ``InvalidKey`` for a key of another form."""

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store a file: afterwards it is there whole, or it is not there at all."""

    async def get(self, key: str) -> bytes | None:
        """Return a file, or none where there is no such."""

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""

    def items(self) -> AsyncIterator[Item]:
        """Yield all files, in no order that means anything."""


def checked(key: str) -> str:
    """Return ``key``, or raise ``InvalidKey``."""
    if not KEY.fullmatch(key):
        raise InvalidKey(key[:100])
    return key


class FolderStorage:
    """Files in a folder. Written beside their place and renamed into it, after both have reached the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, data: bytes, content_type: str) -> None:  # noqa: ARG002 (the name tells it here)
        await self._run(self._put, self._path(key), data)

    async def get(self, key: str) -> bytes | None:
        return await self._run(self._get, self._path(key))

    async def delete(self, key: str) -> None:
        await self._run(self._delete, self._path(key))

    async def items(self) -> AsyncIterator[Item]:
        for item in await self._run(self._items):
            yield item

    def _path(self, key: str) -> Path:
        return self._root / checked(key)[:2] / key

    @staticmethod
    async def _run(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        try:
            return await asyncio.to_thread(work, *arguments, **named)
        except OSError as error:
            raise StorageAway from error

    @staticmethod
    def _put(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with beside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _sync_folder(path.parent)

    @staticmethod
    def _get(path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    @staticmethod
    def _delete(path: Path) -> None:
        path.unlink(missing_ok=True)
        try:
            path.parent.rmdir()
        except OSError:
            # Not empty, or gone already.
            return

    def _items(self) -> list[Item]:
        found = []
        for path in self._root.glob("*/*/*"):
            key = f"{path.parent.name}/{path.name}"
            if KEY.fullmatch(key):
                found.append(Item(key, datetime.fromtimestamp(path.stat().st_mtime, UTC)))
        return found


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folder_of(url: str) -> Path:
    """Return the folder that a ``file://`` URL names."""
    return Path(unquote(urlsplit(url).path))


def complaint(url: str) -> str | None:
    """Return why a storage URL cannot be used."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return None if not parts.netloc and parts.path.startswith("/") else "must be file:///an/absolute/folder"
    if parts.scheme != "s3" or not parts.netloc:
        return "must be file:///folder or s3://bucket/prefix?endpoint=…&region=…&kms=…"
    strange = sorted(set(parse_qs(parts.query, keep_blank_values=True)) - _OPTIONS)
    return f"knows no option {strange[0]}" if strange else None
