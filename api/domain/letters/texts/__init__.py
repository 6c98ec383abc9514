"""What the mails say where nobody has written something else, by language."""

import re
from collections.abc import Mapping

from api.domain.letters.contracts import DEFAULT_LOCALE, MailKind, Words
from api.domain.letters.texts import ar, en, hi

_BLOCK_ENDS = re.compile(r"(</p>|</li>|</?ul>|\{\{/if\}\})(?=[<{])")


def _laid_out(texts: Mapping[MailKind, Words]) -> Mapping[MailKind, Words]:
    """Return texts with a line for each block: organisers begin their own with them."""
    return {kind: Words(words.subject, _BLOCK_ENDS.sub(r"\1\n", words.body)) for kind, words in texts.items()}


DEFAULTS: Mapping[str, Mapping[MailKind, Words]] = {
    language: _laid_out(texts) for language, texts in (("en", en.TEXTS), ("hi", hi.TEXTS), ("ar", ar.TEXTS))
}

# CLDR: scripts that run from right to left, by the language that is written in them.
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


def is_right_to_left(locale: str) -> bool:
    """Tell whether a language is written from right to left."""
    return locale.split("-")[0].lower() in _RIGHT_TO_LEFT


def chain(locale: str) -> tuple[str, ...]:
    """Return the languages to try, the wanted one first: ``pt-BR``, ``pt``, ``en``."""
    return tuple(dict.fromkeys((locale, locale.split("-")[0], DEFAULT_LOCALE)))
