"""Every operation against callers whose right has ended, or was never meant for here: one answer to all of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from api.domain.accounts import administration, api_keys, grants, keyring
from api.domain.accounts import service as accounts
from api.domain.accounts.roles import PERMISSIONS, Role
from api.lib import clock
from api.lib.security import OPEN, Permission, Scope
from api.lib.settings import Settings
from api.lib.uow import Kernel, make_kernel, unit_of_work
from tests.contract.callers import GRANTABLE, Caller, sign_in
from tests.contract.calls import CALLS
from tests.contract.conftest import Platform
from tests.contract.operations import OPERATIONS, Operation
from tests.contract.test_permissions import TENANTS, each, outcome, send
from tests.factories.world import PASSWORD, World, organiser

ALL = sorted(PERMISSIONS[Role.ADMINISTRATOR])
EVERY = pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.name for operation in OPERATIONS])
REFUSED = "401 unauthenticated"
# Longer than a process takes to learn of a change.
SOON = 1.0


def key(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


async def make_keys(kernel: Kernel, world: World) -> dict[str, str]:
    """Return keys that may do all an administrator may, by what is to become of them."""
    scope = Scope(frozenset({world.organization.id}))
    made: dict[str, str] = {}
    permissions = [Permission(name) for name in ALL]
    async with unit_of_work(kernel, organiser(world.organization), scope) as uow:
        for name in ("revoked key", "replaced key", "key with another secret", "key of another installation"):
            _, made[name] = await api_keys.create(
                uow, world.organization, name=name, permissions=permissions, expires_at=None
            )
        _, made["key for another network"] = await api_keys.create(
            uow, world.organization, name="net", permissions=permissions, expires_at=None, networks=["203.0.113.0/24"]
        )
        _, made["key that ran out"] = await api_keys.create(
            uow, world.organization, name="out", permissions=permissions, expires_at=clock.now() - timedelta(seconds=1)
        )
        text = api_keys.read(made["key of another installation"])
        made["key of another installation"] = api_keys.write("production", text.key_id, text.secret[:-8])
        text = api_keys.read(made["key with another secret"])
        made["key with another secret"] = api_keys.write(text.env, text.key_id, "x" * 43)
    return made


async def end(kernel: Kernel, world: World) -> None:
    """Take away what the callers had."""
    scope = Scope(frozenset({world.organization.id}))
    async with unit_of_work(kernel, organiser(world.organization), scope) as uow:
        for found in await api_keys.of(uow, world.organization):
            if found.name == "revoked key":
                await api_keys.revoke(uow, world.organization, found.uid)
            elif found.name == "replaced key" and found.replaced_by is None:
                await api_keys.rotate(uow, world.organization, found.uid, timedelta(0))
        await administration.disable(uow, "disabled@ended.example.org")


async def make_accounts(kernel: Kernel, world: World) -> None:
    scope = Scope(frozenset({world.organization.id}))
    async with unit_of_work(kernel, organiser(world.organization), scope) as uow:
        for name in ("disabled", "signed-out", "expired"):
            account = await accounts.register(uow, email=f"{name}@ended.example.org", password=PASSWORD, name=name)
            if name != "expired":
                await grants.grant(uow, account, world.organization, Role.ADMINISTRATOR)


async def expired_token(kernel: Kernel, caller: Caller) -> dict[str, str]:
    """Return the header of a token that was good until a moment ago, in a session that is open."""
    async with unit_of_work(kernel) as uow:
        tokens = await keyring.load(uow, kernel)
    issued = int(clock.now().timestamp()) - tokens.seconds
    return key(tokens.issue(subject=caller.subject_uid, session=caller.session_uid, now=issued))


@pytest.fixture(scope="session")
def ended(platform: Platform, contract_settings: Settings) -> dict[str, dict[str, str]]:
    """The headers of callers who are nobody any more, by why; the server had let most of them in before."""

    def with_kernel(work: Callable[[Kernel], Awaitable[object]]) -> object:
        async def run() -> object:
            kernel = make_kernel(contract_settings, service="contract", database_url=contract_settings.api_database_url)
            try:
                return await work(kernel)
            finally:
                await kernel.close()

        return asyncio.run(run())

    found: dict[str, dict[str, str]] = {"nonsense": key("x"), "nobody's key": key("prs_test_x_y")}
    with_kernel(lambda kernel: make_accounts(kernel, platform.own))
    made = with_kernel(lambda kernel: make_keys(kernel, platform.own))
    assert isinstance(made, dict)
    found |= {name: key(text) for name, text in made.items()}
    people = {name: sign_in(platform.client, f"{name}@ended.example.org") for name in ("disabled", "signed-out")}
    found |= {f"{name} account": caller.headers for name, caller in people.items()}
    address = f"/api/v1/organizations/{platform.own.organization.uid}/grants"
    let_in = {name for name, headers in found.items() if platform.client.get(address, headers=headers).is_success}
    assert let_in == {"revoked key", "replaced key", "disabled account", "signed-out account"}
    with_kernel(lambda kernel: end(kernel, platform.own))
    platform.client.delete("/api/v1/auth/sessions/current", headers=people["signed-out"].headers).raise_for_status()
    platform.client.cookies.clear()
    expired = with_kernel(lambda kernel: expired_token(kernel, platform.administrator))
    assert isinstance(expired, dict)
    time.sleep(SOON)
    return {**found, "expired token": expired}


@EVERY
def test_whose_right_has_ended_is_refused_everywhere(
    platform: Platform, ended: dict[str, dict[str, str]], operation: Operation
) -> None:
    call = CALLS[operation.name](platform.ground())
    seen = {name: outcome(send(platform, operation, call, headers)) for name, headers in ended.items()}
    assert seen == dict.fromkeys(ended, REFUSED)


@pytest.fixture(scope="session")
def outlived(platform: Platform, ended: dict[str, dict[str, str]]) -> Caller:  # noqa: ARG001 (makes the account)
    """Somebody whose only role has run out since the server looked it up."""
    caller = sign_in(platform.client, "expired@ended.example.org")
    address = f"/api/v1/organizations/{platform.own.organization.uid}/grants"
    ends = clock.now() + timedelta(seconds=8)
    body = {"email": caller.email, "role": Role.ADMINISTRATOR, "expires_at": clock.isoformat(ends)}
    platform.client.post(address, json=body, headers=platform.administrator.headers).raise_for_status()
    let_in = False
    while clock.now() <= ends:
        let_in = platform.client.get(address, headers=caller.headers).is_success or let_in
        time.sleep(0.2)
    assert let_in
    return caller


@each(*(operation for operation in OPERATIONS if operation.permission in GRANTABLE))
def test_whose_role_has_run_out_has_none(platform: Platform, outlived: Caller, operation: Operation) -> None:
    answer = send(platform, operation, CALLS[operation.name](platform.ground()), outlived.headers)
    assert outcome(answer) == "403 forbidden"


def of_a_tenant(operation: Operation) -> bool:
    return operation.permission is not Permission.PUBLIC and not TENANTS.isdisjoint(operation.names)


@each(*filter(of_a_tenant, OPERATIONS))
def test_the_administrator_of_another_organization_finds_nothing(platform: Platform, operation: Operation) -> None:
    call = CALLS[operation.name](platform.ground())
    # What not even an administrator may do, this one may not do at home either.
    held = operation.permission in {*OPEN, *PERMISSIONS[Role.ADMINISTRATOR]}
    expected = "404 not-found" if held else "403 forbidden"
    assert outcome(send(platform, operation, call, platform.stranger.headers)) == expected


@EVERY
def test_head_is_no_way_around_and_options_tells_the_methods_only(platform: Platform, operation: Operation) -> None:
    call = CALLS[operation.name](platform.ground())
    if "event" in call.path:
        # One address takes slugs to read and only uids to change: the framework asks OPTIONS for the stricter one.
        call = replace(call, path={**call.path, "event": str(platform.own.event)})

    def ask(method: str, headers: dict[str, str]) -> httpx.Response:
        return call.send(platform.client, method, operation.path, headers)

    everybody = {"nobody": {}, "nonsense": key("x"), "administrator": platform.administrator.headers}
    for headers in everybody.values():
        # The same door as of GET, which elsewhere is no method of the address.
        head, get = ask("HEAD", headers), ask("GET", headers)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["content-type"] == get.headers["content-type"]
    answers = [ask("OPTIONS", headers) for headers in everybody.values()]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * len(everybody)
    methods = {found.method for found in OPERATIONS if found.path == operation.path}
    methods |= {"HEAD"} if "GET" in methods else set()
    assert {answer.headers["allow"] for answer in answers} == {", ".join(sorted({*methods, "OPTIONS"}))}
    assert not any(name.startswith("access-control") for answer in answers for name in answer.headers)
