"""Functions and operators over numbers. Each gives the same bits in Python and in JavaScript."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal
from types import MappingProxyType

from api.domain.forms.engine.operations.arguments import Operation, flat, number, numbers, position, scalar
from api.domain.forms.engine.values import NAN, Scalar, Value, to_number

_WIDE = Context(prec=80)


def round_half_up(value: float) -> float:
    """XPath 1.0 section 4.4: the integer that is closest, of two the one closer to positive infinity."""
    if value != value or value in (math.inf, -math.inf):
        return value
    below = float(math.floor(value))
    return below + 1 if value - below >= 0.5 else below


def _round(values: list[Value], zone: str) -> float:
    value = number(values[0], zone)
    if len(values) == 1:
        return round_half_up(value)
    places = position(values[1], zone)
    if places is None or not math.isfinite(value):
        return NAN if places is None else value
    if places > 20:
        return value
    if places < -20:
        return 0.0
    # On the decimal digits a person sees, so that round(1.005, 2) is 1.01 on both sides.
    mode = ROUND_HALF_UP if value > 0 else ROUND_HALF_DOWN
    exact = Decimal(repr(value))
    if exact.adjusted() > 40:
        return value
    return float(exact.quantize(Decimal(1).scaleb(-places), rounding=mode, context=_WIDE))


def _int(values: list[Value], zone: str) -> float:
    value = number(values[0], zone)
    return float(math.trunc(value)) if math.isfinite(value) else value


def _floor(values: list[Value], zone: str) -> float:
    value = number(values[0], zone)
    return float(math.floor(value)) if math.isfinite(value) else value


def _ceiling(values: list[Value], zone: str) -> float:
    value = number(values[0], zone)
    return float(math.ceil(value)) if math.isfinite(value) else value


def _sqrt(values: list[Value], zone: str) -> float:
    value = number(values[0], zone)
    return math.sqrt(value) if value >= 0 else NAN


def power(base: float, exponent: float) -> float:
    """`base` to a whole power by squaring: the same additions of bits wherever it runs, which pow() of libm is not."""
    if exponent != exponent or not float(exponent).is_integer() or abs(exponent) > 1024:
        return NAN
    result, factor, left = 1.0, base, int(abs(exponent))
    while left:
        if left & 1:
            result *= factor
        factor *= factor
        left >>= 1
    return divide(1.0, result) if exponent < 0 else result


def divide(left: float, right: float) -> float:
    """IEEE 754 division, which Python refuses for a zero divisor."""
    if right != 0:
        return left / right
    if left == 0 or left != left:
        return NAN
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: float, right: float) -> float:
    """`mod`: the remainder of truncating division (XPath 1.0 section 3.5)."""
    if right == 0 or math.isinf(left) or left != left or right != right:
        return NAN
    return math.fmod(left, right)


def _sum(values: list[Value], zone: str) -> float:
    total = 0.0
    for one in numbers(values, zone):
        total += one
    return total


def _extreme(pick: Callable[[list[float]], float]) -> Operation:
    def extreme(values: list[Value], zone: str) -> float:
        found = numbers(values, zone)
        if not found or any(one != one for one in found):
            return NAN
        return pick(found) + 0.0

    return extreme


def _count_non_empty(values: list[Value], _zone: str) -> float:
    return float(sum(1 for value in flat(values) if value != ""))


def _checklist(values: list[Value], zone: str) -> bool:
    return _between(values, float(sum(1 for value in flat(values[2:]) if _checked(value, zone))), zone)


def _weighted_checklist(values: list[Value], zone: str) -> bool:
    total = 0.0
    for checked, weight in zip(values[2::2], values[3::2], strict=True):
        if _checked(scalar(checked), zone):
            total += number(weight, zone)
    return _between(values, total, zone)


def _checked(value: Scalar, zone: str) -> bool:
    """ODK: what converts to a number above 0; here `true` as text, too, which is what a boolean becomes there."""
    return value == "true" or to_number(value, zone) > 0


def _between(values: list[Value], found: float, zone: str) -> bool:
    least, most = number(values[0], zone), number(values[1], zone)
    return (least == -1 or found >= least) and (most == -1 or found <= most)


NUMBER_OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "number": lambda values, zone: number(values[0], zone),
        "round": _round,
        "int": _int,
        "floor": _floor,
        "ceiling": _ceiling,
        "abs": lambda values, zone: abs(number(values[0], zone)),
        "sqrt": _sqrt,
        "pow": lambda values, zone: power(number(values[0], zone), number(values[1], zone)),
        "pi": lambda _values, _zone: math.pi,
        "sum": _sum,
        "min": _extreme(min),
        "max": _extreme(max),
        "count-non-empty": _count_non_empty,
        "checklist": _checklist,
        "weighted-checklist": _weighted_checklist,
    }
)
