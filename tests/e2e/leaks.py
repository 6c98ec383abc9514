"""Planted numbers, the places where they must not be, and one search for all of them."""

import base64
import csv
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import redis

from deploy.local.postgres import PostgresFailed
from tests.e2e.answers import verhoeff
from tests.e2e.stack import DATABASE, Stack

# All numbers of a kind begin alike, so that one search for the beginning finds each of them, in any encoding. What a
# mask shows, the last four characters, is not part of it.
AADHAAR = "91827364"
PASSPORT = "ZQ7X5"
# Planted where it may be seen, to prove that the search sees.
CONTROL = "Ktrl58Zw31"


def numbers(source: random.Random) -> Iterator[tuple[str, str]]:
    """Yield pairs of an Aadhaar number and a passport number, each once."""
    passports = source.sample(range(10_000), 1000)
    for tail, passport in zip(source.sample(range(1000), 1000), passports, strict=True):
        body = f"{AADHAAR}{tail:03d}"
        yield body + verhoeff(body), f"{PASSPORT}{passport:04d}"


def variants(text: str) -> dict[str, list[bytes]]:
    """Return how a text may look in bytes: as it is, spaced, in UTF-16, base64 at each offset, hex, URL or JSON."""
    raw = text.encode()
    spaced = [" ".join, "-".join, "%20".join, "+".join]
    groups = [text[at : at + 4] for at in range(0, len(text), 4)]
    return {
        "plain": [raw, raw.lower()],
        "spaced": [join(groups).encode() for join in spaced] if len(text) > 4 else [],
        "utf-16": [text.encode("utf-16-le"), text.encode("utf-16-be")],
        "base64": [part for offset in range(3) for part in _base64(raw, offset)],
        "hex": [raw.hex().encode(), raw.hex().upper().encode()],
        "url": ["".join(f"%{byte:02X}" for byte in raw).encode(), "".join(f"%{byte:02x}" for byte in raw).encode()],
        "json": ["".join(f"\\u{ord(letter):04x}" for letter in text).encode()],
        "backwards": [raw[::-1]],
    }


def _base64(raw: bytes, offset: int) -> Iterator[bytes]:
    """Yield the characters of base64 that depend on ``raw`` alone, where it begins ``offset`` bytes after a group."""
    first, last = -(-offset * 8 // 6), (offset + len(raw)) * 8 // 6
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(b"\0" * offset + raw)[first:last]


def hits(place: bytes, text: str) -> dict[str, int]:
    """Return how often a text is found in a place, by encoding; only those found at all."""
    found = {name: sum(place.count(one) for one in set(some)) for name, some in variants(text).items()}
    return {name: count for name, count in found.items() if count}


def excerpts(place: bytes, text: str, most: int = 5) -> list[bytes]:
    """Return what stands around the first hits, to find where they come from."""
    found: list[bytes] = []
    for one in {one for some in variants(text).values() for one in some}:
        at = place.find(one)
        while at >= 0 and len(found) < most:
            found.append(place[max(0, at - 150) : at + 80])
            at = place.find(one, at + 1)
    return found


def dump(stack: Stack) -> bytes:
    """Return what ``pg_dump`` writes: every table with every row."""
    postgres = stack.services.postgres
    done = subprocess.run(
        [str(postgres.installation.binaries / "pg_dump"), "--dbname", postgres.url(DATABASE)],
        capture_output=True, check=True, cwd="/",
    )  # fmt: skip
    assert b"PostgreSQL database dump complete" in done.stdout
    return done.stdout


def files(folder: Path) -> bytes:
    """Return the bytes of all files below a folder."""
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def database_files(stack: Stack) -> bytes:
    """Return PostgreSQL's own files, with rows that were deleted."""
    stack.services.postgres.execute("CHECKPOINT")
    return files(stack.services.postgres.data / "base")


def keep_write_ahead_log(stack: Stack) -> None:
    """Let no segment of the write-ahead log be used again, so that all that was ever written can be searched."""
    stack.services.postgres.execute("ALTER SYSTEM SET wal_keep_size = '8GB'")
    stack.services.postgres.execute("SELECT pg_reload_conf()")


def database_log(stack: Stack) -> bytes:
    """Return what PostgreSQL wrote of itself, the control among it."""
    with suppress(PostgresFailed):
        stack.sql(f"SELECT {CONTROL}")
    log = stack.services.postgres.log
    assert log is not None
    return log.read_bytes()


@contextmanager
def recorded_redis(stack: Stack) -> Iterator[None]:
    """Let Redis write down every change, also of keys that live for a moment only."""
    client = redis.Redis.from_url(stack.settings.redis_url)
    client.config_set("aof-use-rdb-preamble", "no")
    client.config_set("appendonly", "yes")
    try:
        yield
    finally:
        client.config_set("appendonly", "no")
        client.close()


def redis_holds(stack: Stack, pattern: str) -> bool:
    """Tell whether Redis has a document whose key fits the pattern."""
    with redis.Redis.from_url(stack.settings.redis_url) as client:
        return any(key.startswith(b"prs:doc:") for key in client.scan_iter(pattern))


def redis_keys(stack: Stack) -> bytes:
    """Return all keys with their serialised values."""
    parts = []
    with redis.Redis.from_url(stack.settings.redis_url) as client:
        client.config_set("rdbcompression", "no")
        for key in client.scan_iter("*"):
            parts += [key, client.dump(key) or b""]
    return b"\n".join(parts)


def redis_files(stack: Stack) -> bytes:
    """Return a snapshot without compression, and the append-only file."""
    with redis.Redis.from_url(stack.settings.redis_url) as client:
        client.config_set("rdbcompression", "no")
        client.save()
    return files(stack.services.redis.data)


def rows_of(export: str) -> list[dict[str, Any]]:
    """Return an export's rows."""
    return list(csv.DictReader(export.lstrip("\ufeff").splitlines()))
