"""The scheduler's door."""

from datetime import UTC
from typing import Annotated

from litestar import Controller, post
from litestar.params import JSONBody, PathParameter

from api.domain.jobs import service
from api.domain.jobs.contracts import JOBS
from api.domain.jobs.errors import UnknownJob
from api.domain.jobs.schemas import RunAccepted, RunRequest
from api.lib import clock
from api.lib.http.routes import declare
from api.lib.http.session import Uow
from api.lib.security import Permission
from api.lib.throttle import RouteClass


class JobController(Controller):
    """Called by the scheduler outside: a CronJob, EventBridge, or the one-machine beat."""

    path = "/api/v1/internal/jobs"
    tags = ("Internal",)

    @post(
        "/{name:str}/runs",
        operation_id="requestJobRun",
        summary="Ask for one slot of a job; the slot runs once however often it is asked for",
        status_code=202,
        opt=declare(Permission.JOBS_RUN, RouteClass.UNLIMITED, UnknownJob),
    )
    async def request_run(
        self, uow: Uow, name: Annotated[str, PathParameter(max_length=100)], data: JSONBody[RunRequest]
    ) -> RunAccepted:
        spec = JOBS.get(name)
        if spec is None:
            raise UnknownJob
        moment = data.at.astimezone(UTC) if data.at else clock.now()
        new = await service.request(uow, name, moment)
        return RunAccepted(job=name, slot=spec.slot(moment), new=new)
