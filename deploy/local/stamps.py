"""Remembers what a step was made from, so that a second run does only what changed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

_NEVER = frozenset({"node_modules", "dist", "__pycache__", ".vite", "coverage", "test-results"})


def files_under(folder: Path) -> list[Path]:
    """Returns the files of a folder in a stable order, without what is installed or built there."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name in _NEVER:
            continue
        if path.is_dir() and not path.is_symlink():
            found += files_under(path)
        elif path.is_file():
            found.append(path)
    return found


def fingerprint(paths: Iterable[Path], *facts: str) -> str:
    """Returns one hash over names and contents of files and over further facts; a missing file counts as such."""
    total = hashlib.sha256()
    for fact in facts:
        total.update(f"fact {fact}\0".encode())
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        total.update(f"{path}\0{content}\0".encode())
    return total.hexdigest()


def is_current(stamp: Path, value: str) -> bool:
    """Tells whether the stamp says that nothing changed."""
    return stamp.is_file() and stamp.read_text() == value


def write(stamp: Path, value: str) -> None:
    """Keeps the fingerprint of what was just made."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value)
