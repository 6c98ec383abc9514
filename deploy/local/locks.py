"""Lock files: made with the public index alone, and checked to name no other host.

`python -m deploy.local.locks` renews them; with `--check` it only looks.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import get_uv
from deploy.local.bootstrap import BOOT, ROOT, installer_environment
from deploy.local.progress import Progress, StepFailed, run

PUBLIC = frozenset({"pypi.org", "files.pythonhosted.org", "registry.npmjs.org"})
EXPORTS = {
    "requirements.txt": ("--no-default-groups",),
    "requirements-local.txt": ("--only-group", "local"),
    "requirements-dev.txt": ("--only-group", "dev"),
}
_ADDRESS = re.compile(r"\b[a-z+]+://[^\s\"'<>]+")
_INDEX = "https://pypi.org/simple"


def foreign_hosts(path: Path) -> list[str]:
    """Returns what a lock or settings file names that is not a public registry: each host or local path once."""
    text = path.read_text()
    places = _npm_places(text) if path.name == "package-lock.json" else _ADDRESS.findall(_without_comments(text))
    return sorted({place for place in map(_place, places) if place not in PUBLIC})


def _npm_places(text: str) -> Iterable[str]:
    # Only what is installed from; a lock also quotes the addresses where authors take donations.
    for package in json.loads(text).get("packages", {}).values():
        if isinstance(package.get("resolved"), str) and not package.get("link"):
            yield package["resolved"]


def _without_comments(text: str) -> str:
    return "\n".join(line.partition("#")[0] if line.lstrip().startswith("#") else line for line in text.splitlines())


def _place(address: str) -> str:
    parts = urlsplit(address)
    return parts.hostname or address


def missing_platforms(path: Path) -> list[str]:
    """Returns the optional packages (programs for other platforms) that an npm lock names but does not hold.

    `npm ci` refuses such a lock; npm writes one when the registry lacks a package at the time of locking.
    """
    packages = json.loads(path.read_text()).get("packages", {})
    held = {name.rpartition("node_modules/")[2] for name in packages}
    wanted = {name for package in packages.values() for name in package.get("optionalDependencies", {})}
    return sorted(wanted - held)


def lock_files(root: Path) -> list[Path]:
    """Returns every file of the repository that says where packages come from."""
    fixed = [root / "uv.lock", root / "deploy" / "local" / "uv.txt", *(root / name for name in EXPORTS)]
    peers = [root / "tests" / "peers" / name for name in ("lighthouse", "oidc")]
    folders = [root, root / "frontend", root / "deploy" / "local" / "browser", *peers]
    npm = [folder / name for folder in folders for name in ("package-lock.json", ".npmrc")]
    return [path for path in (*fixed, *npm) if path.is_file()]


def without_hash(requirements: str) -> list[str]:
    """Returns the pinned lines of a requirements file that carry no hash."""
    logical = requirements.replace("\\\n", " ").splitlines()
    pinned = [line.strip() for line in logical if line.strip() and not line.lstrip().startswith("#")]
    return [line for line in pinned if "--hash=sha256:" not in line]


def _environment() -> dict[str, str]:
    # An index or a folder of wheels set by the environment would be written into the lock.
    foreign = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX", "UV_FIND_LINKS", "PIP_")
    return {name: value for name, value in installer_environment().items() if not name.startswith(foreign)}


def _export(name: str, target: Path, log: Path) -> None:
    uv = str(get_uv.ensure_uv(BOOT))
    command = [uv, "export", "--frozen", "--quiet", "--no-header", "--no-emit-project", *EXPORTS[name]]
    run([*command, "--output-file", str(target)], log=log, env=_environment(), cwd=ROOT)


def renew() -> None:
    """Locks anew and exports the hashed requirement files."""
    log = BOOT / "lock.log"
    progress = Progress(2)
    with progress.step("Resolving against the public index"):
        uv = str(get_uv.ensure_uv(BOOT))
        run([uv, "lock", "--default-index", _INDEX], log=log, env=_environment(), cwd=ROOT)
    with progress.step("Exporting requirements with hashes"):
        for name in EXPORTS:
            _export(name, ROOT / name, log)


def problems(root: Path = ROOT) -> list[str]:
    """Returns what is wrong with the locks: foreign hosts, missing hashes, exports that are not the lock's."""
    found = [
        f"{path.relative_to(root)} names {host}, which is no public registry"
        for path in lock_files(root)
        for host in foreign_hosts(path)
    ]
    found += [
        f"{path.relative_to(root)} lacks {name}: npm ci will refuse it. Pin a version that the registry holds whole."
        for path in lock_files(root)
        if path.name == "package-lock.json"
        for name in missing_platforms(path)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        for name in EXPORTS:
            current = (root / name).read_text()
            found += [f"{name}: no hash for {line.split()[0]}" for line in without_hash(current)]
            fresh = Path(scratch) / name
            _export(name, fresh, Path(scratch) / "export.log")
            if fresh.read_text() != current:
                found.append(f"{name} differs from uv.lock: run `make lock`")
    return found


def main(arguments: Sequence[str]) -> int:
    """Renews or checks; returns the exit code."""
    try:
        if "--check" not in arguments:
            renew()
        wrong = problems()
    except (StepFailed, get_uv.UvUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
