"""The flow with its forms, as everybody reads it who begins to register, against a constant behind the same layers.

``python -m tests.bench.bench_flow_document [rounds] [seconds]``
"""

import sys
from statistics import median

from tests.bench import constant, ground, load, pictures, results
from tests.bench.ground import Ground

CONNECTIONS = 32


def rate(found: Ground, path: str, seconds: float, tag: str = "") -> tuple[float, float]:
    """Return answers per second, and the server's CPU for each in µs.

    Raises:
        RuntimeError: one of them was another than is expected.
    """
    before = ground.cpu(found.server)
    headers = {"If-None-Match": tag} if tag else {}
    report = load.send(load.Plan("127.0.0.1", found.port, "GET", path, headers, [""], CONNECTIONS, seconds=seconds))
    if set(report.kinds) != {"304" if tag else "200"}:
        raise RuntimeError(str(report.kinds))
    return report.per_second, (ground.cpu(found.server) - before) / report.requests * 1e6


def main(rounds: int = 5, seconds: int = 2) -> None:
    """Measure and keep the result."""
    flow: list[tuple[float, float]] = []
    plain: list[tuple[float, float]] = []
    with ground.durable() as made, ground.served(made, "tests.bench.constant:create_app") as found:
        path = f"/api/v1/events/{found.event}/flow"
        rate(found, path, 1)
        for turn in range(rounds):
            pair = [(flow, path), (plain, constant.PATH)]
            for into, address in pair if turn % 2 == 0 else reversed(pair):
                into.append(rate(found, address, seconds))
    row = {
        "name": "flow_document_vs_constant",
        "ratio": round(median(one[0] / other[0] for one, other in zip(flow, plain, strict=True)), 3),
        "per_second": round(median(one[0] for one in flow)),
        "constant_per_second": round(median(one[0] for one in plain)),
        "server_cpu_us": round(median(one[1] for one in flow)),
        "constant_cpu_us": round(median(one[1] for one in plain)),
    }
    results.keep(row)
    pictures.table([row], list(row))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
