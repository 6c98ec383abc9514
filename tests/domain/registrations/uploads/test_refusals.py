"""What is refused, when, and that nothing of it stays."""

from typing import Any

import pytest

from api.domain.registrations.uploads import kinds
from api.lib.storage import Storage
from api.lib.uow import Kernel
from tests.factories.files import GOOD, MIB, ODF, OOXML, Sender, archive, pdf
from tests.factories.pictures import picture

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
DOCX = f"{OOXML}wordprocessingml.document"
BAD: dict[str, tuple[str, bytes, str]] = {
    "HTML as a PDF": ("application/pdf", HTML, "type"),
    "HTML as text": ("text/plain", HTML, "type"),
    "HTML after blanks": ("text/plain", b"\n  " + HTML, "type"),
    "SVG as CSV": ("text/csv", SVG, "type"),
    "SVG as PNG": ("image/png", SVG, "type"),
    "a program as text": ("text/plain", b"MZ\x90\x00" + bytes(60), "type"),
    "a program as a film": ("video/mp4", b"\x7fELF" + bytes(60), "type"),
    "PNG as JPEG": ("image/jpeg", GOOD["image/png"], "type"),
    "GIF as WebP": ("image/webp", b"GIF89a" + bytes(60), "type"),
    "a PDF behind HTML": ("application/pdf", HTML + pdf(), "type"),
    "a PDF without an end": ("application/pdf", pdf()[:20], "type"),
    "a film that is sound": ("video/webm", GOOD["audio/ogg"], "type"),
    "a picture that says it is a film": ("video/mp4", b"\x00\x00\x00\x18ftypheic" + bytes(60), "type"),
    "half a picture": ("image/png", GOOD["image/png"][:200], "broken"),
    "text in no coding": ("text/plain", b"caf\xe9", "type"),
    "a bare archive": (DOCX, archive(("a.txt", b"x")), "broken"),
    "a sheet as a letter": (DOCX, GOOD[f"{OOXML}spreadsheetml.sheet"], "type"),
    "a letter with macros": (
        DOCX, archive(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b""), ("word/vbaProject.bin", b"")),
        "macros",
    ),
    "a letter that says it has macros": (
        DOCX, archive(("[Content_Types].xml", b"application/vnd.ms-word.document.macroEnabled.main+xml"),
                      ("word/document.xml", b"")), "macros",
    ),
    "an archive that ends early": (DOCX, GOOD[DOCX][:60], "broken"),
    "an OpenDocument that is another": (f"{ODF}text", GOOD[f"{ODF}spreadsheet"], "type"),
    "an OpenDocument with scripts": (
        f"{ODF}text", archive(("mimetype", f"{ODF}text".encode()), ("Scripts/python/x.py", b"")), "macros",
    ),
}  # fmt: skip


async def stored(storage: Storage | None) -> list[str]:
    assert storage is not None
    return [item.key async for item in storage.items()]


@pytest.mark.parametrize("what", [what for what, (kind, _, _) in BAD.items() if not kinds.KINDS[kind].picture])
def test_what_is_not_what_it_says_is_told(what: str) -> None:
    media_type, data, code = BAD[what]
    kind = kinds.KINDS[media_type]
    with pytest.raises(kinds.NotTaken) as refused:
        kinds.check(kind, data, data[-kinds.ENDS :])
    assert refused.value.code == code


async def test_a_file_that_is_not_what_it_says_is_refused_at_its_end_and_goes(sender: Sender, kernel: Kernel) -> None:
    seen = {}
    for what, (media_type, data, _) in BAD.items():
        uid = (await sender.begin("/anything", data, media_type)).json()["uid"]
        refused = await sender.chunk(uid, 0, data)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/file-refused"), what
        seen[what] = refused.json()["errors"][0]["code"]
        after = (await sender.look(uid)).json()
        assert (after["state"], after["answer"], after["refusal"]) == ("refused", None, seen[what])
        assert (await sender.content(uid)).status_code == 404
    assert seen == {what: code for what, (_, _, code) in BAD.items()}
    assert await stored(kernel.storage) == []


async def test_a_picture_that_would_fill_the_memory_is_refused(sender: Sender) -> None:
    bomb = picture("PNG", (7000, 6000), mode="L")
    assert len(bomb) < MIB
    uid = (await sender.begin("/photo", bomb, "image/png")).json()["uid"]
    refused = await sender.chunk(uid, 0, bomb)
    assert refused.json()["errors"][0]["code"] == "dimensions"


BEGIN: dict[str, tuple[dict[str, Any], str]] = {
    "a step that is not there": ({"step": "nowhere"}, "/step"),
    "a step without a form": ({"step": "seats"}, "/step"),
    "a field that is not there": ({"pointer": "/nothing"}, "/pointer"),
    "a field that takes text": ({"pointer": "/pets/0/pet_name"}, "/pointer"),
    "a field of another step": ({"step": "about"}, "/pointer"),
    "a pointer that is none": ({"pointer": "letter"}, "/pointer"),
    "a pointer into nowhere": ({"pointer": "/../letter"}, "/pointer"),
    "nothing": ({"size": 0}, "/size"),
    "too much": ({"size": 3 * MIB + 1}, "/size"),
    "HTML": ({"media_type": "text/html"}, "/media_type"),
    "SVG": ({"pointer": "/photo", "media_type": "image/svg+xml"}, "/media_type"),
    "a film for a letter": ({"media_type": "video/mp4"}, "/media_type"),
    "no type": ({"media_type": "letter"}, "/media_type"),
    "no name": ({"name": ""}, "/name"),
    "a name of two lines": ({"name": "a\nb.pdf"}, "/name"),
}


async def test_what_no_field_takes_is_refused_before_it_is_sent(sender: Sender) -> None:
    for what, (change, pointer) in BEGIN.items():
        body = {"step": "papers", "pointer": "/letter", "name": "a.pdf", "size": 10, "media_type": "application/pdf"}
        answer = await sender.client.post(sender.uploads, json=body | change, headers=sender.token)
        assert answer.status_code == 422, what
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer], what


async def test_a_name_keeps_nothing_that_leads_elsewhere_or_opens_as_something_else(sender: Sender) -> None:
    named = {
        "report.pdf": "report.pdf", "REPORT.PDF": "REPORT.PDF", "../../etc/passwd": "passwd.pdf",
        "C:\\evil\\x.html": "x.pdf", ".htaccess": "htaccess.pdf", "..": "file.pdf", "no ending": "no ending.pdf",
        "नाम.pdf": "नाम.pdf", "v1.2 draft": "v1.2 draft.pdf",
    }  # fmt: skip
    seen = {}
    for name in named:
        seen[name] = (await sender.begin("/letter", pdf(), "application/pdf", name=name)).json()["name"]
    assert seen == named


async def test_a_registration_has_room_for_so_many_bytes(sender: Sender) -> None:
    first = [await sender.begin("/clip", bytes(200), "video/mp4", size=190 * MIB) for _ in range(3)]
    assert [answer.status_code for answer in first] == [201, 201, 409]
    assert first[-1].json()["type"] == "/problems/too-many-uploads"
    removed = await sender.client.delete(f"{sender.uploads}/{first[0].json()['uid']}", headers=sender.token)
    assert removed.status_code == 204
    assert (await sender.begin("/clip", bytes(200), "video/mp4", size=190 * MIB)).status_code == 201
