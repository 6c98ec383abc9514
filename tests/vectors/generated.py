"""Random expressions and answers from a seed: they hold the two evaluators to the same result."""

from __future__ import annotations

from random import Random
from typing import Any

Values = dict[str, Any]

_NUMBERS = (
    "0", "1", "2", "3", "7", "10", "0.1", "0.25", "1.005", "2.5", "1000000", "123456789.125", "0.000001",
    "1000000000000000000000", "99999999999",
)  # fmt: skip
_TEXTS = ("''", "'a'", "'abc'", "' 12 '", "'-4.5'", "'नमस्ते'", "'a🍔b'", "'2026-02-28'", "'x y z'", "'NaN'")
_DATES = (
    "today()",
    "'2026-02-28'",
    "'2026-03-29'",
    "'0001-01-01'",
    "'9999-12-31'",
    "'1969-12-31'",
    "'2024-02-29'",
    "${d}",
    "date(${n})",
    "date(today() + 40)",
)
_MOMENTS = (
    "now()",
    "'2026-03-29T00:59:59Z'",
    "'2026-10-25T01:30:00+02:00'",
    "'2026-11-01T01:30:00-04:00'",
    "'2026-04-05T02:30:00+13:00'",
    "${dt}",
    "date-time(${d})",
    "${d}",
)
_FORMATS = ("'%Y-%m-%d'", "'%e.%n.%y %a %b'", "'%H:%M:%S.%3'", "'%%%h%Q'")
_PATTERNS = ("'[a-z]+'", "'.*'", "'[0-9. -]+'", "'(?i)ABC'", "'\\\\S+'", "'\\\\p{L}+'")


class Expressions:
    """Grows expressions whose types fit; `values` below holds what their names stand for.

    `numbers`, `texts` and `truths` are further leaves, such as the fields of a repeat.
    """

    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    truths: tuple[str, ...] = ()

    def __init__(self, random: Random) -> None:
        self._random = random

    def _pick(self, *options: str) -> str:
        return self._random.choice(options)

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self._random.choice((*_NUMBERS, "${n}", "${m2}", "-3", *self.numbers))
        left, right = self.number(depth - 1), self.number(depth - 1)
        places = self._random.randint(-3, 6)
        return self._pick(
            f"({left} + {right})",
            f"({left} - {right})",
            f"{left} * {right}",
            f"({left} div {right})",
            f"({left} mod {right})",
            f"-({left})",
            f"round({left})",
            f"round({left}, {places})",
            f"int({left})",
            f"floor({left})",
            f"abs({left})",
            f"max({left}, {right})",
            f"sum({left}, {right}, ${{n}})",
            f"pow({left}, {self._random.randint(-3, 5)})",
            f"sqrt({left})",
            f"string-length({self.text(depth - 1)})",
            f"number({self.text(depth - 1)})",
            f"count-selected({self.text(depth - 1)})",
            f"({self._random.choice(_DATES)} - {self._random.choice(_DATES)})",
            f"decimal-date-time({self._random.choice(_MOMENTS)})",
            f"decimal-time({self._random.choice(_MOMENTS)})",
            f"if({self.truth(depth - 1)}, {left}, {right})",
            f"coalesce(${{n}}, {left})",
            f"ceiling({left})",
            f"min({left}, {right})",
            f"count-non-empty({self.text(depth - 1)})",
        )

    def text(self, depth: int) -> str:
        if depth <= 0:
            return self._random.choice((*_TEXTS, "${t}", "${c}", "${m}", *self.texts))
        one, other = self.text(depth - 1), self.text(depth - 1)
        start, end = self._random.randint(-4, 4), self._random.randint(-4, 6)
        return self._pick(
            f"concat({one}, {other})",
            f"concat({one}, {self.number(depth - 1)})",
            f"string({self.number(depth - 1)})",
            f"string({self.truth(depth - 1)})",
            f"substr({one}, {start}, {end})",
            f"substring({one}, {start}, {end})",
            f"substring-before({one}, {other})",
            f"substring-after({one}, {other})",
            f"translate({one}, 'abx ', 'BA')",
            f"normalize-space({one})",
            f"join(' ', {one}, {other})",
            f"selected-at({one}, {start})",
            f"coalesce({one}, {other})",
            f"if({self.truth(depth - 1)}, {one}, {other})",
            f"format-date({self._random.choice(_DATES)}, {self._random.choice(_FORMATS)})",
            f"format-date-time({self._random.choice(_MOMENTS)}, {self._random.choice(_FORMATS)})",
            f"string(date-time({self._random.choice(_MOMENTS)}))",
        )

    def truth(self, depth: int) -> str:
        if depth <= 0:
            plain = ("true()", "false()", "${b}", "${b} = ''", "${n} = ''", "${d} != ''", "${c} = 'a'")
            return self._pick(*plain, *self.truths)
        number, other = self.number(depth - 1), self.number(depth - 1)
        one, two = self.text(depth - 1), self.text(depth - 1)
        operator = self._pick("=", "!=", "<", "<=", ">", ">=")
        return self._pick(
            f"({number} {operator} {other})",
            f"({one} = {two})",
            f"({one} != {two})",
            f"({self._random.choice(_DATES)} {operator} {self._random.choice(_MOMENTS)})",
            f"({self.truth(depth - 1)} and {self.truth(depth - 1)})",
            f"({self.truth(depth - 1)} or {self.truth(depth - 1)})",
            f"not({self.truth(depth - 1)})",
            f"boolean({number})",
            f"contains({one}, {two})",
            f"checklist({self._random.randint(-1, 2)}, {self._random.randint(-1, 3)}, {number}, {one}, {other} > 1)",
            f"weighted-checklist(-1, {number}, {one}, {other}, {other} > 2, 1.5)",
            f"boolean-from-string({one})",
            f"starts-with({one}, {two})",
            f"ends-with({one}, {two})",
            f"selected({one}, {two})",
            f"regex({one}, {self._random.choice(_PATTERNS)})",
        )


TYPES = {
    "n": "number",
    "m2": "number",
    "t": "string",
    "c": "choice",
    "m": "choices",
    "b": "boolean",
    "d": "date",
    "dt": "datetime",
}


def values(random: Random) -> Values:
    return {
        "n": random.choice((None, 0, 1, -7, 2.5, 1e-7, 20000, 123456789012)),
        "m2": random.choice((None, 3, 0.1, -0.5, 1e15)),
        "t": random.choice((None, "abc", " 12", "Ünïcode", "2026-01-01", "a b a", "🍔🍔")),
        "c": random.choice((None, "a", "b")),
        "m": random.choice((None, ["a"], ["a", "b", "x"])),
        "b": random.choice((None, True, False)),
        "d": random.choice((None, "2026-03-29", "1999-12-31", "2000-02-29")),
        "dt": random.choice((None, "2026-03-29T01:00:00Z", "2026-11-20T18:29:59Z", "1980-01-01T00:00:00Z")),
    }


def expressions(count: int, seed: int) -> list[tuple[str, Values]]:
    """`count` expressions with the values of their names."""
    random = Random(seed)  # noqa: S311 -- test data, not secrets
    grow = Expressions(random)
    found: list[tuple[str, Values]] = []
    for at in range(count):
        kind = (grow.number, grow.text, grow.truth)[at % 3]
        found.append((kind(random.randint(1, 3)), values(random)))
    return found
