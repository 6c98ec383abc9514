"""Brings a checkout to the point where it can run: `python3 -m deploy.local.bootstrap [--dev] [--then MODULE]`.

It needs Python 3.11 and the standard library, nothing else. It makes `.venv` from the hashed requirement files,
installs the project into it, and builds the app; a step whose inputs have not changed is passed over.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local import get_uv, stamps
from deploy.local.progress import Progress, StepFailed, run

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BOOT = ROOT / ".boot"
_LOG = BOOT / "install.log"
_REQUIREMENTS = ("requirements.txt", "requirements-local.txt")
_DEV = "requirements-dev.txt"
_NEWEST = (3, 14)


class UnfitPython(RuntimeError):
    """This Python is too old or too new for the locked packages."""


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Raises `UnfitPython` unless the locked packages have wheels for this version."""
    if not (3, 11) <= version <= _NEWEST:
        raise UnfitPython(
            f"Python {version[0]}.{version[1]} cannot run this project: it needs 3.11 to {_NEWEST[0]}.{_NEWEST[1]}. "
            "Install one of them and run `make PYTHON=/path/to/python3 ...`."
        )


def installer_environment() -> dict[str, str]:
    """Returns uv's environment: our venv, no downloads of Pythons, the machine's certificates if it has any."""
    found = {
        name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    }
    found |= {"VIRTUAL_ENV": str(VENV), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "UV_NO_CONFIG": "1"}
    if get_uv.has_certificates():
        found |= {"UV_SYSTEM_CERTS": "1"}
    home = Path(found.get("HOME", "/nonexistent"))
    if not (home.is_dir() and os.access(home, os.W_OK)):
        found["UV_CACHE_DIR"] = str(BOOT / "uv-cache")
    return found


def install(progress: Progress, *, dev: bool) -> None:
    """Brings `.venv` up to the requirement files and installs the project itself."""
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    interpreter = str(python if python.is_file() else Path(sys.executable).resolve())
    base = stamps.fingerprint([], interpreter, sys.version, str(VENV))
    fresh = not stamps.is_current(VENV / ".prs-base", base) or not _runs(VENV / "bin" / "python")
    # An environment with the developers' tools is never thinned out again by `make up`.
    dev = dev or (not fresh and (VENV / ".prs-dev").exists())
    files = [ROOT / name for name in (*_REQUIREMENTS, *((_DEV,) if dev else ()))]
    packages = stamps.fingerprint(files, base)
    project = stamps.fingerprint([ROOT / "pyproject.toml"], packages)
    if not fresh and stamps.is_current(VENV / ".prs-packages", packages):
        progress.skip("Installer")
        progress.skip("Packages")
    else:
        _install_packages(progress, interpreter, files, fresh=fresh)
        stamps.write(VENV / ".prs-base", base)
        stamps.write(VENV / ".prs-packages", packages)
        if dev:
            (VENV / ".prs-dev").touch()
    if stamps.is_current(VENV / ".prs-project", project):
        progress.skip("Project")
        return
    with progress.step("Installing the project"):
        # Offline: hatchling came with the locked packages.
        _uv("pip", "install", "--offline", "--no-build-isolation", "--no-deps", "--editable", str(ROOT))
        stamps.write(VENV / ".prs-project", project)


def _install_packages(progress: Progress, interpreter: str, files: Sequence[Path], *, fresh: bool) -> None:
    with progress.step("Fetching the installer"):
        get_uv.ensure_uv(BOOT)
    with progress.step("Installing packages"):
        if fresh:
            _uv("venv", "--clear", "--python", interpreter, str(VENV))
        _uv("pip", "sync", "--require-hashes", *(str(file) for file in files))


def _uv(*arguments: str) -> None:
    run([str(get_uv.ensure_uv(BOOT)), *arguments], log=_LOG, env=installer_environment(), cwd=ROOT)


def _runs(program: Path) -> bool:
    try:
        return subprocess.run([str(program), "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Installs, and goes on as the module named by `--then`. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="bootstrap", description="Install what running (or checking) needs.")
    parser.add_argument("--dev", action="store_true", help="also the tools for tests and checks")
    parser.add_argument("--then", nargs=argparse.REMAINDER, default=[], help="module of the project to run afterwards")
    wanted = parser.parse_args(arguments)
    try:
        check_python()
        install(Progress(3), dev=wanted.dev)
    except (UnfitPython, get_uv.UvUnavailable, StepFailed) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; run it again and it goes on where it stopped.", file=sys.stderr)
        return 130
    if not wanted.then:
        return 0
    sys.stdout.flush()
    python = str(VENV / "bin" / "python")
    os.chdir(ROOT)
    # One process instead of two: signals reach the program that knows how to stop.
    os.execv(python, [python, "-m", *wanted.then])  # noqa: S606
    return 0


if __name__ == "__main__":
    sys.exit(main())
