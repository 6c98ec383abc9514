"""``python -m worker``: Celery with a pool of threads, which share the process's one loop and engine."""

import os
import sys
import time

from api.lib import telemetry
from worker.app import app, asked_to_stop, start

log = telemetry.logger(__name__)

_PAUSE_SECONDS = 1.0


def main() -> None:
    """Run until stopped."""
    start()
    # Thread pool; no gossip, no mingling: the workers agree through PostgreSQL.
    pool = ["--pool", "threads", "--concurrency", "4"]
    try:
        app.worker_main(["worker", *pool, "--without-mingle", "--without-gossip", "--loglevel", "INFO"])
    finally:
        if not asked_to_stop():
            _begin_anew()


def _begin_anew() -> None:
    """Replace the process by a fresh one.

    A Redis that goes away while messages are not acknowledged makes kombu 5.7 fail in its own clean-up (AttributeError
    in ``Channel._connparams``), and Celery ends as if it had been stopped. Deliveries must go on meanwhile.
    """
    log.warning("the broker's client failed; the worker begins anew")
    time.sleep(_PAUSE_SECONDS)
    os.execv(sys.executable, [sys.executable, "-m", "worker"])  # noqa: S606 (this very program)


if __name__ == "__main__":
    main()
