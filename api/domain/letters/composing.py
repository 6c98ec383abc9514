"""From a text with placeholders to a mail. No I/O."""

import html

import msgspec

from api.domain.letters import placeholders
from api.domain.letters.contracts import Facts, MailKind, Words
from api.domain.letters.plain_text import plain
from api.domain.letters.texts import is_right_to_left
from api.lib import rich_text
from api.lib.errors import FieldProblem

_EVERYWHERE = frozenset(Facts.__struct_fields__) - {"resume_url", "manage_url"}
_LINK = {MailKind.RESUME_LINK: "resume_url"}


def known(kind: MailKind) -> frozenset[str]:
    """Return the placeholders that a kind of mail has."""
    return _EVERYWHERE | {_LINK.get(kind, "manage_url")}


def cleaned(words: Words) -> Words:
    """Return the words as they are stored: the body's markup cleaned, placeholders kept, the subject in one line."""
    return Words(" ".join(words.subject.split()), placeholders.shielded(words.body, rich_text.clean))


def problems(kind: MailKind, words: Words) -> list[FieldProblem]:
    """Return what is wrong with a text, with its line and character."""
    return [
        FieldProblem(f"/{part}", one.code, f"Line {one.line}, character {one.position}: {one.message}")
        for part in ("subject", "body")
        for one in placeholders.problems(getattr(words, part), known(kind))
    ]


class Composed(msgspec.Struct, frozen=True):
    """A mail's words. ``body`` is the rich text within ``html``, which is the whole document."""

    subject: str
    body: str
    text: str
    html: str


def compose(words: Words, facts: Facts, locale: str) -> Composed:
    """Return a mail's words with their values: what people have typed is text in it, never markup."""
    values: dict[str, str] = msgspec.structs.asdict(facts)
    subject = placeholders.render(words.subject, values, lambda value: value)
    # Cleaned once more: a value can have made a link of what was none.
    body = rich_text.clean(placeholders.render(words.body, values, _text))
    # A header is one line, whatever an event's title holds.
    subject = " ".join(subject.split())
    return Composed(subject, body, plain(body), _document(subject, body, facts, locale))


def _text(value: str) -> str:
    return html.escape(value, quote=True)


def _document(subject: str, body: str, facts: Facts, locale: str) -> str:
    side = "rtl" if is_right_to_left(locale) else "ltr"
    return (
        f'<!doctype html><html lang="{_text(locale)}" dir="{side}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light">'
        f"<title>{_text(subject)}</title></head>"
        '<body style="margin:0;padding:0;background:#f4f3ef;color:#1d2320;'
        "font-family:'Noto Sans','Noto Sans Devanagari','Noto Sans Arabic',Arial,sans-serif;font-size:16px;"
        'line-height:1.55">'
        '<div style="max-width:600px;margin:0 auto;padding:24px 16px">'
        f'<p style="margin:0 0 16px;font-size:14px;color:#4c5650">{_text(facts.organization)}</p>'
        f'<div dir="{side}" style="background:#ffffff;border:1px solid #dcdad2;border-radius:8px;padding:24px">'
        f"{body}</div>"
        "</div></body></html>"
    )
