"""Shows steps with their times: a live line with a bar on a terminal, plain lines elsewhere."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

_WIDTH = 22
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class StepFailed(RuntimeError):
    """A command of a step failed; the message holds the end of what it printed."""


class Progress:
    """Counts steps. One that turns out to have nothing to do is passed over with `skip`."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.total = total
        self.done = 0
        self.began = time.monotonic()
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"

    @contextlib.contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Shows the label while the body runs, then its time; a failure leaves a line with a cross."""
        start = time.monotonic()
        stop = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(label, start, stop), daemon=True)
        if self._live:
            ticker.start()
        else:
            self._line(f"[{self.done + 1}/{self.total}] {label} ...")
        mark = "✗" if self._live else "failed"
        try:
            yield
            mark = "✓" if self._live else "done"
        finally:
            stop.set()
            if self._live:
                ticker.join()
            self.done += 1
            seconds = time.monotonic() - start
            if self._live:
                self._line(f"\r\x1b[K  {mark} {label}  \x1b[2m{seconds:.1f} s\x1b[0m")
            else:
                self._line(f"[{self.done}/{self.total}] {label}: {mark} in {seconds:.1f} s")

    def skip(self, label: str) -> None:
        """Counts a step that is up to date already."""
        self.done += 1
        if not self._live:
            self._line(f"[{self.done}/{self.total}] {label}: up to date")

    def note(self, text: str) -> None:
        """Prints a line between steps."""
        self._line(text)

    @property
    def seconds(self) -> float:
        """Seconds since the first step could begin."""
        return time.monotonic() - self.began

    def _tick(self, label: str, start: float, stop: threading.Event) -> None:
        while not stop.wait(0.1):
            filled = round(_WIDTH * min(self.done / max(self.total, 1), 1))
            bar = "█" * filled + "░" * (_WIDTH - filled)
            spent = time.monotonic() - start
            line = f"  {bar} {self.done}/{self.total}  {label}  {spent:.1f} s"
            # A line that wraps could not be written over.
            self._stream.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
            self._stream.flush()

    def _line(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


def run(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> str:
    """Runs a command quietly, appends what it prints to `log` and returns its standard output.

    Raises `StepFailed` with the first and last lines when it fails or when `cancelled` begins to say so.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        file.write(f"$ {' '.join(command)}\n")
        file.flush()
        with subprocess.Popen(
            list(command), env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", start_new_session=True,
        ) as child:  # fmt: skip
            try:
                output, errors = _communicate(child, cancelled)
            except BaseException:
                _kill_group(child)
                raise
        file.write(output + errors)
    if child.returncode != 0:
        tail = "\n".join(_ends(_COLOUR.sub("", output + errors).strip().splitlines()))
        raise StepFailed(f"`{' '.join(command)}` ended with {child.returncode}:\n{tail}\n(all of it: {log})")
    return output


def _ends(lines: list[str], each: int = 14) -> list[str]:
    # npm says first what is wrong and then how to call it; Python says it last.
    return lines if len(lines) <= 2 * each else [*lines[:each], "...", *lines[-each:]]


def _communicate(child: subprocess.Popen[str], cancelled: Callable[[], bool]) -> tuple[str, str]:
    while True:
        try:
            return child.communicate(timeout=0.2)
        except subprocess.TimeoutExpired:
            if cancelled():
                _kill_group(child)


def _kill_group(child: subprocess.Popen[str]) -> None:
    # npm and uv have children of their own, which a signal to the first process would leave behind.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
