"""Traces for Datadog, where ``PRS_TRACES_URL`` names an agent; otherwise nothing, at no cost.

The tracer quadruples the CPU of a request, so it is an extra (``pip install global-prs[traces]``) that is loaded only
when it is asked for. A span says what was done and how long it took: a route, a statement without its values, a method
of the back office. Never a value, an address' query or a token.
"""

import importlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from sqlalchemy import event
from sqlalchemy.engine import Engine

_TRACEPARENT = re.compile(r"^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$")
_STATEMENT = 2000

# The trace a caller works in, where it says so: our lines carry its id even while we trace nothing ourselves.
_given: ContextVar[str] = ContextVar("traceparent", default="")


class Span(Protocol):
    """A piece of work that is timed."""

    def rename(self, resource: str) -> None: ...

    def tag(self, name: str, value: str) -> None: ...

    def fail(self, kind: str) -> None: ...


# ruff: noqa: ARG002 (a span that is none takes what a span takes, and drops it)
class _NoSpan:
    def rename(self, resource: str) -> None:
        return

    def tag(self, name: str, value: str) -> None:
        return

    def fail(self, kind: str) -> None:
        return


class _DatadogSpan:
    def __init__(self, span: Any) -> None:
        self._span = span

    def rename(self, resource: str) -> None:
        self._span.resource = resource

    def tag(self, name: str, value: str) -> None:
        self._span.set_tag(name, value)

    def fail(self, kind: str) -> None:
        # The type alone: an error's message may quote somebody's answer.
        self._span.error = 1
        self._span.set_tag("error.type", kind)


_NOTHING = _NoSpan()


class _Datadog:
    """The tracer, loaded when it is asked for."""

    def __init__(self, url: str, *, service: str, region: str) -> None:
        # It reads its settings while it is imported. Only traces: nothing is instrumented behind our back, nothing is
        # configured from afar, and no header from outside but the one we have checked tells it anything.
        os.environ.update(
            {
                "DD_TRACE_AGENT_URL": url,
                "DD_SERVICE": f"prs-{service}",
                "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
                "DD_REMOTE_CONFIGURATION_ENABLED": "false",
                "DD_TRACE_STARTUP_LOGS": "false",
                "DD_TRACE_PROPAGATION_STYLE": "tracecontext",
                "DD_TRACE_HEALTH_METRICS_ENABLED": "false",
            }
        )
        found = importlib.import_module("ddtrace.trace")
        self._propagator = importlib.import_module("ddtrace.propagation.http").HTTPPropagator
        self.tracer: Any = found.tracer
        self.tracer.set_tags({"region": region})

    def start(self, name: str, resource: str, kind: str, *, parent: str = "", activate: bool = True) -> Any:
        above = self._propagator.extract({"traceparent": parent}) if parent else self.tracer.context_provider.active()
        return self.tracer.start_span(name, child_of=above, resource=resource, span_type=kind, activate=activate)

    def ids(self) -> tuple[str, str] | None:
        span = self.tracer.current_span()
        return (f"{span.trace_id:032x}", str(span.span_id)) if span else None


_tracer: _Datadog | None = None


def start(url: str, *, service: str, region: str) -> None:
    """Send spans to the agent at ``url`` from now on; nothing where it is empty.

    Raises:
        ModuleNotFoundError: the extra ``traces`` is not installed.
    """
    global _tracer  # noqa: PLW0603 (one tracer for a process; it is set before anything is traced)
    if url and _tracer is None:
        _tracer = _Datadog(url, service=service, region=region)


def accept(header: str) -> str:
    """Return a W3C traceparent that is one, or nothing (Trace Context, section 3.2)."""
    found = header.strip()
    return found if len(found) == 55 and _TRACEPARENT.match(found) else ""


@contextmanager
def span(name: str, resource: str, *, kind: str = "", parent: str = "") -> Iterator[Span]:
    """Run a block as one span, below the one around it or below a caller's (``parent``, a checked traceparent)."""
    token = _given.set(parent) if parent else None
    made = _tracer.start(name, resource, kind, parent=parent) if _tracer else None
    found: Span = _DatadogSpan(made) if made else _NOTHING
    try:
        yield found
    except BaseException as error:
        found.fail(type(error).__name__)
        raise
    finally:
        if made:
            made.finish()
        if token:
            _given.reset(token)


def ids() -> tuple[str, str] | None:
    """Return the ids of the trace and the span that a log line belongs to."""
    if _tracer and (found := _tracer.ids()):
        return found
    if given := _given.get():
        _, trace_id, span_id, _ = given.split("-")
        return trace_id, str(int(span_id, 16))
    return None


def watch(engine: Engine) -> None:
    """Trace the statements of an engine, without their values."""
    if _tracer is not None:
        event.listen(engine, "before_cursor_execute", _begin_statement)
        event.listen(engine, "after_cursor_execute", _end_statement)
        event.listen(engine, "handle_error", _fail_statement)


def _begin_statement(_: Any, __: Any, statement: str, ___: Any, context: Any, ____: bool) -> None:
    if _tracer is not None and context is not None:
        context.prs_span = _tracer.start("postgresql.query", statement[:_STATEMENT], "sql", activate=False)


def _end_statement(_: Any, __: Any, ___: str, ____: Any, context: Any, _____: bool) -> None:
    if found := getattr(context, "prs_span", None):
        found.finish()


def _fail_statement(failure: Any) -> None:
    if found := getattr(failure.execution_context, "prs_span", None):
        _DatadogSpan(found).fail(type(failure.original_exception).__name__)
        found.finish()
