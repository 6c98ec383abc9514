"""An event that asks for files, and a guest with a draft for it."""

import httpx
import pytest

from api.lib.uow import Kernel
from tests.factories import documents
from tests.factories.files import Sender, make_papers
from tests.factories.world import World


@pytest.fixture
async def papers(kernel: Kernel, world: World) -> World:
    """The world with an event whose second step asks for files."""
    return await make_papers(kernel, world)


@pytest.fixture
async def sender(api: httpx.AsyncClient, papers: World) -> Sender:
    """A guest who has said who they are."""
    found = await Sender.start(api, papers)
    await found.draft.save("about", answers=documents.ANSWERS)
    return found
