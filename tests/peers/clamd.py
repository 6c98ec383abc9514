"""A local peer that speaks clamd's INSTREAM as `man 8 clamd` describes it, and knows one virus: EICAR's test file."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# In two pieces: scanners of this machine would take the test for the virus.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.ThreadingTCPServer):
    """Answers each stream. ``mood``: scanning, silent (never answers) or dropping (hangs up in the middle)."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, limit: int = 100 * 1024 * 1024) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.limit = limit
        self.mood = "scanning"
        self.streams: list[bytes] = []
        self.quiet = threading.Event()

    @property
    def url(self) -> str:
        return f"clamd://127.0.0.1:{self.server_address[1]}"

    @classmethod
    @contextmanager
    def listening(cls, limit: int = 100 * 1024 * 1024) -> Iterator["Clamd"]:
        """Listen as long as the block runs."""
        with cls(limit) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            try:
                yield server
            finally:
                server.quiet.set()
                server.shutdown()
                thread.join()


class _Session(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        received = bytearray()
        while size := struct.unpack("!I", self.rfile.read(4).ljust(4, b"\0"))[0]:
            received += self.rfile.read(size)
            if self.server.mood == "dropping":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if len(received) > self.server.limit:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.streams.append(bytes(received))
        if self.server.mood == "silent":
            self.server.quiet.wait(30)
            return
        found = b"Eicar-Test-Signature FOUND" if EICAR in received else b"OK"
        self.wfile.write(b"stream: " + found + b"\0")
