"""People fill and submit every public form and forms with every type of field, through the API, by a seed."""

import asyncio
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import httpx
import pytest

from api.domain.forms.engine import FieldType
from tests.e2e.answers import fields_of
from tests.e2e.people import Api, Counts, Registrar
from tests.e2e.stack import Stack
from tests.e2e.walked_forms import SHEETS, drawn, publish, published

pytestmark = pytest.mark.timeout(240)


async def walk(stack: Stack, slug: str, seed: int, people: int) -> list[dict[str, Any]]:
    """Fill the form for some people, step by step, and submit; returns what the server keeps of the form's answers."""
    counts = Counts()
    kept = []
    async with httpx.AsyncClient(base_url=stack.url, timeout=60) as client:
        registrar = Registrar(await Api.discover(client, counts), slug, seed=seed, counts=counts)
        await registrar.read_flow()
        for number in range(people):
            done = await registrar.register_by_draft(f"walker-{seed}-{number}@people.example")
            answer = await client.get(f"/api/v1/registrations/{done.uid}", headers={"Registration-Token": done.token})
            stored = answer.json()["steps"]["asked"]["answers"]
            assert differing(registrar.given["asked"]["answers"], stored, registrar.counted) == []
            kept.append(stored)
    assert counts.registered == people
    return kept


def differing(given: dict[str, Any], stored: dict[str, Any], counted: set[str]) -> list[str]:
    """Return the fields of which the server keeps something else than was given; sensitive ones are masked.

    Of a ``counted`` repeat it keeps as many items as the form works out, whatever was sent.
    """
    return [
        name
        for name, value in stored.items()
        if name in given and "masked" not in str(value) and name not in counted and not _same(value, given[name])
    ]


def _same(stored: Any, given: Any) -> bool:
    if isinstance(stored, list) and stored and isinstance(stored[0], dict):
        # Of a repeat's items only what is shown is kept.
        return len(stored) == len(given)
    if isinstance(stored, str) and "T" in stored and stored != given:
        return datetime.fromisoformat(stored) == datetime.fromisoformat(given)
    return bool(stored == given)


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_a_public_form_is_filled_and_submitted(stack: Stack, path: Path) -> None:
    # repeat_date_test.xls asks as often as its own calculation says.
    kept = asyncio.run(walk(stack, published(stack, path), crc32(path.name.encode()), people=2))
    assert any(kept), "nothing was answered"


@pytest.mark.parametrize("seed", [1, 2])
def test_a_form_with_every_type_of_field_is_filled_and_submitted(stack: Stack, seed: int) -> None:
    source = drawn(seed)
    kinds = {one["type"] for one in fields_of(source)}
    assert kinds >= {*FieldType} - {"group", "note", "calculated", "hidden"}
    kept = asyncio.run(walk(stack, publish(stack, source), seed, people=3))
    answered = Counter(name for one in kept for name in one)
    never = {one["name"] for one in fields_of(source)} - answered.keys()
    assert len(never) <= 4, f"nobody was asked {never}"


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_many_drawn_forms_are_filled_and_submitted(stack: Stack) -> None:
    for seed in range(100, 130):
        asyncio.run(walk(stack, publish(stack, drawn(seed)), seed, people=3))


def test_a_changed_answer_is_seen() -> None:
    assert differing({"a": 1, "b": "x"}, {"a": 2, "b": "x", "c": 3}, set()) == ["a"]
