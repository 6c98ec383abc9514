"""The functions of the expression language, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from api.domain.forms.engine.operations.arguments import Operation
from api.domain.forms.engine.operations.dates import DATE_OPERATIONS
from api.domain.forms.engine.operations.numbers import NUMBER_OPERATIONS
from api.domain.forms.engine.operations.text import TEXT_OPERATIONS

__all__ = ["OPERATIONS", "Operation"]

OPERATIONS: Mapping[str, Operation] = MappingProxyType({**TEXT_OPERATIONS, **NUMBER_OPERATIONS, **DATE_OPERATIONS})
