"""Random cases through Python and TypeScript in one batch: no difference."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vectors import fuzz


def test_a_batch_of_random_forms_and_expressions_has_no_difference() -> None:
    found = fuzz.differences(fuzz.batch(20261120, expressions=150, forms=5, cases=80))
    assert not found, "\n".join(fuzz.shown(one) for one in found[:5])


def test_a_difference_would_be_found() -> None:
    cases: dict[str, Any] = fuzz.batch(1, expressions=20, forms=1, cases=5)
    cases["expressions"][3]["expect"] = {"string": "another"}
    cases["cases"][2]["expect"]["visible"] = ["/nowhere"]
    assert {one["kind"] for one in fuzz.differences(cases)} == {"expressions", "cases"}


@pytest.mark.campaign
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", range(1_000, 200_000, 1_000))
def test_a_hundred_thousand_random_cases_have_no_difference(seed: int) -> None:
    found = fuzz.differences(fuzz.batch(seed))
    assert not found, "\n".join(fuzz.shown(one) for one in found[:5])
