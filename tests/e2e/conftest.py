"""The running platform that the end-to-end tests share."""

from collections.abc import Iterator

import pytest

from tests.e2e.stack import ROOT, Stack


@pytest.fixture(scope="session")
def shared_stack() -> Iterator[Stack]:
    """One stack for all tests of a worker that leave it as they found it."""
    built = ROOT / "frontend" / "dist"
    extra = {"frontend_dir": str(built)} if (built / "index.html").is_file() else {}
    with Stack.running(extra) as stack:
        yield stack


@pytest.fixture
def stack(shared_stack: Stack) -> Iterator[Stack]:
    """The shared stack, whole before and after the test."""
    shared_stack.ensure()
    yield shared_stack
    shared_stack.ensure()
