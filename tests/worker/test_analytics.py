"""Mixpanel and DogStatsD, over local listeners."""

from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.telemetry import make_metrics
from api.lib.uow import Kernel
from backend_sync.drain import drain
from tests.backend_sync.deliveries import Recorder, enqueue, execute, outbox
from tests.conftest import running, structs
from tests.factories.client import register, register_measured
from tests.factories.world import World
from tests.worker.conftest import Analysts, Statsd
from worker.delivery.analytics import AnalyticsDelivery

ANALYTICS = Destination.ANALYTICS


def measuring(settings: Settings, analysts: Analysts) -> Settings:
    """Return settings with Mixpanel set up."""
    return structs(settings, mixpanel_token="a-token", mixpanel_url=analysts.url)


async def test_the_analysts_learn_that_it_happened_and_not_who(
    settings: Settings, world: World, worker_kernel: Kernel, analysts: Analysts
) -> None:
    wanted = measuring(settings, analysts)
    async with running(wanted) as found:
        made = (await register_measured(found.client, world)).body
    await drain(worker_kernel, ANALYTICS, AnalyticsDelivery(wanted))
    [event] = analysts.events
    assert event["event"] == "Registration submitted"
    assert event["properties"]["event"] == world.slug
    assert event["properties"]["$insert_id"] == f"{made['uid']}-{made['revision']}"
    assert "asha" not in str(event).lower()


async def test_nothing_is_told_while_no_token_is_set(settings: Settings, world: World, owner: Database) -> None:
    async with running(settings) as found:
        await register(found.client, world)
    assert await outbox(owner, ANALYTICS) == []


async def test_an_absent_listener_costs_time_and_no_event(
    settings: Settings, world: World, worker_kernel: Kernel, owner: Database, analysts: Analysts
) -> None:
    wanted = measuring(settings, analysts)
    async with running(wanted) as found:
        await register_measured(found.client, world)
    analysts.status = 503
    await drain(worker_kernel, ANALYTICS, AnalyticsDelivery(wanted))
    [row] = await outbox(owner, ANALYTICS)
    assert (row["state"], row["error"]) == ("pending", "analytics: MixpanelException")
    analysts.status = 200
    await execute(owner, "UPDATE outbox SET available_at = clock_timestamp() WHERE destination = 'analytics'")
    await drain(worker_kernel, ANALYTICS, AnalyticsDelivery(wanted))
    assert len(analysts.events) == 1


async def test_the_worker_counts_deliveries_and_the_api_counts_requests(
    settings: Settings, world: World, kernel: Kernel, worker_kernel: Kernel, statsd: Statsd
) -> None:
    async with running(structs(settings, datadog_url=statsd.url)) as found:
        await register(found.client, world)
    lines = await statsd.lines()
    assert any(line.startswith("prs.http.request:") and "status:201" in line for line in lines), lines
    assert any(line.startswith("prs.registration.confirmed:1|c") for line in lines), lines
    await enqueue(kernel, world.organization.id, 3)
    metered = make_metrics(statsd.url, service="worker", region="local")
    object.__setattr__(worker_kernel, "metrics", metered)
    await drain(worker_kernel, Destination.MAIL, Recorder())
    lines = await statsd.lines()
    assert [line for line in lines if line.startswith("prs.sync.delivered:3|c") and "service:worker" in line], lines
    assert "asha" not in str(lines).lower()
