"""Sensitive answers as they are read back: the last characters only."""

from __future__ import annotations

import re
from typing import Any

_SHOWN = 4
_DOTS = "••••"
_MASKED = re.compile("•{4}[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]{0,4}")


def mask(answer: Any) -> dict[str, str]:
    """`{"masked": "••••9012"}`; of an answer shorter than eight characters nothing is shown."""
    text = answer if isinstance(answer, str) else ""
    return {"masked": _DOTS + (text[-_SHOWN:] if len(text) >= 2 * _SHOWN else "")}


def is_masked(raw: Any) -> bool:
    """Whether `raw` has the shape that mask() gives: a client that sends it back keeps what is stored."""
    if not isinstance(raw, dict) or len(raw) != 1:
        return False
    text = raw.get("masked")
    return isinstance(text, str) and _MASKED.fullmatch(text) is not None
