"""Files: the answer is what the finished upload says of itself. Whether there is such an upload is asked elsewhere."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.answer import Answer, AnswerRefused, text_of

_PARTS = frozenset({"upload", "name", "media_type", "size"})
_MAX_NAME = 255
_MAX_MEDIA_TYPE = 100


def parse_upload(_item: Item, raw: Any) -> Answer:
    """`{"upload", "name", "media_type", "size"}`; to an expression it is the file's name."""
    if not isinstance(raw, dict) or set(raw) != _PARTS:
        raise AnswerRefused("type", "This has to be a file as its upload answered it.")
    size = raw["size"]
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size < 2**53:
        raise AnswerRefused("format", "The size has to be a number of bytes.")
    name, media_type = text_of(raw["name"]), text_of(raw["media_type"])
    if not name or len(name) > _MAX_NAME or not media_type or len(media_type) > _MAX_MEDIA_TYPE:
        raise AnswerRefused("format", "The file's name or type is missing or too long.")
    clean = {"upload": _uid(raw["upload"]), "name": name, "media_type": media_type, "size": size}
    return Answer(clean, name)


def _uid(raw: Any) -> str:
    try:
        return str(UUID(text_of(raw)))
    except ValueError:
        raise AnswerRefused("format", "The upload is not named as it was answered.") from None
