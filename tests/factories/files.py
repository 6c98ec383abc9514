"""Files of each kind that is taken, made on the spot, and a guest who sends them."""

import io
import zipfile
from array import array
from typing import Any
from uuid import UUID

import httpx

from api.domain.catalog import flows
from api.domain.catalog.contracts import StepKind
from api.domain.forms import service as forms
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work
from tests.factories import documents
from tests.factories.client import Draft
from tests.factories.pictures import picture
from tests.factories.world import World, make_event, organiser

MIB = 1024 * 1024
OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."


def archive(*parts: tuple[str, bytes]) -> bytes:
    """Return a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, data in parts:
            made.writestr(name, data)
    return buffer.getvalue()


def pdf(size: int = 0) -> bytes:
    """Return a PDF with filling."""
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"% filling\n" * (size // 10) + b"trailer<<>>\n%%EOF\n"


def film(size: int) -> bytes:
    """Return what begins like an MP4, of ``size`` bytes that differ from chunk to chunk."""
    head = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
    body = array("I", range(size // 4 + 1)).tobytes()
    return (head + body)[:size]


WEBM = bytes.fromhex("1A45DFA39F4286810142F7810142F2810442F381084282847765626D42878104428581021853806701")
OOXML_MAIN = {
    "wordprocessingml.document": "word/document.xml",
    "spreadsheetml.sheet": "xl/workbook.xml",
    "presentationml.presentation": "ppt/presentation.xml",
}
GOOD: dict[str, bytes] = {
    "image/jpeg": picture("JPEG", (320, 200)),
    "image/png": picture("PNG", (320, 200)),
    "image/webp": picture("WEBP", (320, 200)),
    "application/pdf": pdf(),
    "text/plain": "Hello, नमस्ते\nline\n".encode(),
    "text/csv": b"a,b\n1,2\n",
    **{
        f"{OOXML}{name}": archive(("[Content_Types].xml", b"<Types/>"), (main, b"<x/>"))
        for name, main in OOXML_MAIN.items()
    },
    **{
        f"{ODF}{name}": archive(("mimetype", f"{ODF}{name}".encode()), ("content.xml", b"<x/>"))
        for name in ("text", "spreadsheet", "presentation")
    },
    "audio/mpeg": b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x64" + bytes(400),
    "audio/mp4": b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A isom" + bytes(400),
    "audio/aac": b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(400),
    "audio/ogg": b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead" + bytes(400),
    "audio/webm": WEBM + bytes(400),
    "audio/wav": b"RIFF\x24\x08\x00\x00WAVEfmt " + bytes(400),
    "audio/flac": b"fLaC\x00\x00\x00\x22" + bytes(400),
    "video/mp4": film(500),
    "video/webm": WEBM + bytes(400),
    "video/quicktime": b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  " + bytes(400),
}


def papers() -> dict[str, Any]:
    """A form with a field of each kind for files, one of them sensitive, one in a repeat."""
    return documents.document(
        "papers",
        documents.field("photo", "image"),
        documents.field("letter", "file", max_bytes=3 * MIB),
        documents.field(
            "anything", "file", accept=["application/*", "text/*", "image/*", "audio/*", "video/*"], max_bytes=300 * MIB
        ),
        documents.field("sound", "audio"),
        documents.field("clip", "video"),
        documents.field("sign", "signature"),
        documents.field("scan", "file", sensitive=True, retain_days=10),
        documents.field("pets", "repeat", fields=[documents.field("pet_name"), documents.field("pet_photo", "image")]),
    )


def paper_steps(made: dict[str, UUID]) -> list[flows.DraftStep]:
    """Return the steps of an event that asks for files."""
    step = flows.DraftStep
    return [
        step("about", StepKind.FORM, {"en": "About you"}, made["about"]),
        step("papers", StepKind.FORM, {"en": "Papers"}, made["papers"], "${about.age} > 5"),
        step("seats", StepKind.TICKETS, {"en": "Tickets"}),
        step("people", StepKind.ATTENDEES, {"en": "Who comes"}),
        step("review", StepKind.REVIEW, {"en": "Review"}),
        step("done", StepKind.CONFIRMATION, {"en": "Done"}),
    ]


async def make_papers(kernel: Kernel, world: World, slug: str = "with-papers") -> World:
    """Publish an event that asks for files; returns the world with it in the first one's place."""
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        form = (await forms.create(uow, world.organization, papers())).uid
        await forms.publish(uow, form)

    event, tickets, made = await make_event(
        kernel, world.organization, slug, steps=lambda made: paper_steps(made | {"papers": form})
    )
    return World(world.organization, world.staff, event, slug, tickets, made | {"papers": form})


class Sender:
    """A guest who sends files to their draft."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.client = draft.client

    @classmethod
    async def start(cls, client: httpx.AsyncClient, world: World) -> "Sender":
        return cls(await Draft.start(client, world))

    @property
    def uploads(self) -> str:
        return f"{self.draft.address}/uploads"

    @property
    def token(self) -> dict[str, str]:
        return {"Registration-Token": self.draft.token}

    async def begin(self, pointer: str, data: bytes, media_type: str, **more: Any) -> httpx.Response:
        """Begin an upload and return the answer, whatever it is."""
        body = {
            "step": "papers", "pointer": pointer, "name": more.pop("name", "my file"), "size": len(data),
            "media_type": media_type, **more,
        }  # fmt: skip
        return await self.client.post(self.uploads, json=body, headers=self.token)

    async def chunk(self, uid: str, offset: int, data: bytes) -> httpx.Response:
        """Send a chunk and return the answer, whatever it is."""
        headers = self.token | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return await self.client.patch(f"{self.uploads}/{uid}", content=data, headers=headers)

    async def send(self, uid: str, data: bytes, start: int = 0, size: int = MIB) -> httpx.Response:
        """Send the rest of a file in chunks and return the last answer."""
        answer = httpx.Response(500)
        for offset in range(start, len(data), size):
            answer = await self.chunk(uid, offset, data[offset : offset + size])
            if answer.status_code != 204:
                break
        return answer

    async def look(self, uid: str) -> httpx.Response:
        """Return how an upload stands."""
        return await self.client.get(f"{self.uploads}/{uid}", headers=self.token)

    async def upload(self, pointer: str, data: bytes, media_type: str, **more: Any) -> dict[str, Any]:
        """Send a whole file that is taken; returns the answer to give in the form."""
        begun = await self.begin(pointer, data, media_type, **more)
        assert begun.status_code == 201, begun.text
        uid = begun.json()["uid"]
        sent = await self.send(uid, data)
        assert sent.status_code == 204, sent.text
        answer: dict[str, Any] = (await self.look(uid)).json()["answer"]
        return answer

    async def content(self, uid: str) -> httpx.Response:
        """Return a file's content."""
        return await self.client.get(f"{self.uploads}/{uid}/content", headers=self.token)

    async def finish(self, world: World) -> None:
        """Complete the steps after the papers and submit."""
        seat = str(world.tickets[0])
        await self.draft.save("seats", tickets=[{"ticket": seat, "quantity": 1}])
        await self.draft.save("people", attendees=[{"ticket": seat, "name": "Asha", "email": ""}])
        submitted = await self.draft.submit()
        assert submitted.status_code == 200, submitted.text
