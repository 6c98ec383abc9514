"""Valid answers for any form, made from its document alone.

Which fields are asked, and what a constraint wants, is found out by trying: what the server refuses is drawn anew, and
what it has taken is remembered for the next person.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.e2e.answers_special import DRAWERS

Field = dict[str, Any]
Drawer = Callable[[Field], Any]

_SKIPPED = ("note", "calculated", "hidden")
_WORDS = (
    "Asha",
    "Bilal",
    "Chen",
    "Divya",
    "Esther",
    "Farid",
    "Grace",
    "Hana",
    "Imran",
    "Joy",
    "Kiran",
    "Lena",
    "Meera",
)
_COUNTRIES = ("IN", "DE", "KE", "NP", "US", "BR")
_REMEMBERED = 60


class CannotAnswer(ValueError):
    """The generator does not know a field's type."""


def verhoeff(digits: str) -> str:
    """Return the check digit of Aadhaar numbers (Verhoeff 1969), computed in the dihedral group itself."""

    def product(left: int, right: int) -> int:
        if left < 5:
            return (left + right) % 5 if right < 5 else 5 + (left + right) % 5
        return 5 + (left - right) % 5 if right < 5 else (left - right) % 5

    base = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)

    def permuted(value: int, times: int) -> int:
        for _ in range(times % 8):
            value = base[value]
        return value

    check = 0
    for place, digit in enumerate(reversed(digits), start=1):
        check = product(check, permuted(int(digit), place))
    return next(str(digit) for digit in range(10) if product(check, digit) == 0)


def aadhaar(source: random.Random) -> str:
    """Return a valid number that nobody was given knowingly."""
    body = f"{source.randint(2, 9)}{source.randrange(10**10):010d}"
    return body + verhoeff(body)


def passport(source: random.Random) -> str:
    """Return a number in the form of Indian passports."""
    return f"{source.choice('JKLMNPRSTVXZ')}{source.randrange(10**7):07d}"


class AnswerMaker:
    """Draws answers of one person after the other. ``source`` decides everything, so that a run can be repeated."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._taken: dict[tuple[str, str], list[Any]] = defaultdict(list)
        self._hard: set[tuple[str, str]] = set()
        self._person = 0
        self.email = ""

    def next_person(self, email: str) -> None:
        """Begin with somebody else."""
        self._person += 1
        self.email = email

    def form(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return answers to all fields of a form; some optional ones are left out."""
        return {
            field["name"]: self.field(document, field)
            for field in fields_of(document)
            if field.get("required") or self._source.random() < 0.8
        }

    def field(self, document: dict[str, Any], field: Field) -> Any:
        """Return an answer to one field; for one that was refused before mostly one that was taken."""
        key = (document["name"], field["name"])
        if key in self._hard and self._taken[key] and self._source.random() < 0.9:
            return self._source.choice(self._taken[key])
        return self._draw(document, field)

    def refused(self, document: dict[str, Any], name: str) -> None:
        """Learn that a field is not easy to answer."""
        self._hard.add((document["name"], name))

    def accepted(self, document: dict[str, Any], answers: dict[str, Any]) -> None:
        """Remember what was taken."""
        for name, value in answers.items():
            kept = self._taken[document["name"], name]
            if (document["name"], name) in self._hard and len(kept) < _REMEMBERED:
                kept.append(value)

    def _draw(self, document: dict[str, Any], field: Field) -> Any:
        kind = field["type"]
        if kind == "repeat":
            most = min(field.get("max_items") or 3, 3)
            count = self._source.randint(min(field.get("min_items") or 1, most), most)
            inner = [one for one in leaves(field["fields"]) if _asked(one)]
            return [{one["name"]: self._draw(document, one) for one in inner} for _ in range(count)]
        if kind in ("single_choice", "multiple_choice"):
            return self._choice(document, field)
        drawer = self._drawers().get(kind)
        if kind in DRAWERS:
            return DRAWERS[kind](self._source, document, field)
        if drawer is None:
            raise CannotAnswer(f"{field['name']}: a field of type {kind}")
        return drawer(field)

    def _drawers(self) -> dict[str, Drawer]:
        source = self._source
        return {
            "text": self._text,
            "multiline": self._text,
            "integer": lambda field: source.randint(*self._range(field)),
            "decimal": lambda field: round(source.uniform(*self._range(field)), 2),
            "boolean": lambda _: source.random() < 0.5,
            "consent": lambda _: True,
            "date": lambda _: self._day().isoformat(),
            "time": lambda _: f"{source.randrange(24):02d}:{source.randrange(60):02d}",
            "datetime": lambda _: datetime.combine(self._day(), datetime.min.time(), UTC).isoformat(),
            "email": lambda _: self.email,
            "phone": lambda _: f"+9198{source.randrange(10**8):08d}",
            "country": lambda _: source.choice(_COUNTRIES),
            "identity_number": lambda field: (aadhaar if field.get("identity") == "aadhaar" else passport)(source),
        }

    def _text(self, field: Field) -> str:
        words = f"{self._source.choice(_WORDS)} {self._source.choice(_WORDS)} {self._person}"
        words = words.ljust(field.get("min_length") or 0, "a")
        return words[: field.get("max_length") or None]

    @staticmethod
    def _range(field: Field) -> tuple[int, int]:
        low = int(field.get("minimum") or 0)
        return low, int(field["maximum"]) if field.get("maximum") is not None else low + 100

    def _day(self) -> date:
        return datetime.now(UTC).date() + timedelta(days=self._source.randint(-80 * 365, 10 * 365))

    def _choice(self, document: dict[str, Any], field: Field) -> Any:
        values = [choice["value"] for choice in document["choice_lists"][field["choices"]]]
        if field["type"] == "single_choice":
            return self._source.choice(values)
        least = max(field.get("min_choices") or 1, 1)
        most = min(field.get("max_choices") or 3, 3, len(values))
        return self._source.sample(values, self._source.randint(least, max(least, most)))


def leaves(fields: list[Field]) -> Iterator[Field]:
    """Yield the fields that have an answer of their own; groups only gather them."""
    for field in fields:
        if field["type"] == "group":
            yield from leaves(field["fields"])
        else:
            yield field


def fields_of(document: dict[str, Any]) -> list[Field]:
    """Return the fields of a form that a person answers."""
    return [
        field
        for page in document["pages"]
        for section in page["sections"]
        for field in leaves(section["fields"])
        if _asked(field)
    ]


def _asked(field: Field) -> bool:
    return field["type"] not in _SKIPPED and not field.get("read_only")
