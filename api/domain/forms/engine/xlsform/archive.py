"""A look into an .xlsx before anything parses it: how large it would grow, and what it carries."""

from __future__ import annotations

import io
import zipfile
import zlib

MAX_ENTRIES = 1_000
MAX_UNPACKED = 48 * 1024 * 1024
MAX_PART = 24 * 1024 * 1024


class WorkbookRefused(ValueError):
    """The file is no workbook that can be read safely. `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


def inspect_archive(data: bytes) -> None:
    """Raises WorkbookRefused for a damaged, oversized or active archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _bound(entries)
            for entry in entries:
                _inspect(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, WorkbookRefused):
            raise
        raise WorkbookRefused("unreadable", "the file is damaged and cannot be read") from None


def _bound(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise WorkbookRefused("too_large", f"unpacked, the file is larger than {MAX_UNPACKED // 1024 // 1024} MiB")
    names = {entry.filename.lower() for entry in entries}
    if "xl/workbook.xml" not in names:
        raise WorkbookRefused("unreadable", "the file is no Excel workbook")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise WorkbookRefused("macros", "the workbook carries macros; save it as .xlsx without them")


def _inspect(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    if not entry.filename.lower().endswith((".xml", ".rels")):
        return
    with archive.open(entry) as part:
        # The size in the archive's directory may be a lie: read no further than is allowed.
        content = part.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise WorkbookRefused("too_large", f"a part of the file is larger than {MAX_PART // 1024 // 1024} MiB")
    # Office writes UTF-8 and no document types; both hide entity bombs from the look below.
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise WorkbookRefused("entities", "the workbook declares XML entities, which no spreadsheet needs")
