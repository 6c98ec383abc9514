"""The language of mail templates: ``{{ name }}``, and ``{{#if place}} … {{/if}}``. Nothing is ever run. No I/O.

Values are put in; they are never read as a text with placeholders again.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

_TOKEN = re.compile(r"\{\{\s*(#if\s+)?(/if)?([A-Za-z_][A-Za-z0-9_]*)?\s*\}\}")
_OPENING = re.compile(r"\{\{")
_DEEPEST = 3


class TemplateProblem(msgspec.Struct, frozen=True):
    """What is wrong, at which character of the text, counted from 1, and in which line."""

    position: int
    line: int
    code: str
    message: str


class _Token(msgspec.Struct, frozen=True):
    kind: str  # text | name | if | end
    value: str
    start: int


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    for found in _TOKEN.finditer(text):
        if found.start() > at:
            yield _Token("text", text[at : found.start()], at)
        opens, closes, name = found.group(1), found.group(2), found.group(3)
        if closes and not name and not opens:
            yield _Token("end", "", found.start())
        elif opens and name and not closes:
            yield _Token("if", name, found.start())
        elif name and not opens and not closes:
            yield _Token("name", name, found.start())
        else:
            yield _Token("text", found.group(), found.start())
        at = found.end()
    if at < len(text):
        yield _Token("text", text[at:], at)


def problems(text: str, known: frozenset[str]) -> list[TemplateProblem]:
    """Return everything that is wrong with a text, by position."""
    found: list[tuple[int, str, str]] = []
    opened: list[int] = []
    for token in _tokens(text):
        if token.kind == "text":
            found.extend(
                (token.start + wrong.start(), "syntax", "Write {{ name }}, {{#if name}} or {{/if}}.")
                for wrong in _OPENING.finditer(token.value)
            )
        elif token.kind == "end":
            if opened:
                opened.pop()
            else:
                found.append((token.start, "unopened", "There is no {{#if …}} that this would end."))
        else:
            if token.value not in known:
                names = ", ".join(sorted(known))
                found.append((token.start, "placeholder", f"There is no placeholder of this name. Known: {names}."))
            if token.kind == "if":
                opened.append(token.start)
                if len(opened) == _DEEPEST + 1:
                    found.append((token.start, "depth", f"Conditions lie at most {_DEEPEST} deep."))
    found.extend((start, "unclosed", "End this condition with {{/if}}.") for start in opened)
    return [
        TemplateProblem(start + 1, text.count("\n", 0, start) + 1, code, message)
        for start, code, message in sorted(found)
    ]


def render(text: str, values: Mapping[str, str], write: Callable[[str], str]) -> str:
    """Return a text with its values, each passed through ``write``; parts whose condition is empty are left out.

    A name without a value stands for nothing: what is stored was checked, and an older text must not keep a mail back.
    """
    parts: list[str] = []
    shown = [True]
    for token in _tokens(text):
        if token.kind == "if":
            shown.append(shown[-1] and bool(values.get(token.value)))
        elif token.kind == "end":
            if len(shown) > 1:
                shown.pop()
        elif shown[-1]:
            parts.append(write(values.get(token.value, "")) if token.kind == "name" else token.value)
    return "".join(parts)


def shielded(text: str, act: Callable[[str], str]) -> str:
    """Pass a text through ``act`` with its placeholders kept as they are, in links too."""
    kept: list[str] = []

    def hide(found: re.Match[str]) -> str:
        kept.append(found.group())
        # Reads as a link where one is wanted, and as plain text elsewhere.
        return f"https://placeholder.invalid/{len(kept) - 1}/"

    passed = act(_TOKEN.sub(hide, text))
    return re.sub(r"https://placeholder\.invalid/(\d+)/", lambda found: kept[int(found.group(1))], passed)
