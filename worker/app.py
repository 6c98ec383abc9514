"""The Celery application: each task is a nudge, and what it does is in ``worker.tasks``."""

import threading
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from celery import Celery, signals
from sqlalchemy.exc import SQLAlchemyError

from api.domain.jobs.contracts import RUN_TASK
from api.domain.sync.contracts import DRAIN, Destination
from api.lib import telemetry, tracing
from api.lib.db import refuse_owner
from api.lib.settings import settings_or_exit
from api.lib.tasks import make_celery
from worker.runtime import Runtime
from worker.tasks import jobs, sync

log = telemetry.logger(__name__)

POLL_SECONDS = 1.0
REPORT_SECONDS = 15.0
# Batches under way may end when the worker is stopped: what they hold would wait for the end of its lease.
STOP_SECONDS = 10.0

app: Celery = make_celery(settings_or_exit().redis_url)

_runtime: Runtime | None = None
_pollers: list[threading.Thread] = []
_asked_to_stop = threading.Event()


def runtime() -> Runtime:
    """Return the process's runtime, started by the first who asks."""
    global _runtime  # noqa: PLW0603 (Celery calls module-level tasks; a process has exactly one runtime)
    if _runtime is None:
        _runtime = Runtime(settings_or_exit())
    return _runtime


@app.task(name=DRAIN[Destination.ODOO])  # type: ignore[untyped-decorator]
def drain_odoo() -> None:
    """Deliver to the back office."""
    _attempt(Destination.ODOO)


@app.task(name=DRAIN[Destination.MAIL])  # type: ignore[untyped-decorator]
def drain_mail() -> None:
    """Deliver mails."""
    _attempt(Destination.MAIL)


@app.task(name=DRAIN[Destination.ANALYTICS])  # type: ignore[untyped-decorator]
def drain_analytics() -> None:
    """Deliver to the analysts."""
    _attempt(Destination.ANALYTICS)


@app.task(name=DRAIN[Destination.SUPPORT])  # type: ignore[untyped-decorator]
def drain_support() -> None:
    """Deliver to the help desk."""
    _attempt(Destination.SUPPORT)


@app.task(name=RUN_TASK)  # type: ignore[untyped-decorator]
def run_jobs() -> None:
    """Run open slots."""
    _try(jobs.run_open(runtime()))


def _attempt(destination: Destination) -> None:
    found = runtime()
    _try(sync.drain_destination(found, destination))


def _try(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; what keeps it from ending well is logged, and the poller comes by again."""
    try:
        runtime().run(work)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("the database is away; trying again", error=type(error).__name__)
    except Exception as error:  # noqa: BLE001 (the poller must outlive whatever one round meets)
        log.error("work failed; trying again", error=type(error).__name__, trace=telemetry.trace(error))


def _poll(work: Callable[[], Coroutine[Any, Any, None]], seconds: float = POLL_SECONDS) -> None:
    """Find due work without any nudge, so that neither Redis nor a lost message can stop a delivery."""
    while not runtime().stopping.wait(seconds):
        _try(work())


def start() -> None:
    """Begin to poll, before the broker is reached: deliveries must go on while it is away.

    One thread each, so that a slow back office keeps no mail waiting.

    Raises:
        UnboundJob, UnsafeRole: the process must not work like this.
    """
    settings = settings_or_exit()
    telemetry.configure_logging(settings.log_level, service="worker")
    tracing.start(settings.traces_url, service="worker", region=settings.region)
    jobs.check_bindings()
    found = runtime()
    if not found.settings.sealer_database_url:
        log.warning("the audit trail is not sealed: PRS_SEALER_DATABASE_URL is not set")
    try:
        found.run(refuse_owner(found.kernel.database))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("the database is away; working once it is back", error=type(error).__name__)
    rounds: list[tuple[str, Callable[[], Coroutine[Any, Any, None]]]] = [
        (destination.value, partial(sync.drain_destination, found, destination)) for destination in found.deliveries
    ]
    for name, work in [*rounds, ("jobs", partial(jobs.run_open, found))]:
        _pollers.append(threading.Thread(target=_poll, args=(work,), name=f"poll-{name}", daemon=True))
        _pollers[-1].start()
    report = partial(sync.report_depths, found.kernel)
    _pollers.append(threading.Thread(target=_poll, args=(report, REPORT_SECONDS), name="poll-depths", daemon=True))
    _pollers[-1].start()


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _asked(**_: Any) -> None:
    _asked_to_stop.set()


def asked_to_stop() -> bool:
    """Tell whether a signal asked the worker to stop; otherwise Celery gave up by itself."""
    return _asked_to_stop.is_set()


@signals.worker_shutdown.connect  # type: ignore[untyped-decorator]
def _stop(**_: Any) -> None:
    runtime().stopping.set()
    until = time.monotonic() + STOP_SECONDS
    for poller in _pollers:
        poller.join(max(0.0, until - time.monotonic()))


@signals.setup_logging.connect  # type: ignore[untyped-decorator]
def _own_logging(**_: Any) -> None:
    """Keep our JSON lines: a receiver of this signal stops Celery from setting up its own."""
