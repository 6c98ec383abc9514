"""Two API processes behind nginx are one platform: whoever is asked, and when one of them is gone."""

import threading
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.organiser import Organiser, steps_around
from tests.e2e.stack import Stack, wait_for
from tests.e2e.walker import Walker
from tests.factories import documents

pytestmark = pytest.mark.timeout(180)

CONTACT = documents.about()["pages"][0]["sections"][0]["fields"][:2]


@pytest.fixture(scope="module")
def pair() -> Iterator[Stack]:
    """A stack with two API processes behind nginx."""
    with Stack.running(behind_nginx=True) as found:
        yield found


def served(stack: Stack) -> Counter[str]:
    """Return how many requests each API process has answered."""
    return Counter({name: stack.processes[name].log.read_text().count("network.bytes_written") for name in stack.apis})


def addresses(stack: Stack) -> list[str]:
    """Return the API processes' own addresses, past nginx."""
    commands = [list(stack.processes[name].command) for name in stack.apis]
    return [f"http://127.0.0.1:{command[command.index('--port') + 1]}" for command in commands]


def test_people_register_step_by_step_across_both_and_arrive(pair: Stack) -> None:
    pair.ensure()
    before = served(pair)
    with Walker(pair.url) as walker:
        people = [walker.register(by_draft=bool(number % 2)) for number in range(8)]
    pair.wait_delivered()
    more = served(pair) - before
    assert all(more[name] > 10 for name in pair.apis), more
    assert len(pair.records([uid for one in people for uid in one.attendees])) == len(people)


def test_a_flow_published_through_one_is_what_the_other_answers(pair: Stack) -> None:
    pair.ensure()
    first, second = addresses(pair)

    def version(url: str) -> int:
        return int(httpx.get(f"{url}/api/v1/events/shared-flow/flow").json()["flow"]["version"])

    with Organiser(first) as organiser:
        form = organiser.make_form(documents.document("shared_flow", *CONTACT))
        event = organiser.make_event("shared-flow", steps_around(("about", form)))
        # Now both keep it.
        assert [version(one) for one in (first, second)] == [1, 1]
        organiser.change_form(form, documents.document("shared_flow_again", *CONTACT))
        assert organiser.change_flow(event) == 2
        wait_for("the new flow", lambda: version(second) == 2, 1, pause=0.02)
        assert version(first) == 2


def test_with_one_of_them_killed_people_go_on(pair: Stack) -> None:
    pair.ensure()
    with Walker(pair.url) as walker:
        walker.register(by_draft=True)
        pair.processes["api-2"].kill9()
        people = [walker.register(by_draft=bool(number % 2)) for number in range(4)]
        assert walker.counts.statuses.get(503, 0) == 0
    pair.start_one("api-2")
    pair.wait_delivered()
    assert len(pair.records([uid for one in people for uid in one.attendees])) == len(people)


def test_both_restarted_one_after_the_other_nobody_is_turned_away(pair: Stack) -> None:
    pair.ensure()
    statuses: Counter[int] = Counter()
    over = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=pair.url, timeout=30) as client:
            while not over.wait(0.02):
                statuses[client.get("/api/v1/events").status_code] += 1

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for name in pair.apis:
            pair.processes[name].stop()
            pair.start_one(name)
    finally:
        over.set()
        asking.join()
    assert statuses.keys() == {200}, statuses
    assert statuses[200] > 20
