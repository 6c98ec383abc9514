"""What a person does, over HTTP."""

from typing import Any
from uuid import UUID

import httpx

from tests.factories import documents
from tests.factories.world import PASSWORD, World


def whole(world: World, *, ticket: UUID | None = None, **answers: Any) -> dict[str, Any]:
    """Return the body of a complete registration for one person."""
    seat = str(ticket or world.tickets[0])
    given = documents.ANSWERS | answers
    return {
        "steps": {
            "about": {"answers": given},
            "seats": {"tickets": [{"ticket": seat, "quantity": 1}]},
            "people": {"attendees": [{"ticket": seat, "name": given["full_name"], "email": given["email"]}]},
        }
    }


async def register(client: httpx.AsyncClient, world: World, **answers: Any) -> dict[str, Any]:
    """Register one person in one call; returns the answer's body."""
    response = await client.post(f"/api/v1/events/{world.slug}/registrations", json=whole(world, **answers))
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def sign_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> dict[str, str]:
    """Return the header that authorizes an account."""
    # Each in a browser of its own: signing in anew ends the session that a browser had.
    client.cookies.clear()
    response = await client.post("/api/v1/auth/sessions", json={"email": email, "password": password})
    assert response.status_code == 201, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


class Draft:
    """A guest's draft, step by step."""

    def __init__(self, client: httpx.AsyncClient, body: dict[str, Any]) -> None:
        self.client = client
        self.body: dict[str, Any] = body["registration"]
        self.token: str = body["token"]

    @classmethod
    async def start(cls, client: httpx.AsyncClient, world: World) -> "Draft":
        response = await client.post("/api/v1/registrations", json={"event": world.slug, "locale": "en"})
        assert response.status_code == 201, response.text
        return cls(client, response.json())

    @property
    def address(self) -> str:
        return f"/api/v1/registrations/{self.body['uid']}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Registration-Token": self.token, "If-Match": f'"{self.body["revision"]}"'}

    async def send(self, step: str, **body: Any) -> httpx.Response:
        """Save a step and return the answer, whatever it is."""
        complete = body.pop("complete", True)
        return await self.client.put(
            f"{self.address}/steps/{step}", json={"complete": complete, **body}, headers=self.headers
        )

    async def save(self, step: str, **body: Any) -> dict[str, Any]:
        """Save a step that is right."""
        response = await self.send(step, **body)
        assert response.status_code == 200, response.text
        self.body = response.json()
        return self.body

    async def submit(self, key: str | None = None) -> httpx.Response:
        """Submit and return the answer, whatever it is."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        response = await self.client.post(f"{self.address}/submit", headers=headers)
        if response.status_code == 200:
            self.body = response.json()
        return response

    async def fill(self, world: World, quantity: int = 1, **answers: Any) -> None:
        """Complete every step that a grown-up is asked."""
        seat = str(world.tickets[0])
        await self.save("about", answers=documents.ANSWERS | answers)
        await self.save("seats", tickets=[{"ticket": seat, "quantity": quantity}])
        people = [{"ticket": seat, "name": f"Person {index}", "email": ""} for index in range(quantity)]
        await self.save("people", attendees=people)


async def register_measured(client: httpx.AsyncClient, world: World, **answers: Any) -> Draft:
    """Register a person who lets the analysts know of it."""
    draft = await Draft.start(client, world)
    agreed = await client.post(
        f"{draft.address}/consents", json={"purpose": "analytics", "text_version": "2026-11"}, headers=draft.headers
    )
    assert agreed.status_code == 201, agreed.text
    await draft.fill(world, **answers)
    submitted = await draft.submit()
    assert submitted.status_code == 200, submitted.text
    return draft
