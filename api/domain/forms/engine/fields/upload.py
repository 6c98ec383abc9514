"""Files, images, sound, films and signatures: what a finished upload says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.domain.forms.engine.compiled import Item
from api.domain.forms.engine.fields.answer import Answer, AnswerRefused, bound_length, text_of
from api.domain.forms.engine.types import FieldType

MAX_NAME = 255
MAX_SIZE = 2**53 - 1
_UPLOAD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_PARTS = frozenset({"upload", "name", "media_type", "size"})

FAMILIES: Mapping[FieldType, tuple[str, ...]] = MappingProxyType(
    {
        FieldType.IMAGE: ("image/*",),
        FieldType.AUDIO: ("audio/*",),
        FieldType.VIDEO: ("video/*",),
        FieldType.SIGNATURE: ("image/*",),
    }
)
"""What a field takes that names no media types of its own."""


def parse_upload(_item: Item, raw: Any) -> Answer:
    """The answer of a finished upload, word for word; whether there is such an upload its owner decides."""
    refused = AnswerRefused("type", "This has to be a finished upload.")
    if not isinstance(raw, Mapping) or set(raw) != _PARTS:
        raise refused
    upload, media_type, size = raw["upload"], raw["media_type"], raw["size"]
    if not isinstance(upload, str) or not _UPLOAD.fullmatch(upload):
        raise refused
    if not isinstance(media_type, str) or not _MEDIA_TYPE.fullmatch(media_type):
        raise refused
    if isinstance(size, bool) or not isinstance(size, int | float) or not 0 <= size <= MAX_SIZE or size != int(size):
        raise refused
    name = bound_length(text_of(raw["name"]), MAX_NAME)
    if not name or "/" in name or "\\" in name:
        raise AnswerRefused("format", "A file's name has no slash and is not empty.")
    return ({"upload": upload, "name": name, "media_type": media_type, "size": int(size)}, name)


def accepted(item: Item, media_type: str) -> bool:
    """Whether `item` takes files of `media_type`."""
    patterns = item.accept or (FAMILIES.get(item.type, ()) if item.type is not None else ())
    return not patterns or any(covers(pattern, media_type) for pattern in patterns)


def covers(pattern: str, media_type: str) -> bool:
    """Whether `pattern`, `image/png` or `image/*`, takes in `media_type`, which may be such a pattern itself."""
    family, _, kind = pattern.partition("/")
    return pattern == media_type or (kind == "*" and media_type.partition("/")[0] == family)
