"""Revisions and keys in headers: ETag, If-Match, If-None-Match, Idempotency-Key."""

import re
from typing import Annotated

from litestar.params import HeaderParameter

from api.lib.errors import BadRequest, FieldProblem, PreconditionRequired

IfMatch = Annotated[str, HeaderParameter(name="If-Match", description='The revision you have read, e.g. `"3"`.')]
OptionalIfMatch = Annotated[str | None, HeaderParameter(name="If-Match", description="The revision you have read.")]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="If-None-Match", description="ETags you hold.")]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(name="Idempotency-Key", description="The same key with the same body happens once; e.g. a UUID."),
]

_REVISION = re.compile(r'^"(\d{1,18})"$')
_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")


def etag(revision: int) -> str:
    """Return the ETag of an aggregate's revision."""
    return f'"{revision}"'


def revision(if_match: str | None, *, required: bool = True) -> int | None:
    """Return the revision a change was made on.

    Raises:
        PreconditionRequired: the header is missing.
        BadRequest: it is not an ETag of this API.
    """
    if if_match is None:
        if required:
            raise PreconditionRequired
        return None
    found = _REVISION.match(if_match.strip())
    if not found:
        raise BadRequest('Send If-Match as the ETag you have read, e.g. "3".')
    return int(found[1])


def idempotency_key(raw: str | None) -> str | None:
    """Return a usable key, or ``None`` where none was sent.

    Raises:
        BadRequest: the key is longer than 255 characters or not visible ASCII.
    """
    if raw is None:
        return None
    if not _KEY.match(raw):
        raise BadRequest(
            "Send an Idempotency-Key of 1 to 255 visible ASCII characters, e.g. a UUID.",
            errors=(FieldProblem("", "format", "Idempotency-Key"),),
        )
    return raw
