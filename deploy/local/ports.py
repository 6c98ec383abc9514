"""Loopback ports: free ones, and readable words about taken ones."""

import secrets
import socket

# Outside the kernel's own range: a connection going out could take the port of a server that is being restarted.
_NOT_EPHEMERAL = range(15_000, 32_000)


class NoPortLeft(RuntimeError):
    """The machine has no free port where we look for one."""


class PortTaken(RuntimeError):
    """Another program listens where one of ours should; the message names port and variable."""

    def __init__(self, port: int, purpose: str, variable: str) -> None:
        super().__init__(
            f"Port {port} ({purpose}) is already in use on this machine. "
            f"Stop the program that uses it, or set {variable} to another port and try again."
        )
        self.port = port
        self.variable = variable


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tells whether the port can be listened on; a socket in TIME_WAIT does not count as taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
        return True


def free_port(host: str = "127.0.0.1", *, in_a_row: int = 1) -> int:
    """Returns a port that is free at this moment, as are the next ones when `in_a_row` asks for more."""
    for _ in range(1000):
        port = secrets.choice(_NOT_EPHEMERAL)
        if all(is_free(port + step, host) for step in range(in_a_row)):
            return port
    raise NoPortLeft(f"No free port from {_NOT_EPHEMERAL.start} to {_NOT_EPHEMERAL.stop} was found on {host}.")


def require_free(port: int, purpose: str, variable: str, host: str = "127.0.0.1") -> None:
    """Raises `PortTaken` when somebody listens there."""
    if not is_free(port, host):
        raise PortTaken(port, purpose, variable)
