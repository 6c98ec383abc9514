"""Uploads over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from api.domain.catalog.schemas import StepName
from api.domain.registrations.contracts import RevealReason
from api.lib.schema import END, LINE, LINES, Input, Output

# Names of a form, with the places in repeats between them.
Pointer = Annotated[str, Meta(pattern=rf"^(/[A-Za-z_][A-Za-z0-9_.-]*(/[0-9]{{1,4}})?)+{END}", max_length=500)]
MediaType = Annotated[str, Meta(pattern=rf"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+(;[\x20-\x7e]*)?{END}", max_length=200)]
State = Literal["receiving", "finished", "refused"]


class UploadIn(Input, frozen=True, kw_only=True):
    """Begins an upload: the field it is for (``pointer`` leads into the step's answers), and what the file is."""

    step: StepName
    pointer: Pointer
    name: Annotated[str, Meta(pattern=LINE, min_length=1, max_length=255)]
    size: Annotated[int, Meta(ge=1, le=10_000_000_000, description="Bytes.")]
    media_type: MediaType


class FileAnswerOut(Output, frozen=True, kw_only=True):
    """The answer to give in the form."""

    upload: UUID
    name: str
    media_type: str
    size: int


class UploadOut(Output, frozen=True, kw_only=True):
    """An upload. Send the bytes from ``offset`` on, at most ``chunk_size`` at once; ``answer`` once it is finished,
    ``refusal`` (type, size, dimensions, broken, macros, malware) where the file is not taken."""

    uid: UUID
    step: str
    pointer: str
    state: State
    offset: int
    size: int
    chunk_size: int
    name: str
    media_type: str
    answer: FileAnswerOut | None
    refusal: str | None


class FileRevealIn(Input, frozen=True, kw_only=True):
    """Why a sensitive file is shown."""

    reason: RevealReason
    note: Annotated[str, Meta(pattern=LINES, max_length=1000)] = ""
