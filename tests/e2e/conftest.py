"""The running platform that the end-to-end tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stack import ROOT, Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on a stack of real processes."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("e2e")


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
