"""A virus scanner that speaks the protocol of clamd (`man 8 clamd`, INSTREAM): it sees files before they count."""

import asyncio
import re
import struct
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import structlog

from api.lib.errors import Unavailable

_log = structlog.get_logger()

_FOUND = re.compile(r"stream: (.+) FOUND")
_CLEAN = "stream: OK"
_CONNECT_SECONDS = 5.0
_SCAN_SECONDS = 120.0
# No frame of the protocol is larger than this here; clamd itself bounds the whole stream (StreamMaxLength).
_FRAME = 64 * 1024
_MOST_ANSWERED = 4096


class ScannerAway(Unavailable):
    """Files cannot be looked at now: none counts until they can."""

    slug = "files-unchecked"
    title = "Files cannot be checked now"
    default_detail = "Nothing is lost: send the last part again in a while."


class Antivirus:
    """A clamd at ``clamd://host:port`` or ``clamd+unix:///path``; a connection for each file."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    async def found_in(self, chunks: AsyncIterator[bytes]) -> str | None:
        """Return what was found in a file, in the scanner's words; ``None`` where it is clean.

        Raises:
            ScannerAway: it cannot be reached, takes too long, or gives up on the file.
        """
        try:
            async with asyncio.timeout(_SCAN_SECONDS):
                answer = await self._ask(chunks)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            _log.warning("antivirus.away", error=type(error).__name__)
            raise ScannerAway from error
        if answer == _CLEAN:
            return None
        found = _FOUND.fullmatch(answer)
        if found is None:
            _log.error("antivirus.gave-up", answer=answer[:200])
            raise ScannerAway
        return found[1]

    async def _ask(self, chunks: AsyncIterator[bytes]) -> str:
        async with asyncio.timeout(_CONNECT_SECONDS):
            reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            try:
                async for chunk in chunks:
                    for start in range(0, len(chunk), _FRAME):
                        frame = chunk[start : start + _FRAME]
                        writer.write(struct.pack("!I", len(frame)) + frame)
                    await writer.drain()
                writer.write(struct.pack("!I", 0))
                await writer.drain()
            except ConnectionError:
                # It closes its ear at a stream that is too long, and says so.
                pass
            return (await reader.read(_MOST_ANSWERED)).rstrip(b"\0\n").decode(errors="replace")
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._parts.scheme == "clamd+unix":
            return await asyncio.open_unix_connection(self._parts.path)
        return await asyncio.open_connection(self._parts.hostname, self._parts.port or 3310)


def open_antivirus(url: str) -> Antivirus | None:
    """Return the scanner of a setting; ``None`` where none is set up."""
    return Antivirus(url) if url else None
