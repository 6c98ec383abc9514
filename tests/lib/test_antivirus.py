"""Files are handed to a scanner as it wants them, and what it does not answer is never taken for clean."""

from collections.abc import AsyncIterator, Iterator

import pytest

from api.lib import antivirus
from api.lib.antivirus import Antivirus, ScannerAway, open_antivirus
from tests.peers.clamd import EICAR, Clamd


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with Clamd.listening() as found:
        yield found


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 64 * 1024, 10**6])
async def test_a_virus_is_found_however_the_file_is_cut(clamd: Clamd, size: int) -> None:
    data = b"before " * 10 + EICAR + b" after"
    assert await Antivirus(clamd.url).found_in(pieces(data, size)) == "Eicar-Test-Signature"
    assert clamd.streams == [data]


async def test_a_clean_file_is_clean(clamd: Clamd) -> None:
    assert await Antivirus(clamd.url).found_in(pieces(bytes(300_000), 100_000)) is None


@pytest.mark.parametrize("mood", ["silent", "dropping"])
async def test_no_answer_is_not_clean(clamd: Clamd, mood: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antivirus, "_SCAN_SECONDS", 0.5)
    clamd.mood = mood
    with pytest.raises(ScannerAway):
        await Antivirus(clamd.url).found_in(pieces(bytes(200_000), 50_000))


async def test_a_file_that_the_scanner_gives_up_on_is_not_clean() -> None:
    with Clamd.listening(limit=1000) as small, pytest.raises(ScannerAway):
        await Antivirus(small.url).found_in(pieces(bytes(5_000_000), 500_000))


async def test_a_scanner_that_is_not_there_is_away(clamd: Clamd) -> None:
    url = clamd.url
    clamd.shutdown()
    clamd.server_close()
    with pytest.raises(ScannerAway):
        await Antivirus(url).found_in(pieces(b"x", 1))


def test_without_a_setting_there_is_none() -> None:
    assert open_antivirus("") is None
