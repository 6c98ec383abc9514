"""Nudges to the worker: a task's name, nothing else. The truth is in the tables, which are drained in any case."""

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

from celery import Celery
from kombu.exceptions import OperationalError

from api.lib import telemetry

log = telemetry.logger(__name__)

QUEUE = "prs"
# Seconds between two nudges of a process for the same task.
PAUSE = 0.1


def make_celery(broker: str) -> Celery:
    """Return the Celery application. Settings as measured: see docs/guides/worker.md."""
    app = Celery("prs", broker=broker)
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        # A nudge that is lost costs a second; one that is not acknowledged breaks kombu when Redis goes away.
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        # The default gives up after a hundred tries, and the worker ends.
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_transport_options={
            "visibility_timeout": 60,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "max_retries": 0,
        },
        redis_socket_timeout=5,
        redis_socket_connect_timeout=2,
        worker_hijack_root_logger=False,
        task_publish_retry=False,
    )
    return app


class Nudger:
    """Sends nudges from a thread: publishing is synchronous and takes 0.6 to 1 ms, longer where the broker is gone."""

    def __init__(self, broker: str) -> None:
        self._celery = make_celery(broker)
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nudge")
        self._waiting: set[str] = set()
        self._sent: dict[str, float] = {}

    def send(self, names: set[str]) -> None:
        """Nudge each task once; a nudge already waiting to be sent stands for the new one too.

        The first goes at once. Those after it wait until :data:`PAUSE` is over: a busy process would spend a tenth of
        its time on telling the worker what it knows.
        """
        loop = asyncio.get_running_loop()
        for name in names - self._waiting:
            self._waiting.add(name)
            wait = self._sent.get(name, 0.0) + PAUSE - time.monotonic()
            if wait > 0:
                loop.call_later(wait, self._hand_over, loop, name)
            else:
                self._hand_over(loop, name)

    def _hand_over(self, loop: asyncio.AbstractEventLoop, name: str) -> None:
        self._sent[name] = time.monotonic()
        # Closed meanwhile: the worker finds the work by itself.
        with contextlib.suppress(RuntimeError):
            loop.run_in_executor(self._threads, self._publish, name)

    def _publish(self, name: str) -> None:
        self._waiting.discard(name)
        try:
            self._celery.send_task(name, ignore_result=True, expires=30)
        except (OperationalError, OSError) as error:
            log.warning("nudge not sent; the worker finds the work by itself", task=name, error=type(error).__name__)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
