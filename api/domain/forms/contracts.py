"""What other modules know of forms."""

from datetime import datetime
from uuid import UUID

import msgspec

from api.domain.forms.engine import CompiledForm


class Form(msgspec.Struct, frozen=True):
    """A form as its editors see it."""

    uid: UUID
    organization_id: int
    name: str
    title: dict[str, str]
    revision: int
    latest_version: int
    updated_at: datetime


class PublishedForm(msgspec.Struct, frozen=True):
    """A published version, ready to validate answers. ``source`` and ``compiled_json`` are JSON texts."""

    uid: UUID
    number: int
    source: bytes
    compiled_json: bytes
    compiled: CompiledForm
