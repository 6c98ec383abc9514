"""The first nudge goes at once; a busy process sends the others at intervals, and never none."""

import asyncio

import pytest
from celery import Celery

from api.lib import tasks
from api.lib.tasks import Nudger


async def test_nudges_of_a_busy_process_are_few_and_the_last_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "PAUSE", 0.2)
    sent: list[str] = []
    monkeypatch.setattr(Celery, "send_task", lambda _, name, **__: sent.append(name))
    nudger = Nudger("redis://127.0.0.1:1/0")
    for _ in range(20):
        nudger.send({"sync.drain_odoo"})
        await asyncio.sleep(0.005)
    assert sent == ["sync.drain_odoo"]
    nudger.send({"sync.drain_mail"})
    await asyncio.sleep(0.4)
    assert sorted(sent) == ["sync.drain_mail", "sync.drain_odoo", "sync.drain_odoo"]
    nudger.close()
