"""People registered one after the other from synchronous tests."""

import asyncio
import time
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

from tests.e2e.people import Api, Counts, Registered, Registrar

EVENT = "youth-leadership-retreat"


class Walker:
    """Registers one person at a time; ``seconds`` are how long each took."""

    def __init__(self, url: str, event: str = EVENT) -> None:
        self.seconds: list[float] = []
        self.counts = Counts()
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(base_url=url, timeout=30)
        self._registrar = self._runner.run(self._make(event))

    async def _make(self, event: str) -> Registrar:
        registrar = Registrar(await Api.discover(self._client, self.counts), event, counts=self.counts)
        await registrar.read_flow()
        # So that later people are registered at the first try.
        for _ in range(3):
            await registrar.register(self._address())
        return registrar

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    @staticmethod
    def _address() -> str:
        return f"walker-{uuid4().hex[:12]}@people.example"

    def register(self, *, by_draft: bool = False) -> Registered:
        """Register a person; the answer was 201, or 200 for a draft."""
        started = time.monotonic()
        act = self._registrar.register_by_draft if by_draft else self._registrar.register
        done = self._runner.run(act(self._address()))
        self.seconds.append(time.monotonic() - started)
        return done
