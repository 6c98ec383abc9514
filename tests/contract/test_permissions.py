"""Every route, tried by everybody: the door opens exactly where the document says so."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.lib.security import OPEN, Permission
from tests.contract.call import Call
from tests.contract.callers import Caller, sign_in
from tests.contract.calls import CALLS
from tests.contract.calls_signin import ANSWERS
from tests.contract.conftest import Platform
from tests.contract.ground import PARTICIPANT, Ground
from tests.contract.operations import OPERATIONS, Operation

HOLDER = Permission.REGISTRATION_HOLDER
# Where a key is told that a person's account is meant.
OF_A_PERSON = {
    "getMe", "listMyRegistrations", "claimRegistration", "listMySessions", "endMySession", "endMySessions",
    "changePassword", "confirmItIsMe", "getSecondFactor", "beginSecondFactor", "confirmSecondFactor",
    "renewRecoveryCodes", "turnOffSecondFactor",
    "tryMailTemplate", "tryEventMailTemplate",
    "listMyConsents", "withdrawMyConsent", "exportMyData", "eraseMe",
}  # fmt: skip
# About something that is not the caller's, whoever calls.
OF_SOMEBODY_ELSE = {"withdrawMyConsent": "404 not-found", "eraseMe": "401 wrong-credentials"}
# What ends the session it is sent in, or others of the account.
ENDING = {"signOut", "endMySessions"}
# What lets staff in where a registration's holder is.
STAFF_OF_HOLDERS: dict[str, Permission | None] = {
    "getRegistration": Permission.REGISTRATION_READ,
    "getRegistrationFlow": Permission.REGISTRATION_READ,
    "getQrCode": Permission.REGISTRATION_READ,
    "saveStep": Permission.REGISTRATION_MANAGE,
    "submitRegistration": Permission.REGISTRATION_MANAGE,
    "cancelRegistration": Permission.REGISTRATION_MANAGE,
    "createResumeLink": Permission.REGISTRATION_MANAGE,
    "previewMigration": Permission.REGISTRATION_READ,
    "migrateRegistration": Permission.REGISTRATION_MANAGE,
    "beginUpload": Permission.REGISTRATION_MANAGE,
    "getUpload": Permission.REGISTRATION_READ,
    "appendToUpload": Permission.REGISTRATION_MANAGE,
    "removeUpload": Permission.REGISTRATION_MANAGE,
    "getUploadContent": Permission.REGISTRATION_READ,
    "getTicketPdf": Permission.REGISTRATION_READ,
    "getCalendarEntry": Permission.REGISTRATION_READ,
    "resendConfirmation": Permission.REGISTRATION_MANAGE,
    "getAllowedChanges": Permission.REGISTRATION_READ,
    "changeRegistration": Permission.REGISTRATION_MANAGE,
    # One's own data: staff have other ways to it, or none.
    "listConsents": None,
    "giveConsent": None,
    "withdrawConsent": None,
    "exportRegistrationData": None,
    "eraseRegistration": None,
}
# Names of what belongs to an organization, wherever in a request they stand.
TENANTS = {"organization", "parent", "event", "ticket", "form", "registration", "key", "grant"}


def each(*found: Operation) -> pytest.MarkDecorator:
    assert found
    return pytest.mark.parametrize("operation", found, ids=[operation.name for operation in found])


def send(platform: Platform, operation: Operation, call: Call, headers: Mapping[str, str]) -> httpx.Response:
    answer = call.send(platform.client, operation.method, operation.path, headers)
    assert answer.status_code in operation.statuses, f"undocumented {answer.status_code}: {answer.text}"
    return answer


def outcome(answer: httpx.Response) -> str:
    """Return "done", or the status and type of the problem."""
    if answer.status_code < 300:
        return "done"
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return f"{answer.status_code} {answer.json()['type'].removeprefix('/problems/')}"


def everybody(platform: Platform, operation: Operation) -> Iterator[Caller]:
    """Yield the callers, with a guest who holds something else; whoever is to sign out gets a session for it."""
    yield Caller("guest", platform.ground().draft.headers)
    keys = [caller for caller in platform.callers if caller.name.startswith("key ")]
    # Where no permission is asked for, one key stands for all.
    passed_over = keys[1:] if operation.permission in OPEN - {HOLDER} else ()
    for caller in platform.callers:
        if operation.name in ENDING and caller.email:
            yield replace(caller, headers=sign_in(platform.client, caller.email).headers)
            caller.headers.update(sign_in(platform.client, caller.email).headers)
        elif caller not in passed_over:
            yield caller


def expected(operation: Operation, caller: Caller) -> str:
    """Return what the document promises this caller."""
    if not caller.may(operation.permission):
        return "403 forbidden" if caller.signed_in else "401 unauthenticated"
    if operation.name in OF_A_PERSON and caller.email is None:
        return "403 account-needed"
    if operation.name in OF_SOMEBODY_ELSE:
        return OF_SOMEBODY_ELSE[operation.name]
    if operation.permission is HOLDER and STAFF_OF_HOLDERS[operation.name] not in caller.permissions:
        return "404 not-found"
    return ANSWERS.get(operation.name, "done")


def test_there_is_a_request_for_every_operation() -> None:
    assert set(CALLS) == {operation.name for operation in OPERATIONS}
    assert set(STAFF_OF_HOLDERS) == {operation.name for operation in OPERATIONS if operation.permission is HOLDER}


@each(*OPERATIONS)
def test_the_door_opens_for_those_with_the_permission_and_for_nobody_else(
    platform: Platform, operation: Operation
) -> None:
    shared = CALLS[operation.name](platform.ground())
    seen, promised = {}, {}
    for caller in everybody(platform, operation):
        promised[caller.name] = expected(operation, caller)
        # Whoever changes something changes something of their own.
        call = CALLS[operation.name](platform.ground()) if promised[caller.name] == "done" else shared
        headers = {**call.holder, **caller.headers} if operation.name == "claimRegistration" else caller.headers
        if operation.name == "endMySession" and caller.email:
            call = replace(call, path={"session": sign_in(platform.client, caller.email).session_uid})
        seen[caller.name] = outcome(send(platform, operation, call, headers))
    assert seen == promised


@each(*(operation for operation in OPERATIONS if operation.permission is HOLDER))
def test_a_registration_opens_for_its_guest_and_for_the_account_that_claimed_it(
    platform: Platform, operation: Operation
) -> None:
    call = CALLS[operation.name](platform.ground())
    assert outcome(send(platform, operation, call, call.holder)) == "done"
    ground = platform.ground()
    call = CALLS[operation.name](ground)
    participant = next(caller for caller in platform.callers if caller.email == PARTICIPANT)
    claimed = platform.client.post(
        f"/api/v1/registrations/{call.path['registration']}/claim", headers={**call.holder, **participant.headers}
    )
    revision = {"If-Match": claimed.headers["etag"]}
    assert outcome(send(platform, operation, call, {**participant.headers, **revision})) == "done"


def places(call: Call) -> Iterator[tuple[str, str]]:
    """Yield where in a request something of an organization is named."""
    for part in ("path", "query", "json"):
        found = getattr(call, part)
        for name in found if isinstance(found, Mapping) else ():
            if name in TENANTS:
                yield part, name


def with_value(call: Call, part: str, name: str, value: Any) -> Call:
    changes: dict[str, Any] = {part: {**getattr(call, part), name: value}}
    return replace(call, **changes)


def without_id(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "request_id"}


def names_a_tenant(operation: Operation) -> bool:
    return operation.permission is not Permission.PUBLIC and not TENANTS.isdisjoint(operation.names)


@each(*filter(names_a_tenant, OPERATIONS))
def test_what_belongs_to_another_organization_is_as_unknown_as_what_does_not_exist(
    platform: Platform, operation: Operation
) -> None:
    own, other = CALLS[operation.name](platform.ground()), CALLS[operation.name](platform.elsewhere())
    found = list(places(own))
    assert found
    # Not even an administrator may do everything.
    caller = next(one for one in platform.callers if one.email and one.may(operation.permission))
    for part, name in found:
        foreign = with_value(own, part, name, getattr(other, part)[name])
        unknown = with_value(own, part, name, str(uuid4()))
        answers = [send(platform, operation, call, caller.headers) for call in (foreign, unknown)]
        assert [outcome(answer) for answer in answers] == ["404 not-found"] * 2, f"{part}.{name}"
        assert without_id(answers[0]) == without_id(answers[1])
    assert outcome(send(platform, operation, own, {**own.holder, **caller.headers})) == "done"


def test_a_flow_cannot_show_a_form_of_another_organization(platform: Platform) -> None:
    event, foreign = platform.ground().draft_event, str(platform.other.forms["about"])
    headers = platform.administrator.headers
    platform.client.put(
        f"/api/v1/events/{event}/flow-draft", json={"steps": Ground.steps(foreign)}, headers=headers
    ).raise_for_status()
    answer = platform.client.post(f"/api/v1/events/{event}/flow-draft/publish", headers=headers)
    assert outcome(answer) == "422 flow-invalid"
    assert "/steps/0/form" in [error["pointer"] for error in answer.json()["errors"]]
