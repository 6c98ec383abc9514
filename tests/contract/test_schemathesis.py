"""Generated requests for every operation: what the server answers is what the document says, and never its fault."""

from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import (
    CoveragePhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.lib.security import Permission
from tests.contract.aiming import Aim
from tests.contract.callers import sign_in
from tests.contract.conftest import Platform
from tests.contract.ground import PARTICIPANT
from tests.contract.operations import DOCUMENT, OPERATIONS

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPEN_TO_ALL = [operation.name for operation in OPERATIONS if operation.permission is Permission.PUBLIC]
OF_HOLDERS = [operation.name for operation in OPERATIONS if operation.permission is Permission.REGISTRATION_HOLDER]


def configured(*, coverage: bool = True) -> SchemathesisConfig:
    """Return what is generated: no credentials (the caller has those); ``coverage`` tries both sides of every bound."""
    project = ProjectConfig(
        generation=GenerationConfig(with_security_parameters=False),
        phases=PhasesConfig(coverage=CoveragePhaseConfig(enabled=coverage)),
    )
    return SchemathesisConfig(projects=ProjectsConfig(default=project))


schema = schemathesis.openapi.from_dict(DOCUMENT, config=configured())
# Behind a door that stays shut little can go wrong.
shut = schemathesis.openapi.from_dict(DOCUMENT, config=configured(coverage=False))

generated = settings(
    max_examples=4, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


class Sender:
    """Sends generated requests on a ground of their own, and holds the answers against the document."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._aims: dict[str, Aim] = {}

    def send(self, case: Case[Any], headers: Mapping[str, str], *, as_holder: bool = False) -> None:
        name = case.operation.definition.raw["operationId"]
        if name not in self._aims:
            self._aims[name] = Aim(self._platform.ground, name)
        aim = self._aims[name]
        aim.take(case)
        given = {**headers, **aim.headers, **(aim.call.holder if as_holder else {})}
        answer = case.call_and_validate(self._platform.url, headers=given, checks=CHECKS)
        aim.answered(case.method, answer.status_code, answer.headers)


@pytest.fixture
def sender(platform: Platform) -> Sender:
    return Sender(platform)


@pytest.fixture
def administrator(platform: Platform) -> Mapping[str, str]:
    return platform.administrator.headers


@schema.include(operation_id=OPEN_TO_ALL).parametrize()
@generated
def test_what_nobody_in_particular_sends(case: Case[Any], sender: Sender) -> None:
    sender.send(case, {})


@shut.exclude(operation_id=OPEN_TO_ALL).parametrize()
@generated
def test_what_nobody_in_particular_sends_where_somebody_is_meant(case: Case[Any], sender: Sender) -> None:
    sender.send(case, {})


@schema.include(operation_id=OF_HOLDERS).parametrize()
@generated
def test_what_a_guest_sends(case: Case[Any], sender: Sender) -> None:
    sender.send(case, {}, as_holder=True)


@schema.exclude(operation_id="signOut").parametrize()
@generated
def test_what_an_administrator_sends(case: Case[Any], sender: Sender, administrator: Mapping[str, str]) -> None:
    sender.send(case, administrator, as_holder=True)


@schema.include(operation_id="signOut").parametrize()
@generated
def test_what_somebody_sends_who_signs_out(case: Case[Any], platform: Platform, sender: Sender) -> None:
    sender.send(case, sign_in(platform.client, PARTICIPANT).headers)
