"""Cursor pages: stable under inserts, and without a private key in the cursor."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from api.lib.errors import BadRequest
from api.lib.schema import Moment, sensible

Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=200, description="Items of one page.")]
CursorText = Annotated[
    str | None, QueryParameter(name="cursor", max_length=400, description="`next_cursor` of the page before.")
]


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The last item of a page: its sort key and its uid."""

    key: str
    uid: UUID


def encode(key: Any, uid: UUID) -> str:
    """Return the cursor after the item with this sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(Cursor(str(key), uid))).rstrip(b"=").decode()


def decode(text: str | None) -> tuple[datetime, UUID] | None:
    """Return the moment and uid of the last item seen, or ``None`` for the first page.

    Raises:
        BadRequest: the text is not a cursor this server made.
    """
    if not text:
        return None
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Cursor)
        moment = msgspec.convert(found.key, Moment)
        if not sensible(moment):
            raise ValueError("out of range")
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise BadRequest("The cursor is not valid. Begin again without one.") from error
    return moment, found.uid
