"""Scheduled work: declared here by name, bound to code in the worker."""

from datetime import UTC, datetime
from typing import Protocol

import msgspec

from api.lib.uow import Kernel


class JobSpec(msgspec.Struct, frozen=True):
    """A job and how often it runs. ``every`` and ``lease`` are seconds."""

    name: str
    every: int
    lease: int = 120

    def slot(self, moment: datetime) -> datetime:
        """Return the beginning of the slot that ``moment`` lies in."""
        seconds = int(moment.timestamp())
        return datetime.fromtimestamp(seconds - seconds % self.every, UTC)


# The worker refuses to start while one of these has no code behind it.
JOBS = {
    spec.name: spec
    for spec in (
        JobSpec("release-expired-holds", every=30),
        JobSpec("expire-drafts", every=600),
        JobSpec("seal-audit-events", every=10),
        JobSpec("purge-delivered-outbox", every=3600),
        JobSpec("purge-deleted-registrations", every=3600),
        JobSpec("purge-account-links", every=3600),
        JobSpec("run-erasures", every=60),
        JobSpec("apply-retention", every=3600),
        JobSpec("collect-uploads", every=60, lease=600),
        JobSpec("collect-orphaned-files", every=86400, lease=1800),
        JobSpec("rotate-signing-keys", every=3600),
    )
}

RUN_TASK = "jobs.run"


class JobRun(msgspec.Struct, frozen=True):
    """A slot that this process holds."""

    job: str
    slot: datetime
    fencing_token: int


class Job(Protocol):
    """The code of a job. It opens its own units of work and can be interrupted and run again."""

    async def __call__(self, kernel: Kernel, run: JobRun, /) -> None: ...
