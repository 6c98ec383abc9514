"""What the processes that build files have in common.

Such a process reads a plan and then registrations, a JSON text a line, from its standard input, and writes the file to
its standard output. It holds no connection and no secret. Beside the API's process it takes neither that one's memory
(pyarrow alone is 60 MB) nor its time.
"""

import os
import sys
from collections.abc import Callable, Iterator
from typing import IO

import msgspec

from api.domain.registrations.exports.columns import Plan, Reader, Value

# Others are served first.
NICENESS = 5


def build(write: Callable[[Plan, Iterator[list[Value]], IO[bytes]], None]) -> None:
    """Read a plan and registrations from the standard input, write the file to the standard output."""
    os.nice(NICENESS)
    given, out = sys.stdin.buffer, sys.stdout.buffer
    plan = msgspec.json.decode(given.readline(), type=Plan)
    write(plan, map(Reader(plan).row, given), out)
    out.flush()
