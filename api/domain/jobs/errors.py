"""What can go wrong with a job."""

from api.lib.errors import Conflict, NotFound


class UnknownJob(NotFound):
    """No such job is declared."""

    slug = "unknown-job"
    title = "There is no such job"
    default_detail = "See the list of jobs in docs/guides/worker.md."


class LeaseLost(Conflict):
    """The slot was taken over by another process, whose result counts."""

    slug = "lease-lost"
