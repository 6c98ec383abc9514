"""The sealer: chains what is committed, signs it, and hands the seals out. Nothing of it is in anybody's way.

It runs as ``prs_sealer``, which reads events and adds seals, and can change neither.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from api.domain.audit import chain, repository
from api.domain.audit.chain import Seal
from api.domain.audit.exporting import FileSink, SealSink, exported
from api.lib import clock, telemetry
from api.lib.crypto import Vault
from api.lib.db import Database
from api.lib.security import Principal
from api.lib.settings import SettingsError
from api.lib.signing import LocalSigner
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

log = telemetry.logger(__name__)

SEALER = Principal(kind="service", subject_uid="sealer")
BATCH = 1000
# Batches read at once when they are handed out.
_PAGE = 20


class ChainRefused(RuntimeError):
    """The chain is not the one that was sealed before; nothing is added to it. See docs/guides/audit.md."""


@asynccontextmanager
async def sealers_kernel(kernel: Kernel) -> AsyncIterator[Kernel]:
    """Yield the process's parts with a database connection of the sealer's role.

    Raises:
        SettingsError: no URL of that role is set.
    """
    url = kernel.settings.sealer_database_url
    if not url:
        raise SettingsError("PRS_SEALER_DATABASE_URL is needed to seal the audit trail; see docs/guides/audit.md")
    own = replace(kernel, database=Database(url, pool=1, application="prs-sealer"))
    try:
        yield own
    finally:
        await own.database.close()


async def seal_all(kernel: Kernel, *, batch: int = BATCH) -> list[Seal]:
    """Seal everything that is settled and hand the seals out; returns them, without their events' hashes.

    ``kernel`` is the sealer's. Where another sealer is at work, nothing is done: it does it all.

    Raises:
        ChainRefused: the chain was cut or replaced, or the cluster restored from a dump.
    """
    made: list[Seal] = []
    while True:
        seal = await seal_next(kernel, batch)
        if seal is not None:
            log.info("audit seal", batch=seal.batch, last=seal.last_sequence, digest=seal.digest.hex(), kid=seal.kid)
            made.append(msgspec.structs.replace(seal, event_ids=[], event_xacts=[], event_hashes=b""))
        if seal is None or seal.last_sequence - seal.first_sequence + 1 < batch:
            break
    if kernel.settings.audit_seals_dir:
        await hand_out(kernel, FileSink(Path(kernel.settings.audit_seals_dir)))
    return made


async def seal_next(kernel: Kernel, batch: int = BATCH, *, alone: bool = True) -> Seal | None:
    """Seal the next batch; returns ``None`` where there is nothing to seal or another sealer is at work.

    ``alone=False`` leaves the lock out, for the test that shows what it is for.
    """
    async with unit_of_work(kernel, SEALER) as uow:
        if alone and not await repository.lock_sealing(uow.session):
            return None
        last = await repository.last_seal(uow.session)
        await _refuse_restored(uow, last)
        after = last.end if last else repository.BEGINNING
        events = await repository.settled(uow.session, after, batch)
        if not events:
            return None
        signer = await _signer(uow)
        seal = chain.unsigned(last, events, clock.now())
        signature = signer.sign(chain.signed_of(seal.batch, signer.kid, seal.digest))
        seal = msgspec.structs.replace(seal, kid=signer.kid, signature=signature)
        await repository.add_seal(uow.session, seal)
        return seal


async def _refuse_restored(uow: UnitOfWork, last: Seal | None) -> None:
    # A dump that is loaded into a new cluster begins to count its transactions anew, below those that are sealed.
    if last is not None and last.last_xact >= await repository.horizon(uow.session):
        raise ChainRefused("the cluster counts its transactions from below the last seal: run `prs audit rebase`")


async def hand_out(kernel: Kernel, sink: SealSink) -> int:
    """Append the seals that ``sink`` lacks; returns how many.

    Raises:
        ChainRefused: the last seal that ``sink`` has is not in the chain.
    """
    count = 0
    async with unit_of_work(kernel, SEALER) as uow:
        if not await repository.lock_sealing(uow.session):
            return 0
        known = sink.last()
        if known is not None:
            before = await repository.seals_after(uow.session, known.batch - 1, 1)
            if not before or (before[0].batch, before[0].digest.hex()) != (known.batch, known.digest):
                raise ChainRefused(f"batch {known.batch} was handed out and is not in the chain any more")
        keys = await repository.public_keys(uow.session)
        at = known.batch if known else 0
        while seals := await repository.seals_after(uow.session, at, _PAGE):
            sink.append([exported(seal, keys.get(seal.kid, b"")) for seal in seals])
            at, count = seals[-1].batch, count + len(seals)
    return count


def _context(kid: str) -> str:
    return f"audit_key:sealed_private:{kid}"


async def add_key(uow: UnitOfWork) -> LocalSigner:
    """Make a key that signs all seals from now on; older ones go on verifying old seals."""
    private = LocalSigner.generate()
    signer = LocalSigner(private)
    vault: Vault = uow.kernel.vault
    sealed = vault.seal(private, context=_context(signer.kid))
    await repository.add_key(uow.session, signer.kid, signer.public, sealed, clock.now())
    return signer


async def _signer(uow: UnitOfWork) -> LocalSigner:
    found = await repository.sealed_key(uow.session)
    if found is None:
        return await add_key(uow)
    kid, sealed = found
    return LocalSigner(uow.kernel.vault.open(sealed, context=_context(kid)))
