"""A person with an account, and the mails that they get."""

import email
import email.policy
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import text

from api.domain.accounts import mails
from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel
from backend_sync.drain import drain
from tests.conftest import Running, running, structs
from tests.worker.conftest import MailServer
from worker.delivery.mail import MailDelivery

EMAIL = "nila@example.org"
PHRASE = "seven lamps on the river"


@dataclass
class Post:
    """Delivers what is due and reads it."""

    settings: Settings
    kernel: Kernel
    server: MailServer
    owner: Database

    async def deliver(self) -> list[tuple[str, str, str]]:
        """Return recipient, subject and text of the mails that were due."""
        known = len(self.server.mails)
        await drain(self.kernel, Destination.MAIL, MailDelivery(self.settings))
        found = []
        for [recipient], content in self.server.mails[known:]:
            mail = email.message_from_bytes(content, policy=email.policy.default)
            part = mail.get_body(("plain",))
            assert part is not None
            found.append((recipient, str(mail["Subject"]), str(part.get_content())))
        return found

    async def token(self, page: str) -> str:
        """Return the secret of the one link that is due."""
        [(_, _, body)] = await self.deliver()
        return body.split(f"/{page}#", 1)[1].split()[0]

    async def next_minute(self) -> None:
        """Let a minute pass for the outbox: it takes one mail of a kind for each."""
        async with self.owner.engine.begin() as connection:
            await connection.execute(text("UPDATE outbox SET revision = revision - 1 WHERE organization_id = 0"))


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server that takes everything."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def app(settings: Settings, world: object, mail_server: MailServer) -> AsyncIterator[Running]:  # noqa: ARG001
    """The whole application."""
    async with running(structs(settings, smtp_url=mail_server.url)) as found:
        yield found


@pytest.fixture
def post(
    settings: Settings, worker_kernel: Kernel, mail_server: MailServer, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> Post:
    """The worker's part in it; the minute that mails are counted by stands still."""
    monkeypatch.setattr(mails, "_minute", lambda: 30_000_000)
    return Post(structs(settings, smtp_url=mail_server.url), worker_kernel, mail_server, owner)


async def sign_up(client: httpx.AsyncClient, **changes: str) -> httpx.Response:
    """Ask for an account."""
    body = {"email": EMAIL, "password": PHRASE, "name": "Nila"} | changes
    return await client.post("/api/v1/auth/accounts", json=body)


async def attempt(client: httpx.AsyncClient, email: str = EMAIL, password: str = PHRASE) -> httpx.Response:
    """Try to sign in."""
    answer = await client.post("/api/v1/auth/sessions", json={"email": email, "password": password})
    client.cookies.clear()
    return answer


async def verified(client: httpx.AsyncClient, post: Post) -> dict[str, str]:
    """Return the header of a person who has signed up, verified the address and signed in."""
    await sign_up(client)
    token = await post.token("verify-email")
    assert (
        await client.post("/api/v1/auth/email-verifications", json={"token": token, "password": PHRASE})
    ).status_code == 204
    answer = await attempt(client)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def rows(owner: Database, statement: str, **values: object) -> list[tuple[object, ...]]:
    """Return what the database holds, past all walls."""
    async with owner.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(statement), values)]


async def rows_changed(owner: Database, statement: str, **values: object) -> None:
    """Change something behind the platform's back."""
    async with owner.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def actions(owner: Database) -> list[str]:
    """Return the audit trail's actions about accounts, in their order."""
    found = await rows(owner, "SELECT action FROM audit_event WHERE subject_type = 'account' ORDER BY id")
    return [str(action) for [action] in found]
