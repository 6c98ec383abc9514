"""The table of OWASP ASVS 5.0: all requirements of levels 1 and 2, each with evidence that exists.

The ids are the standard's; the words are ours (the standard's text is under CC BY-SA).
"""

import ast
import csv
import hashlib
import re
from collections import Counter
from functools import cache
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "security" / "asvs.csv"
README = ROOT / "docs" / "security" / "README.md"
# Of the ids of levels 1 and 2 of ASVS 5.0.0, sorted, one a line.
IDS = "86cf170f2d735bbea6709489730fedbcd1b6a5611b6b13040d534dd93346e2eb"
LEVELS = {"1": 70, "2": 183}
OUTCOMES = ("tested", "reviewed", "not-applicable", "gap")
_LONGEST_SUBJECT = 90
_SHORTEST_SENTENCE = 20
# A row of the table in the README: outcome, level 1, level 2, together.
_COUNTS = re.compile(r"^\| (tested|reviewed|not-applicable|gap|together) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


class Row(msgspec.Struct, frozen=True):
    """One requirement."""

    requirement: str
    level: str
    subject: str
    outcome: str
    evidence: str


def rows() -> list[Row]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return [Row(**row) for row in csv.DictReader(file)]


@cache
def names_of_tests(file: Path) -> frozenset[str]:
    """Return the names of the tests that pytest collects from a file: of its top level and of classes named Test."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    classes = [node for node in body if isinstance(node, ast.ClassDef) and node.name.startswith("Test")]
    nodes = [*body, *(node for one in classes for node in one.body)]
    return frozenset(
        node.name
        for node in nodes
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_")
    )


@cache
def headings_of(file: Path) -> frozenset[str]:
    found = re.findall(r"^#{1,4} (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(heading.strip() for heading in found)


def is_test(reference: str) -> bool:
    """Tell whether a reference names a test, ``path::name``, that there is."""
    path, _, name = reference.partition("::")
    file = ROOT / path
    if not name or not file.is_file():
        return False
    if file.suffix == ".py":
        return name in names_of_tests(file)
    title = re.compile(r"\b(?:test|it)(?:\.each\([\s\S]*?\))?\(\s*([\"'`])" + re.escape(name) + r"\1")
    return ".test." in file.name and title.search(file.read_text(encoding="utf-8")) is not None


def is_heading(reference: str) -> bool:
    """Tell whether a reference names a heading of a document, ``path.md#Heading``, that there is."""
    path, _, heading = reference.partition("#")
    file = ROOT / path
    return file.suffix == ".md" and file.is_file() and heading in headings_of(file)


def complaints(row: Row) -> list[str]:
    """Return what is wrong with a row."""
    found = []
    if row.outcome not in OUTCOMES:
        found.append(f"no such outcome: {row.outcome!r}")
    if not 0 < len(row.subject) <= _LONGEST_SUBJECT:
        found.append(f"the subject has {len(row.subject)} characters")
    if row.outcome in ("tested", "reviewed"):
        parts = row.evidence.split("; ")
        found += [f"there is no {part!r}" for part in parts if not is_test(part) and not is_heading(part)]
        wanted = is_test if row.outcome == "tested" else is_heading
        if not any(wanted(part) for part in parts):
            found.append(f"{row.outcome} without a {'test' if row.outcome == 'tested' else 'heading'}")
    elif len(row.evidence) < _SHORTEST_SENTENCE or not row.evidence.endswith("."):
        found.append("no sentence says why")
    return [f"{row.requirement}: {complaint}" for complaint in found]


def counts(text: str) -> dict[str, tuple[int, ...]]:
    """Return what a page says of outcomes: of level 1, of level 2, together."""
    return {name: tuple(map(int, numbers)) for name, *numbers in _COUNTS.findall(text)}


def expected_counts(table: list[Row]) -> dict[str, tuple[int, ...]]:
    by = Counter((row.outcome, row.level) for row in table)
    found: dict[str, tuple[int, ...]] = {
        one: (by[one, "1"], by[one, "2"], by[one, "1"] + by[one, "2"]) for one in OUTCOMES
    }
    return found | {"together": (LEVELS["1"], LEVELS["2"], sum(LEVELS.values()))}


def test_every_requirement_has_its_row() -> None:
    table = rows()
    ids = [row.requirement for row in table]
    assert Counter(row.level for row in table) == LEVELS
    assert len(set(ids)) == len(ids)
    assert hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest() == IDS


def test_every_row_has_evidence_that_exists() -> None:
    assert [complaint for row in rows() for complaint in complaints(row)] == []


def test_the_page_counts_as_the_table_does() -> None:
    assert counts(README.read_text(encoding="utf-8")) == expected_counts(rows())


def test_every_gap_is_named_on_the_page() -> None:
    text = README.read_text(encoding="utf-8")
    assert [row.requirement for row in rows() if row.outcome == "gap" and f"**{row.requirement}**" not in text] == []


GOOD = Row("V0.0.1", "1", "What it is about", "tested", "tests/test_asvs.py::test_every_requirement_has_its_row")
WRONG: dict[str, dict[str, str]] = {
    "a made-up test": {"evidence": "tests/test_asvs.py::test_that_nobody_wrote"},
    "a made-up file": {"evidence": "tests/test_nothing.py::test_every_requirement_has_its_row"},
    "a function that is no test": {"evidence": "tests/test_asvs.py::complaints"},
    "a file without a test": {"evidence": "tests/test_asvs.py"},
    "a made-up title": {"evidence": "frontend/src/lib/richText.test.tsx::draws anything"},
    "a title that is only spoken of": {"evidence": "frontend/src/lib/richText.test.tsx::Day"},
    "one good and one made up": {"evidence": f"{GOOD.evidence}; tests/test_asvs.py::test_x"},
    "a heading for a test": {"evidence": "docs/security/README.md#Counts"},
    "a test for a heading": {"outcome": "reviewed"},
    "a made-up heading": {"outcome": "reviewed", "evidence": "docs/security/README.md#Nothing of the kind"},
    "nothing": {"evidence": ""},
    "not applicable for no reason": {"outcome": "not-applicable", "evidence": "No."},
    "a gap of no words": {"outcome": "gap", "evidence": ""},
    "another outcome": {"outcome": "fine"},
    "a long subject": {"subject": "x" * 91},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_the_check_finds(changes: dict[str, str]) -> None:
    assert complaints(GOOD) == []
    assert complaints(msgspec.structs.replace(GOOD, **changes)) != []


def test_the_check_knows_a_title() -> None:
    good = "frontend/src/lib/richText.test.tsx::draws what the server keeps"
    assert complaints(msgspec.structs.replace(GOOD, evidence=good)) == []


def test_a_wrong_count_is_seen() -> None:
    text = README.read_text(encoding="utf-8")
    wrong = re.sub(r"\| tested \| (\d+) ", lambda found: f"| tested | {int(found[1]) + 1} ", text)
    assert counts(wrong) != counts(text)
