"""Structured logs and metrics. Both say what happened, never what somebody answered."""

import logging
import re
import sys
import traceback
from contextvars import ContextVar
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
import structlog
from datadog.dogstatsd.base import DogStatsd

from api.lib import clock, tracing

request_id: ContextVar[str] = ContextVar("request_id", default="")

_OWN_FRAME = re.compile(r"/(api|worker|backend_sync)/.*$")

Logger = structlog.stdlib.BoundLogger


def _with_request_id(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if current := request_id.get():
        event.setdefault("request_id", current)
    if ids := tracing.ids():
        event["dd.trace_id"], event["dd.span_id"] = ids
    return event


# What the driver and the database quote of a statement's values: they may be somebody's answers.
_QUOTED = re.compile(
    r"(DETAIL:  |CONTEXT:  |invalid input for query argument \$\d+: |invalid input syntax for [^:\n]*: |Failing row )"
    r".*?(?=\n\[SQL|\n\(Background|\n\nThe above|\n\nDuring handling|\nTraceback|\Z)",
    re.DOTALL,
)


def _without_values(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if isinstance(event.get("exception"), str):
        event["exception"] = _QUOTED.sub(r"\1(hidden)", event["exception"])
    return event


def _dumps(event: Any, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=repr).decode()


def configure_logging(level: str, *, service: str) -> None:
    """Write every log line, our own and the libraries', as one JSON object to standard output."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        _with_request_id,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _service(service),
                structlog.processors.format_exc_info,
                _without_values,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(serializer=_dumps),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _lines.update(service=service, stream=handler.stream)
    # The server brings handlers of its own, which write plain lines.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers[:] = []
        # Its access log holds whole addresses, and with them what people search for: we write our own.
        logging.getLogger(name).propagate = name != "uvicorn.access"
    # These would log statements with their parameters, and with them people's answers.
    for name in (
        "sqlalchemy.engine",
        "asyncpg",
        "httpx",
        "httpx2",
        "httpcore",
        "httpcore2",
        "multipart",
        "python_multipart",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)


def _service(name: str) -> structlog.typing.Processor:
    def add(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = name
        return event

    return add


def logger(name: str) -> Logger:
    """Return the logger of a module."""
    found: Logger = structlog.stdlib.get_logger(name)
    return found


# Where finished lines go, once logging is configured.
_lines: dict[str, Any] = {}


def line(name: str, event: str, fields: dict[str, Any]) -> None:
    """Write one line at level info, as the logger of this name would, in a fifth of the time: each request has one."""
    stream = _lines.get("stream")
    if stream is None or not logging.getLogger(name).isEnabledFor(logging.INFO):
        logger(name).info(event, **fields)
        return
    now = clock.isoformat(clock.now())
    found: dict[str, Any] = {**fields, "level": "info", "logger": name, "timestamp": now}
    _with_request_id(None, "", found)
    found["service"], found["message"] = _lines["service"], event
    stream.write(_dumps(found) + "\n")
    stream.flush()


def trace(error: BaseException) -> list[str]:
    """Return where an error came from, for a log. Its message is left out: it may quote somebody's answer."""
    frames = []
    for frame in traceback.extract_tb(error.__traceback__):
        # Our own frames only, by their place in the checkout; the libraries' tell little and are many.
        found = _OWN_FRAME.search(frame.filename)
        if found and "site-packages" not in frame.filename:
            frames.append(f"{found[0].lstrip('/')}:{frame.lineno} {frame.name}")
    return frames[-6:]


class Metrics(Protocol):
    """Counts and durations (milliseconds)."""

    def increment(self, metric: str, value: float = 1, tags: list[str] | None = None) -> None: ...

    def gauge(self, metric: str, value: float, tags: list[str] | None = None) -> None: ...

    def timing(self, metric: str, value: float, tags: list[str] | None = None) -> None: ...

    def close(self) -> None: ...


# ruff: noqa: ARG002 (NoMetrics takes what Metrics takes, and drops it)
class NoMetrics:
    """Metrics while ``PRS_DATADOG_URL`` is empty."""

    def increment(self, metric: str, value: float = 1, tags: list[str] | None = None) -> None:
        return

    def gauge(self, metric: str, value: float, tags: list[str] | None = None) -> None:
        return

    def timing(self, metric: str, value: float, tags: list[str] | None = None) -> None:
        return

    def close(self) -> None:
        return


class DatadogMetrics:
    """Metrics over DogStatsD. UDP: a missing agent costs nothing and fails nothing."""

    def __init__(self, url: str, *, constant_tags: list[str]) -> None:
        parts = urlsplit(url)
        address = (
            {"socket_path": parts.path} if parts.scheme == "unix" else {"host": parts.hostname, "port": parts.port}
        )
        self._client = DogStatsd(
            **address,
            namespace="prs",
            constant_tags=constant_tags,
            disable_telemetry=True,
            disable_buffering=True,
        )

    def increment(self, metric: str, value: float = 1, tags: list[str] | None = None) -> None:
        self._client.increment(metric, value, tags=tags)

    def gauge(self, metric: str, value: float, tags: list[str] | None = None) -> None:
        self._client.gauge(metric, value, tags=tags)

    def timing(self, metric: str, value: float, tags: list[str] | None = None) -> None:
        self._client.timing(metric, value, tags=tags)

    def close(self) -> None:
        self._client.close_socket()


def make_metrics(url: str, *, service: str, region: str) -> Metrics:
    """Return the metrics of this process: DogStatsD where ``url`` names it, nothing otherwise."""
    if not url:
        return NoMetrics()
    return DatadogMetrics(url, constant_tags=[f"service:{service}", f"region:{region}"])
