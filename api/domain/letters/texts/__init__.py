"""What the mails say where nobody has written something else, by language."""

from collections.abc import Mapping

from api.domain.letters.contracts import DEFAULT_LOCALE, MailKind, Words
from api.domain.letters.texts import ar, en, hi

DEFAULTS: Mapping[str, Mapping[MailKind, Words]] = {"en": en.TEXTS, "hi": hi.TEXTS, "ar": ar.TEXTS}

# CLDR: scripts that run from right to left, by the language that is written in them.
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


def is_right_to_left(locale: str) -> bool:
    """Tell whether a language is written from right to left."""
    return locale.split("-")[0].lower() in _RIGHT_TO_LEFT


def chain(locale: str) -> tuple[str, ...]:
    """Return the languages to try, the wanted one first: ``pt-BR``, ``pt``, ``en``."""
    return tuple(dict.fromkeys((locale, locale.split("-")[0], DEFAULT_LOCALE)))
