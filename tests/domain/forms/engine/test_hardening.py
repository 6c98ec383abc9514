"""Patterns that form authors write: linear in what they are held against, and whatever they say, only patterns."""

import re
import time

import pytest

from api.domain.forms.engine.problems import ExpressionInvalid
from api.domain.forms.engine.regex import MAX_PATTERN, compile_pattern, matches

SLOW = ["(a+)+$", "(a|a)*b", "(.*)*x", "([a-zA-Z]+)*$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$"]


@pytest.mark.parametrize("pattern", SLOW)
def test_a_pattern_of_a_form_is_linear(pattern: str) -> None:
    begun = time.perf_counter()
    assert not matches(pattern, "a" * 20_000 + "!")
    assert time.perf_counter() - begun < 1


def test_another_engine_would_not_return() -> None:
    # The control, with 22 characters in place of 20,000: each further one doubles it.
    begun = time.perf_counter()
    assert re.fullmatch(SLOW[0], "a" * 22 + "!") is None
    assert time.perf_counter() - begun > 0.05


@pytest.mark.parametrize(
    "pattern", ["(?=a)", "(?<!a)b", r"(a)\1", "(?P<", "[", "a" * (MAX_PATTERN + 1), "(a{1000}){1000}"]
)
def test_a_pattern_that_could_cost_much_is_refused(pattern: str) -> None:
    with pytest.raises(ExpressionInvalid):
        compile_pattern(pattern)
    assert not matches(pattern, "a")
