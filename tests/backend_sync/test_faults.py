"""Faults as recorded on a real Odoo become the error that says what to do."""

from __future__ import annotations

import xmlrpc.client

import pytest

from backend_sync.odoo.errors import (
    OdooAccessDenied,
    OdooAnsweredNothing,
    OdooConflict,
    OdooError,
    OdooForbidden,
    OdooRejected,
    OdooSetupError,
    OdooUnavailable,
    OdooUnknownReference,
)
from backend_sync.odoo.faults import error_of, reason_of
from tests.backend_sync.recording import load_cases

FAULTS = {case["name"]: case["fault"] for case in load_cases() if "fault" in case}


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("login into an unknown database", OdooUnavailable),
        ("execute with a wrong password", OdooAccessDenied),
        ("execute as an unknown uid", OdooAccessDenied),
        ("unknown method of the object service", OdooSetupError),
        ("unknown model", OdooSetupError),
        ("unknown method", OdooSetupError),
        ("private method", OdooForbidden),
        ("create without a required text", OdooRejected),
        ("write a time with T", OdooRejected),
        ("write a time with an offset", OdooRejected),
        ("write an integer for a time", OdooRejected),
        ("unknown field in create", OdooSetupError),
        ("unknown field in a domain", OdooSetupError),
        ("upsert with an unknown field", OdooSetupError),
        ("bad selection", OdooRejected),
        ("an integer beyond 32 bits", OdooRejected),
        ("a control character", OdooRejected),
        ("a many2one to a missing record", OdooRejected),
        ("one registration more than seats", OdooRejected),
        ("a method that returns None", OdooAnsweredNothing),
        ("upsert refers to an unknown event", OdooUnknownReference),
        ("upsert with a poison row", OdooRejected),
        ("ext_uuid is unique", OdooRejected),
        ("a reader may not write", OdooForbidden),
        ("upsert by a user outside the synchronisation", OdooForbidden),
        ("upsert against a row that another transaction keeps changing", OdooConflict),
    ],
)
def test_recorded_fault_has_its_error(case: str, error: type[OdooError]) -> None:
    fault = FAULTS[case]
    text = fault["message"]
    if fault["exception"]:
        text = f'Traceback (most recent call last):\n  File "odoo/http.py", line 1, in x\n    x()\n{text}\n'
    assert type(error_of(xmlrpc.client.Fault(fault["code"], text))) is error


def test_reason_is_the_last_exception_of_a_chain_in_one_line() -> None:
    text = (
        "Traceback (most recent call last):\n  File 'a', line 1\npsycopg2.errors.UniqueViolation: duplicate key\n"
        "DETAIL:  Key (x)=(1) already exists.\n\nThe above exception was the direct cause of the following:\n\n"
        "Traceback (most recent call last):\n  File 'b', line 2\n"
        "odoo.exceptions.ValidationError: It cannot be\ncompleted\n"
    )
    assert reason_of(text) == ("ValidationError", "ValidationError: It cannot be completed")


@pytest.mark.parametrize("text", ["", "\n", "Traceback (most recent call last):\n", "just words"])
def test_odd_fault_texts_have_a_reason_too(text: str) -> None:
    assert isinstance(error_of(xmlrpc.client.Fault(1, text)), OdooRejected)
