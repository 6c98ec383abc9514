"""Whole Aadhaar numbers, where the installation may keep them: in a schema and behind a role of their own.

The process's role cannot read the table. It takes on ``prs_vault_app`` for one call, which ``prs db roles`` allows only
where ``PRS_AADHAAR_VAULT`` is on, and that role can do nothing but call three functions.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from sqlalchemy import text

from api.domain.registrations.contracts import Place
from api.domain.registrations.models import Registration, SealedAnswer
from api.lib.crypto import DataKey
from api.lib.uow import UnitOfWork


class Whole(msgspec.Struct, frozen=True):
    """A sealed number with its place and its index."""

    step: str
    pointer: str
    sealed: bytes
    blind_index: bytes


def context(registration: Place, step: str, pointer: str) -> str:
    """Return what a number in the vault is bound to."""
    return f"prs_vault.aadhaar:sealed:{registration.uid}:{step}:{pointer}"


def is_on(uow: UnitOfWork) -> bool:
    """Tell whether this installation keeps whole numbers."""
    return uow.kernel.settings.aadhaar_vault == "on"


@asynccontextmanager
async def _inside(uow: UnitOfWork) -> AsyncIterator[None]:
    await uow.session.execute(text("SET LOCAL ROLE prs_vault_app"))
    yield
    # Only where all went well: after an error the transaction is over, and the role with it.
    await uow.session.execute(text("SET LOCAL ROLE NONE"))


async def put(uow: UnitOfWork, registration: Registration, numbers: Sequence[Whole]) -> None:
    """Keep the whole numbers of answers that have just been stored. They go when those go."""
    if not numbers:
        return
    async with _inside(uow):
        await uow.session.execute(
            text("SELECT prs_vault.put(:registration, :organization, :step, :pointer, :sealed, :index)"),
            [
                {
                    "registration": registration.id,
                    "organization": registration.organization_id,
                    "step": number.step,
                    "pointer": number.pointer,
                    "sealed": number.sealed,
                    "index": number.blind_index,
                }
                for number in numbers
            ],
        )


async def read(
    uow: UnitOfWork, registration: Registration, key: DataKey | None, rows: Sequence[SealedAnswer]
) -> dict[tuple[str, str], Any]:
    """Return the whole numbers of a registration by (step, pointer), for those rows that keep none themselves."""
    if key is None or not is_on(uow) or all(row.sealed is not None for row in rows):
        return {}
    async with _inside(uow):
        found = (
            await uow.session.execute(
                text("SELECT step, pointer, sealed FROM prs_vault.read(:registration)"),
                {"registration": registration.id},
            )
        ).all()
    return {
        (step, pointer): msgspec.json.decode(key.open(sealed, context=context(registration, step, pointer)))
        for step, pointer, sealed in found
    }


async def find(uow: UnitOfWork, indexes: Sequence[tuple[int, bytes]]) -> list[int]:
    """Return the private keys of registrations with a number, given by its index in each organization."""
    async with _inside(uow):
        found = await uow.session.scalars(
            text(
                """
                SELECT prs_vault.find(organization, index)
                FROM unnest(CAST(:organizations AS bigint[]), CAST(:indexes AS bytea[])) AS one (organization, index)
                """
            ),
            {"organizations": [key for key, _ in indexes], "indexes": [index for _, index in indexes]},
        )
        return list(found)
