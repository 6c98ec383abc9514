"""HEAD is GET without the body."""

import httpx
import pytest

from tests.factories.world import World


@pytest.mark.parametrize(
    "path", ["/api/v1/events", "/api/v1/events/{slug}/flow", "/health/live", "/api/v1/me", "/none"]
)
async def test_a_head_tells_what_a_get_would(api: httpx.AsyncClient, world: World, path: str) -> None:
    where = path.format(slug=world.slug)
    get, head = await api.get(where), await api.head(where)
    passing = {"date", "x-request-id", "ratelimit", "content-length"}
    assert head.status_code == get.status_code
    assert head.content == b""
    assert {k: v for k, v in head.headers.items() if k not in passing} == {
        k: v for k, v in get.headers.items() if k not in passing
    }


async def test_a_head_of_what_can_only_be_written_is_no_method_of_it(api: httpx.AsyncClient) -> None:
    answer = await api.head("/api/v1/auth/sessions")
    assert answer.status_code == 405
    assert answer.content == b""
