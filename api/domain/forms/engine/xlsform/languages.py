"""Languages as spreadsheets name them, and the locales they stand for (BCP 47)."""

from __future__ import annotations

import re

_NAMES = {
    "english": "en",
    "hindi": "hi",
    "arabic": "ar",
    "assamese": "as",
    "bengali": "bn",
    "bangla": "bn",
    "burmese": "my",
    "chinese": "zh",
    "dutch": "nl",
    "french": "fr",
    "français": "fr",
    "german": "de",
    "deutsch": "de",
    "gujarati": "gu",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "kannada": "kn",
    "khmer": "km",
    "korean": "ko",
    "malay": "ms",
    "malayalam": "ml",
    "marathi": "mr",
    "nepali": "ne",
    "odia": "or",
    "pashto": "ps",
    "persian": "fa",
    "portuguese": "pt",
    "punjabi": "pa",
    "russian": "ru",
    "sinhala": "si",
    "somali": "so",
    "spanish": "es",
    "español": "es",
    "swahili": "sw",
    "tamil": "ta",
    "telugu": "te",
    "thai": "th",
    "turkish": "tr",
    "ukrainian": "uk",
    "urdu": "ur",
    "vietnamese": "vi",
}
_IN_BRACKETS = re.compile(r"\(([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)\)\s*$")
_CODE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def locale_of(name: str) -> str | None:
    """`en` for `English (en)`, `english` or `en`; None for a language this module does not know."""
    bracketed = _IN_BRACKETS.search(name)
    if bracketed is not None:
        return bracketed[1]
    plain = name.strip().lower()
    if plain in _NAMES:
        return _NAMES[plain]
    return name.strip() if _CODE.fullmatch(name.strip()) else None


def language_of(locale: str) -> str:
    """How a heading names `locale`, such as `English (en)`; a language without a name here stands as `xx (xx)`."""
    name = next((name for name, code in _NAMES.items() if code == locale), locale)
    return f"{name.capitalize() if name != locale else name} ({locale})"
