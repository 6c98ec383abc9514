"""A client that knows two things: the OpenAPI document and the flow document of an event."""

import asyncio
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.e2e.answers import AnswerMaker, fields_of
from tests.e2e.answers_special import File

_ROUNDS = 80
_TRIES = 40
# Refusals of one answer after which it is left out.
_PATIENCE = 30
_FIELD = re.compile(r"^(?:/steps/(?P<step>[^/]+))?/answers/(?P<field>[^/]+)")


class Refused(AssertionError):
    """The server refused what cannot be mended by other answers."""


@dataclass(frozen=True)
class Registered:
    """One person's registration, as the answer said. ``attendees`` are uids."""

    uid: str
    token: str
    revision: int
    number: str
    email: str
    attendees: list[str]


@dataclass
class Counts:
    """What happened on the way. ``refused`` are answers drawn anew, ``waited`` requests that had to come back."""

    registered: int = 0
    requests: int = 0
    refused: int = 0
    waited: int = 0
    by_drafts: int = 0
    statuses: dict[int, int] = field(default_factory=dict)


class Api:
    """Requests by operation id; waits where the server asks for it, and repeats what is safe to repeat."""

    def __init__(self, client: httpx.AsyncClient, document: dict[str, Any], counts: Counts) -> None:
        self._client = client
        self._counts = counts
        self._operations = {
            operation["operationId"]: (method.upper(), path)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if isinstance(operation, dict) and "operationId" in operation
        }

    @classmethod
    async def discover(cls, client: httpx.AsyncClient, counts: Counts | None = None) -> "Api":
        """Return a client made from the server's own OpenAPI document."""
        answer = await client.get("/schema/openapi.json")
        answer.raise_for_status()
        return cls(client, answer.json(), counts or Counts())

    async def call(self, operation: str, *, headers: dict[str, str] | None = None, json: Any = None,
                   content: bytes | None = None, **path: str) -> httpx.Response:  # fmt: skip
        """Send a request until it is answered with something other than 429 or 503."""
        method, template = self._operations[operation]
        for attempt in range(_TRIES):
            try:
                answer = await self._client.request(
                    method, template.format(**path), headers=headers, json=json, content=content
                )
            except httpx.TransportError:
                if attempt + 1 == _TRIES:
                    raise
                await asyncio.sleep(0.5)
                continue
            self._counts.requests += 1
            self._counts.statuses[answer.status_code] = self._counts.statuses.get(answer.status_code, 0) + 1
            if answer.status_code not in (429, 503):
                return answer
            self._counts.waited += 1
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")) + random.random())  # noqa: S311
        raise Refused(f"{operation} was put off {_TRIES} times")


class Registrar:
    """Registers people for one event."""

    def __init__(self, api: Api, event: str, *, seed: int = 0, counts: Counts) -> None:
        self._api = api
        self._event = event
        self._counts = counts
        self._source = random.Random(seed)  # noqa: S311 (test data)
        self._maker = AnswerMaker(self._source)
        self._steps: list[dict[str, Any]] = []
        self._forms: dict[str, dict[str, Any]] = {}
        # Repeats whose items the form counts itself.
        self.counted: set[str] = set()
        # What the last person who went step by step gave, by step.
        self.given: dict[str, Any] = {}

    async def read_flow(self) -> None:
        """Fetch the flow document."""
        answer = await self._api.call("getEventFlow", event=self._event)
        body = _ok(answer)
        self._steps = body["flow"]["steps"]
        self._forms = {uid: form["source"] for uid, form in body["forms"].items()}
        self.counted = {one["name"] for form in self._forms.values() for one in fields_of(form) if one.get("count")}

    async def register(self, email: str, *, quantity: int = 1) -> Registered:
        """Register a person in one call."""
        ticket = await self._ticket(quantity)
        self._maker.next_person(email)
        steps = {step["name"]: self._part(step, ticket, quantity, email) for step in self._steps}
        steps = {name: part for name, part in steps.items() if part}
        key = uuid4().hex
        for _ in range(_ROUNDS):
            headers = {"Idempotency-Key": key}
            answer = await self._api.call(
                "registerWhole", event=self._event, headers=headers, json={"locale": "en", "steps": steps}
            )
            if answer.status_code == 201:
                self._learn(steps)
                body = answer.json()
                return self._registered(body["registration"], body["token"], email)
            for name, fields in _refused_fields(answer).items():
                self._draw_again(name, steps[name]["answers"], fields)
            if answer.status_code != 409:
                key = uuid4().hex
        raise Refused(f"no good answers after {_ROUNDS} rounds: {answer.text}")

    async def register_by_draft(self, email: str, *, quantity: int = 1) -> Registered:
        """Register a person step by step, as a browser does."""
        started = _ok(await self._api.call("startRegistration", json={"event": self._event, "locale": "en"}), 201)
        draft, token = started["registration"], started["token"]
        ticket = await self._ticket(quantity)
        self._maker.next_person(email)
        for step in self._steps:
            part = self._part(step, ticket, quantity, email)
            if part:
                draft = await self._save(draft, token, step["name"], part)
        answer = await self._api.call(
            "submitRegistration",
            registration=draft["uid"],
            headers=_holding(draft, token) | {"Idempotency-Key": uuid4().hex},
        )
        self._counts.by_drafts += 1
        return self._registered(_ok(answer), token, email)

    async def _save(self, draft: dict[str, Any], token: str, step: str, part: dict[str, Any]) -> dict[str, Any]:
        sent: dict[int, dict[str, Any]] = {}
        tries: Counter[str] = Counter()
        for _ in range(_ROUNDS):
            given = await self._uploaded(draft, token, step, part, sent)
            answer = await self._api.call(
                "saveStep", registration=draft["uid"], step=step,
                headers=_holding(draft, token), json={"complete": True, **given},
            )  # fmt: skip
            if answer.status_code == 200:
                self._learn({step: part})
                self.given[step] = given
                return _ok(answer)
            if answer.json()["type"] == "/problems/step-not-applicable":
                return draft
            for _, fields in _refused_fields(answer).items():
                for each in fields:
                    tries[each] += 1
                self._draw_again(step, part["answers"], fields)
                self._give_up(step, part["answers"], {each for each in fields if tries[each] > _PATIENCE})
        raise Refused(f"{step}: no good answers after {_ROUNDS} rounds: {answer.text}")

    async def _uploaded(
        self, draft: dict[str, Any], token: str, step: str, value: Any, sent: dict[int, dict[str, Any]],
        pointer: str = "",
    ) -> Any:  # fmt: skip
        """Return what is to be saved with each file in it sent; ``sent`` are the answers of those that were before."""
        if isinstance(value, File):
            if id(value) not in sent:
                sent[id(value)] = await self._upload(draft, token, step, pointer.removeprefix("/answers"), value)
            return sent[id(value)]
        if isinstance(value, dict):
            return {
                name: await self._uploaded(draft, token, step, one, sent, f"{pointer}/{name}")
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [
                await self._uploaded(draft, token, step, one, sent, f"{pointer}/{at}") for at, one in enumerate(value)
            ]
        return value

    async def _upload(self, draft: dict[str, Any], token: str, step: str, pointer: str, file: File) -> dict[str, Any]:
        """Send a file chunk by chunk; returns the answer that names it."""
        place = {"registration": draft["uid"]}
        holder = {"Registration-Token": token}
        body = {"step": step, "pointer": pointer, "name": file.name, "media_type": file.media_type,
                "size": len(file.content)}  # fmt: skip
        begun = _ok(await self._api.call("beginUpload", headers=holder, json=body, **place), 201)
        for start in range(0, len(file.content), begun["chunk_size"]):
            chunk = file.content[start : start + begun["chunk_size"]]
            headers = holder | {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
            answer = await self._api.call(
                "appendToUpload", headers=headers, content=chunk, upload=begun["uid"], **place
            )
            if answer.status_code != 204:
                raise Refused(f"{pointer}: {answer.status_code} {answer.text}")
        found = _ok(await self._api.call("getUpload", headers=holder, upload=begun["uid"], **place))
        answered: dict[str, Any] = found["answer"]
        return answered

    async def _ticket(self, quantity: int) -> str:
        body = _ok(await self._api.call("getEvent", event=self._event))
        for ticket in body["tickets"]:
            enough = ticket["available"] is None or ticket["available"] > quantity + 40
            if ticket["on_sale"] and enough and ticket["max_per_order"] >= quantity:
                return str(ticket["uid"])
        raise Refused("no ticket is left")

    def _part(self, step: dict[str, Any], ticket: str, quantity: int, email: str) -> dict[str, Any]:
        if step["kind"] == "form":
            return {"answers": self._maker.form(self._forms[step["form_version"]])}
        if step["kind"] == "tickets":
            return {"tickets": [{"ticket": ticket, "quantity": quantity}]}
        if step["kind"] == "attendees":
            return {"attendees": [{"ticket": ticket, "name": f"{email.split('@')[0]} {seat}", "email": email}
                                  for seat in range(quantity)]}  # fmt: skip
        return {}

    def _document(self, name: str) -> dict[str, Any]:
        return self._forms[next(step["form_version"] for step in self._steps if step["name"] == name)]

    def _draw_again(self, name: str, answers: dict[str, Any], fields: set[str]) -> None:
        document = self._document(name)
        by_name = {one["name"]: one for one in fields_of(document)}
        for each in fields:
            self._counts.refused += 1
            self._maker.refused(document, each)
            answers[each] = self._maker.field(document, by_name[each])

    def _give_up(self, name: str, answers: dict[str, Any], fields: set[str]) -> None:
        """Leave out what no answer fits, where that is allowed: a town in a county that lists none."""
        optional = {one["name"] for one in fields_of(self._document(name)) if not one.get("required")}
        for each in fields & optional:
            answers.pop(each, None)

    def _learn(self, steps: dict[str, dict[str, Any]]) -> None:
        for name, part in steps.items():
            if "answers" in part:
                self._maker.accepted(self._document(name), part["answers"])

    def _registered(self, body: dict[str, Any], token: str, email: str) -> Registered:
        self._counts.registered += 1
        if body["state"] != "confirmed":
            raise Refused(f"{body['uid']} is {body['state']}")
        uids = [person["uid"] for person in body["attendees"]]
        return Registered(body["uid"], token, body["revision"], body["confirmation_number"], email, uids)


def _holding(draft: dict[str, Any], token: str) -> dict[str, str]:
    return {"Registration-Token": token, "If-Match": f'"{draft["revision"]}"'}


def _ok(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    if answer.status_code != status:
        raise Refused(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}")
    body: dict[str, Any] = answer.json()
    return body


def _refused_fields(answer: httpx.Response) -> dict[str, set[str]]:
    """Return the fields, by step, that a problem document names."""
    if answer.status_code == 409:
        return {}
    errors = answer.json().get("errors", []) if answer.status_code == 422 else []
    found: dict[str, set[str]] = {}
    for error in errors:
        match = _FIELD.match(error["pointer"])
        if match is None:
            raise Refused(f"cannot be mended: {answer.text}")
        found.setdefault(match["step"] or "", set()).add(match["field"])
    if not found:
        raise Refused(f"{answer.status_code} {answer.text}")
    return found


async def register_many(
    api: Api, event: str, people: int, *, counts: Counts, concurrency: int = 16, drafts: float = 0.25,
    prefix: str = "person", seed: int = 0,
) -> list[Registered]:  # fmt: skip
    """Register ``people`` with ``concurrency`` at a time, the share ``drafts`` of them step by step."""
    registrar = Registrar(api, event, seed=seed, counts=counts)
    await registrar.read_flow()
    numbers = iter(range(people))
    done: list[Registered] = []

    async def work() -> None:
        for number in numbers:
            email = f"{prefix}-{number:05d}@people.example"
            by_draft = (number * 7919) % 100 < drafts * 100
            act = registrar.register_by_draft if by_draft else registrar.register
            done.append(await act(email))

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())
    return done
