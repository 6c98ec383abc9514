"""An organiser of the demo's organization, over HTTP: makes events, changes their forms and flows, publishes."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from api import demo
from api.domain.accounts.roles import Role

Step = dict[str, Any]


def text(english: str) -> dict[str, str]:
    """Return a text in one language."""
    return {"en": english}


def steps_around(*forms: tuple[str, str]) -> list[Step]:
    """Return a flow's steps: forms by (step, uid), tickets, review, confirmation."""
    return [
        *({"name": name, "kind": "form", "title": text(name), "form": uid} for name, uid in forms),
        {"name": "seats", "kind": "tickets", "title": text("Tickets")},
        {"name": "review", "kind": "review", "title": text("Review")},
        {"name": "done", "kind": "confirmation", "title": text("Done")},
    ]


@dataclass
class Organiser:
    """A signed-in administrator."""

    url: str
    client: httpx.Client = field(init=False)
    organization: str = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=f"{self.url}/api/v1", timeout=60)
        email = next(email for email, _, held in demo.PEOPLE if held is Role.ADMINISTRATOR)
        token = self.send("POST", "/auth/sessions", {"email": email, "password": demo.PASSWORD})["access_token"]
        self.client.headers["Authorization"] = f"Bearer {token}"
        found = self.send("GET", "/organizations")
        self.organization = next(one["uid"] for one in found if one["slug"] == demo.ORGANIZATION)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def send(self, method: str, path: str, body: Any = None, revision: int | None = None) -> Any:
        """Send a request that must be answered with success; returns the answer's body."""
        headers = {} if revision is None else {"If-Match": f'"{revision}"'}
        answer = self.client.request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def make_form(self, source: dict[str, Any]) -> str:
        """Publish a new form; returns its uid."""
        form = self.send("POST", "/forms", {"organization": self.organization, "source": source})
        self.send("POST", f"/forms/{form['uid']}/publish", revision=form["revision"])
        return str(form["uid"])

    def import_sheet(self, path: Path) -> str:
        """Publish a form made from a spreadsheet, without what is not supported; returns its uid."""
        query = {"organization": self.organization, "skip_unsupported": "true"}
        files = {"file": (path.name, path.read_bytes(), "application/octet-stream")}
        answer = self.client.post("/forms/import", params=query, files=files)
        assert answer.is_success, f"{path.name}: {answer.status_code} {answer.text}"
        form = answer.json()["form"]
        self.send("POST", f"/forms/{form['uid']}/publish", revision=form["revision"])
        return str(form["uid"])

    def change_form(self, form: str, source: dict[str, Any]) -> None:
        """Publish a form's next version."""
        revision = self.send("GET", f"/forms/{form}")["revision"]
        saved = self.send("PUT", f"/forms/{form}", {"source": source}, revision)
        self.send("POST", f"/forms/{form}/publish", revision=saved["revision"])

    def make_event(self, slug: str, steps: list[Step], *, capacity: int | None = None) -> str:
        """Publish an event with one ticket and a flow; returns its uid."""
        begins = time.strftime("%Y-%m-%dT10:00:00Z", time.gmtime(time.time() + 90 * 86400))
        body = {
            "organization": self.organization, "slug": slug, "title": text(slug), "timezone": "Asia/Kolkata",
            "starts_at": begins, "ends_at": begins.replace("T10", "T12"),
        }  # fmt: skip
        event = str(self.send("POST", "/events", body)["uid"])
        self.send("POST", f"/events/{event}/tickets", {"name": text("Seat"), "capacity": capacity})
        self.change_flow(event, steps)
        revision = self.send("GET", f"/organizations/{self.organization}/events/{event}")["revision"]
        self.send("POST", f"/events/{event}/publish", revision=revision)
        return event

    def change_flow(self, event: str, steps: list[Step] | None = None) -> int:
        """Publish an event's flow with the newest forms, and with other steps where given; returns its number."""
        if steps is not None:
            answer = self.client.get(f"/events/{event}/flow-draft")
            revision = answer.json()["revision"] if answer.is_success else 0
            self.send("PUT", f"/events/{event}/flow-draft", {"steps": steps}, revision)
        return int(self.send("POST", f"/events/{event}/flow-draft/publish")["version"])
