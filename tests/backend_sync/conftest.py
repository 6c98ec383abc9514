"""A stand-in per test, and the back ends that the client's suite runs against."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from backend_sync.odoo.client import OdooClient
from backend_sync.standin.injection import Injection
from backend_sync.standin.records import Caller
from backend_sync.standin.rpc import Account, Services
from backend_sync.standin.server import StandinServer
from backend_sync.standin.store import Store
from tests.backend_sync.recording import FIRST_IDS

ADMIN = Account("admin", "open sesame", Caller(2))
READER = Account("reader", "look, don't touch", Caller(7, may_write=False, may_sync=False))
REAL_ODOO = {
    name: os.environ.get(f"PRS_TEST_ODOO_{name.upper()}", "") for name in ("url", "database", "login", "password")
}


class Standin(msgspec.Struct, frozen=True):
    """A running stand-in and how to reach it."""

    url: str
    server: StandinServer
    store: Store
    injection: Injection
    folder: Path
    database: str = "prs"
    login: str = ADMIN.login
    password: str = ADMIN.password


class BackOffice(msgspec.Struct, frozen=True):
    """Where a client suite runs."""

    url: str
    database: str
    login: str
    password: str


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[Standin]:
    """A stand-in with faults enabled, on a port of its own."""
    injection = Injection()
    store = Store(tmp_path / "standin.sqlite", FIRST_IDS)
    services = Services(store, "prs", [ADMIN, READER], injection)
    server = StandinServer(("127.0.0.1", 0), store, services, injection, faults=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Standin(f"http://127.0.0.1:{server.server_port}", server, store, injection, tmp_path)
    server.shutdown()
    thread.join()
    server.close_gently()


@pytest.fixture(params=["standin", "odoo"] if REAL_ODOO["url"] else ["standin"])
def back_office(request: pytest.FixtureRequest) -> BackOffice:
    """The stand-in always; a real Odoo as well where PRS_TEST_ODOO_URL and its companions say where it is."""
    if request.param == "odoo":
        return BackOffice(**REAL_ODOO)
    standin: Standin = request.getfixturevalue("standin")
    return BackOffice(standin.url, standin.database, standin.login, standin.password)


@pytest_asyncio.fixture
async def client(back_office: BackOffice) -> AsyncIterator[OdooClient]:
    """A client of the back office under test."""
    async with OdooClient(
        back_office.url, back_office.database, back_office.login, back_office.password
    ) as odoo_client:
        yield odoo_client
