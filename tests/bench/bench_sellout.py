"""Ten thousand attempts for five hundred seats: exactly that many are made, and each of the others is told why not.

Every attempt is a whole registration with an API key and an Idempotency-Key of its own. The ratio is the time that the
plan allows (15 s) over the time that it took.

``python -m tests.bench.bench_sellout [attempts] [seats]``
"""

import sys

from tests.bench import ground, load, pictures, results

CONNECTIONS = 64
ALLOWED = 15.0


def main(attempts: int = 10_000, seats: int = 500) -> None:
    """Measure and keep the result.

    Raises:
        RuntimeError: another number was sold, or an answer was not typed.
    """
    with ground.durable({"sale": seats}) as made, ground.served(made) as found:
        ground.refuse_short_cuts(found)
        headers = {"Authorization": f"Bearer {found.key}", "Content-Type": "application/json"}
        body = found.body(found.sales["sale"]).decode()
        before = ground.cpu(found.server)
        report = load.send(
            load.Plan(
                "127.0.0.1", found.port, "POST", "/api/v1/events/sale/registrations", headers, [body], CONNECTIONS,
                total=attempts, idempotency=True,
            )
        )  # fmt: skip
        used = ground.cpu(found.server) - before
        stored = ground.counted(
            found,
            "SELECT count(*) FROM registration r JOIN event e ON e.id = r.event_id WHERE e.slug = 'sale'"
            " AND r.state = 'confirmed'",
        )
        taken = ground.counted(
            found,
            "SELECT c.taken FROM event_ticket_counter c JOIN event_ticket t ON t.id = c.ticket_id"
            " JOIN event e ON e.id = t.event_id WHERE e.slug = 'sale'",
        )
    wanted = {"201": seats, "409 /problems/ticket-sold-out": attempts - seats}
    if report.kinds != wanted or stored != seats or taken != seats:
        raise RuntimeError(f"{report.kinds}, {stored} stored, {taken} taken")
    row = {
        "name": "sellout",
        "ratio": round(ALLOWED / report.seconds, 2),
        "seconds": round(report.seconds, 2),
        "attempts": attempts,
        "sold": stored,
        "kinds": report.kinds,
        "p50_ms": round(report.percentile(0.5) * 1e3, 1),
        "p99_ms": round(report.percentile(0.99) * 1e3, 1),
        "server_cpu_us": round(used / attempts * 1e6),
    }
    results.keep(row)
    pictures.table([row], ("name", "seconds", "sold", "p50_ms", "p99_ms", "server_cpu_us"))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
