"""Markup of organisers: what is kept, what is dropped, and that cleaning again changes nothing."""

import json
import time
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.lib import rich_text
from tests.conftest import ROOT

HOSTILE: list[str] = json.loads((ROOT / "tests" / "vectors" / "markup.json").read_text())
_PIECES = """
    <b> </b> <i> </i> <p> </p> <a_href=https://x.example> </a> <ul> <li> </ul> <pre> </pre> <table> <td> <svg> <math>
    <style> </style> <!-- --> <h3> x & &amp; &lt; < > " ' <br> <form> <select> <option> <template> <title> <noscript>
    <textarea> <xmp> <plaintext> <frameset> <mi> <mglyph> <desc> <foreignObject> <![CDATA[ ]]> <script> </script>
    <img_src=x_onerror=alert(1)> <a_href=javascript:alert(1)> _
"""
_SOUP = [*(piece.replace("_", " ") for piece in _PIECES.split()), "\n"]


class Seen(HTMLParser):
    """What a reader of the cleaned markup meets: elements, and addresses of links."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.links: list[str] = []
        self.others: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update((tag, name) for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_decl(self, decl: str) -> None:
        self.others.append(decl)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)


def check(markup: str) -> None:
    """Assert that markup holds nothing but the subset."""
    seen = Seen(markup)
    assert seen.tags <= rich_text.TAGS
    assert seen.attributes <= {("a", "href"), ("a", "rel")}
    assert all(link.split(":", 1)[0] in rich_text.SCHEMES for link in seen.links), seen.links
    assert seen.others == []


def test_the_table_is_long_enough() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 100


@pytest.mark.parametrize("markup", HOSTILE)
def test_nothing_of_a_hostile_text_is_left_but_the_subset(markup: str) -> None:
    cleaned = rich_text.clean(markup)
    check(cleaned)
    assert rich_text.clean(cleaned) == cleaned


def test_the_check_sees_what_a_looser_subset_lets_through() -> None:
    loose = nh3.Cleaner(tags={"img", "a", "p"}, attributes={"img": {"src", "onerror"}, "p": {"style", "id"}})
    caught = 0
    for markup in HOSTILE:
        try:
            check(loose.clean(markup))
        except AssertionError:
            caught += 1
    assert caught >= 20


@given(st.lists(st.sampled_from(_SOUP), max_size=30).map("".join))
@settings(max_examples=1500, deadline=None)
def test_tag_soup_is_cleaned_and_cleaning_again_changes_nothing(markup: str) -> None:
    cleaned = rich_text.clean(markup)
    check(cleaned)
    assert rich_text.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("markup", "cleaned"),
    [
        ("Two lines\nof plain text", "Two lines\nof plain text"),
        ("5 < 6 & 7 > 2", "5 &lt; 6 &amp; 7 &gt; 2"),
        ("<p>Come <em>all</em></p>", "<p>Come <em>all</em></p>"),
        ("<h3>Day</h3><ul><li>one</li></ul>", "<h3>Day</h3><ul><li>one</li></ul>"),
        (
            '<a href="https://ok.example/?a=1&b=2" target="_blank">go</a>',
            '<a href="https://ok.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">go</a>',
        ),
        ("<h1>Big</h1><div>plain</div>", "Bigplain"),
        ("<script>alert(1)</script>kept", "kept"),
        ("<pre>" + "\n" * 30 + "x</pre>", "<pre>x</pre>"),
        ("शिविर <b>पुणे</b>", "शिविर <b>पुणे</b>"),
    ],
)
def test_what_is_meant_is_kept(markup: str, cleaned: str) -> None:
    assert rich_text.clean(markup) == cleaned


def test_a_text_that_would_never_settle_becomes_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rich_text, "_ROUNDS", 0)
    assert rich_text.clean("<b>x") == "&lt;b&gt;x&lt;/b&gt;"


@pytest.mark.parametrize(
    "piece", ["<b>", "<b><p>", "<b><i><u><s><em><strong><code>", "&", "<blockquote>", "<a href=x>"]
)
def test_the_longest_text_is_cleaned_quickly(piece: str) -> None:
    started = time.perf_counter()
    cleaned = rich_text.clean(piece * (20_000 // len(piece)))
    assert time.perf_counter() - started < 2
    assert len(cleaned) < 1_000_000
