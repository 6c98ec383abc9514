"""The logs as a process writes them, line by line."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from api.lib import telemetry

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Configures the logs as a process does; gives a function that returns the lines so far."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level, configuration = root.handlers[:], root.level, structlog.get_config()
    monkeypatch.setattr(sys, "stdout", written)
    telemetry.configure_logging("INFO", service="test")

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in written.getvalue().split("\n") if line]

    yield lines
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configuration)


def requests(lines: Lines) -> list[dict[str, Any]]:
    """Return the lines of the access log."""
    return [line for line in lines() if line["message"] == "request"]
