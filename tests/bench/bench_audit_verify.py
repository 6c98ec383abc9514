"""How long it takes to seal and to verify a hundred thousand events; the reference is reading the same rows.

``python -m tests.bench.bench_audit_verify [events]``
"""

import asyncio
import sys
import time

from sqlalchemy import text

from api.domain.audit import sealing, verifying
from api.lib.settings import Settings
from api.lib.uow import make_kernel, unit_of_work
from tests.bench import results
from tests.bench.bench_audit_sealing import database, execute

FILL = """
INSERT INTO audit_event (occurred_at, action, actor_kind, actor_uid, organization_id, subject_type, subject_uid,
  request_id, details)
SELECT clock_timestamp(), 'flow.published', 'account', gen_random_uuid()::text, 1, 'event', gen_random_uuid(),
  gen_random_uuid()::text, '{"version": 1}' FROM generate_series(1, 10000)
"""


async def measured(settings: Settings, events: int) -> dict[str, float]:
    """Return the seconds of each step."""
    for _ in range(events // 10_000):
        await execute(settings.database_url, FILL)
    sealer = make_kernel(settings, service="bench", database_url=settings.sealer_database_url)
    began = time.perf_counter()
    made = await sealing.seal_all(sealer)
    sealed = time.perf_counter() - began
    await sealer.close()
    if made[-1].last_sequence != events:
        raise RuntimeError(f"{made[-1].last_sequence} of {events} events were sealed")
    auditor = make_kernel(settings, service="bench", database_url=settings.auditor_database_url)
    async with unit_of_work(auditor) as uow:
        began = time.perf_counter()
        for at in range(0, events, 1000):
            rows = await uow.session.execute(
                text("SELECT * FROM audit_event WHERE id > :at ORDER BY id LIMIT 1000"), {"at": at}
            )
            rows.all()
        read = time.perf_counter() - began
        began = time.perf_counter()
        chain = verifying.Chain(uow.session)
        findings = [step async for step in chain.verify() if isinstance(step, verifying.Finding)]
        verified = time.perf_counter() - began
    await auditor.close()
    if findings or chain.events != events:
        raise RuntimeError(f"{findings}, {chain.events} events")
    return {"seal_seconds": round(sealed, 2), "read_seconds": round(read, 2), "verify_seconds": round(verified, 2)}


def main(events: int = 100_000) -> None:
    """Measure and keep the result."""
    with database() as settings:
        found = asyncio.run(measured(settings, events))
    ratio = round(found["verify_seconds"] / found["read_seconds"], 2)
    results.keep({"name": "audit-verify", "ratio": ratio, "events": events, **found})


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
