"""Files that people add to their answers: what is known of them outside."""

from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from uuid import UUID

import msgspec

CHUNK = 1024 * 1024
# Each chunk is a file of its own in the storage: a million of one byte would cost more than what they say.
SMALLEST_CHUNK = 64 * 1024
MOST_UPLOADS = 100


class UploadState(StrEnum):
    """receiving → finished | refused."""

    RECEIVING = "receiving"
    FINISHED = "finished"
    REFUSED = "refused"


class UploadInput(msgspec.Struct, frozen=True):
    """A file that is to be sent: for which field, and what it is said to be. ``size`` is bytes."""

    step: str
    pointer: str
    name: str
    size: int
    media_type: str


class FileAnswer(msgspec.Struct, frozen=True):
    """What a form's answer says of a file."""

    upload: str
    name: str
    media_type: str
    size: int


class UploadView(msgspec.Struct, frozen=True):
    """An upload as its holder sees it: ``offset`` bytes of ``size`` are here; ``answer`` once it is finished."""

    uid: UUID
    step: str
    pointer: str
    state: UploadState
    offset: int
    size: int
    name: str
    media_type: str
    answer: FileAnswer | None
    refusal: str | None


class Content(msgspec.Struct, frozen=True):
    """A finished file: ``read`` begins a stream of its bytes, a chunk in memory at a time."""

    name: str
    media_type: str
    size: int
    read: Callable[[], AsyncIterator[bytes]]
