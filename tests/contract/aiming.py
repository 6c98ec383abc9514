"""Turns generated requests towards things that exist, so that they come further than the first 404."""

from collections.abc import Callable, Iterable, Mapping
from itertools import cycle
from typing import Any
from uuid import UUID

from schemathesis import Case

from api.domain.catalog.contracts import StepKind
from tests.contract.call import Call
from tests.contract.calls import CALLS
from tests.contract.calls_forms import SHEET
from tests.contract.ground import Ground

STEPS = ("about", "seats", "people", "health", "review")
ANSWERS = ("full_name", "email", "phone", "age", "passport", "children", "guardian")


class Aim:
    """One operation's generated requests on one ground."""

    def __init__(self, make: Callable[[], Ground], operation: str) -> None:
        self._make = make
        self._operation = operation
        self._taken = 0
        self._begin()

    def _begin(self) -> None:
        self._ground = self._make()
        self.call: Call = CALLS[self._operation](self._ground)
        self._revision = self.call.headers.get("If-Match")

    @property
    def headers(self) -> dict[str, str]:
        """What the operation needs besides the caller's credentials."""
        return {name: value for name, value in self.call.headers.items() if name == "Cookie"}

    def take(self, case: Case[Any]) -> None:
        """Change the case in place; what was generated to be wrong stays wrong."""
        self._taken += 1
        for name in case.path_parameters:
            case.path_parameters[name] = self._known(name, case.path_parameters[name], self.call.path)
        for name in ("organization", "event"):
            if name in case.query:
                case.query[name] = self._known(name, case.query[name], self.call.query)
        if isinstance(case.body, dict):
            self._body(case.body)
            if case.meta is not None and case.meta.generation.mode.is_positive and self._taken % 2:
                case.body = self._good_but_one(case.body)
        if self._revision and "If-Match" in case.headers:
            case.headers["If-Match"] = self._revision
        if "Idempotency-Key" in case.headers and self._taken % 2:
            case.headers["Idempotency-Key"] = f"{self._operation}-{self._taken}"

    def answered(self, method: str, status: int, headers: Mapping[str, Any]) -> None:
        """Go on with what there is now: the next revision, or new things where these are used up."""
        if self._revision and "etag" in headers:
            self._revision = headers["etag"][0]
        elif status < 300 and method in ("POST", "DELETE") and self.call.path:
            self._begin()

    def _good_but_one(self, generated: dict[str, Any]) -> dict[str, Any]:
        """Return a body that would be accepted, with at most one of its fields as it was generated."""
        if self.call.files:
            return {**generated, "file": SHEET}
        good = CALLS[self._operation](self._ground).json
        if not good or not generated:
            return generated
        chosen = self._taken // 2 % (len(generated) + 1)
        return {**good, **{name: generated[name] for name in sorted(generated)[chosen : chosen + 1]}}

    def _known(self, name: str, value: Any, known: Mapping[str, str]) -> Any:
        if name == "step" and isinstance(value, str):
            return STEPS[len(value) % len(STEPS)]
        return known.get(name, value) if _is_uuid(value) or (name in ("event", "name") and _even(value)) else value

    def _body(self, body: dict[str, Any]) -> None:
        uids = {"parent": self._ground.organization, "organization": self._ground.organization}
        for name in uids.keys() & body.keys():
            if _is_uuid(body[name]):
                body[name] = uids[name]
        if isinstance(body.get("event"), str):
            body["event"] = self._ground.world.slug
        if isinstance(body.get("source"), dict):
            body["source"] = self._document(body["source"])
        self._steps(body)

    def _document(self, generated: dict[str, Any]) -> dict[str, Any]:
        """Return a good form with generated values in some of its places."""
        found = self._ground.form_document()
        return found | _renamed(generated, ("pages", "title", "locales", "choice_lists", "default_locale"))

    def _steps(self, body: dict[str, Any]) -> None:
        steps = body.get("steps")
        if isinstance(steps, dict):
            body["steps"] = _renamed(steps, STEPS)
            for step in body["steps"].values():
                self._step(step)
        elif isinstance(steps, list):
            for step, kind in zip(steps, cycle(StepKind), strict=False):
                if isinstance(step, dict) and isinstance(step.get("kind"), str):
                    step["kind"] = kind.value
                    _set_uuid(step, "form", str(self._ground.world.forms["about"]))
        else:
            self._step(body)

    def _step(self, step: Any) -> None:
        if not isinstance(step, dict):
            return
        if isinstance(step.get("answers"), dict):
            step["answers"] = _renamed(step["answers"], ANSWERS)
        for name in ("tickets", "attendees"):
            for item in step[name] if isinstance(step.get(name), list) else ():
                if isinstance(item, dict):
                    _set_uuid(item, "ticket", str(self._ground.world.tickets[0]))


def _renamed(found: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return dict(zip(names, found.values(), strict=False))


def _set_uuid(found: dict[str, Any], name: str, value: str) -> None:
    if _is_uuid(found.get(name)):
        found[name] = value


def _even(value: Any) -> bool:
    return isinstance(value, str) and len(value) % 2 == 0


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False
