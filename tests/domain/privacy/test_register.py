"""Every column is declared, every personal table has somebody who erases it, and the register's page is up to date."""

import httpx
import pytest

from api.domain import wiring
from api.domain.privacy import register
from tests.conftest import ROOT
from tests.factories.client import sign_in
from tests.factories.world import World

PAGE = ROOT / "docs" / "guides" / "processing-register.md"
# Personal, and erased by privacy itself: whom a request is about goes when it is done.
OWN = {"erasure"}
TABLES = wiring.metadata.sorted_tables


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_declared(table: object) -> None:
    name, columns = table.name, {column.name for column in table.columns}  # type: ignore[attr-defined]
    assert register.TABLES[name].columns == columns


def test_nothing_is_declared_that_is_not_there_or_twice() -> None:
    assert set(register.TABLES) == {table.name for table in TABLES}
    for name, use in register.TABLES.items():
        assert len(use.personal) + len(use.hidden) + len(use.plain) == len(use.columns), name
        assert use.shown <= use.personal | use.plain, name


def test_every_personal_table_has_exactly_one_who_erases_it() -> None:
    personal = {name for name, use in register.TABLES.items() if use.holds_personal_data} - OWN
    claimed = [table for part in wiring.PERSONAL_DATA for table in part.tables]
    assert sorted(claimed) == sorted(set(claimed))
    assert personal == set(claimed)


def test_the_page_says_what_is_declared() -> None:
    assert register.markdown() in PAGE.read_text()


async def test_the_register_lists_tables_and_what_the_forms_ask(api: httpx.AsyncClient, world: World) -> None:
    admin = await sign_in(api, "administrator@example.org")
    answer = await api.get(f"/api/v1/organizations/{world.organization.uid}/processing-register", headers=admin)
    assert answer.status_code == 200, answer.text
    rows = {row["name"]: row for row in answer.json()}
    assert rows["attendee"]["categories"] == ["email", "name"]
    passport = rows["retreat: about/passport"]
    assert (passport["sensitive"], passport["recipients"], passport["categories"]) == (
        True,
        "nobody else",
        ["passport"],
    )
    assert rows["retreat: about/age"]["recipients"] == "the back office (Odoo)"
    assert rows["retreat: about/children/child_passport"]["retention"] == "1095 days after the event"
