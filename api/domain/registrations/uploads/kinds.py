"""Which files are taken, and how their bytes are told from others. No I/O.

A file is what its bytes say, not its name: both have to fit what it was said to be. What a browser would run (HTML,
SVG), archives and programs are never taken; office documents with macros neither.
"""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec
import puremagic

from api.domain.forms.engine import FieldType, Item
from api.lib import pictures

MIB = 1024 * 1024
# So many bytes of the beginning and of the end are looked at where the whole would be too much.
ENDS = 4096
_ENTRIES = 5_000
_UNPACKED = 500 * MIB
_PARTS_LIST = 2 * MIB
# Second opinions of less than this are guesses: two bytes in common with something.
_SURE = 0.5

UPLOADED = frozenset({FieldType.FILE, FieldType.IMAGE, FieldType.AUDIO, FieldType.VIDEO, FieldType.SIGNATURE})


class NotTaken(ValueError):
    """A file that is not what it has to be. ``code``: type, broken, macros or malware; the text tells a person why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Kind(msgspec.Struct, frozen=True):
    """A media type that is taken. ``most`` is the largest file in bytes; the first ending is given to nameless files.

    ``picture``: drawn anew. ``whole``: ``fits`` is given all bytes, else the two ends.
    """

    media_type: str
    endings: tuple[str, ...]
    most: int
    fits: Callable[[bytes, bytes], bool]
    picture: bool = False
    whole: bool = False


def _begins(*marks: bytes) -> Callable[[bytes, bytes], bool]:
    return lambda head, _: head.startswith(marks)


def _webp(head: bytes, _: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _wave(head: bytes, _: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


def _pdf(head: bytes, tail: bytes) -> bool:
    return head.startswith((b"%PDF-1.", b"%PDF-2.")) and b"%%EOF" in tail


# ISO/IEC 14496-12, section 4.3, as cameras, phones and browsers write; pictures (HEIC, AVIF) have brands of their own.
_BRANDS = (b"isom", b"iso", b"mp4", b"avc1", b"M4V", b"M4A", b"M4B", b"dash", b"MSNV", b"mmp4", b"3gp", b"3g2")


def _mp4(head: bytes, _: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12].startswith(_BRANDS)


def _quicktime(head: bytes, _: bytes) -> bool:
    return head[4:12] == b"ftypqt  "


def _webm(head: bytes, _: bytes) -> bool:
    # RFC 8794: an EBML header whose DocType (42 82) is webm.
    return head.startswith(b"\x1a\x45\xdf\xa3") and b"\x42\x82\x84webm" in head[:64]


def _ogg(head: bytes, _: bytes) -> bool:
    first = head[:80]
    return first.startswith(b"OggS\x00") and any(
        mark in first for mark in (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
    )


def _mp3(head: bytes, _: bytes) -> bool:
    if head.startswith(b"ID3"):
        return len(head) > 10 and head[3] < 5
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return head[1] & 0x18 != 0x08 and head[2] >> 4 not in (0, 15) and head[2] & 0x0C != 0x0C


def _aac(head: bytes, _: bytes) -> bool:
    return len(head) > 7 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


def _text(data: bytes, _: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if any(ord(char) < 32 and char not in "\t\n\r\f" for char in text) or text.lstrip()[:1] == "<":
        return False
    return not any(match.confidence >= _SURE for match in _opinions(data[:ENDS]))


def _opinions(head: bytes) -> Sequence[puremagic.PureMagicWithConfidence]:
    try:
        return puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ()


def _listed(data: bytes) -> zipfile.ZipFile:
    """Return an archive whose list of parts is sensible; nothing is unpacked."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    parts = archive.infolist()
    if len(parts) > _ENTRIES or sum(part.file_size for part in parts) > _UNPACKED:
        raise NotTaken("broken", "The document would unpack to more than a document holds.")
    return archive


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_PARTS_LIST)


_BROKEN_ARCHIVE = (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, RuntimeError, NotImplementedError)


def _office(main: str) -> Callable[[bytes, bytes], bool]:
    """ECMA-376, part 2: a package with a list of content types and the main part of its kind."""

    def fits(data: bytes, _: bytes) -> bool:
        if not data.startswith(b"PK\x03\x04"):
            return False
        archive = _listed(data)
        names = set(archive.namelist())
        kinds = _part(archive, "[Content_Types].xml")
        if any(name.lower().endswith("vbaproject.bin") for name in names) or b"macroenabled" in kinds.lower():
            raise NotTaken("macros", "Documents with macros are not taken; save it without them.")
        return main in names

    return fits


def _open_document(kind: str) -> Callable[[bytes, bytes], bool]:
    """OpenDocument 1.3, part 2, section 3.3: the first part says what it is, and is not packed."""

    def fits(data: bytes, _: bytes) -> bool:
        if not data.startswith(b"PK\x03\x04"):
            return False
        archive = _listed(data)
        first = archive.infolist()[0]
        if any(part.filename.startswith(("Basic/", "Scripts/")) for part in archive.infolist()):
            raise NotTaken("macros", "Documents with macros are not taken; save it without them.")
        return first.filename == "mimetype" and _part(archive, "mimetype").strip() == kind.encode()

    return fits


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_PICTURES = (
    Kind("image/jpeg", ("jpg", "jpeg"), pictures.LIMIT, _begins(b"\xff\xd8\xff"), picture=True),
    Kind("image/png", ("png",), pictures.LIMIT, _begins(b"\x89PNG\r\n\x1a\n"), picture=True),
    Kind("image/webp", ("webp",), pictures.LIMIT, _webp, picture=True),
)
_DOCUMENTS = (
    Kind("application/pdf", ("pdf",), 100 * MIB, _pdf),
    Kind("text/plain", ("txt", "text", "md", "log"), 10 * MIB, _text, whole=True),
    Kind("text/csv", ("csv",), 10 * MIB, _text, whole=True),
    *(
        Kind(f"{_OOXML}{name}", (ending,), 20 * MIB, _office(main), whole=True)
        for name, ending, main in (
            ("wordprocessingml.document", "docx", "word/document.xml"),
            ("spreadsheetml.sheet", "xlsx", "xl/workbook.xml"),
            ("presentationml.presentation", "pptx", "ppt/presentation.xml"),
        )
    ),
    *(
        Kind(f"{_ODF}{name}", (ending,), 20 * MIB, _open_document(f"{_ODF}{name}"), whole=True)
        for name, ending in (("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp"))
    ),
)
_SOUNDS = (
    Kind("audio/mpeg", ("mp3", "mpga"), 200 * MIB, _mp3),
    Kind("audio/mp4", ("m4a", "mp4", "m4b"), 200 * MIB, _mp4),
    Kind("audio/aac", ("aac",), 200 * MIB, _aac),
    Kind("audio/ogg", ("ogg", "oga", "opus"), 200 * MIB, _ogg),
    Kind("audio/webm", ("weba", "webm"), 200 * MIB, _webm),
    Kind("audio/wav", ("wav",), 200 * MIB, _wave),
    Kind("audio/flac", ("flac",), 200 * MIB, _begins(b"fLaC")),
)
_FILMS = (
    Kind("video/mp4", ("mp4", "m4v", "3gp"), 500 * MIB, _mp4),
    Kind("video/webm", ("webm",), 500 * MIB, _webm),
    Kind("video/quicktime", ("mov", "qt"), 500 * MIB, _quicktime),
)
KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.media_type: kind for kind in (*_PICTURES, *_DOCUMENTS, *_SOUNDS, *_FILMS)}
)
# What browsers and phones say for the same.
_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4",
        "audio/m4a": "audio/mp4", "audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/vnd.wave": "audio/wav",
        "audio/x-flac": "audio/flac", "application/ogg": "audio/ogg", "video/x-m4v": "video/mp4",
        "video/3gpp": "video/mp4", "application/x-pdf": "application/pdf",
    }
)  # fmt: skip
# What a type of field takes at most, takes where nothing else is said, and how large it may be then.
_TAKES: Mapping[FieldType, tuple[tuple[Kind, ...], tuple[Kind, ...], int]] = MappingProxyType(
    {
        FieldType.FILE: (tuple(KINDS.values()), (*_DOCUMENTS, *_PICTURES), 20 * MIB),
        FieldType.IMAGE: (_PICTURES, _PICTURES, pictures.LIMIT),
        FieldType.SIGNATURE: (_PICTURES[1:2], _PICTURES[1:2], MIB),
        FieldType.AUDIO: (_SOUNDS, _SOUNDS, 50 * MIB),
        FieldType.VIDEO: (_FILMS, _FILMS, 200 * MIB),
    }
)


def named(media_type: str) -> str:
    """Return a media type without its parameters, in its usual spelling."""
    plain = media_type.partition(";")[0].strip().lower()
    return _ALIASES.get(plain, plain)


def taken(item: Item) -> tuple[Kind, ...]:
    """Return what a field takes: what its type allows, narrowed by its ``accept``."""
    assert item.type is not None  # noqa: S101 (only fields have files)
    possible, usual, _ = _TAKES[item.type]
    if not item.accept:
        return usual
    return tuple(kind for kind in possible if any(_accepts(one, kind) for one in item.accept))


def _accepts(pattern: str, kind: Kind) -> bool:
    if pattern.startswith("."):
        return pattern[1:].lower() in kind.endings
    wanted = named(pattern)
    return wanted in ("*/*", kind.media_type) or (
        wanted.endswith("/*") and kind.media_type.startswith(wanted.removesuffix("*"))
    )


def most_bytes(item: Item, kind: Kind) -> int:
    """Return the size in bytes that a file of a kind may have in a field."""
    assert item.type is not None  # noqa: S101 (only fields have files)
    return min(item.max_bytes or _TAKES[item.type][2], kind.most)


def file_name(name: str, kind: Kind) -> str:
    """Return a file's name with an ending that fits what it is: on a disk, the ending decides what opens it."""
    last = name.replace("\\", "/").rpartition("/")[2].strip(" .") or "file"
    stem, dot, ending = last.rpartition(".")
    if dot and stem and ending.lower() in kind.endings:
        return last
    return f"{(stem if dot and stem and len(ending) <= 5 else last)[:240]}.{kind.endings[0]}"


def check(kind: Kind, head: bytes, tail: bytes) -> None:
    """Hold a file's bytes against its kind: all of them as ``head`` where the kind asks for the whole.

    Raises:
        NotTaken: it is something else, or broken.
    """
    try:
        fits = kind.fits(head, tail)
    except _BROKEN_ARCHIVE as error:
        if isinstance(error, NotTaken):
            raise
        raise NotTaken("broken", "The document cannot be read; save it again and send that file.") from error
    if not fits:
        raise NotTaken("type", f"The file was sent as {kind.media_type}, but its content is {_guess(head)}.")


def _guess(head: bytes) -> str:
    found = [match.mime_type for match in _opinions(head[:ENDS]) if match.mime_type and match.confidence >= _SURE]
    return found[0] if found else "something else"
