"""A file is sent in chunks, taken up where it broke off, checked at its end, and becomes an answer."""

from tests.factories.files import GOOD, MIB, Sender, film, pdf
from tests.factories.pictures import picture
from tests.factories.world import World


async def test_a_file_is_sent_in_chunks_and_becomes_an_answer(sender: Sender, papers: World) -> None:
    data = pdf(2 * MIB + 12345)
    begun = await sender.begin("/letter", data, "application/pdf", name="My letter.pdf")
    assert begun.status_code == 201, begun.text
    body = begun.json()
    assert (body["offset"], body["size"], body["chunk_size"], body["state"]) == (0, len(data), MIB, "receiving")
    assert begun.headers["location"] == f"{sender.uploads}/{body['uid']}"
    first = await sender.chunk(body["uid"], 0, data[:MIB])
    assert (first.status_code, first.headers["upload-offset"]) == (204, str(MIB))
    looked = await sender.look(body["uid"])
    assert (looked.json()["offset"], looked.json()["answer"]) == (MIB, None)
    head = await sender.client.head(f"{sender.uploads}/{body['uid']}", headers=sender.token)
    assert (head.status_code, head.headers["upload-offset"], head.content) == (200, str(MIB), b"")
    await sender.send(body["uid"], data, MIB)
    answer = (await sender.look(body["uid"])).json()["answer"]
    assert answer == {
        "upload": body["uid"], "name": "My letter.pdf", "media_type": "application/pdf", "size": len(data)
    }  # fmt: skip
    saved = await sender.draft.save("papers", answers={"letter": answer})
    assert saved["steps"]["papers"]["answers"]["letter"] == answer
    assert (await sender.content(body["uid"])).content == data
    await sender.finish(papers)
    assert sender.draft.body["steps"]["papers"]["answers"]["letter"] == answer


async def test_every_kind_is_taken_and_served_as_an_attachment_that_runs_nothing(sender: Sender) -> None:
    for media_type in GOOD:
        await _taken_and_served(sender, media_type)


async def _taken_and_served(sender: Sender, media_type: str) -> None:
    answer = await sender.upload("/anything", GOOD[media_type], media_type, name="a.html")
    assert answer["media_type"] == media_type
    assert not answer["name"].endswith(".html")
    found = await sender.content(answer["upload"])
    assert found.status_code == 200
    assert found.headers["content-type"].partition(";")[0] == media_type
    assert found.headers["content-disposition"].startswith("attachment;")
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]
    assert int(found.headers["content-length"]) == len(found.content) == answer["size"]
    if not media_type.startswith("image/"):
        assert found.content == GOOD[media_type]


async def test_a_picture_loses_where_it_was_taken_and_what_hangs_behind_it(sender: Sender) -> None:
    exif = b"Exif\x00\x00GPS-here-and-camera"
    data = picture("JPEG", (640, 400), exif=exif) + b"PK\x03\x04 an archive behind the pixels"
    answer = await sender.upload("/photo", data, "image/jpeg")
    kept = (await sender.content(answer["upload"])).content
    assert kept.startswith(b"\xff\xd8\xff")
    assert b"GPS-here" not in kept
    assert b"an archive" not in kept
    assert answer["size"] == len(kept) != len(data)


async def test_a_broken_off_upload_goes_on_where_it_stood(sender: Sender) -> None:
    data = film(2 * MIB + 777)
    uid = (await sender.begin("/clip", data, "video/mp4")).json()["uid"]
    await sender.chunk(uid, 0, data[:100_000])
    offset = int((await sender.look(uid)).headers["upload-offset"])
    assert offset == 100_000
    assert (await sender.send(uid, data, offset, 300_000)).status_code == 204
    assert (await sender.content(uid)).content == data


async def test_a_chunk_that_does_not_follow_is_refused_with_where_to_go_on(sender: Sender) -> None:
    data = film(3 * MIB)
    uid = (await sender.begin("/clip", data, "video/mp4")).json()["uid"]
    await sender.chunk(uid, 0, data[:MIB])
    for offset in (0, MIB - 1, 2 * MIB):
        wrong = await sender.chunk(uid, offset, data[offset : offset + MIB])
        assert wrong.status_code == 409
        assert wrong.json()["type"] == "/problems/upload-offset-wrong"
        assert (wrong.headers["upload-offset"], wrong.json()["offset"]) == (str(MIB), MIB)


async def test_chunks_that_no_sender_needs_are_refused(sender: Sender) -> None:
    data = film(2 * MIB)
    uid = (await sender.begin("/clip", data, "video/mp4")).json()["uid"]
    codes = {}
    for name, chunk in (("empty", b""), ("tiny", data[:1000]), ("whole", data), ("beyond", data[:MIB])):
        offset = 0 if name != "beyond" else MIB + 1
        codes[name] = (await sender.chunk(uid, offset, chunk)).status_code
    assert codes == {"empty": 422, "tiny": 422, "whole": 413, "beyond": 409}
    await sender.chunk(uid, 0, data[:MIB])
    beyond = await sender.chunk(uid, MIB, data[:MIB] + b"x")
    assert beyond.status_code == 413
    typed = await sender.client.patch(
        f"{sender.uploads}/{uid}", content=data[:MIB], headers=sender.token | {"Upload-Offset": "0"}
    )
    assert typed.status_code == 415
    assert (await sender.look(uid)).json()["offset"] == MIB


async def test_nothing_follows_the_end(sender: Sender) -> None:
    answer = await sender.upload("/letter", pdf(), "application/pdf")
    late = await sender.chunk(answer["upload"], answer["size"], b"more")
    assert (late.status_code, late.json()["type"]) == (409, "/problems/upload-over")
