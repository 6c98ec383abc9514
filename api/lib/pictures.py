"""Pictures that people upload: looked at with suspicion, decoded, and drawn anew in a few sizes.

What leaves here was encoded here. Metadata (where a photograph was taken, by which camera), trailing archives, scripts
in comments and everything else that is not a pixel stays behind.
"""

import asyncio
import io
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

import msgspec
from PIL import Image, ImageOps

P = ParamSpec("P")
T = TypeVar("T")

LIMIT = 10 * 1024 * 1024
# What a decoder may be asked to unpack: 36 megapixels are 144 MB while they are worked on.
PIXELS = 36_000_000
SMALLEST = 64
WIDTHS = (480, 960)
WIDEST = 1600
# A picture is at most this much higher than wide: a ribbon of one pixel's width would be enlarged to nothing sensible.
_RATIO = 8
_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
FORMATS = {"webp": "image/webp", "jpg": "image/jpeg"}

# Two at a time, whatever is uploaded: the memory they need is bounded.
_POOL = ThreadPoolExecutor(2, thread_name_prefix="pictures")
# Its own check warns first and then raises at twice the number; ours is made before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    ArithmeticError,
    LookupError,
    TypeError,
)


class PictureRefused(ValueError):
    """A file that is no picture we take. ``code``: type, size, dimensions or broken; the text tells a person why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Variant(msgspec.Struct, frozen=True):
    """One encoding of a picture. ``name`` is the last part of its key."""

    name: str
    content_type: str
    data: bytes


class Picture(msgspec.Struct, frozen=True):
    """A picture in all its variants; width and height are those of the largest."""

    width: int
    height: int
    variants: list[Variant]


def widths(widest: int) -> list[int]:
    """Return the widths in which a picture is kept, the largest last."""
    return [*(width for width in WIDTHS if width < widest), widest]


async def prepare(data: bytes, declared: str) -> Picture:
    """Return the variants of an uploaded file, worked out beside the event loop.

    Raises:
        PictureRefused: see there.
    """
    return await asyncio.get_running_loop().run_in_executor(_POOL, draw, data, declared)


def draw(data: bytes, declared: str) -> Picture:
    """Return the variants of a file that says it is of the media type ``declared``.

    Raises:
        PictureRefused: see there.
    """
    kind = _checked_kind(data, declared)
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as opened:
            return _variants(opened)
    except PictureRefused:
        raise
    except (*_BROKEN, Image.DecompressionBombError) as error:
        raise PictureRefused("broken", "The picture cannot be read; save it again and send that file.") from error


def _checked_kind(data: bytes, declared: str) -> str:
    """Return the decoder of a file that is what it says."""
    kind = _kind(data)
    if len(data) > LIMIT:
        raise PictureRefused("size", f"The file is larger than {LIMIT // 1024 // 1024} MiB.")
    if kind is None:
        raise PictureRefused("type", "Send a JPEG, PNG or WebP picture.")
    if declared.split(";")[0].strip().lower() != _TYPES[kind]:
        raise PictureRefused("type", f"The file is {_TYPES[kind]}, but was sent as something else.")
    if kind == "WEBP":
        _check_pixels(*_webp_size(data))
    return kind


def _kind(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    return "WEBP" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return the canvas of a WebP file (RFC 9649): its decoder reserves the memory as soon as the file is opened."""
    chunk, body = data[12:16], data[20:30]
    if len(body) == 10 and chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if len(body) == 10 and chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if len(body) == 10 and chunk == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    raise PictureRefused("broken", "The picture cannot be read; save it again and send that file.")


def _check_pixels(width: int, height: int) -> None:
    if width * height > PIXELS:
        raise PictureRefused("dimensions", f"The picture has more than {PIXELS // 1_000_000} megapixels.")


def _check_size(width: int, height: int) -> None:
    _check_pixels(width, height)
    if min(width, height) < SMALLEST:
        raise PictureRefused("dimensions", f"The picture must be at least {SMALLEST} pixels wide and high.")
    if max(width, height) > _RATIO * min(width, height):
        raise PictureRefused("dimensions", f"One side must not be more than {_RATIO} times the other.")


def _variants(opened: Image.Image) -> Picture:
    _check_size(*opened.size)
    # A JPEG is decoded at half or a quarter of its size where that is enough.
    opened.draft("RGB", (2 * WIDEST, 2 * WIDEST))
    upright = ImageOps.exif_transpose(opened)
    full = _opaque(upright)
    full.thumbnail((WIDEST, WIDEST * _RATIO), Image.Resampling.LANCZOS)
    variants = []
    for width in widths(full.width):
        height = max(1, round(full.height * width / full.width))
        drawn = full if width == full.width else full.resize((width, height), Image.Resampling.LANCZOS)
        variants += [
            Variant(f"{width}.webp", FORMATS["webp"], _encoded(drawn, "WEBP", quality=80, method=4)),
            Variant(f"{width}.jpg", FORMATS["jpg"], _encoded(drawn, "JPEG", quality=82, optimize=True)),
        ]
    return Picture(full.width, full.height, variants)


def _opaque(picture: Image.Image) -> Image.Image:
    """Return the pixels alone, on white where they let something through: a new picture without any metadata."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    clean = Image.new("RGB", picture.size)
    clean.paste(picture.convert("RGB"))
    return clean


def _encoded(picture: Image.Image, kind: str, **options: int | bool) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


# --- pictures that are kept as they are, but for what is not a pixel

# Enough to read a photographed page; the longest side of what is kept.
LONGEST = 4096


async def beside(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Return what some other heavy reading of a file returns, from the same few threads."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, partial(work, *arguments, **named))


async def clean(data: bytes, declared: str) -> bytes:
    """Return a picture drawn anew in its own format, worked out beside the event loop.

    Raises:
        PictureRefused: see there.
    """
    return await beside(redraw, data, declared)


def redraw(data: bytes, declared: str) -> bytes:
    """Return a picture of the media type ``declared`` as pixels alone: upright, at most ``LONGEST`` pixels a side.

    Raises:
        PictureRefused: see there.
    """
    kind = _checked_kind(data, declared)
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as opened:
            _check_pixels(*opened.size)
            opened.draft("RGB", (2 * LONGEST, 2 * LONGEST))
            pixels = _pixels(ImageOps.exif_transpose(opened), alpha=kind != "JPEG")
    except PictureRefused:
        raise
    except (*_BROKEN, Image.DecompressionBombError) as error:
        raise PictureRefused("broken", "The picture cannot be read; save it again and send that file.") from error
    pixels.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    if kind == "PNG":
        return _encoded(pixels, "PNG")
    return _encoded(pixels, kind, quality=88)


def _pixels(picture: Image.Image, *, alpha: bool) -> Image.Image:
    if not alpha:
        return _opaque(picture)
    clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    mode = "RGBA" if clear else "RGB"
    clean_one = Image.new(mode, picture.size)
    clean_one.paste(picture.convert(mode))
    return clean_one
