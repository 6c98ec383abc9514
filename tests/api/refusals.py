"""Tables of requests that must be refused: with the right problem, and with nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import text

from api.lib.db import Database

MEMBERS = {"type", "title", "status", "detail", "request_id", "errors"}


@dataclass
class Refusal:
    """A request and the problem it must meet. ``pointer`` is a field that the problem must name."""

    name: str
    status: int
    problem: str
    pointer: str | None = None
    code: str | None = None
    method: str = "POST"
    path: str = ""
    json: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, client: httpx.AsyncClient) -> httpx.Response:
        headers = dict(self.headers)
        if self.content is not None:
            headers.setdefault("Content-Type", "application/json")
            return await client.request(self.method, self.path, headers=headers, content=self.content)
        return await client.request(self.method, self.path, headers=headers, json=self.json)

    def complaints(self, answer: httpx.Response) -> list[str]:
        """Return what is wrong with the answer."""
        if answer.headers.get("content-type") != "application/problem+json":
            return [f"{answer.status_code} is no problem document: {answer.text[:200]}"]
        body = answer.json()
        found = []
        if (answer.status_code, body["type"]) != (self.status, f"/problems/{self.problem}"):
            found.append(f"{answer.status_code} {body['type']}, not {self.status} {self.problem}: {body['errors']}")
        if not body.keys() >= MEMBERS or body["status"] != answer.status_code:
            found.append(f"incomplete: {body}")
        if body["request_id"] != answer.headers["x-request-id"]:
            found.append("another request id in the body than in the header")
        named = [(error["pointer"], error["code"]) for error in body["errors"]]
        if self.pointer is not None and self.pointer not in [pointer for pointer, _ in named]:
            found.append(f"does not name {self.pointer} but {named}")
        if self.code is not None and (self.pointer, self.code) not in named:
            found.append(f"does not say {self.code} but {named}")
        return found


# A refused sign-in is written down: that is no trace of what was asked for.
_EXPECTED = {"audit_event": "WHERE action <> 'sign-in.failed'"}


async def contents(owner: Database) -> dict[str, str]:
    """Return a digest of every row of every table."""
    async with owner.engine.connect() as connection:
        tables = await connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        each = " UNION ALL ".join(
            f"SELECT '{name}', count(*) || ' ' || md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), '')) "  # noqa: S608
            f"FROM {name} t {_EXPECTED.get(name, '')}"
            for name in tables
        )
        return {name: digest for name, digest in await connection.execute(text(each))}  # noqa: C416


async def assert_refused(client: httpx.AsyncClient, owner: Database, table: Sequence[Refusal]) -> None:
    """Send each request: each must meet its problem, and none may leave a trace in any table."""
    wrong = []
    before = await contents(owner)
    for case in table:
        complaints = case.complaints(await case.send(client))
        after = await contents(owner)
        complaints += [f"{name} has changed" for name in before if before[name] != after[name]]
        wrong += [f"{case.name}: {complaint}" for complaint in complaints]
        before = after
    assert not wrong, "\n".join(wrong)
