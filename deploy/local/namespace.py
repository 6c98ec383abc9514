"""Runs a command under an unprivileged user id while the kernel still sees root's files as its own.

PostgreSQL refuses to run as root. Where `nobody` cannot reach the data or the programs (a home of mode
0700), a user namespace maps root to an ordinary id: `python namespace.py COMMAND [ARGUMENT ...]`.
"""

import ctypes
import os
import sys
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_INSIDE = 1000


def enter() -> None:
    """Moves this process into a namespace of its own; raises OSError where the kernel forbids it."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{_INSIDE} {group} 1")
    Path("/proc/self/uid_map").write_text(f"{_INSIDE} {user} 1")


if __name__ == "__main__":
    enter()
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 (the launcher gives the whole command)
