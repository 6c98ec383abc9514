"""An answer names a finished upload of the same registration and field, and the file stays as long as it is named."""

from datetime import timedelta

import httpx
import time_machine
from sqlalchemy import text

from api.domain.accounts.roles import Role
from api.domain.catalog import flow_service, flows
from api.domain.forms import service as forms
from api.domain.registrations.uploads import collecting
from api.lib import clock
from api.lib.security import SYSTEM, Scope
from api.lib.uow import Kernel, unit_of_work
from tests.factories import documents
from tests.factories.client import sign_in, whole
from tests.factories.files import GOOD, Sender, paper_steps, pdf
from tests.factories.world import World, organiser

PDF = pdf()


async def saved(sender: Sender, **answers: object) -> httpx.Response:
    return await sender.draft.send("papers", answers=answers)


def problems(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


async def test_an_answer_that_no_upload_stands_behind_is_refused(
    api: httpx.AsyncClient, sender: Sender, papers: World
) -> None:
    other = await Sender.start(api, papers)
    theirs = await other.upload("/letter", PDF, "application/pdf")
    mine = await sender.upload("/anything", PDF, "application/pdf")
    begun = (await sender.begin("/letter", PDF, "application/pdf")).json()
    unfinished = {"upload": begun["uid"], "name": "a.pdf", "media_type": "application/pdf", "size": len(PDF)}
    for wrong in (theirs, mine, unfinished, theirs | {"upload": "5f0c1d1e-8a55-4f0e-9f5c-6d2b7f1a0c3e"}):
        assert problems(await saved(sender, letter=wrong)) == {"/answers/letter": "upload"}
    assert problems(await saved(sender, letter="a.pdf")) == {"/answers/letter": "type"}
    twice = await sender.upload("/pets/0/pet_photo", GOOD["image/png"], "image/png")
    pets = [{"pet_name": "a", "pet_photo": twice}, {"pet_name": "b", "pet_photo": twice}]
    assert problems(await saved(sender, pets=pets)) == {"/answers/pets/1/pet_photo": "upload"}


async def test_what_an_answer_says_of_its_file_is_what_the_upload_says(sender: Sender) -> None:
    answer = await sender.upload("/letter", PDF, "application/pdf", name="letter.pdf")
    lies = answer | {"name": "evil.html", "media_type": "text/html", "size": 1}
    body = await sender.draft.save("papers", answers={"letter": lies})
    assert body["steps"]["papers"]["answers"]["letter"] == answer


async def test_an_unfinished_step_keeps_the_rest_and_names_the_file_that_is_missing(sender: Sender) -> None:
    photo = await sender.upload("/photo", GOOD["image/jpeg"], "image/jpeg")
    gone = photo | {"upload": "5f0c1d1e-8a55-4f0e-9f5c-6d2b7f1a0c3e"}
    body = await sender.draft.save("papers", complete=False, answers={"photo": photo, "letter": gone})
    assert body["steps"]["papers"]["answers"] == {"photo": photo}
    assert [found["pointer"] for found in body["steps"]["papers"]["problems"]] == ["/answers/letter"]


async def test_a_file_moves_with_its_item_when_a_repeat_is_reordered(sender: Sender) -> None:
    answer = await sender.upload("/pets/1/pet_photo", GOOD["image/png"], "image/png")
    body = await sender.draft.save("papers", answers={"pets": [{"pet_name": "Rex", "pet_photo": answer}]})
    assert body["steps"]["papers"]["answers"]["pets"][0]["pet_photo"] == answer


async def test_a_file_in_use_stays_and_one_that_was_replaced_goes_after_a_day(
    sender: Sender, kernel: Kernel, worker_kernel: Kernel
) -> None:
    old = await sender.upload("/letter", PDF, "application/pdf")
    await sender.draft.save("papers", answers={"letter": old})
    kept = await sender.client.delete(f"{sender.uploads}/{old['upload']}", headers=sender.token)
    assert (kept.status_code, kept.json()["type"]) == (409, "/problems/upload-in-use")
    new = await sender.upload("/letter", PDF + b"\n%%EOF", "application/pdf")
    await sender.draft.save("papers", answers={"letter": new})
    left = (await sender.begin("/letter", PDF, "application/pdf")).json()
    await collecting.collect(worker_kernel)
    assert (await sender.content(old["upload"])).content == PDF
    # The answer may come back while it is there.
    await sender.draft.save("papers", answers={"letter": old})
    await sender.draft.save("papers", answers={"letter": new})
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=True):
        assert await collecting.collect(worker_kernel) == 1
    assert (await sender.look(old["upload"])).status_code == 404
    assert (await sender.look(left["uid"])).status_code == 404
    assert (await sender.content(new["upload"])).content == PDF + b"\n%%EOF"
    assert kernel.storage is not None
    assert len([item async for item in kernel.storage.items()]) == 1


async def test_files_of_a_step_that_does_not_apply_any_more_are_let_go_at_the_end(
    sender: Sender, papers: World, worker_kernel: Kernel
) -> None:
    answer = await sender.upload("/letter", PDF, "application/pdf")
    await sender.draft.save("papers", answers={"letter": answer})
    await sender.draft.save("about", answers=documents.ANSWERS | {"age": 4, "guardian": "Meera"})
    await sender.finish(papers)
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=True):
        assert await collecting.collect(worker_kernel) == 1


async def test_a_submit_is_refused_where_a_file_has_gone(sender: Sender, papers: World, worker_kernel: Kernel) -> None:
    answer = await sender.upload("/letter", PDF, "application/pdf")
    await sender.draft.save("papers", answers={"letter": answer})
    seat = str(papers.tickets[0])
    await sender.draft.save("seats", tickets=[{"ticket": seat, "quantity": 1}])
    await sender.draft.save("people", attendees=[{"ticket": seat, "name": "Asha", "email": ""}])
    async with unit_of_work(worker_kernel, scope=SYSTEM) as uow:
        await uow.session.execute(text("DELETE FROM registration_upload"))
    refused = await sender.draft.submit()
    assert problems(refused) == {"/steps/papers/answers/letter": "upload"}


async def test_a_registration_made_in_one_call_names_no_files(api: httpx.AsyncClient, papers: World) -> None:
    made_up = {
        "upload": "5f0c1d1e-8a55-4f0e-9f5c-6d2b7f1a0c3e", "name": "a.pdf", "media_type": "application/pdf", "size": 1,
    }  # fmt: skip
    body = whole(papers)
    body["steps"]["papers"] = {"answers": {"letter": made_up}}
    for headers in ({}, {"Idempotency-Key": "k"}):
        refused = await api.post(f"/api/v1/events/{papers.slug}/registrations", json=body, headers=headers)
        assert problems(refused) == {"/steps/papers/answers/letter": "upload"}
    body["steps"]["papers"] = {"answers": {}}
    made = await api.post(f"/api/v1/events/{papers.slug}/registrations", json=body)
    assert made.status_code == 201, made.text


async def test_a_confirmed_registrations_file_can_be_changed_for_another(
    api: httpx.AsyncClient, sender: Sender, papers: World, worker_kernel: Kernel
) -> None:
    old = await sender.upload("/letter", PDF, "application/pdf")
    await sender.draft.save("papers", answers={"letter": old})
    await sender.finish(papers)
    new = await sender.upload("/letter", PDF + b"%%EOF", "application/pdf")
    admin = await sign_in(api, f"{Role.ADMINISTRATOR.value}@example.org")
    headers = admin | {"If-Match": sender.draft.headers["If-Match"]}
    made_up = new | {"upload": "5f0c1d1e-8a55-4f0e-9f5c-6d2b7f1a0c3e"}
    for answer, status in ((made_up, 422), (new, 200)):
        body = {"steps": {"papers": {"answers": {"letter": answer}}}}
        changed = await api.put(f"{sender.draft.address}/changes", json=body, headers=headers)
        assert changed.status_code == status, changed.text
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=True):
        assert await collecting.collect(worker_kernel) == 1
    assert (await sender.content(new["upload"])).status_code == 200


async def test_a_file_that_was_set_aside_with_its_answer_stays(
    api: httpx.AsyncClient, sender: Sender, papers: World, kernel: Kernel, worker_kernel: Kernel
) -> None:
    given = {
        "letter": await sender.upload("/letter", PDF, "application/pdf"),
        "scan": await sender.upload("/scan", PDF, "application/pdf"),
    }
    await sender.draft.save("papers", answers=given)
    source = documents.document("papers", documents.field("photo", "image"))
    scope = Scope(frozenset({papers.organization.id}))
    async with unit_of_work(kernel, organiser(papers.organization), scope) as uow:
        await forms.update(uow, papers.forms["papers"], source, None)
        await forms.publish(uow, papers.forms["papers"])
        await flow_service.save_draft(uow, papers.event, flows.FlowDraft(tuple(paper_steps(papers.forms))), None)
        newest, _ = await flow_service.publish(uow, papers.event)
    moved = await api.post(
        f"{sender.draft.address}/migration", json={"flow_version": str(newest)}, headers=sender.draft.headers
    )
    assert moved.status_code == 200, moved.text
    sender.draft.body = moved.json()["registration"]
    await sender.finish(papers)
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=True):
        assert await collecting.collect(worker_kernel) == 0
    assert (await sender.content(given["letter"]["upload"])).content == PDF


async def test_only_the_holder_and_staff_get_at_a_file(api: httpx.AsyncClient, sender: Sender, papers: World) -> None:
    answer = await sender.upload("/letter", PDF, "application/pdf")
    address = f"{sender.uploads}/{answer['upload']}/content"
    assert (await api.get(address)).status_code == 404
    other = await Sender.start(api, papers)
    assert (await api.get(address, headers=other.token)).status_code == 404
    # Nor through a registration of one's own.
    assert (await other.content(answer["upload"])).status_code == 404
    assert (await other.look(answer["upload"])).status_code == 404
    assert (await other.chunk(answer["upload"], 0, b"x")).status_code == 404
    desk = await sign_in(api, f"{Role.FRONT_DESK.value}@example.org")
    assert (await api.get(address, headers=desk)).content == PDF


async def test_a_guest_who_claims_the_draft_into_an_account_goes_on_with_the_upload(
    api: httpx.AsyncClient, sender: Sender
) -> None:
    uid = (await sender.begin("/letter", PDF, "application/pdf")).json()["uid"]
    desk = await sign_in(api, f"{Role.FRONT_DESK.value}@example.org")
    claimed = await api.post(f"{sender.draft.address}/claim", headers=desk | sender.token)
    assert claimed.status_code == 200, claimed.text
    headers = desk | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sent = await api.patch(f"{sender.uploads}/{uid}", content=PDF, headers=headers)
    assert sent.status_code == 204


async def test_a_registration_that_is_over_takes_no_files(sender: Sender) -> None:
    await sender.client.post(f"{sender.draft.address}/cancel", headers=sender.draft.headers)
    refused = await sender.begin("/letter", PDF, "application/pdf")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/uploads-closed")
