"""Uploaded pictures: drawn anew without anything but their pixels, or refused before they cost anything."""

import io
import random
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest
from PIL import Image

from api.lib import pictures
from api.lib.pictures import PictureRefused
from tests.factories.pictures import picture

SCRIPT = b"<script>alert(document.domain)</script>"
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def refused(data: bytes, declared: str) -> str:
    """Return the code with which a file is refused."""
    with pytest.raises(PictureRefused) as caught:
        pictures.draw(data, declared)
    return caught.value.code


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(("width", "names"), [(2400, [480, 960, 1600]), (1200, [480, 960, 1200]), (300, [300])])
def test_a_picture_is_kept_in_a_few_sizes_of_two_kinds(kind: str, width: int, names: list[int]) -> None:
    made = pictures.draw(picture(kind, (width, width // 2)), TYPES[kind])
    assert (made.width, made.height) == (names[-1], names[-1] // 2)
    assert {one.name for one in made.variants} == {f"{size}.{suffix}" for size in names for suffix in ("webp", "jpg")}
    for one in made.variants:
        with Image.open(io.BytesIO(one.data)) as opened:
            opened.load()
            assert f"{opened.width}." in one.name
            assert TYPES[str(opened.format)] == one.content_type


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "RGB", "I;16"])
def test_every_mode_of_a_png_is_drawn(mode: str) -> None:
    assert pictures.draw(picture("PNG", mode=mode), "image/png").width == 1200


def test_a_print_shops_jpeg_is_drawn() -> None:
    assert pictures.draw(picture("JPEG", mode="CMYK"), "image/jpeg").width == 1200


def test_where_a_photograph_was_taken_stays_behind_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # Turned by a quarter.
    exif[0x010E] = "Asha's garden"
    exif.get_ifd(0x8825)[2] = (18.0, 31.0, 13.0)
    data = picture("JPEG", exif=exif.tobytes(), comment=b"Asha's camera")
    assert b"Asha" in data
    made = pictures.draw(data, "image/jpeg")
    assert (made.width, made.height) == (800, 1200)
    for one in made.variants:
        assert b"Asha" not in one.data
        with Image.open(io.BytesIO(one.data)) as opened:
            assert not opened.getexif()
            assert not {"exif", "icc_profile", "comment", "xmp"} & set(opened.info)


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", SCRIPT)
    return out.getvalue()


def _png_with(chunk: bytes, body: bytes) -> bytes:
    data = picture("PNG")
    extra = struct.pack(">I", len(body)) + chunk + body + struct.pack(">I", zlib.crc32(chunk + body))
    return data[:33] + extra + data[33:]


POLYGLOTS = {
    "an archive behind a JPEG": ("JPEG", picture("JPEG") + _archive()),
    "a page behind a PNG": ("PNG", picture("PNG") + b"<html>" + SCRIPT),
    "a script in a JPEG's comment": ("JPEG", picture("JPEG", comment=b"*/=1;" + SCRIPT + b"/*")),
    "a script in a PNG's text": ("PNG", _png_with(b"tEXt", b"Comment\x00" + SCRIPT)),
    "a script in a PNG's unknown chunk": ("PNG", _png_with(b"prVt", SCRIPT)),
    "a script in a WebP's metadata": ("WEBP", picture("WEBP", xmp=SCRIPT)),
    "PHP behind a WebP": ("WEBP", picture("WEBP") + b"<?php system($_GET[0]); ?>"),
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_what_is_two_things_at_once_leaves_as_a_picture(name: str) -> None:
    kind, data = POLYGLOTS[name]
    assert b"script" in data or b"<?php" in data
    for one in pictures.draw(data, TYPES[kind]).variants:
        assert b"script" not in one.data
        assert b"<?php" not in one.data
        assert not zipfile.is_zipfile(io.BytesIO(one.data))


@pytest.mark.parametrize(
    ("data", "declared", "code"),
    [
        (b"", "image/jpeg", "type"),
        (b"GIF89a" + b"\x00" * 50, "image/gif", "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml", "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/png", "type"),
        (b"%PDF-1.7", "image/png", "type"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "image/jpeg", "type"),
        (picture("PNG"), "image/jpeg", "type"),
        (picture("PNG"), "text/html", "type"),
        (b"\xff\xd8\xff" + SCRIPT, "image/jpeg", "broken"),
        (b"\x89PNG\r\n\x1a\n" + SCRIPT, "image/png", "broken"),
        (b"RIFF\x00\x00\x00\x00WEBP" + SCRIPT, "image/webp", "broken"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp", "broken"),
        (picture("JPEG")[:2000], "image/jpeg", "broken"),
        (picture("PNG", (20, 20)), "image/png", "dimensions"),
        (picture("PNG", (1000, 70)), "image/png", "dimensions"),
    ],
    ids=str.split(
        "empty gif svg svg-as-png pdf postscript png-as-jpeg png-as-html "
        "jpeg-of-text png-of-text webp-of-text short-webp half-a-jpeg tiny ribbon"
    ),
)
def test_what_is_no_picture_is_refused(data: bytes, declared: str, code: str) -> None:
    assert refused(data, declared) == code


def test_a_file_that_is_too_large_is_refused() -> None:
    assert refused(picture("JPEG") + b"\x00" * pictures.LIMIT, "image/jpeg") == "size"


def _png_of(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says it is as large as that."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 100)), (b"IEND", b"")):
        parts.append(struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)))
    return b"".join(parts)


def _webp_of(width: int, height: int) -> bytes:
    body = b"VP8X" + struct.pack("<I", 10) + b"\x02\x00\x00\x00"
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        (_png_of(60_000, 60_000), "image/png"),
        (_png_of(2**31 - 1, 2**31 - 1), "image/png"),
        (_webp_of(16_383, 16_383), "image/webp"),
        (_webp_of(2**24, 2**24), "image/webp"),
    ],
    ids=["png", "the largest png", "webp", "the largest webp"],
)
def test_a_bomb_is_refused_before_it_is_unpacked(data: bytes, declared: str) -> None:
    tracemalloc.start()
    started = time.perf_counter()
    try:
        assert refused(data, declared) == "dimensions"
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("kind", TYPES)
def test_a_damaged_picture_is_drawn_or_refused_and_nothing_else(kind: str) -> None:
    dice = random.Random(7)  # noqa: S311 (the same damage each time)
    whole = picture(kind, (160, 120))
    fates = set()
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 12)):
            data[dice.randrange(12, len(data))] = dice.randrange(256)
        cut = dice.choice([len(data), len(data), dice.randrange(20, len(data))])
        try:
            pictures.draw(bytes(data[:cut]), TYPES[kind])
            fates.add("drawn")
        except PictureRefused as error:
            fates.add(error.code)
    assert {"broken", "drawn"} <= fates
