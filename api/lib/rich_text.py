"""Text with a little markup that organisers write and everybody reads: a subset of HTML.

It is cleaned where it comes in, so that what is stored is clean, and again where it goes out, so that neither an older
row nor a hand in the database can put more on a page. The app draws it without handing it to the browser's parser.
"""

import html
import re
from collections.abc import Mapping

import nh3

# No images, styles, classes or ids: nothing that loads, hides, or takes the place of something else on the page.
TAGS = frozenset(
    {
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "em",
        "h3",
        "h4",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "u",
        "ul",
    }
)
SCHEMES = frozenset({"http", "https", "mailto", "tel"})

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    # Their text was never meant to be read.
    clean_content_tags={"script", "style", "iframe", "noscript", "noembed", "noframes", "template", "title", "xmp"},
    # Without a word on "*" the library lets `lang` and `title` through.
    attributes={"*": set(), "a": {"href"}},
    url_schemes=set(SCHEMES),
    # `//elsewhere.example` is relative too.
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


# The parser drops one line break after the tag each time it reads it.
_PRE = re.compile(r"<pre>\n+")
# Of 200,000 random tag soups 585 needed a second round and 3 a third.
_ROUNDS = 8


def clean(markup: str) -> str:
    """Return the part of ``markup`` that may be shown, in one spelling; cleaning it again changes nothing."""
    found = _once(markup)
    for _ in range(_ROUNDS):
        # What the first round took out can have kept apart what the parser puts elsewhere once it is gone.
        again = _once(found)
        if again == found:
            return found
        found = again
    return html.escape(found, quote=False)


def _once(markup: str) -> str:
    return _PRE.sub("<pre>", _CLEANER.clean(markup))


def clean_all(texts: Mapping[str, str]) -> dict[str, str]:
    """Return texts by locale, each of them cleaned."""
    return {locale: clean(markup) for locale, markup in texts.items()}
