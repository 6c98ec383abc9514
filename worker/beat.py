"""A small beat for the one-machine run: calls the API's job routes, as a CronJob does elsewhere."""

import contextlib
import signal
import threading
import time

import httpx

from api.domain.jobs.contracts import JOBS
from api.lib import clock, telemetry
from api.lib.settings import settings_or_exit

log = telemetry.logger(__name__)

_TICK_SECONDS = 5.0


def request_due(client: httpx.Client, asked: dict[str, str]) -> None:
    """Ask once for each job's current slot. Asking again, here or elsewhere, changes nothing."""
    for spec in JOBS.values():
        slot = clock.isoformat(spec.slot(clock.now()))
        if asked.get(spec.name) == slot:
            continue
        try:
            answer = client.post(f"/api/v1/internal/jobs/{spec.name}/runs", json={"at": slot})
        except httpx.HTTPError as error:
            log.warning("the API is away; asking again", job=spec.name, error=type(error).__name__)
            return
        if answer.status_code == httpx.codes.ACCEPTED:
            asked[spec.name] = slot
        else:
            log.warning("job not accepted", job=spec.name, status=answer.status_code)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    found = settings_or_exit()
    telemetry.configure_logging(found.log_level, service="beat")
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    asked: dict[str, str] = {}
    headers = {"Authorization": f"Bearer {found.internal_token}"}
    base = f"http://{found.host}:{found.port}"
    with contextlib.closing(
        httpx.Client(base_url=base, headers=headers, timeout=10, follow_redirects=False, trust_env=False)
    ) as client:
        while not stopping.is_set():
            request_due(client, asked)
            stopping.wait(_TICK_SECONDS - time.time() % 1)


if __name__ == "__main__":
    main()
