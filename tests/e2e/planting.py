"""A client that plants identity numbers in every way it can, and remembers each answer it got."""

import contextlib
import io
import random
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from api import demo
from api.domain.accounts.roles import Role
from tests.e2e import leaks
from tests.e2e.leaks import CONTROL
from tests.e2e.stack import Stack


def text(english: str) -> dict[str, str]:
    return {"en": english}


def field(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": text(name), **more}


IDENTITIES = [
    field("aadhaar", "identity_number", identity="aadhaar", sensitive=True),
    field("passport", "identity_number", identity="passport", sensitive=True),
]
AADHAARS = ("/aadhaar", "/family/0/member_aadhaar")
FORM = {
    "schema": "prs-form/1",
    "name": "planted",
    "title": text(f"Papers {CONTROL}"),
    "default_locale": "en",
    "locales": ["en"],
    "pages": [{"name": "page", "sections": [{"name": "section", "fields": [
        field("full_name", required=True, maps_to="registrant.name", shared_with_back_office=True),
        field("email", "email", required=True, maps_to="registrant.email"),
        *IDENTITIES,
        field("family", "repeat", fields=[
            field("member_name", required=True, shared_with_back_office=True),
            *({**one, "name": f"member_{one['name']}"} for one in IDENTITIES),
        ]),
    ]}]}],
}  # fmt: skip


class Client:
    """A client that keeps every answer it got."""

    def __init__(self, url: str) -> None:
        self.answers: list[bytes] = []
        self.refusals: list[bytes] = []
        # The control of the logs: what a client calls itself is logged.
        self._http = httpx.Client(base_url=url, timeout=60, headers={"User-Agent": f"planter {CONTROL}"})

    def close(self) -> None:
        self._http.close()

    def send(self, method: str, path: str, *statuses: int, shown: bool = False, **more: Any) -> httpx.Response:
        """Send a request that must be answered by one of the statuses. ``shown``: with a number, so it is forgotten."""
        # The control of the traces, of the audit trail and of errors: a request's own id is in them.
        headers = {"X-Request-Id": f"{CONTROL}-{len(self.answers) + len(self.refusals)}", **more.pop("headers", {})}
        answer = self._http.request(method, f"/api/v1{path}", headers=headers, **more)
        kept = self.refusals if answer.is_error else self.answers
        kept.append((b"" if shown else answer.content) + repr(answer.headers.raw).encode())
        assert answer.status_code in statuses, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer


def staff(client: Client, role: Role = Role.ADMINISTRATOR) -> dict[str, str]:
    """Return the header of the demo's member of staff with a role."""
    email = next(email for email, _, held in demo.PEOPLE if held is role)
    body = {"email": email, "password": demo.PASSWORD}
    return {"Authorization": f"Bearer {client.send('POST', '/auth/sessions', 201, json=body).json()['access_token']}"}


def publish_event(client: Client, admin: dict[str, str], slug: str) -> str:
    """Publish an event with the form, as an organiser does; returns its uid."""

    def post(path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        made: dict[str, Any] = client.send("POST", path, 200, 201, json=body, headers=admin | headers).json()
        return made

    organization = next(
        one["uid"]
        for one in client.send("GET", "/organizations", 200, headers=admin).json()
        if one["slug"] == demo.ORGANIZATION
    )
    form = post("/forms", {"organization": organization, "source": {**FORM, "name": slug.replace("-", "_")}})
    post(f"/forms/{form['uid']}/publish", **{"If-Match": f'"{form["revision"]}"'})
    begins = time.strftime("%Y-%m-%dT10:00:00Z", time.gmtime(time.time() + 90 * 86400))
    uid = post("/events", {"organization": organization, "slug": slug, "title": text("Papers"), "starts_at": begins,
                             "ends_at": begins.replace("T10", "T12"), "timezone": "Asia/Kolkata"})["uid"]  # fmt: skip
    post(f"/events/{uid}/tickets", {"name": text("Seat"), "capacity": None})
    steps = [
        {"name": "papers", "kind": "form", "title": text("Papers"), "form": form["uid"]},
        {"name": "review", "kind": "review", "title": text("Review")},
        {"name": "done", "kind": "confirmation", "title": text("Done")},
    ]
    first = {"If-Match": '"0"'}
    client.send("PUT", f"/events/{uid}/flow-draft", 200, json={"steps": steps}, headers=admin | first)
    post(f"/events/{uid}/flow-draft/publish")
    event = client.send("GET", f"/organizations/{organization}/events/{uid}", 200, headers=admin).json()
    post(f"/events/{uid}/publish", **{"If-Match": f'"{event["revision"]}"'})
    return str(uid)


class Planter:
    """Plants pairs of numbers in every way a client can send them. ``planted`` counts numbers."""

    def __init__(self, client: Client, slug: str, seed: int, *, vault: bool = False) -> None:
        self.planted = 0
        self.vault = vault
        self.whole: list[dict[str, Any]] = []
        self._client = client
        self._slug = slug
        self._source = random.Random(seed)  # noqa: S311 (test data)
        self._numbers = leaks.numbers(self._source)

    def _pair(self) -> tuple[str, str]:
        self.planted += 2
        return next(self._numbers)

    def person(self) -> dict[str, Any]:
        """Return answers with numbers in fields and in a repeat."""
        (aadhaar, passport), (member_aadhaar, member_passport) = self._pair(), self._pair()
        return {
            "full_name": f"Asha {CONTROL}",
            "email": "asha@people.example",
            "aadhaar": " ".join((aadhaar[:4], aadhaar[4:8], aadhaar[8:])) if self.planted % 8 else aadhaar,
            "passport": passport.lower() if self.planted % 8 else passport,
            "family": [{"member_name": "Ravi", "member_aadhaar": member_aadhaar, "member_passport": member_passport}],
        }

    def _register(self, answers: Any, *statuses: int, **headers: str) -> httpx.Response:
        body = {"steps": {"papers": {"answers": answers}}}
        return self._client.send("POST", f"/events/{self._slug}/registrations", *statuses, json=body, headers=headers)

    def in_one_call(self) -> None:
        answers = self.person()
        made = self._register(answers, 201, **{"Idempotency-Key": f"key-{self.planted}"}).json()
        self._register(answers, 201, **{"Idempotency-Key": f"key-{self.planted}"})
        self._register(self.person(), 422, **{"Idempotency-Key": f"key-{self.planted - 4}"})
        self.whole.append(made)
        address, holds = f"/registrations/{made['registration']['uid']}", {"Registration-Token": made["token"]}
        self._client.send("GET", address, 200, headers=holds)

    def in_drafts(self) -> None:
        started = self._client.send("POST", "/registrations", 201, json={"event": self._slug}).json()
        draft, token = started["registration"], started["token"]
        address = f"/registrations/{draft['uid']}"

        def holds() -> dict[str, str]:
            return {"Registration-Token": token, "If-Match": f'"{draft["revision"]}"'}

        # Typed, saved by itself, typed anew, saved half right, saved as complete, handed over, submitted, cancelled.
        for answers, complete in (
            ({"aadhaar": self._pair()[0]}, False),
            (self.person(), False),
            (self.person() | {"email": "not an address"}, False),
            (self.person(), True),
        ):
            body = {"answers": answers, "complete": complete}
            draft = self._client.send("PUT", f"{address}/steps/papers", 200, json=body, headers=holds()).json()
        aadhaar, passport = self._pair()
        for answers in ({aadhaar: True}, {passport: "x"}, {"family": [{"member_name": "x", aadhaar: passport}]}):
            body = {"answers": answers, "complete": False}
            self._client.send("PUT", f"{address}/steps/papers", 200, 422, json=body, headers=holds())
        stale = holds() | {"If-Match": '"0"'}
        body = {"answers": {"aadhaar": aadhaar, "passport": passport}}
        self._client.send("PUT", f"{address}/steps/papers", 412, json=body, headers=stale)
        self._client.send("PUT", f"{address}/steps/{passport}", 404, 422, json=body, headers=holds())
        draft = self._client.send("GET", address, 200, headers=holds()).json()
        self._client.send("POST", f"{address}/resume-links", 201, json={"send": True}, headers=holds())
        draft = self._client.send("POST", f"{address}/submit", 200, headers=holds()).json()
        self._client.send("POST", f"{address}/cancel", 200, headers=holds())

    def in_what_is_refused(self) -> None:
        aadhaar, passport = self._pair()
        person = self.person()
        answers: list[dict[str, Any]] = [
            {"email": None},
            {"aadhaar": int(aadhaar)},
            {"aadhaar": [aadhaar]},
            {"aadhaar": {"masked": aadhaar}},
            {"aadhaar": {"number": aadhaar}},
            {"aadhaar": aadhaar[:-1] + str((int(aadhaar[-1]) + 1) % 10)},
            {"aadhaar": aadhaar + "\u0007"},
            {"aadhaar": passport, "passport": aadhaar},
            {"passport": passport * 3},
            {"aadhar_number": aadhaar},
            {"family": aadhaar},
            {"family": [aadhaar]},
            {"family": [{"member_name": "x", "member_passport": [passport]}]},
            {"family": [{"member_name": "x", "passport_no": passport}]},
            {aadhaar: "x"},
            {passport: "x"},
            {f"{aadhaar[:4]} {aadhaar[4:8]} {aadhaar[8:]}": {}},
            {"family": [{"member_name": "x", passport.lower(): 1}]},
        ]
        for changes in answers:
            self._register(person | changes, 400, 422)
        bodies: list[Any] = [
            {"steps": {"papers": {"answers": {"aadhaar": aadhaar}, "aadhaar": aadhaar}}},
            {"steps": {"papers": {"answers": aadhaar}}},
            {"steps": aadhaar},
            {"steps": {"review": {"answers": {"aadhaar": aadhaar}}}},
            {"locale": aadhaar, "steps": {}},
            [aadhaar],
            {aadhaar: {}, "steps": {}},
            {f"a`{passport}": 1, "steps": {}},
            {f"{passport} - at `$.steps[...]": 1, "steps": {"papers": {}}},
            {"steps": {aadhaar: {}}},
            {"steps": {passport: {"answers": []}}},
            {"steps": {"papers": {passport: 1}}},
            {"steps": {"papers": {"answers": {aadhaar: 2**70}}}},
        ]
        for body in bodies:
            self._client.send("POST", f"/events/{self._slug}/registrations", 400, 422, json=body)
        kind = {"Content-Type": "application/json"}
        for broken in (
            f'{{"{passport}": 1, "{passport}": 2}}',
            f'{{"steps": {{"papers": {{"answers": {{"aadhaar": "{aadhaar}"',
            f'{{"a": "{aadhaar}\\u0000"}}',
        ):
            self._client.send("POST", f"/events/{self._slug}/registrations", 400, 422, content=broken, headers=kind)

    def in_searches(self, organization: str, admin: dict[str, str]) -> None:
        aadhaar, passport = self._pair()
        for words in (aadhaar, passport):
            self._client.send("GET", f"/organizations/{organization}/registrations", 200, params={"q": words},
                              headers=admin)  # fmt: skip
            self._client.send("GET", f"/organizations/{organization}/registrations", 422, params={"state": words},
                              headers=admin)  # fmt: skip
            self._client.send("GET", "/events", 200, params={"q": words})

    def in_reveals(self, organization: str, admin: dict[str, str], steward: dict[str, str]) -> int:
        """Ask for every number by those who may and those who may not; returns how many were shown."""
        shown = 0
        for made in self.whole:
            address = f"/registrations/{made['registration']['uid']}/reveals"
            for pointer in ("/passport", "/family/0/member_passport", *(AADHAARS if self.vault else ())):
                ask = {"step": "papers", "pointer": pointer, "reason": "other", "note": f"seen {CONTROL}"}
                answer = self._client.send("POST", address, 200, shown=True, json=ask, headers=steward)
                number = answer.json()["value"]
                kind = "aadhaar" if pointer in AADHAARS else "passport"
                assert number.startswith(leaks.AADHAAR if kind == "aadhaar" else leaks.PASSPORT)
                shown += 1
                self._client.send("POST", address, 422, json=ask | {"note": f"{number} is what I saw"}, headers=steward)
                self._client.send("POST", address, 403, json=ask, headers=admin)
                self._client.send("POST", address, 422, json=ask | {"pointer": f"/{number}", "step": number},
                                  headers=steward)  # fmt: skip
                self._find(organization, steward, kind, number, found=1)
            for pointer in () if self.vault else AADHAARS:
                ask = {"step": "papers", "pointer": pointer, "reason": "safety"}
                self._client.send("POST", address, 409, json=ask, headers=steward)
            self._find(organization, steward, "aadhaar", self._pair()[0], found=0)
        return shown

    def in_own_data(self) -> int:
        """Have everybody given their data, in which the numbers are in full; returns how many numbers were."""
        shown = 0
        for made in self.whole:
            address, holds = f"/registrations/{made['registration']['uid']}", {"Registration-Token": made["token"]}
            packed = self._client.send("POST", f"{address}/data-export", 200, shown=True, headers=holds).content
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                told = archive.read("data.json").decode().upper()
                assert leaks.PASSPORT in archive.read("index.html").decode().upper()
            assert told.count(leaks.AADHAAR) == (2 if self.vault else 0)
            shown += told.count(leaks.PASSPORT) + told.count(leaks.AADHAAR)
            self._client.send("POST", f"{address}/data-export", 404)
        return shown

    def in_an_account(self) -> None:
        """Register somebody who has an account, and have them given all that is held of it."""
        credentials = {"email": demo.PARTICIPANT[0], "password": demo.PASSWORD}
        token = self._client.send("POST", "/auth/sessions", 201, json=credentials).json()["access_token"]
        person = {"Authorization": f"Bearer {token}"}
        self._register(self.person(), 201, **person)
        packed = self._client.send("POST", "/me/data-export", 200, shown=True, headers=person).content
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            assert leaks.PASSPORT in archive.read("data.json").decode().upper()

    def _find(self, organization: str, steward: dict[str, str], identity: str, number: str, *, found: int) -> None:
        address = f"/organizations/{organization}/registrations/search-by-number"
        body = {"identity": identity, "value": number}
        answer = self._client.send("POST", address, 200, 409, json=body, headers=steward)
        if identity == "passport" or self.vault:
            assert len(answer.json()["items"]) == found
        for wrong in (body | {"identity": number}, body | {"value": [number]}, body | {"number": number}):
            self._client.send("POST", address, 400, 422, json=wrong, headers=steward)
        self._client.send("POST", f"{address}?q={CONTROL}", 401, json=body)

    def in_crashes(self, stack: Stack) -> None:
        """Kill the API and the worker with signal 9 while numbers are on their way through them."""
        with ThreadPoolExecutor(6) as pool:
            for _ in range(6):
                pool.submit(self._lose, stack.url, self.person())
            time.sleep(self._source.uniform(0.02, 0.3))
            for name in (*stack.apis, "worker"):
                stack.processes[name].kill9()
        for name in (*stack.apis, "worker"):
            stack.start_one(name)

    def _lose(self, url: str, answers: dict[str, Any]) -> None:
        body = {"steps": {"papers": {"answers": answers}}}
        with contextlib.suppress(httpx.TransportError):
            httpx.post(f"{url}/api/v1/events/{self._slug}/registrations", json=body, timeout=30)
