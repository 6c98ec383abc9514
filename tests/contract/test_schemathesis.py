"""Generated requests for every operation: what the server answers is what the document says, and never its fault."""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zlib import crc32

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.conftest import Platform
from tests.contract.operations import DOCUMENT

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
schema = schemathesis.openapi.from_dict(DOCUMENT)


@schema.parametrize()
@settings(max_examples=5, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_anonymous(case: Case, platform: Platform) -> None:
    case.call_and_validate(platform.url, checks=CHECKS)
