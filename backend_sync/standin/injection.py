"""Faults on demand, so that a test can cut the line before and after a commit and count what arrived."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import msgspec

from backend_sync.standin.errors import SerializationFailure
from backend_sync.standin.store import Store

Kind = Literal[
    "delay",
    "error_500",
    "serialization",
    "drop_before_commit",
    "drop_after_commit",
    "timeout_after_commit",
]


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One order: the next `times` calls of `method` (any, where empty) after the first `after` ones meet `kind`."""

    kind: Kind
    times: int = 1
    after: int = 0
    seconds: float = 0.0
    method: str = ""


class HttpError(Exception):
    """Answer 500, as a proxy in front of a dying Odoo would."""


class Dropped(Exception):
    """Close the connection without an answer."""


class Injection:
    """The orders still open and the calls counted so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: deque[Fault] = deque()
        self._counts: Counter[str] = Counter()

    def order(self, fault: Fault) -> None:
        """Queues a fault behind those already ordered."""
        with self._lock:
            self._orders.append(fault)

    def clear(self) -> None:
        """Forgets orders and counts."""
        with self._lock:
            self._orders.clear()
            self._counts.clear()

    def state(self) -> dict[str, object]:
        """Open orders, calls by method and faults met by kind."""
        with self._lock:
            return {"orders": [msgspec.to_builtins(order) for order in self._orders], "counts": dict(self._counts)}

    def _next(self, method: str) -> Fault | None:
        with self._lock:
            self._counts[f"call.{method}"] += 1
            if not self._orders or self._orders[0].method not in ("", method):
                return None
            order = self._orders.popleft()
            if order.after > 0:
                self._orders.appendleft(msgspec.structs.replace(order, after=order.after - 1))
                return None
            if order.times > 1:
                self._orders.appendleft(msgspec.structs.replace(order, times=order.times - 1))
            self._counts[f"fault.{order.kind}"] += 1
            return order

    @contextmanager
    def transaction(self, store: Store, method: str) -> Iterator[None]:
        """The store's transaction, disturbed where a fault is due."""
        fault = self._next(method)
        kind = fault.kind if fault else None
        seconds = fault.seconds if fault else 0.0
        if kind == "error_500":
            raise HttpError
        if kind == "delay":
            time.sleep(seconds)
        with store.transaction(rollback=kind in ("serialization", "drop_before_commit")):
            yield
        if kind == "serialization":
            raise SerializationFailure("could not serialize access due to concurrent update")
        if kind in ("drop_before_commit", "drop_after_commit"):
            raise Dropped
        if kind == "timeout_after_commit":
            time.sleep(seconds)
            raise Dropped
