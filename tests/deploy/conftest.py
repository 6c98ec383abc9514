"""A place for servers and processes of one test, short and passable for other accounts."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """Yields a folder of mode 0755, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="prs-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
