"""A hundred drafts at once, each saved every two seconds, as autosave does while somebody types: what a save takes.

The ratio is the 99th percentile that the plan allows (30 ms) over the one that was measured.

``python -m tests.bench.bench_drafts [drafts] [saves] [pause]``
"""

import json
import subprocess
import sys

from tests.bench import ground, pictures, results
from tests.conftest import ROOT

ALLOWED = 0.030


def main(drafts: int = 100, saves: int = 8, pause: float = 2.0) -> None:
    """Measure and keep the result."""
    with ground.durable() as made, ground.served(made) as found:
        before = ground.cpu(found.server)
        done = subprocess.run(
            (
                sys.executable, "-m", "tests.bench.drafting", "127.0.0.1", str(found.port), found.event, str(drafts),
                str(saves), str(pause),
            ),
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        used = ground.cpu(found.server) - before
    ordered = sorted(json.loads(done.stdout))
    p50, p99 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.99))
    row = {
        "name": "draft_step_p99_ms",
        "ratio": round(ALLOWED / p99, 2),
        "p99_ms": round(p99 * 1e3, 1),
        "p50_ms": round(p50 * 1e3, 1),
        "drafts": drafts,
        "saves_per_second": round(drafts / pause, 1),
        "server_cpu_us": round(used / (len(ordered) + drafts) * 1e6),
    }
    results.keep(row)
    pictures.table([row], list(row))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
