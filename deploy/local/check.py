"""`make check`, `make test` and their kin: runs the commands, reports each with its time, fails at the end.

`python -m deploy.local.check check|audit|test|campaign|bench|generate|prepare [arguments of pytest]`
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from deploy.local import browser, get_uv, node
from deploy.local.bootstrap import BOOT, ROOT
from deploy.local.progress import Progress

STATE = ROOT / ".data"
FRONTEND = ROOT / "frontend"
# An OpenID provider that the tests of single sign-on run against.
PROVIDER = ROOT / "tests" / "peers" / "oidc"
_PACKAGES = ("api", "worker", "backend_sync", "deploy", "tests")
_EXPECTED_ERRORS = (RuntimeError, OSError)


@dataclass(frozen=True)
class Command:
    """One check. It is passed over while a path it `needs` does not exist."""

    label: str
    arguments: tuple[str, ...]
    needs: tuple[Path, ...] = ()
    folder: Path = ROOT

    @property
    def applies(self) -> bool:
        """Tells whether there is something to check."""
        return all(path.exists() for path in self.needs)


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    command: Command
    code: int
    seconds: float
    output: str


def _module(label: str, *arguments: str, needs: tuple[Path, ...] = ()) -> Command:
    return Command(label, (sys.executable, "-m", *arguments), needs)


def _tool(label: str, name: str, *arguments: str, needs: tuple[Path, ...] = ()) -> Command:
    return Command(label, (str(Path(sys.prefix) / "bin" / name), *arguments), needs)


def _npm(label: str, *arguments: str) -> Command:
    npm = str(Path(sys.prefix) / "node" / "npm")
    return Command(label, (npm, "run", "--silent", *arguments), (FRONTEND / "package.json",), FRONTEND)


def checks() -> list[Command]:
    """Returns the commands of `make check`, the slowest first."""
    present = [name for name in _PACKAGES if (ROOT / name).is_dir()]
    return [
        _module("types", "mypy", "--strict", *present),
        _npm("app: types", "typecheck"),
        _npm("app: style and import rules", "lint"),
        _npm("app: client as generated", "generate", "--", "--check"),
        _module("OpenAPI document as committed", "api.cli", "openapi", "--check", needs=(ROOT / "api" / "cli.py",)),
        _tool("import rules", "lint-imports", needs=(ROOT / ".importlinter",)),
        _module("dependencies in use", "deptry", "."),
        _module("locks: public hosts, hashes, agreement", "deploy.local.locks", "--check"),
        _module("style", "ruff", "check", "."),
        _module("format", "ruff", "format", "--check", "."),
        _tool("spelling", "codespell"),
    ]


def run_all(commands: Sequence[Command], environment: Mapping[str, str], *, jobs: int = 2) -> list[Outcome]:
    """Runs the commands, two at a time, printing each as it ends; returns the outcomes in that order."""
    ended: list[Outcome] = []
    with ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(_run, command, environment) for command in commands if command.applies]
        for future in as_completed(running):
            outcome = future.result()
            ended.append(outcome)
            mark = "ok    " if outcome.code == 0 else "FAILED"
            print(f"[{len(ended)}/{len(running)}] {mark} {outcome.command.label}  {outcome.seconds:.1f} s", flush=True)
    for command in commands:
        if not command.applies:
            print(f"        passed over: {command.label} (nothing there yet)")
    return ended


def _run(command: Command, environment: Mapping[str, str]) -> Outcome:
    start = time.monotonic()
    done = subprocess.run(
        command.arguments,
        cwd=command.folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Outcome(command, done.returncode, time.monotonic() - start, done.stdout)


def report(outcomes: Sequence[Outcome]) -> int:
    """Prints what failed, with its output, and returns the exit code."""
    failed = [outcome for outcome in outcomes if outcome.code != 0]
    for outcome in failed:
        print(f"\n--- {outcome.command.label}: {' '.join(outcome.command.arguments)}\n{outcome.output.rstrip()}")
    print(f"\n{len(outcomes) - len(failed)} of {len(outcomes)} checks passed", flush=True)
    return 1 if failed else 0


def prepare(*, built: bool) -> dict[str, str]:
    """Installs what the app is built and checked with (and builds it), and returns the environment for commands."""
    if (FRONTEND / "package-lock.json").is_file():
        progress = Progress(2 if built else 1)
        node.install(FRONTEND, STATE, progress, "Installing what the app is built with")
        if built:
            node.build(FRONTEND, STATE, progress, "Building the app")
    return node.environment(STATE)


def _peers() -> None:
    """Brings what the tests run against and the registry of Python has not."""
    browser.ensure(STATE)
    node.install(PROVIDER, STATE, Progress(1), "Installing a provider for the tests of single sign-on")


def _foreground(label: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT) -> int:
    print(f"\n== {label}", flush=True)
    return subprocess.run(list(arguments), cwd=folder, env=dict(environment), check=False).returncode


def _pytest(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", *arguments)


def test(arguments: Sequence[str]) -> int:
    """Runs the app's unit tests and all of pytest; arguments narrow pytest and leave the app's out."""
    environment = prepare(built=True)
    _peers()
    code = 0
    if (FRONTEND / "package.json").is_file() and not arguments:
        code = _foreground("app (vitest)", _npm("", "test").arguments, environment, FRONTEND)
    parallel = (
        () if any(argument.startswith("-n") for argument in arguments) else ("-n", str(min(os.cpu_count() or 1, 4)))
    )
    return _foreground("everything else (pytest)", _pytest(*parallel, *arguments), environment) or code


def campaign(arguments: Sequence[str]) -> int:
    """Runs the long proofs and the whole end-to-end suite, this on two API processes behind nginx, one by one."""
    environment = prepare(built=True)
    _peers()
    chosen = ("-m", "campaign or e2e", "--behind-nginx", "-n", "0", "-p", "no:randomly")
    return _foreground("campaign", _pytest(*chosen, *arguments), environment)


def bench(arguments: Sequence[str]) -> int:
    """Runs every `tests/bench/bench_*.py` (or those named) as a program that prints its result as JSON."""
    environment = prepare(built=True)
    code = 0
    for file in sorted((ROOT / "tests" / "bench").glob("bench_*.py")):
        if arguments and file.stem.removeprefix("bench_") not in arguments:
            continue
        code |= _foreground(file.stem, (sys.executable, "-m", f"tests.bench.{file.stem}"), environment)
    return code


def generate(_arguments: Sequence[str]) -> int:
    """Writes the OpenAPI document, the client made from it, and the permission tables of the guide."""
    environment = prepare(built=False)
    code = _foreground("OpenAPI document", (sys.executable, "-m", "api.cli", "openapi"), environment)
    tables = (sys.executable, "-m", "api.cli", "permissions", "--write")
    code = code or _foreground("permission tables", tables, environment)
    if code == 0 and (FRONTEND / "package.json").is_file():
        code = _foreground("client", _npm("", "generate").arguments, environment, FRONTEND)
    return code


def audit(_arguments: Sequence[str]) -> int:
    """Asks osv.dev and npm for known vulnerabilities of what production installs; needs the internet."""
    environment = prepare(built=False)
    uv = ("audit", "--frozen", "--no-dev", "--no-group", "local", "--preview-features", "audit-command")
    code = _foreground("packages of Python", (str(get_uv.ensure_uv(BOOT)), *uv), environment)
    npm = str(Path(sys.prefix) / "node" / "npm")
    return _foreground("packages of the app", (npm, "audit", "--omit", "dev"), environment, FRONTEND) or code


def check(_arguments: Sequence[str]) -> int:
    """Runs every check."""
    return report(run_all(checks(), prepare(built=False)))


def _only_prepare(_arguments: Sequence[str]) -> int:
    prepare(built=True)
    _peers()
    return 0


_TARGETS = {
    "audit": audit,
    "bench": bench,
    "campaign": campaign,
    "check": check,
    "generate": generate,
    "prepare": _only_prepare,
    "test": test,
}


def main(arguments: Sequence[str]) -> int:
    """Runs the named target and returns its exit code."""
    if not arguments or arguments[0] not in _TARGETS:
        print(f"One of these is wanted: {', '.join(_TARGETS)}", file=sys.stderr)
        return 2
    try:
        return _TARGETS[arguments[0]](arguments[1:])
    except _EXPECTED_ERRORS as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
