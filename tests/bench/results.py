"""Numbers of a benchmark: medians that say how sure they are, kept as JSON under ``.data/bench``."""

import json
import sys
from collections.abc import Mapping, Sequence
from math import comb
from pathlib import Path
from statistics import median
from typing import Any

LATEST = Path(__file__).resolve().parents[2] / ".data" / "bench" / "latest.json"


def interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval for the median that holds with at least ``confidence``, from order statistics.

    It assumes nothing of the distribution (H. A. David, H. N. Nagaraja, "Order Statistics", 3rd ed., section 7.1).
    """
    ordered, size = sorted(values), len(values)
    tail, rank = 0.0, 0
    while rank < size // 2 and 2 * (tail + comb(size, rank) / 2**size) <= 1 - confidence:
        tail += comb(size, rank) / 2**size
        rank += 1
    if rank == 0:
        raise ValueError(f"{size} values are too few for an interval of {confidence:.0%}")
    return ordered[rank - 1], ordered[size - rank]


def summary(values: Sequence[float]) -> dict[str, Any]:
    """Return median and 95 % interval."""
    low, high = interval(values)
    return {"median": round(median(values), 4), "low": round(low, 4), "high": round(high, 4), "pairs": len(values)}


def keep(result: Mapping[str, Any], *, file: Path = LATEST) -> None:
    """Print a result and put it in the place of the one of the same name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(file.read_text())["results"] if file.is_file() else []
    kept = [found for found in known if found["name"] != result["name"]]
    file.write_text(json.dumps({"results": [*kept, result]}, indent=1) + "\n")
    sys.stdout.write(json.dumps(result) + "\n")
