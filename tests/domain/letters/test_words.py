"""The language of mail templates, and what becomes of it: nothing is run, markup is cleaned, text stays readable."""

import pytest

from api.domain.letters import composing, placeholders
from api.domain.letters.contracts import Facts, MailKind, Words
from api.domain.letters.plain_text import plain
from api.domain.letters.texts import DEFAULTS, chain

KNOWN = frozenset({"name", "place"})
FACTS = Facts(
    name="Asha & <b>Co</b>",
    event="Retreat",
    number="N-1",
    place="",
    begins="1 May 2030, 10:00",
    ends="2 May 2030, 10:00",
    zone="Asia/Kolkata",
    people="Asha",
    organization="Sahaya",
    event_url="https://prs.example/events/retreat",
    manage_url="https://prs.example/resume#t",
    resume_url="",
)


def found(text: str) -> list[tuple[str, int, int]]:
    return [(one.code, one.line, one.position) for one in placeholders.problems(text, KNOWN)]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("Dear {{ name }}, {{name}} {{#if place}}at {{ place }}{{/if}}", []),
        ("Dear {{ surname }}", [("placeholder", 1, 6)]),
        ("one\ntwo {{ 7*7 }}", [("syntax", 2, 9)]),
        ("{{ name.__class__ }}", [("syntax", 1, 1)]),
        ("{{#if place}}", [("unclosed", 1, 1)]),
        ("{{/if}}", [("unopened", 1, 1)]),
        ("{{#if name}}" * 4 + "{{/if}}" * 4, [("depth", 1, 37)]),
        ("{{ name", [("syntax", 1, 1)]),
        ("{% for x in y %} {name} $name", []),
    ],
)
def test_a_text_is_checked_with_the_place_of_each_problem(text: str, problems: list[tuple[str, int, int]]) -> None:
    assert found(text) == problems


def test_a_condition_leaves_out_what_has_no_value() -> None:
    text = "a{{#if place}}[{{ place }}{{#if name}}!{{/if}}]{{/if}}z"
    assert placeholders.render(text, {"place": "", "name": "x"}, str) == "az"
    assert placeholders.render(text, {"place": "Pune", "name": ""}, str) == "a[Pune]z"


def test_a_value_is_never_read_as_a_text_with_placeholders() -> None:
    assert placeholders.render("{{ name }}", {"name": "{{ place }}", "place": "secret"}, str) == "{{ place }}"


def test_markup_is_cleaned_and_placeholders_stay() -> None:
    words = Words(
        "A\nsubject", '<p onclick="x()">Hi {{ name }}<script>x</script></p><a href="{{ event_url }}">e</a><img src=x>'
    )
    kept = composing.cleaned(words)
    assert kept.subject == "A subject"
    assert kept.body == ('<p>Hi {{ name }}</p><a href="{{ event_url }}" rel="noopener noreferrer nofollow">e</a>')
    assert composing.cleaned(kept) == kept


def test_a_link_that_a_value_would_make_dangerous_is_none() -> None:
    words = composing.cleaned(Words("s", '<a href="{{ place }}">here</a>'))
    facts = FACTS.__class__(
        **{**{name: getattr(FACTS, name) for name in FACTS.__struct_fields__}, "place": "javascript:x"}
    )
    assert "javascript" not in composing.compose(words, facts, "en").html


def test_a_mail_has_its_words_as_markup_and_as_text() -> None:
    made = composing.compose(DEFAULTS["en"][MailKind.CONFIRMATION], FACTS, "en")
    assert made.subject == "Confirmed: Retreat (N-1)"
    assert "Asha &amp; &lt;b&gt;Co&lt;/b&gt;" in made.body
    assert made.text.splitlines()[:6] == [
        "Dear Asha & <b>Co</b>,",
        "",
        "you are registered for Retreat.",
        "",
        "- Number: N-1",
        "- Begins: 1 May 2030, 10:00 (Asia/Kolkata)",
    ]
    assert "Place" not in made.text
    assert "https://prs.example/resume#t" in made.text


@pytest.mark.parametrize(("locale", "side"), [("en", "ltr"), ("hi", "ltr"), ("ar", "rtl"), ("ar-EG", "rtl")])
def test_a_mail_runs_the_way_its_language_does(locale: str, side: str) -> None:
    words = DEFAULTS[locale.split("-")[0]][MailKind.CHANGED]
    made = composing.compose(words, FACTS, locale)
    assert f'<html lang="{locale}" dir="{side}">' in made.html


@pytest.mark.parametrize("locale", DEFAULTS)
@pytest.mark.parametrize("kind", MailKind)
def test_what_is_delivered_is_a_text_that_could_be_saved(locale: str, kind: MailKind) -> None:
    words = DEFAULTS[locale][kind]
    assert composing.problems(kind, words) == []
    assert plain(composing.cleaned(words).body) == plain(words.body)


def test_languages_are_tried_from_the_nearest() -> None:
    assert chain("pt-BR") == ("pt-BR", "pt", "en")
    assert chain("en") == ("en",)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc\n"),
        ("<ol><li>x</li><li>y</li></ol>", "1. x\n2. y\n"),
        ('<a href="https://e.example/">there</a>', "there: https://e.example/\n"),
        ('<a href="https://e.example/">https://e.example/</a>', "https://e.example/\n"),
        ("<p>1 &lt; 2 &amp; 3</p>", "1 < 2 & 3\n"),
    ],
)
def test_rich_text_reads_as_plain_text(markup: str, text: str) -> None:
    assert plain(markup) == text
