"""Things of one organization, each made anew over HTTP by its administrator, for requests to act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

import httpx

from api.domain.accounts.roles import Role
from tests.factories import documents
from tests.factories.client import whole
from tests.factories.pictures import picture
from tests.factories.world import PASSWORD, World

PARTICIPANT = "participant@example.org"
_NUMBERS = count(1)
EVENT = {
    "title": {"en": "Winter school"},
    "timezone": "Asia/Kolkata",
    "starts_at": "2099-01-10T04:00:00Z",
    "ends_at": "2099-01-12T12:00:00Z",
}


def fresh(word: str) -> str:
    """Return a name that nothing has yet."""
    return f"{word}-{next(_NUMBERS)}"


@dataclass(frozen=True)
class Held:
    """A registration, and the token of the guest who holds it."""

    uid: str
    token: str
    revision: int

    @property
    def headers(self) -> dict[str, str]:
        return {"Registration-Token": self.token}


@dataclass(frozen=True)
class Signed:
    """A session: its uid, its refresh cookie, and what proves that the app sends it."""

    uid: str
    cookie: str
    csrf: str


@dataclass
class Ground:
    """One organization. What a property names is made at its first use and stays the same."""

    client: httpx.Client
    world: World
    administrator: Mapping[str, str]

    @property
    def organization(self) -> str:
        return str(self.world.organization.uid)

    @cached_property
    def session(self) -> Signed:
        """A session of the participant, in a browser of its own."""
        self.client.cookies.clear()
        answer = self.client.post("/api/v1/auth/sessions", json={"email": PARTICIPANT, "password": PASSWORD})
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        listed = self._done("GET", "/me/sessions", headers)
        uid = next(found["uid"] for found in listed if found["current"])
        return Signed(uid, answer.cookies["prs_refresh"], answer.json()["csrf_token"])

    def _done(self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any) -> Any:
        answer = self.client.request(
            method, f"/api/v1{path}", headers=self.administrator if headers is None else headers, **more
        )
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    # Events.

    @cached_property
    def event(self) -> str:
        """A published event."""
        uid = self._with_flow()
        self._done("POST", f"/events/{uid}/flow-draft/publish")
        self._done("POST", f"/events/{uid}/publish")
        return uid

    @cached_property
    def ready_event(self) -> str:
        """A draft event that could be published."""
        uid = self._with_flow()
        self._done("POST", f"/events/{uid}/flow-draft/publish")
        return uid

    @cached_property
    def draft_event(self) -> str:
        body = EVENT | {"organization": self.organization, "slug": fresh("school")}
        uid: str = self._done("POST", "/events", json=body)["uid"]
        return uid

    @cached_property
    def picture(self) -> str:
        """The uid of a draft event's picture, 320 pixels wide."""
        files = {"file": ("cover.png", picture("PNG", (320, 180)), "image/png")}
        url: str = self._done("PUT", f"/events/{self.draft_event}/image", files=files)["image"]["url"]
        return url.split("/")[2]

    @cached_property
    def deleted_event(self) -> str:
        self._done("DELETE", f"/organizations/{self.organization}/events/{self.draft_event}")
        return self.draft_event

    @cached_property
    def ticket(self) -> str:
        uid: str = self._done("POST", f"/events/{self.draft_event}/tickets", json={"name": {"en": "Seat"}})["uid"]
        return uid

    @cached_property
    def event_with_steps(self) -> str:
        """A draft event with a flow that could be published."""
        return self._with_flow()

    @cached_property
    def preview(self) -> str:
        """The token of a draft event's preview."""
        url: str = self._done("POST", f"/events/{self.draft_event}/previews")["url"]
        return url.partition("#")[2]

    def _with_flow(self) -> str:
        _ = self.ticket
        steps = {"steps": self.steps(str(self.world.forms["about"]))}
        self._done("PUT", f"/events/{self.draft_event}/flow-draft", json=steps)
        return self.draft_event

    @staticmethod
    def steps(form: str) -> list[dict[str, Any]]:
        """Return the steps of a small flow."""
        return [
            {"name": "about", "kind": "form", "title": {"en": "About you"}, "form": form},
            {"name": "review", "kind": "review", "title": {"en": "Review"}},
            {"name": "done", "kind": "confirmation", "title": {"en": "Done"}},
        ]

    # Forms and keys.

    @cached_property
    def form(self) -> str:
        """A form that was never published."""
        body = {"organization": self.organization, "source": self.form_document()}
        uid: str = self._done("POST", "/forms", json=body)["uid"]
        return uid

    @staticmethod
    def form_document() -> dict[str, Any]:
        """Return a small form under a name of its own."""
        return documents.document(fresh("form"), documents.field("nickname"))

    @cached_property
    def key(self) -> str:
        body = {"name": "A key", "permissions": ["api-key:manage"]}
        made = self._done("POST", f"/organizations/{self.organization}/api-keys", json=body)
        uid: str = made["api_key"]["uid"]
        return uid

    @cached_property
    def grant(self) -> str:
        """The invitation of somebody who has no account."""
        body = {"email": f"{fresh('invited')}@example.org", "role": "front-desk"}
        uid: str = self._done("POST", f"/organizations/{self.organization}/grants", json=body)["uid"]
        return uid

    # Registrations of the world's event, all of them a guest's.

    @cached_property
    def draft(self) -> Held:
        """A draft with every step complete."""
        made = self._started("POST", "/registrations", {"event": self.world.slug})
        revision = made.revision
        for step, given in whole(self.world)["steps"].items():
            headers = made.headers | {"If-Match": f'"{revision}"'}
            path = f"/registrations/{made.uid}/steps/{step}"
            revision = self._done("PUT", path, headers, json={"complete": True, **given})["revision"]
        return Held(made.uid, made.token, revision)

    @cached_property
    def draft_flow(self) -> str:
        """The flow version that the draft is on."""
        uid: str = self._done("GET", f"/registrations/{self.draft.uid}", self.draft.headers)["flow_version_uid"]
        return uid

    @cached_property
    def confirmed(self) -> Held:
        return self._started("POST", f"/events/{self.world.slug}/registrations", whole(self.world))

    @cached_property
    def changeable(self) -> Held:
        """A registration of an event that lets people change their age."""
        body = {"editable": ["about.age"]}
        self._done("PUT", f"/events/{self.world.event}/participant-rules", json=body)
        return self.confirmed

    @cached_property
    def mailing(self) -> str:
        """The uid of a mailing to everybody."""
        uid: str = self._done("POST", f"/organizations/{self.organization}/mailings", json={})["uid"]
        return uid

    @cached_property
    def with_passport(self) -> Held:
        """A registration with a sensitive answer."""
        return self._started("POST", f"/events/{self.world.slug}/registrations", whole(self.world, passport="Z1234567"))

    @cached_property
    def reveal_note(self) -> str:
        """The note that a steward left when they were shown that answer."""
        uid = self.with_passport.uid
        steward = self.world.staff[Role.DATA_STEWARD].email
        self.client.cookies.clear()
        signed = self._done("POST", "/auth/sessions", {}, json={"email": steward, "password": PASSWORD})
        self.client.cookies.clear()
        ask = {"step": "about", "pointer": "/passport", "reason": "other", "note": "asked at the door"}
        headers = {"Authorization": f"Bearer {signed['access_token']}"}
        self._done("POST", f"/registrations/{uid}/reveals", headers, json=ask)
        wanted = {"action": "sensitive.revealed", "subject": uid}
        trail = self._done("GET", f"/organizations/{self.organization}/audit-events", params=wanted)
        note: str = trail["items"][0]["details"]["note"]
        return note

    @cached_property
    def with_papers(self) -> Held:
        """A draft of the event that asks for files."""
        slug = self.world.slug.replace("-retreat", "-papers")
        made = self._started("POST", "/registrations", {"event": slug})
        answers = {"complete": True, "answers": documents.ANSWERS}
        headers = made.headers | {"If-Match": f'"{made.revision}"'}
        saved = self._done("PUT", f"/registrations/{made.uid}/steps/about", headers, json=answers)
        return Held(made.uid, made.token, saved["revision"])

    @cached_property
    def begun_upload(self) -> str:
        """An upload of four bytes, none of which is here."""
        return self._begun("/letter")

    @cached_property
    def upload(self) -> str:
        """A finished upload."""
        return self._filled(self._begun("/letter"))

    @cached_property
    def sensitive_upload(self) -> str:
        """A finished upload for a sensitive field."""
        return self._filled(self._begun("/scan"))

    def _begun(self, pointer: str) -> str:
        body = {"step": "papers", "pointer": pointer, "name": "list.csv", "size": 4, "media_type": "text/csv"}
        path = f"/registrations/{self.with_papers.uid}/uploads"
        uid: str = self._done("POST", path, self.with_papers.headers, json=body)["uid"]
        return uid

    def _filled(self, uid: str) -> str:
        headers = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        path = f"/registrations/{self.with_papers.uid}/uploads/{uid}"
        self._done("PATCH", path, {**self.with_papers.headers, **headers}, content=b"a,b\n")
        return uid

    @cached_property
    def consent(self) -> str:
        """A consent given with the confirmed registration."""
        body = {"purpose": "analytics", "text_version": "2026-11"}
        path = f"/registrations/{self.confirmed.uid}/consents"
        uid: str = self._done("POST", path, self.confirmed.headers, json=body)["uid"]
        return uid

    @cached_property
    def cancelled(self) -> Held:
        self._done("POST", f"/registrations/{self.confirmed.uid}/cancel", self.confirmed.headers)
        return self.confirmed

    @cached_property
    def deleted(self) -> Held:
        self._done("DELETE", f"/organizations/{self.organization}/registrations/{self.cancelled.uid}")
        return self.cancelled

    @cached_property
    def link(self) -> str:
        """The token of a resume link that nobody has used."""
        path = f"/registrations/{self.draft.uid}/resume-links"
        url: str = self._done("POST", path, self.draft.headers, json={})["url"]
        return url.partition("#")[2]

    def _started(self, method: str, path: str, body: dict[str, Any]) -> Held:
        made = self._done(method, path, {}, json=body)
        return Held(made["registration"]["uid"], made["token"], made["registration"]["revision"])
