"""Where a scanner is set up, nothing counts that it has not seen and found clean."""

import pytest

from api.lib.settings import Settings
from tests.conftest import running, structs
from tests.factories import documents
from tests.factories.files import GOOD, MIB, Sender, film, pdf
from tests.factories.world import World
from tests.peers.clamd import EICAR, Clamd

HARMFUL = {
    "application/pdf": pdf() + EICAR,
    # Over two chunks, the virus on their border.
    "video/mp4": film(MIB - 30) + EICAR + bytes(300_000),
    "image/png": GOOD["image/png"] + EICAR,
    "text/plain": EICAR,
}


@pytest.mark.parametrize("media_type", sorted(HARMFUL))
async def test_a_harmful_file_is_refused_and_its_bytes_go(settings: Settings, papers: World, media_type: str) -> None:
    data = HARMFUL[media_type]
    with Clamd.listening() as clamd:
        async with running(structs(settings, antivirus_url=clamd.url)) as found:
            sender = await Sender.start(found.client, papers)
            await sender.draft.save("about", answers=documents.ANSWERS)
            uid = (await sender.begin("/anything", data, media_type)).json()["uid"]
            refused = await sender.send(uid, data, 0)
            assert (refused.status_code, refused.json()["type"]) == (422, "/problems/file-refused")
            assert [one["code"] for one in refused.json()["errors"]] == ["malware"]
            looked = (await sender.look(uid)).json()
            assert (looked["state"], looked["refusal"], looked["answer"]) == ("refused", "malware", None)
            assert (await sender.content(uid)).status_code == 404
        assert clamd.streams == [data]


async def test_while_the_scanner_is_away_the_upload_waits_and_then_goes_on(settings: Settings, papers: World) -> None:
    data = pdf(100_000)
    with Clamd.listening() as clamd:
        async with running(structs(settings, antivirus_url=clamd.url)) as found:
            sender = await Sender.start(found.client, papers)
            await sender.draft.save("about", answers=documents.ANSWERS)
            uid = (await sender.begin("/letter", data, "application/pdf")).json()["uid"]
            clamd.mood = "dropping"
            waits = await sender.chunk(uid, 0, data)
            assert (waits.status_code, waits.json()["type"]) == (503, "/problems/files-unchecked")
            assert (await sender.look(uid)).json()["offset"] == 0
            clamd.mood = "scanning"
            assert (await sender.chunk(uid, 0, data)).status_code == 204
            assert (await sender.content(uid)).content == data
