"""Seals outside the database, so that a chain that was cut or written anew is noticed.

One line of JSON for each seal, only ever appended. Whoever can rewrite the database must not be able to rewrite this
file: put its folder on another machine or on storage that keeps what it was given.
"""

import base64
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from api.domain.audit.chain import Seal
from api.lib import clock

FILE = "audit-seals.ndjson"
_TAIL_BYTES = 65_536


class ExportedSeal(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept outside: enough to check digest, signature and order without the database."""

    batch: int
    first: int
    last: int
    count: int
    sealed_at: str
    previous: str
    digest: str
    signature: str
    kid: str
    public_key: str


def exported(seal: Seal, public: bytes) -> ExportedSeal:
    """Return a seal as it is kept outside. Digests are hexadecimal, signature and key base64."""
    return ExportedSeal(
        batch=seal.batch,
        first=seal.first_sequence,
        last=seal.last_sequence,
        count=len(seal.event_ids),
        sealed_at=clock.isoformat(seal.sealed_at),
        previous=seal.previous.hex(),
        digest=seal.digest.hex(),
        signature=base64.b64encode(seal.signature).decode(),
        kid=seal.kid,
        public_key=base64.b64encode(public).decode(),
    )


class SealSink(Protocol):
    """A place outside the database that keeps seals and never changes one."""

    def last(self) -> ExportedSeal | None: ...

    def append(self, seals: Sequence[ExportedSeal]) -> None: ...


class FileSink:
    """A file of lines."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def last(self) -> ExportedSeal | None:
        if not self.path.is_file():
            return None
        with self.path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            lines = file.read().splitlines()
        return next((found for found in map(_decoded, reversed(lines)) if found is not None), None)

    def append(self, seals: Sequence[ExportedSeal]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        with os.fdopen(descriptor, "r+b") as file:
            # A crash in the middle of a line leaves half of it: the next one begins on a line of its own.
            size = file.seek(0, os.SEEK_END)
            torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
            file.write(b"\n" * torn + b"".join(msgspec.json.encode(seal) + b"\n" for seal in seals))
            file.flush()
            os.fsync(file.fileno())


def _decoded(line: bytes) -> ExportedSeal | None:
    try:
        return msgspec.json.decode(line, type=ExportedSeal)
    except msgspec.DecodeError:
        return None


def read(path: Path) -> Iterator[ExportedSeal]:
    """Yield the seals of a file, passing over lines that a crash has torn."""
    with path.open("rb") as file:
        for line in file:
            found = _decoded(line)
            if found is not None:
                yield found
