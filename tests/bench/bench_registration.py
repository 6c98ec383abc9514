"""Complete registrations in one call, against pgbench writing the same rows; over a hundred tickets, and all on one.

Each has twelve mixed answers, comes with an API key and an Idempotency-Key, is counted by the throttle, validated, and
written with its audit event and outbox row. Each round measures both in turns; the ratio is taken within the round.

``python -m tests.bench.bench_registration [rounds] [seconds]``
"""

import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from tests.bench import ground, load, pictures, reference, results
from tests.bench.ground import Ground

CONNECTIONS = 32
_LUA = """
local bodies = {}
for line in io.lines("%(bodies)s") do bodies[#bodies + 1] = line end
local sent = 0
local run = tostring(os.time()) .. tostring(math.random(1, 1000000000))
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %(key)s"
request = function()
  sent = sent + 1
  wrk.headers["Idempotency-Key"] = run .. "-" .. sent
  return wrk.format(nil, nil, nil, bodies[sent %% #bodies + 1])
end
done = function(summary, latency)
  io.write(string.format("REPORT %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


class Run(msgspec.Struct):
    """One measurement: per second, CPU µs per request of the server and of the database, and milliseconds."""

    per_second: float
    server: float
    database: float
    generator: float
    p50: float
    p99: float


def path(found: Ground) -> str:
    return f"/api/v1/events/{found.event}/registrations"


def register(found: Ground, *, hot: bool, seconds: float) -> Run:
    """Measure registrations for so many seconds.

    Raises:
        RuntimeError: one of them was not made, or has left no row.
    """
    bodies = [found.body(ticket).decode() for ticket in (found.tickets[:1] if hot else found.tickets)]
    before = ground.counted(found, "SELECT count(*) FROM registration")
    backends = ground.family(found.postmaster)
    server, database = ground.cpu(found.server), ground.cpu(*backends)
    made, per_second, p50, p99, own = (_wrk if shutil.which("wrk") else _own)(found, bodies, seconds)
    run = Run(
        per_second,
        (ground.cpu(found.server) - server) / made * 1e6,
        (ground.cpu(*backends) - database) / made * 1e6,
        own / made * 1e6,
        p50,
        p99,
    )
    kept = ground.counted(found, "SELECT count(*) FROM registration") - before
    # The generator leaves while some are on their way, this one and the one before.
    if not made <= kept <= made + 2 * CONNECTIONS:
        raise RuntimeError(f"{made} were answered, {kept} are stored")
    return run


def _own(found: Ground, bodies: list[str], seconds: float) -> tuple[int, float, float, float, float]:
    headers = {"Authorization": f"Bearer {found.key}", "Content-Type": "application/json"}
    report = load.send(
        load.Plan(
            "127.0.0.1",
            found.port,
            "POST",
            path(found),
            headers,
            bodies,
            CONNECTIONS,
            seconds=seconds,
            idempotency=True,
        )
    )
    if set(report.kinds) != {"201"}:
        raise RuntimeError(str(report.kinds))
    return (
        report.requests, report.per_second, report.percentile(0.5) * 1e3, report.percentile(0.99) * 1e3, report.cpu
    )  # fmt: skip


def _wrk(found: Ground, bodies: list[str], seconds: float) -> tuple[int, float, float, float, float]:
    with TemporaryDirectory() as folder:
        lines, program = Path(folder) / "bodies", Path(folder) / "register.lua"
        lines.write_text("\n".join(bodies) + "\n")
        program.write_text(_LUA % {"bodies": lines, "key": found.key})
        command = (
            "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "30s",
            "-s", str(program), f"{found.url}{path(found)}",
        )  # fmt: skip
        before = ground.children()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        used = ground.children() - before
    report = next(line for line in done.stdout.splitlines() if line.startswith("REPORT")).split()
    requests, duration, errors, p50, p99 = map(int, report[1:])
    if errors:
        raise RuntimeError(done.stdout)
    return requests, requests / duration * 1e6, p50 / 1e3, p99 / 1e3, used


def measure(rounds: int, seconds: int) -> dict[str, dict[str, list[Any]]]:
    """Return what each round found, spread and hot."""
    found: dict[str, dict[str, list[Any]]] = {
        name: {"ratio": [], "runs": [], "pgbench": []} for name in ("spread", "hot")
    }
    with ground.durable() as made, ground.served(made):
        ground.refuse_short_cuts(made)
        register(made, hot=False, seconds=2)
        for turn in range(rounds):
            for name in ("spread", "hot") if turn % 2 == 0 else ("hot", "spread"):
                run = register(made, hot=name == "hot", seconds=seconds)
                best, each = reference.best(made, hot=name == "hot", seconds=seconds)
                again = register(made, hot=name == "hot", seconds=seconds)
                found[name]["ratio"].append((run.per_second + again.per_second) / 2 / best)
                found[name]["runs"] += [run, again]
                found[name]["pgbench"].append(each)
    return found


def _middle(runs: list[Run], name: str) -> float:
    return round(float(median(getattr(run, name) for run in runs)), 1)


def main(rounds: int = 3, seconds: int = 4) -> None:
    """Measure and keep the results."""
    found = measure(rounds, seconds)
    rows: list[dict[str, Any]] = []
    for name, result in (("spread", "registration_vs_pgbench"), ("hot", "registration_hot_vs_pgbench")):
        runs: list[Run] = found[name]["runs"]
        pgbench = {
            str(clients): round(median(each[clients] for each in found[name]["pgbench"]))
            for clients in reference.CLIENTS
        }
        rows.append(
            {
                "name": result,
                "ratio": round(median(found[name]["ratio"]), 3),
                "ratios": [round(one, 3) for one in found[name]["ratio"]],
                "per_second": _middle(runs, "per_second"),
                "pgbench_per_second": pgbench,
                "server_cpu_us": _middle(runs, "server"),
                "database_cpu_us": _middle(runs, "database"),
                "generator_cpu_us": _middle(runs, "generator"),
                "generator": "wrk" if shutil.which("wrk") else "own",
                "p50_ms": _middle(runs, "p50"),
                "p99_ms": _middle(runs, "p99"),
            }
        )
    for row in rows:
        results.keep(row)
    pictures.table(rows, ("name", "ratio", "per_second", "server_cpu_us", "database_cpu_us", "p50_ms", "p99_ms"))
    pictures.bars(
        "registration",
        {
            str(row["name"]): {"this platform": float(row["per_second"])}
            | {f"pgbench, {clients} clients": float(tps) for clients, tps in row["pgbench_per_second"].items()}
            for row in rows
        },
        "registrations a second",
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
