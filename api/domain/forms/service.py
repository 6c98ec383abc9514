"""Editing, checking, importing and publishing forms; loading published versions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec

from api.domain.audit import service as audit
from api.domain.forms import contracts, engine
from api.domain.forms.errors import FormInvalid, FormNameTaken, FormTooLargeForSheet, NothingToPublish
from api.domain.forms.models import FormForm, FormVersion
from api.domain.forms.repository import FormRepository, FormVersionRepository
from api.domain.organizations.contracts import Organization
from api.lib import clock
from api.lib.errors import FieldProblem, NotFound
from api.lib.uow import UnitOfWork


def _contract(row: FormForm) -> contracts.Form:
    return contracts.Form(
        row.uid, row.organization_id, row.name, row.title, row.revision, row.latest_version, row.updated_at
    )


def _problems(problems: Iterable[engine.Problem]) -> tuple[FieldProblem, ...]:
    return tuple(FieldProblem(f"/source{p.pointer}", p.code, p.message) for p in problems)


def _parse(source: Mapping[str, Any]) -> engine.FormDocument:
    try:
        return engine.parse_document(dict(source))
    except engine.DocumentInvalid as error:
        raise FormInvalid(errors=_problems(error.problems)) from error


def check(source: Mapping[str, Any]) -> list[engine.Problem]:
    """Return everything that keeps a document from being published."""
    return engine.check_document(dict(source))


async def create(uow: UnitOfWork, organization: Organization, source: Mapping[str, Any]) -> contracts.Form:
    """Add a form with this draft.

    Raises:
        FormInvalid: the source is not a form document.
        FormNameTaken: the organization has a form of this name.
    """
    document = _parse(source)
    forms = FormRepository(session=uow.session)
    if await forms.by_name(organization.id, document.name) is not None:
        raise FormNameTaken
    row = await forms.add(
        FormForm(
            organization_id=organization.id,
            name=document.name,
            title=document.title,
            draft=engine.canonical_bytes(document),
        )
    )
    await audit.record(uow, "form.created", subject_type="form", subject_uid=row.uid, organization_id=organization.id)
    return _contract(row)


async def _mine(uow: UnitOfWork, uid: UUID, *, lock: bool = False) -> FormForm:
    row = await FormRepository(session=uow.session).by_uid(uid, lock=lock)
    if row is None:
        raise NotFound
    return row


async def get(uow: UnitOfWork, uid: UUID) -> tuple[contracts.Form, bytes]:
    """Return a form and its draft document.

    Raises:
        NotFound: no such form in scope.
    """
    row = await _mine(uow, uid)
    return _contract(row), row.draft


async def source(uow: UnitOfWork, uid: UUID, number: int) -> tuple[contracts.Form, bytes]:
    """Return a form and the document of one of its versions; number 0 is the draft.

    Raises:
        NotFound: no such form in scope, or no such version of it.
    """
    row = await _mine(uow, uid)
    if number == 0:
        return _contract(row), row.draft
    # A number that the column cannot hold is the number of no version.
    known = 0 < number <= row.latest_version
    version = await FormVersionRepository(session=uow.session).numbered(row.id, number) if known else None
    if version is None:
        raise NotFound
    return _contract(row), version.source


def exported(source: bytes, kind: Literal["xlsx", "csv", "json"]) -> bytes:
    """Return a document as a file; a spreadsheet reads back as the same document.

    Raises:
        FormTooLargeForSheet: it has more rows or columns than a spreadsheet is read with.
    """
    if kind == "json":
        return source
    document = engine.parse_document(source)
    try:
        return engine.export_xlsx(document) if kind == "xlsx" else engine.export_csv(document)
    except engine.SheetTooLarge as error:
        raise FormTooLargeForSheet from error


async def of(uow: UnitOfWork, organization_ids: Sequence[int]) -> list[contracts.Form]:
    """Return the forms of some organizations."""
    return [_contract(row) for row in await FormRepository(session=uow.session).of(organization_ids)]


async def update(uow: UnitOfWork, uid: UUID, source: Mapping[str, Any], revision: int | None) -> contracts.Form:
    """Replace the draft; published versions stay as they are.

    Raises:
        NotFound, PreconditionFailed, FormInvalid, FormNameTaken: as their names say.
    """
    row = await _mine(uow, uid, lock=True)
    row.expect(revision)
    document = _parse(source)
    if document.name != row.name:
        if await FormRepository(session=uow.session).by_name(row.organization_id, document.name) is not None:
            raise FormNameTaken
        row.name = document.name
    row.title, row.draft = document.title, engine.canonical_bytes(document)
    row.touch()
    await uow.session.flush()
    return _contract(row)


async def publish(uow: UnitOfWork, uid: UUID, revision: int | None = None) -> tuple[contracts.Form, UUID]:
    """Make the draft the next version; returns the form and the version's uid.

    Raises:
        FormInvalid: it does not compile; every reason is listed.
        NothingToPublish: it is the latest version already.
    """
    row = await _mine(uow, uid, lock=True)
    row.expect(revision)
    versions = FormVersionRepository(session=uow.session)
    digest = engine.content_hash(row.draft)
    latest = await versions.latest(row.id)
    if latest is not None and latest.source_hash == digest:
        raise NothingToPublish(extra={"version_uid": str(latest.uid)})
    try:
        compiled = engine.compile_form(engine.parse_document(row.draft))
    except engine.DocumentInvalid as error:
        raise FormInvalid(errors=_problems(error.problems)) from error
    row.latest_version += 1
    row.touch()
    version = await versions.add(
        FormVersion(
            organization_id=row.organization_id,
            form_id=row.id,
            number=row.latest_version,
            source=row.draft,
            source_hash=digest,
            compiled=msgspec.json.encode(compiled),
            compiler_version=engine.COMPILER_VERSION,
            published_at=clock.now(),
        )
    )
    await audit.record(
        uow, "form.published", subject_type="form", subject_uid=row.uid, organization_id=row.organization_id,
        details={"version": row.latest_version, "source_hash": digest},
    )  # fmt: skip
    return _contract(row), version.uid


async def latest_versions(uow: UnitOfWork, form_uids: Sequence[UUID]) -> dict[UUID, contracts.PublishedForm]:
    """Return each form's latest version; forms never published are absent."""
    found = await FormVersionRepository(session=uow.session).latest_of(form_uids)
    return {uid: _published(version) for uid, version in found.items()}


def _published(row: FormVersion) -> contracts.PublishedForm:
    compiled_json = row.compiled
    if row.compiler_version != engine.COMPILER_VERSION:
        # The compiler was mended since: what it makes of the same source counts.
        compiled_json = msgspec.json.encode(engine.compile_form(engine.parse_document(row.source)))
    compiled = msgspec.json.decode(compiled_json, type=engine.CompiledForm)
    return contracts.PublishedForm(row.uid, row.number, row.source, compiled_json, compiled)


async def versions(uow: UnitOfWork, uids: Sequence[UUID]) -> dict[UUID, contracts.PublishedForm]:
    """Return published versions by their uids. They never change, so the process keeps what it has decoded."""
    memo = uow.kernel.memo
    found = {uid: kept for uid in uids if (kept := memo.get(f"form-version:{uid}")) is not None}
    missing = [uid for uid in uids if uid not in found]
    if missing:
        for row in await FormVersionRepository(session=uow.session).by_uids(missing):
            found[row.uid] = _published(row)
            memo.put(f"form-version:{row.uid}", found[row.uid])
    return found
