"""Form documents of every kind, made by hypothesis: all types, all attributes, several languages."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from api.domain.forms.engine import FieldType

Json = dict[str, Any]

LOCALES = ("en", "hi", "ar", "pt-BR", "zh-Hant")
ACCEPTED = ("application/pdf", "image/*", "image/png", "text/plain", "audio/*", "video/mp4")
LISTS = ("plain", "filtered", "scale")
LENGTHS = ("text", "multiline", "email", "phone", "url", "barcode", "hidden")
CHOICES = ("single_choice", "multiple_choice", "ranking", "likert")
SIMPLE = (
    "boolean", "country", "language", "currency", "address", "person_name", "location", "acknowledge", "date", "time",
    "datetime",
)  # fmt: skip
FILES = ("file", "image", "audio", "video", "signature")

# What a person writes: words of several scripts, punctuation, what looks like a formula.
_words = st.sampled_from(
    ["Name", "नाम", "الاسم", "=1+1", "+49 30", "-none-", "@home", 'a "quoted" word', "a, b; c", "two\nlines", "€ 5",
     "yes", "1", "1.0", "TRUE", "007", "2026-01-02", "👩‍🎓", "it's", "<b>bold</b>", "a & b", "(x)", "'quote"]
)  # fmt: skip
plain_words = st.lists(_words, min_size=1, max_size=3).map(" ".join)
# What nobody writes on purpose, and a document may hold nevertheless.
odd_words = st.one_of(
    plain_words,
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=8),
    st.sampled_from(
        [" a", "b ", "\ta", "a\r\nb", "_x000D_", "x005F_", "\u0001", "\u00a0x", "a\u2028b", "\ufffe", "''=1"]
    ),
)


def texts(locales: list[str], words: st.SearchStrategy[str], *, needed: bool = True) -> st.SearchStrategy[Json]:
    """Words in some of the locales; where needed, in the first, and never blank there."""
    if not needed:
        return st.dictionaries(st.sampled_from(locales), words, min_size=1)
    others = st.dictionaries(st.sampled_from(locales), words)
    first = words.filter(lambda text: bool(text.strip()))
    return st.tuples(first, others).map(lambda both: {**both[1], locales[0]: both[0]})


@st.composite
def documents(draw: st.DrawFn, *, odd: bool = False) -> Json:
    """A document that compiles; `odd` gives it texts that no cell keeps as they are."""
    locales = draw(st.lists(st.sampled_from(LOCALES), min_size=1, max_size=3, unique=True))
    words = odd_words if odd else plain_words
    maker = _Maker(draw, locales, words)
    first = {"name": "first", "type": "text", "label": {locales[0]: "First"}}
    pages = []
    for number in range(draw(st.integers(1, 3))):
        sections = [
            {**maker.head(f"s{number}_{at}"), "fields": maker.fields(draw(st.integers(0, 4)), depth=1)}
            for at in range(draw(st.integers(0, 2)))
        ]
        pages.append({**maker.head(f"p{number}"), "sections": sections})
    # What everything else depends on is shown to everybody.
    pages[0].pop("relevant", None)
    pages[0]["sections"].insert(0, {"name": "opening", "fields": [first]})
    default = draw(st.sampled_from(locales)) if len(locales) == 1 else locales[0]
    shuffled = draw(st.permutations(locales))
    return {
        "schema": "prs-form/1",
        "name": draw(st.sampled_from(["f", "Form-1", "_x", "first"])),
        "title": draw(texts(locales, words)),
        "default_locale": default,
        "locales": list(shuffled),
        "choice_lists": maker.lists(),
        "pages": pages,
    }


class _Maker:
    def __init__(self, draw: st.DrawFn, locales: list[str], words: st.SearchStrategy[str]) -> None:
        self.draw, self.locales, self.words = draw, locales, words
        self._number = 0
        self.files = ["beside.png"] if words is odd_words else []

    def text(self) -> Json:
        return self.draw(texts(self.locales, self.words))

    def maybe(self, target: Json, name: str, strategy: st.SearchStrategy[Any]) -> None:
        if self.draw(st.integers(0, 3)) == 0:
            target[name] = self.draw(strategy)

    def head(self, name: str) -> Json:
        head: Json = {"name": self.draw(st.sampled_from([name, name, f"{name}-x"]))}
        self.maybe(head, "title", texts(self.locales, self.words, needed=False))
        self.maybe(head, "description", texts(self.locales, self.words, needed=False))
        self.maybe(head, "relevant", st.just("${first} != 'x'"))
        return head

    def media(self) -> st.SearchStrategy[Json]:
        address = st.sampled_from(["https://example.org/a.png", "/media/b.mp3", "https://a.org/?b=1&c=2", *self.files])
        by_locale = st.dictionaries(st.sampled_from(self.locales), address, min_size=1)
        return st.dictionaries(st.sampled_from(["image", "audio", "video"]), by_locale, min_size=1)

    def lists(self) -> Json:
        made: Json = {}
        for name in LISTS:
            values = self.draw(st.lists(st.sampled_from("abcdefg17"), min_size=2, max_size=4, unique=True))
            made[name] = [self._choice(value, name) for value in values]
        if self.draw(st.booleans()):
            made["never used"] = [{"value": "with space", "label": self.text()}]
        return made

    def _choice(self, value: str, name: str) -> Json:
        choice: Json = {"value": value, "label": self.text()}
        self.maybe(choice, "media", self.media())
        if name == "filtered":
            choice["columns"] = {"area": self.draw(st.sampled_from(["north", "south", "=x"]))}
            self.maybe(choice["columns"], "label", st.just("a column of a taken name"))
        if name == "plain":
            self.maybe(choice, "relevant", st.just("${first} = 'y'"))
        return choice

    def fields(self, count: int, depth: int) -> list[Json]:
        return [self.field(depth) for _ in range(count)]

    def field(self, depth: int) -> Json:
        kinds = [kind.value for kind in FieldType if depth < 3 or kind.value not in ("group", "repeat")]
        kind = self.draw(st.sampled_from(kinds))
        self._number += 1
        field: Json = {
            "name": f"{self.draw(st.sampled_from(['q', 'Q_', '_a-', 'opening']))}{self._number}",
            "type": kind,
        }
        if kind not in ("calculated", "hidden", "group", "repeat") or self.draw(st.booleans()):
            field["label"] = self.text()
        self.maybe(field, "hint", texts(self.locales, self.words, needed=False))
        self.maybe(field, "guidance", texts(self.locales, self.words, needed=False))
        self.maybe(field, "media", self.media())
        self.maybe(field, "relevant", st.sampled_from(["${first} != ''", "true()", "-1 < string-length(${first})"]))
        self.maybe(field, "appearance", st.sampled_from(["minimal", "draw", "numbers w2", "no-ticks", "multiline"]))
        if kind in ("group", "repeat"):
            self._container(field, kind, depth)
        elif kind == "calculated":
            field["calculation"] = self.draw(st.sampled_from(["1 + 1", "concat(${first}, '=')", "-2", "today()"]))
            self.maybe(field, "trigger", st.just("first"))
        elif kind != "note":
            self._answered(field, kind)
        return field

    def _container(self, field: Json, kind: str, depth: int) -> None:
        field["fields"] = [
            {"name": f"inner{self._number}", "type": "integer", "label": {self.locales[0]: "n"}},
            *self.fields(self.draw(st.integers(0, 2)), depth + 1),
        ]
        if kind == "repeat":
            self.maybe(field, "count", st.sampled_from(["2", "string-length(${first})"]))
            self.maybe(field, "min_items", st.integers(0, 3))
            self.maybe(field, "max_items", st.integers(3, 100))

    def _answered(self, field: Json, kind: str) -> None:
        self.maybe(field, "required", st.sampled_from([True, "${first} = 'a'", "true()"]))
        self.maybe(field, "required_message", texts(self.locales, self.words, needed=False))
        self.maybe(field, "constraint_message", texts(self.locales, self.words, needed=False))
        self.maybe(field, "read_only", st.just(True))
        self.maybe(field, "retain_days", st.integers(1, 3650))
        self.maybe(field, "purpose", st.sampled_from(["Catering", "=Rooms", "To call you back"]))
        self.maybe(field, "shared_with_back_office", st.just(True))
        if kind != "hidden":
            self.maybe(field, "constraint", st.sampled_from(["string-length(${first}) >= 0", "true() or false()"]))
        self._own(field, kind)

    def _own(self, field: Json, kind: str) -> None:
        if kind in LENGTHS:
            self._lengths(field, kind)
        elif kind in CHOICES:
            self._choices(field, kind)
        elif kind in FILES:
            self.maybe(field, "accept", st.lists(st.sampled_from(_accepted(kind)), min_size=1, max_size=2, unique=True))
            self.maybe(field, "max_bytes", st.integers(1_000, 1_000_000))
        elif kind in ("integer", "decimal", "money", "rating"):
            self._numbers(field, kind)
        elif kind == "matrix":
            field.update(rows="plain", choices="scale")
            self.maybe(field, "multiple", st.just(True))
        elif kind == "identity_number":
            field["identity"] = self.draw(st.sampled_from(["aadhaar", "passport", "other"]))
            field["sensitive"] = True
            field.pop("shared_with_back_office", None)
        elif kind == "consent":
            self.maybe(field, "consent_text_version", st.sampled_from(["v1", "2026-11"]))
        elif kind == "date":
            self.maybe(field, "minimum", st.just("2026-01-01"))
            self.maybe(field, "default", st.sampled_from(["2026-03-04", "=today()"]))
        elif kind == "person_name":
            self.maybe(field, "default", st.just({"given": "A", "family": "B"}))

    def _lengths(self, field: Json, kind: str) -> None:
        self.maybe(field, "min_length", st.integers(0, 2))
        self.maybe(field, "max_length", st.integers(3, 900))
        if kind in ("text", "multiline", "barcode"):
            self.maybe(field, "pattern", st.sampled_from([r"[A-Z]+", r"-?\d{3}", "=.*"]))
        if kind in ("text", "hidden") and "max_length" not in field and "pattern" not in field:
            choice = ["abc", "-5", "a - b", "call (me)", "=concat('a', 'b')", "=1 + 1", "2026-01-01"]
            self.maybe(field, "default", st.sampled_from(choice))

    def _choices(self, field: Json, kind: str) -> None:
        field["choices"] = self.draw(st.sampled_from(["plain", "scale", "filtered"]))
        if field["choices"] == "filtered":
            self.maybe(field, "choice_filter", st.sampled_from(["area = 'north'", "area = ${first}"]))
        if kind == "multiple_choice":
            self.maybe(field, "min_choices", st.integers(0, 1))
            self.maybe(field, "max_choices", st.integers(1, 5))

    def _numbers(self, field: Json, kind: str) -> None:
        if kind == "money":
            self.maybe(field, "currencies", st.sampled_from([["EUR"], ["EUR", "INR"]]))
        bounds = st.integers(0, 4) if kind != "decimal" else st.sampled_from([-1.5, 0, 2.25])
        self.maybe(field, "minimum", bounds)
        self.maybe(field, "maximum", st.sampled_from([5, 6, 10]))
        if kind == "rating":
            self.maybe(field, "step", st.sampled_from([1, 2, 0.5]))
        elif kind != "money" and "minimum" not in field:
            self.maybe(field, "default", st.sampled_from([-3, 0, 4, "=1 + 1", "=string-length(${first})"]))


def _accepted(kind: str) -> list[str]:
    if kind in ("image", "signature"):
        return ["image/png", "image/jpeg"]
    return {"audio": ["audio/mpeg"], "video": ["video/mp4"]}.get(kind, ["application/pdf", "image/png"])


def everything() -> Json:
    """One document with every type of field, and with every attribute somewhere."""
    both = {"en": "Words", "hi": "शब्द"}
    texts: Json = {"label": both, "hint": both, "guidance": both, "required_message": both, "constraint_message": both}
    media = {kind: {"en": f"https://example.org/{kind}"} for kind in ("image", "audio", "video")}
    own: dict[str, Json] = {
        "text": {"min_length": 1, "max_length": 9, "pattern": "[a-z]+", "maps_to": "registrant.name", "default": "abc"},
        "multiline": {"appearance": "w4"},
        "integer": {"minimum": 1, "maximum": 9, "default": 4, "read_only": True},
        "decimal": {"minimum": 0.5, "default": "=1 + 1"},
        "boolean": {"default": True},
        "single_choice": {"choices": "filtered", "choice_filter": "area = ${first}", "appearance": "minimal"},
        "multiple_choice": {"choices": "plain", "min_choices": 1, "max_choices": 2, "default": ["a", "b"]},
        "date": {"minimum": "2026-01-01", "default": "=today()"},
        "email": {"maps_to": "registrant.email"},
        "phone": {"maps_to": "registrant.phone"},
        "identity_number": {"identity": "passport", "sensitive": True},
        "consent": {"consent_text_version": "v1"},
        "money": {"currencies": ["EUR", "INR"], "minimum": 100, "default": {"amount": 1999, "currency": "EUR"}},
        "ranking": {"choices": "plain"},
        "rating": {"minimum": 0, "maximum": 10, "step": 0.5},
        "likert": {"choices": "plain"},
        "matrix": {"rows": "filtered", "choices": "plain", "multiple": True},
        "file": {"accept": ["application/pdf", "image/*"], "max_bytes": 100_000},
        "location": {"default": {"latitude": 18.5, "longitude": 73.8}},
        "person_name": {"default": {"given": "A", "family": "B"}},
        "hidden": {"default": "kept"},
        "calculated": {"calculation": "concat(${first}, '!')", "trigger": "first"},
        "group": {"fields": [{"name": "in_group", "type": "text", "label": both}]},
        "repeat": {
            "fields": [{"name": "in_repeat", "type": "text", "label": both}], "min_items": 1, "max_items": 5,
            "count": "string-length(${first})",
        },
    }  # fmt: skip
    fields: list[Json] = [{"name": "first", "type": "text", "label": both}]
    for kind in FieldType:
        unasked = kind.value in ("calculated", "note", "group", "repeat")
        field: Json = {"name": f"a_{kind.value}", "type": kind.value, "media": media, "relevant": "${first} != ''"}
        field |= {key: text for key, text in texts.items() if not unasked or key in ("label", "hint", "guidance")}
        if not unasked:
            field |= {"required": "${first} = 'x'", "constraint": "true()", "retain_days": 30, "purpose": "Catering"}
            field["shared_with_back_office"] = kind.value != "identity_number"
        fields.append(field | own.get(kind.value, {}))
    plain = [{"value": value, "label": both, "media": media, "relevant": "${first} != 'y'"} for value in "ab"]
    filtered = [{"value": value, "label": both, "columns": {"area": "north"}} for value in "cd"]
    head = {"title": both, "description": both}
    namesake = {"name": "first", "relevant": "${first} != ''", "sections": [{"name": "first", "relevant": "true()"}]}
    return {
        "schema": "prs-form/1", "name": "everything", "title": both, "default_locale": "hi", "locales": ["en", "hi"],
        "choice_lists": {"plain": plain, "filtered": filtered, "unused list": filtered},
        "pages": [{"name": "p", **head, "sections": [{"name": "s", **head, "fields": fields}]}, namesake],
    }  # fmt: skip
