"""Exports: registrations as CSV, XLSX or Parquet, in flat memory and beside the requests.

Pages are read in short transactions of their own, so that a reader who is slow holds no connection. The file is made
in a process of its own (``building``); only CSV of one page is made here, in a thread.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec
from sqlalchemy import Select

from api.domain.audit import service as audit
from api.domain.catalog import flow_service, ticket_service
from api.domain.catalog import service as catalog
from api.domain.catalog.contracts import Event
from api.domain.forms.engine import CURRENCIES
from api.domain.registrations import filtering
from api.domain.registrations.errors import ExportsBusy
from api.domain.registrations.exports import rows, spreadsheet
from api.domain.registrations.exports.columns import Plan, Reader
from api.domain.registrations.exports.planning import Version, columns_of
from api.domain.registrations.filtering import Filter
from api.domain.registrations.models import Registration
from api.lib.security import Principal, Scope
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

PAGE = 2_000
PIECE = 64 * 1024
# Each builds a file in a process of its own.
MOST_AT_ONCE = 3

_ROOT = Path(__file__).resolve().parents[4]

_running = 0


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


MEDIA_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PARQUET: "application/vnd.apache.parquet",
}


class Export(msgspec.Struct, frozen=True):
    """What is exported, for whom: ``entered`` is the organization whose trail says so."""

    kernel: Kernel
    principal: Principal
    request_id: str
    scope: Scope
    entered: int
    form: Format
    event: Event | None
    chosen: Select[Registration]

    def transaction(self) -> contextlib.AbstractAsyncContextManager[UnitOfWork]:
        """Return a transaction of the export's own: the request's is over when the first byte leaves."""
        return unit_of_work(self.kernel, self.principal, self.scope, self.request_id)


async def choice(uow: UnitOfWork, wanted: Filter) -> Select[Registration]:
    """Return the choice of an export: what was submitted or is a draft no longer, unless drafts are asked for."""
    chosen = await filtering.chosen(uow.session, wanted)
    return chosen if wanted.state else chosen.where(Registration.state != "draft")


async def written(export: Export) -> AsyncIterator[bytes]:
    """Return the file, piece by piece, after the trail has been told. Sensitive answers are masked.

    Raises:
        ExportsBusy: as many are being built as this process builds at once.
    """
    if _running >= MOST_AT_ONCE:
        raise ExportsBusy(headers={"Retry-After": "20"})
    async with export.transaction() as uow:
        plan = await planned(uow, export)
        await audit.record(
            uow, "registrations.exported", subject_type="event",
            subject_uid=export.event.uid if export.event else None, organization_id=export.entered,
            details={"columns": len(plan.columns), "format": export.form.value},
        )  # fmt: skip
    return _counted(_written(export, plan))


async def _counted(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    global _running  # noqa: PLW0603 (one count for the process is what is meant)
    _running += 1
    try:
        async for piece in pieces:
            yield piece
    finally:
        _running -= 1


async def planned(uow: UnitOfWork, export: Export) -> Plan:
    """Return what the rows are read with: with an event, the columns of all the versions its registrations are on."""
    found = await rows.versions(uow.session, export.chosen)
    ids = sorted({event for event, _ in found})
    events = await catalog.by_ids(uow, ids)
    forms: dict[tuple[str, str], Version] = {}
    for number in sorted({version for _, version in found}) if export.event else ():
        flow = await flow_service.version(uow, number)
        published = await flow_service.forms_of(uow, flow)
        for step in flow.document.steps:
            if step.form_version is not None:
                form = published[step.form_version]
                forms[step.name, str(form.uid)] = Version(step.name, form.compiled, form.number)
    return Plan(
        columns=columns_of(list(forms.values())),
        events={key: event.slug for key, event in events.items()},
        tickets=await ticket_service.names(uow, ids),
        # The process that builds the file loads no engine, so the table comes with the plan.
        digits=CURRENCIES,
    )


async def _pages(export: Export) -> AsyncIterator[list[str]]:
    after = 0
    while True:
        async with export.transaction() as uow:
            after, found = await rows.page(uow.session, export.chosen, after, PAGE, answers=export.event is not None)
        if not found:
            return
        yield found


async def _written(export: Export, plan: Plan) -> AsyncIterator[bytes]:
    pages = _pages(export)
    first: list[str] = await anext(pages, [])
    if export.form is Format.CSV and len(first) < PAGE:
        yield spreadsheet.heading(plan)
        yield await asyncio.to_thread(lambda: spreadsheet.lines(list(map(Reader(plan).row, first))))
        return
    async for piece in _built(export.form, plan, first, pages):
        yield piece


async def _built(
    form: Format, plan: Plan, first: Sequence[str], others: AsyncIterator[Sequence[str]]
) -> AsyncIterator[bytes]:
    builder = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"{__package__}.build_{form.value}",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=PIECE, cwd=_ROOT,
        # Keys and addresses are none of its business.
        env={name: value for name, value in os.environ.items() if not name.startswith("PRS_")},
    )  # fmt: skip
    feeding = asyncio.create_task(_feed(builder, plan, first, others))
    try:
        assert builder.stdout is not None  # noqa: S101 (it was asked for)
        while piece := await builder.stdout.read(PIECE):
            yield piece
        await feeding
        if await builder.wait() != 0:
            raise BuildFailed(form)
    finally:
        feeding.cancel()
        with contextlib.suppress(ProcessLookupError):
            builder.kill()
        await builder.wait()
        await asyncio.gather(feeding, return_exceptions=True)


class BuildFailed(RuntimeError):
    """The process that makes the file came to an end before it: the answer breaks off."""


async def _feed(
    builder: asyncio.subprocess.Process, plan: Plan, first: Sequence[str], others: AsyncIterator[Sequence[str]]
) -> None:
    assert builder.stdin is not None  # noqa: S101 (it was asked for)
    builder.stdin.write(msgspec.json.encode(plan) + b"\n" + _lines(first))
    async for page in others:
        await builder.stdin.drain()
        builder.stdin.write(_lines(page))
    await builder.stdin.drain()
    builder.stdin.close()


def _lines(page: Sequence[str]) -> bytes:
    # In JSON a line's end is white space between tokens: the database breaks long lists.
    return "".join(text.replace("\n", " ") + "\n" for text in page).encode()
