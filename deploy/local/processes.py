"""Processes that outlive the one that started them: who they are, whether they live, how they stop."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Identity(NamedTuple):
    """A process id together with its start time, because the kernel hands ids out again."""

    pid: int
    started: str

    def encode(self) -> str:
        """Returns the form that `decode` reads."""
        return f"{self.pid} {self.started}"

    @classmethod
    def decode(cls, text: str) -> "Identity | None":
        """Returns the identity written by `encode`, or None for anything else."""
        pid, _, started = text.strip().partition(" ")
        return cls(int(pid), started) if pid.isdigit() and started else None


def identify(pid: int) -> Identity | None:
    """Returns the identity of a running process; None for a finished one, a zombie included."""
    if _PROC.joinpath("self", "stat").exists():
        try:
            stat = (_PROC / str(pid) / "stat").read_text(errors="replace")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return None
        # The command name may hold spaces and brackets; what follows the last one is regular.
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in "ZX" else Identity(pid, fields[19])
    ps = shutil.which("ps") or "/bin/ps"
    shown = subprocess.run([ps, "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = shown.stdout.strip().partition(" ")
    return Identity(pid, started.strip()) if state and not state.startswith("Z") else None


def is_alive(process: Identity) -> bool:
    """Tells whether exactly this process still runs."""
    return identify(process.pid) == process


def reap(pid: int) -> None:
    """Collects a finished child; processes of others are left alone."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def wait_gone(process: Identity, seconds: float) -> bool:
    """Waits until the process has ended; False when it still runs after that many seconds."""
    deadline = time.monotonic() + seconds
    while is_alive(process):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    reap(process.pid)
    return True


def send(process: Identity, number: signal.Signals, *, group: bool = False) -> None:
    """Signals the process (or its whole group) if it is still the same one."""
    if not is_alive(process):
        return
    try:
        if group and os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid, number)
    except ProcessLookupError:
        return


def stop(process: Identity, *, seconds: float = 10.0, first: signal.Signals = signal.SIGTERM) -> bool:
    """Asks the process to stop, then kills its group; returns False when it had to be killed."""
    send(process, first)
    if wait_gone(process, seconds):
        return True
    send(process, signal.SIGKILL, group=True)
    wait_gone(process, 5.0)
    return False


def working_in(directory: Path) -> list[Identity]:
    """Returns the running processes whose working directory this is (Linux; empty elsewhere)."""
    found: list[Identity] = []
    wanted = os.path.realpath(directory)
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if not entry.name.isdigit():
            continue
        try:
            here = os.readlink(entry / "cwd")
        except OSError:
            continue
        process = identify(int(entry.name)) if here == wanted else None
        if process is not None:
            found.append(process)
    return found


def with_environment(name: str, value: str) -> list[Identity]:
    """Returns the running processes that were started with this environment variable (Linux; empty elsewhere)."""
    wanted = f"{name}={value}".encode()
    found: list[Identity] = []
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if not entry.name.isdigit():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        process = identify(int(entry.name)) if wanted in variables else None
        if process is not None:
            found.append(process)
    return found
