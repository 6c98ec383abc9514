"""What people agreed to: recorded with the answer, never edited, withdrawn; and what hangs on it."""

from typing import Any

import httpx
import pytest

from api.domain import wiring
from api.domain.catalog import flows
from api.domain.catalog.contracts import StepKind
from api.domain.forms import service as forms
from api.domain.privacy import erasures
from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.security import Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel, unit_of_work
from backend_sync.drain import drain
from tests.backend_sync.deliveries import execute
from tests.conftest import running, structs
from tests.factories import documents
from tests.factories.client import Draft, register, register_measured, sign_in
from tests.factories.world import World, make_event, organiser
from tests.worker.conftest import Analysts, analysts
from worker.delivery.analytics import AnalyticsDelivery

__all__ = ["analysts"]

ANALYTICS = Destination.ANALYTICS


@pytest.fixture
async def asking(kernel: Kernel, world: World) -> World:
    """An event whose form asks for two consents."""
    source = documents.document(
        "consents",
        documents.field("full_name", required=True, maps_to="registrant.name"),
        documents.field("email", "email", required=True, maps_to="registrant.email"),
        documents.field("photos", "consent", consent_text_version="photos-3"),
        documents.field("newsletter", "consent"),
    )
    async with unit_of_work(kernel, organiser(world.organization), Scope(frozenset({world.organization.id}))) as uow:
        form = (await forms.create(uow, world.organization, source)).uid
        await forms.publish(uow, form)

    def steps(_: dict[str, Any]) -> list[flows.DraftStep]:
        step = flows.DraftStep
        return [
            step("about", StepKind.FORM, {"en": "About"}, form),
            step("seats", StepKind.TICKETS, {"en": "Tickets"}),
            step("review", StepKind.REVIEW, {"en": "Review"}),
            step("done", StepKind.CONFIRMATION, {"en": "Done"}),
        ]

    event, tickets, made = await make_event(kernel, world.organization, "asking", steps=steps, most=1)
    return World(world.organization, {}, event, "asking", tickets, made)


async def submitted(client: httpx.AsyncClient, world: World, **consents: bool) -> tuple[str, dict[str, str]]:
    answers = {"full_name": "Asha", "email": "asha@example.org"} | consents
    seats = {"tickets": [{"ticket": str(world.tickets[0]), "quantity": 1}]}
    answer = await client.post(
        f"/api/v1/events/{world.slug}/registrations", json={"steps": {"about": {"answers": answers}, "seats": seats}}
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return f"/api/v1/registrations/{made['registration']['uid']}", {"Registration-Token": made["token"]}


async def test_a_given_consent_is_kept_with_the_version_of_its_text(api: httpx.AsyncClient, asking: World) -> None:
    address, token = await submitted(api, asking, photos=True)
    [one] = (await api.get(f"{address}/consents", headers=token)).json()
    assert (one["purpose"], one["text_version"], one["source"]) == ("photos", "photos-3", "form:consents")
    assert (one["withdrawn_at"], one["locale"]) == (None, "en")
    both, token = await submitted(api, asking, photos=True, newsletter=True)
    found = (await api.get(f"{both}/consents", headers=token)).json()
    versions = {one["purpose"]: one["text_version"] for one in found}
    assert versions.keys() == {"photos", "newsletter"}
    assert len(versions["newsletter"]) == 12, "a text without a version is known by the form's hash"


async def test_a_draft_that_is_left_has_agreed_to_nothing(api: httpx.AsyncClient, asking: World) -> None:
    draft = await Draft.start(api, asking)
    await draft.save("about", answers={"full_name": "Asha", "email": "asha@example.org", "photos": True})
    assert (await api.get(f"{draft.address}/consents", headers=draft.headers)).json() == []


async def test_a_consent_is_withdrawn_once_and_by_its_giver_only(
    api: httpx.AsyncClient, asking: World, owner: Database
) -> None:
    address, token = await submitted(api, asking, photos=True)
    _, other = await submitted(api, asking, photos=True)
    [one] = (await api.get(f"{address}/consents", headers=token)).json()
    withdraw = f"{address}/consents/{one['uid']}/withdraw"
    assert (await api.post(withdraw, headers=other)).status_code == 404
    admin = await sign_in(api, "administrator@example.org")
    assert (await api.post(withdraw, headers=admin)).status_code == 404
    done = await api.post(withdraw, headers=token)
    assert done.status_code == 200, done.text
    assert done.json()["withdrawn_at"] is not None
    again = await api.post(withdraw, headers=token)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-withdrawn")
    async with owner.engine.connect() as connection:
        events = await connection.exec_driver_sql("SELECT action FROM audit_event WHERE subject_type = 'consent'")
        assert [action for (action,) in events] == ["consent.withdrawn"]


async def test_a_claimed_registrations_consents_are_the_accounts(api: httpx.AsyncClient, asking: World) -> None:
    address, token = await submitted(api, asking, photos=True)
    person = await sign_in(api, "front-desk@example.org")
    assert (await api.get("/api/v1/me/consents", headers=person)).json() == []
    assert (await api.post(f"{address}/claim", headers=token | person)).status_code == 200
    [one] = (await api.get("/api/v1/me/consents", headers=person)).json()
    assert one["registration"] == address.rpartition("/")[2]
    done = await api.post(f"/api/v1/me/consents/{one['uid']}/withdraw", headers=person)
    assert done.status_code == 200, done.text
    stranger = await sign_in(api, "administrator@example.org")
    assert (await api.post(f"/api/v1/me/consents/{one['uid']}/withdraw", headers=stranger)).status_code == 404


def measured(settings: Settings, analysts: Analysts) -> Settings:
    """Return settings with Mixpanel set up."""
    return structs(
        settings, mixpanel_token="a-token", mixpanel_url=analysts.url, mixpanel_deletion_url=analysts.url,
        mixpanel_deletion_token="oauth",
    )  # fmt: skip


async def test_the_analysts_learn_nothing_of_who_has_not_agreed(
    settings: Settings, world: World, worker_kernel: Kernel, analysts: Analysts
) -> None:
    wanted = measured(settings, analysts)
    async with running(wanted) as found:
        await register(found.client, world)
        await drain(worker_kernel, ANALYTICS, AnalyticsDelivery(wanted))
        assert analysts.events == []
        agreed = await register_measured(found.client, world)
    await drain(worker_kernel, ANALYTICS, AnalyticsDelivery(wanted))
    assert [event["properties"]["distinct_id"] for event in analysts.events] == [agreed.body["uid"]]


async def test_a_withdrawal_stops_what_is_on_its_way_and_has_the_rest_deleted(
    settings: Settings, world: World, worker_kernel: Kernel, owner: Database, analysts: Analysts
) -> None:
    wanted = measured(settings, analysts)
    async with running(wanted) as found:
        told = await register_measured(found.client, world)
        await drain(worker_kernel, ANALYTICS, AnalyticsDelivery(wanted))
        waiting = await register_measured(found.client, world)
        for draft in (told, waiting):
            [one] = (await found.client.get(f"{draft.address}/consents", headers=draft.headers)).json()
            await found.client.post(f"{draft.address}/consents/{one['uid']}/withdraw", headers=draft.headers)
    analysts.status = 401
    await drain(worker_kernel, ANALYTICS, AnalyticsDelivery(wanted))
    assert len(analysts.events) == 1, "a refused deletion is not taken for one"
    analysts.status = 200
    await execute(owner, "UPDATE outbox SET available_at = clock_timestamp() WHERE state = 'pending'")
    await drain(worker_kernel, ANALYTICS, AnalyticsDelivery(wanted))
    assert analysts.events == []
    token, bearer, body = analysts.deletions[-1]
    assert (token, bearer, body["compliance_type"]) == ("a-token", "oauth", "GDPR")
    assert set(body["distinct_ids"]) == {told.body["uid"], waiting.body["uid"]}


async def test_who_agrees_after_the_confirmation_is_counted_once_and_a_draft_not_yet(
    settings: Settings, world: World, worker_kernel: Kernel, analysts: Analysts
) -> None:
    wanted = measured(settings, analysts)
    agreement = {"purpose": "analytics", "text_version": "2026-11"}
    async with running(wanted) as found:
        draft = await Draft.start(found.client, world)
        confirmed = await Draft.start(found.client, world)
        await confirmed.fill(world)
        assert (await confirmed.submit()).status_code == 200
        for one in (draft, confirmed, confirmed):
            given = await found.client.post(f"{one.address}/consents", json=agreement, headers=one.headers)
            assert given.status_code == 201, given.text
            await drain(worker_kernel, ANALYTICS, AnalyticsDelivery(wanted))
    assert {event["properties"]["distinct_id"] for event in analysts.events} == {confirmed.body["uid"]}
    # Given twice, it is told under the same name, of which Mixpanel keeps one.
    assert len({event["properties"]["$insert_id"] for event in analysts.events}) == 1


async def test_an_erasure_reaches_the_analysts_and_waits_for_them(
    settings: Settings, world: World, owner: Database, analysts: Analysts
) -> None:
    wanted = measured(settings, analysts)
    kernel = make_kernel(wanted, service="test-worker", database_url=wanted.worker_database_url)
    async with running(wanted) as found:
        draft = await register_measured(found.client, world)
        await drain(kernel, ANALYTICS, AnalyticsDelivery(wanted))
        await found.client.post(f"{draft.address}/erasure", headers=draft.headers)
    assert await erasures.run_due(kernel, wiring.PERSONAL_DATA) == 0
    await drain(kernel, ANALYTICS, AnalyticsDelivery(wanted))
    await execute(owner, "UPDATE erasure SET next_at = clock_timestamp()")
    assert await erasures.run_due(kernel, wiring.PERSONAL_DATA) == 1
    assert analysts.events == []
    async with owner.engine.connect() as connection:
        [(places,)] = await connection.exec_driver_sql("SELECT places FROM erasure")
        [row] = await connection.exec_driver_sql("SELECT purpose, registration_id FROM consent")
    assert (places["analytics"], tuple(row)) == (1, ("analytics", None))
    await kernel.close()
