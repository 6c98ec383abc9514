"""The OpenAPI document itself: valid, committed as the code renders it, and complete where clients rely on it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from api.lib.security import OPEN, Permission
from api.lib.settings import Settings
from api.lib.uow import make_kernel
from api.server import app, openapi
from tests.conftest import MASTER_KEYS
from tests.contract.conftest import Platform
from tests.contract.operations import COMMITTED, DOCUMENT, OPERATIONS, Operation

SCHEMAS: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]
PROBLEM = {"$ref": "#/components/schemas/ProblemDocument"}

each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.name for operation in OPERATIONS])


def references(node: Any) -> Iterator[str]:
    """Yield the names of all schemas that are referred to anywhere below."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix("#/components/schemas/")
        for item in node.values():
            yield from references(item)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def reached(node: Any) -> set[str]:
    """Return the names of the schemas that ``node`` uses, directly or not."""
    found: set[str] = set()
    todo = set(references(node))
    while todo:
        name = todo.pop()
        found.add(name)
        todo |= set(references(SCHEMAS[name])) - found
    return found


def bodies() -> Iterator[Any]:
    for operation in OPERATIONS:
        yield operation.spec.get("requestBody", {})


def answers() -> Iterator[Any]:
    for operation in OPERATIONS:
        yield from operation.spec["responses"].values()


INPUTS, OUTPUTS = reached(list(bodies())), reached(list(answers()))


def test_it_is_openapi_3_1_and_valid() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    OPENAPI_31_VALIDATOR.validate(DOCUMENT)


def test_what_is_committed_is_what_the_code_renders() -> None:
    settings = Settings(api_database_url="postgresql://nobody@127.0.0.1:1/none", master_keys=MASTER_KEYS)
    kernel = make_kernel(settings, service="test", database_url=settings.api_database_url)
    rendered = openapi.render(app.create_litestar(settings, kernel))
    assert rendered == COMMITTED.read_bytes(), "run `make generate`"


def test_what_is_served_is_what_is_committed(platform: Platform) -> None:
    assert platform.client.get("/schema/openapi.json").json() == DOCUMENT


def test_each_name_stands_for_one_operation() -> None:
    assert [name for name, times in Counter(operation.name for operation in OPERATIONS).items() if times > 1] == []


@each_operation
def test_an_operation_has_a_name_a_summary_and_a_permission(operation: Operation) -> None:
    assert operation.spec["operationId"].isidentifier()
    assert 3 < len(operation.spec["summary"]) < 120
    assert not operation.spec["summary"].endswith(".")
    assert operation.spec["tags"]
    assert operation.permission


@each_operation
def test_security_follows_from_the_permission(operation: Operation) -> None:
    bearer: dict[str, list[str]] = {"bearer": []}
    registration: dict[str, list[str]] = {"registration": []}
    promised = {Permission.PUBLIC: [], Permission.REGISTRATION_HOLDER: [registration, bearer]}
    assert operation.spec["security"] == promised.get(operation.permission, [bearer])
    # A bearer token is looked at wherever one is sent.
    assert {401, 500, 503} <= operation.statuses
    if operation.permission not in OPEN:
        assert 403 in operation.statuses


@each_operation
def test_every_problem_is_a_problem_document(operation: Operation) -> None:
    for status, answer in operation.spec["responses"].items():
        if int(status) >= 400:
            assert answer["content"] == {"application/problem+json": {"schema": PROBLEM}}
            assert answer["description"].startswith("Problem: `")


@each_operation
def test_a_success_says_what_it_holds(operation: Operation) -> None:
    # A browser is sent on from some addresses: that is what they are for.
    good = {
        status: answer
        for status, answer in operation.spec["responses"].items()
        if int(status) < 300 or status in ("302", "303")
    }
    assert len(good) == 1
    for status, answer in good.items():
        assert bool(answer.get("content")) == (status not in ("204", "302", "303"))


def test_an_answer_that_is_held_already_is_documented(platform: Platform) -> None:
    named = [operation for operation in OPERATIONS if "If-None-Match" in operation.names]
    assert [operation.name for operation in OPERATIONS if 304 in operation.statuses] == [found.name for found in named]
    address = f"/api/v1/events/{platform.own.slug}/flow"
    etag = platform.client.get(address).headers["etag"]
    assert platform.client.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_bounds_inside_of_mappings_and_of_nullable_numbers_are_told() -> None:
    ticket = SCHEMAS["TicketIn"]["properties"]
    assert ticket["name"]["minProperties"] == 1
    assert {"pattern", "maxLength"} <= ticket["name"]["propertyNames"].keys()
    assert next(kind for kind in ticket["capacity"]["anyOf"] if kind["type"] == "integer")["minimum"] == 0


@each_operation
def test_path_parameters_are_the_ones_of_the_address(operation: Operation) -> None:
    found = [parameter for parameter in operation.spec.get("parameters", ()) if parameter["in"] == "path"]
    assert {f"{{{parameter['name']}}}" for parameter in found} == {
        part for part in operation.path.split("/") if part.startswith("{")
    }
    assert all(parameter["required"] for parameter in found)


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_what_comes_in_takes_no_unknown_fields(name: str) -> None:
    schema = SCHEMAS[name]
    if schema.get("type") == "object" and "properties" in schema and name not in ("SheetUpload", "PictureUpload"):
        assert schema["additionalProperties"] is False


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_what_goes_out_has_all_its_properties(name: str) -> None:
    schema = SCHEMAS[name]
    assert set(schema.get("properties", ())) == set(schema.get("required", ()))
    assert [key for key, found in schema.get("properties", {}).items() if "default" in found] == []


def test_nothing_is_both_a_request_and_an_answer() -> None:
    assert set() == INPUTS & OUTPUTS


def test_nothing_is_described_that_nobody_uses() -> None:
    assert set(SCHEMAS) - INPUTS - OUTPUTS == set()


def test_no_private_key_leaves() -> None:
    private = {"id", "organization_id", "event_id", "account_id", "ticket_id", "registration_id", "form_id"}
    assert {name: found for name in OUTPUTS if (found := private & set(SCHEMAS[name].get("properties", ())))} == {}
