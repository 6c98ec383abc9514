"""What the modules that hold personal data give to privacy, and what privacy tells them."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import msgspec

from api.lib.uow import UnitOfWork


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whom it is about: an account, registrations, an address, or several of these.

    ``organization_ids`` narrows what an address finds; an account's and a registration's own data need no narrowing.
    """

    account: UUID | None = None
    registrations: tuple[UUID, ...] = ()
    email: str | None = None
    organization_ids: frozenset[int] = frozenset()


class OwnFile(msgspec.Struct, frozen=True):
    """A file of a person's: its path in the archive, and what begins a stream of its bytes."""

    path: str
    read: Callable[[], AsyncIterator[bytes]]


class Section(msgspec.Struct, frozen=True):
    """One kind of what is known of a person. ``records`` are plain data, ready for JSON."""

    name: str
    title: str
    purpose: str
    records: list[dict[str, Any]]
    files: tuple[OwnFile, ...] = ()


class Told(msgspec.Struct, frozen=True):
    """An outbox row that another system must have taken before an erasure is over."""

    destination: str
    aggregate: str
    uid: UUID


class Erased(msgspec.Struct, frozen=True):
    """What one module has erased: rows by place, and what it has asked other systems to erase."""

    places: dict[str, int]
    told: tuple[Told, ...] = ()


class Rule(msgspec.Struct, frozen=True):
    """How long one kind of data is kept: ``days`` after what ``since`` says.

    ``least`` and ``most`` bound what an organization may set; equal ones cannot be set.
    """

    table: str
    since: str
    days: int
    least: int
    most: int

    @property
    def adjustable(self) -> bool:
        return self.least < self.most


@runtime_checkable
class PersonalData(Protocol):
    """A module's personal data. Each call runs in a unit of work of its own and may be repeated after a kill.

    ``tables`` names the tables it answers for; a start-up test holds that against the schema.
    """

    @property
    def name(self) -> str: ...

    @property
    def tables(self) -> tuple[str, ...]: ...

    async def export(self, uow: UnitOfWork, subject: Subject) -> list[Section]:
        """Return all that is known of the subject."""
        ...

    async def erase(self, uow: UnitOfWork, subject: Subject) -> Erased:
        """Erase it, and tell other systems by way of the outbox."""
        ...

    async def retain(
        self, uow: UnitOfWork, rule: Rule, before: datetime, organization_ids: Sequence[int] | None
    ) -> int:
        """Erase a batch of what ``rule`` keeps no longer; returns how much, 0 when nothing is left or not its own.

        ``organization_ids`` are those for which ``before`` holds; None for data of the installation.
        """
        ...


class ErasureState(StrEnum):
    """requested → running → done; failed where another system has refused, and tried again."""

    REQUESTED = "requested"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Proof(msgspec.Struct, frozen=True):
    """What remains of an erasure: rows by place, and a keyed digest of the subject. No personal data."""

    places: dict[str, int]
    digest: str


class Erasure(msgspec.Struct, frozen=True):
    """An erasure as its owner and the privacy officers see it."""

    uid: UUID
    state: ErasureState
    source: str
    requested_at: datetime
    finished_at: datetime | None
    error: str | None
    proof: Proof | None


class Consent(msgspec.Struct, frozen=True):
    """That a person agreed to a purpose, in the words of a text's version."""

    uid: UUID
    registration_id: int | None
    purpose: str
    text_version: str
    locale: str
    given_at: datetime
    withdrawn_at: datetime | None
    source: str


class ConsentGiven(msgspec.Struct, frozen=True):
    """A consent to be recorded. ``source`` says where it was given: ``form:<name>`` or ``app``."""

    purpose: str
    text_version: str
    locale: str
    source: str


# The purpose without which nothing about a registration goes to the analysts.
ANALYTICS = "analytics"
