"""Whatever is done to the sealed trail, even by the tables' owner, is found, and the first bad batch is named."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from api.domain.audit import chain as arithmetic
from api.domain.audit import exporting, repository, sealing, verifying
from api.domain.audit.verifying import Fault
from api.lib import clock
from api.lib.db import Database
from api.lib.signing import LocalSigner
from api.lib.uow import Kernel, unit_of_work
from tests.domain.audit.conftest import Record, about, settle, tamper, verified

CONTENT = (
    "uid, occurred_at, action, actor_kind, actor_uid, organization_id, subject_type, subject_uid, request_id, details"
)
INSERT = f"INSERT INTO audit_event ({CONTENT}, xact) SELECT gen_random_uuid(), " + CONTENT.removeprefix("uid, ")


def swapped(columns: str, one: int, other: int) -> str:
    """Exchange columns of two events."""
    changes = ", ".join(f"{column} = other.{column}" for column in columns.split(", "))
    return (
        f"UPDATE audit_event AS one SET {changes} FROM audit_event AS other "  # noqa: S608
        f"WHERE (one.id, other.id) IN (({{{one}}}, {{{other}}}), ({{{other}}}, {{{one}}}))"
    )


EDITS = {
    "action": "UPDATE audit_event SET action = 'event.created' WHERE id = {5}",
    "actor": "UPDATE audit_event SET actor_uid = 'somebody' WHERE id = {5}",
    "actor's kind": "UPDATE audit_event SET actor_kind = 'account' WHERE id = {5}",
    "organization": "UPDATE audit_event SET organization_id = 1 WHERE id = {5}",
    "time": "UPDATE audit_event SET occurred_at = occurred_at + interval '1 microsecond' WHERE id = {5}",
    "subject": "UPDATE audit_event SET subject_uid = NULL WHERE id = {5}",
    "subject's type": "UPDATE audit_event SET subject_type = 'form' WHERE id = {5}",
    "request": "UPDATE audit_event SET request_id = '' WHERE id = {5}",
    "details": """UPDATE audit_event SET details = '{"version": 2}' WHERE id = {5}""",
    "uid": "UPDATE audit_event SET uid = gen_random_uuid() WHERE id = {5}",
}


@pytest.mark.usefixtures("chain")
async def test_an_untouched_chain_is_intact(auditor: Kernel, record: Record) -> None:
    await record(2)
    findings, found, tail = await verified(auditor)
    assert findings == []
    assert (found.last and found.last.batch, found.events) == (4, 12)
    assert tail.events == 2


async def after(owner: Database, *statements: str) -> list[tuple[Fault, int | None, int | None]]:
    """Return what is found after these statements, and take them back."""
    async with owner.sessions() as session, session.begin() as transaction:
        for statement in statements:
            await session.execute(text(about(statement)))
        steps = [step async for step in verifying.Chain(session).verify()]
        await transaction.rollback()
    return [(step.fault, step.batch, step.sequence) for step in steps if isinstance(step, verifying.Finding)]


@pytest.mark.usefixtures("chain")
async def test_an_edited_event_is_named(owner: Database) -> None:
    assert await after(owner) == []
    found = {name: await after(owner, statement) for name, statement in EDITS.items()}
    assert found == {name: [(Fault.EDITED, 2, 5)] for name in EDITS}


@pytest.mark.usefixtures("chain")
async def test_a_deleted_event_is_named(owner: Database) -> None:
    for number in range(1, 13):
        found = await after(owner, "DELETE FROM audit_event WHERE id = {0}".replace("0", str(number)))
        assert found == [(Fault.DELETED, (number + 2) // 3, number)]


@pytest.mark.usefixtures("chain")
async def test_events_in_each_others_place_are_named(auditor: Kernel, owner: Database) -> None:
    await tamper(owner, swapped(CONTENT, 4, 6))
    findings, _, _ = await verified(auditor)
    assert [(finding.fault, finding.sequence) for finding in findings] == [(Fault.REORDERED, 4), (Fault.REORDERED, 6)]


@pytest.mark.usefixtures("chain")
async def test_an_event_moved_to_another_batch_is_named(auditor: Kernel, owner: Database) -> None:
    await tamper(owner, "UPDATE audit_event SET xact = (SELECT xact FROM audit_event WHERE id = {11}) WHERE id = {5}")
    findings, _, _ = await verified(auditor)
    assert [(finding.fault, finding.batch, finding.sequence) for finding in findings] == [(Fault.REORDERED, 2, 5)]


@pytest.mark.usefixtures("chain")
async def test_an_event_put_into_a_sealed_range_is_found(auditor: Kernel, owner: Database) -> None:
    await tamper(owner, INSERT + ", xact FROM audit_event WHERE id = {5}")
    findings, _, _ = await verified(auditor)
    assert [(finding.fault, finding.batch) for finding in findings] == [(Fault.INSERTED, 2)]


@pytest.mark.parametrize(("xact", "batch"), [("0", 1), ("9000000000000000", None)])
@pytest.mark.usefixtures("chain")
async def test_an_event_before_the_first_or_from_the_future_is_found(
    auditor: Kernel, owner: Database, xact: str, batch: int | None
) -> None:
    await tamper(owner, INSERT + f", {xact} FROM audit_event WHERE id = {{5}}")
    findings, _, _ = await verified(auditor)
    assert [(finding.fault, finding.batch) for finding in findings] == [(Fault.INSERTED, batch)]


SEALS = {
    "deleted in the middle": (["DELETE FROM audit_seal WHERE batch = 2"], Fault.SEAL_MISSING, 3),
    "deleted at the beginning": (["DELETE FROM audit_seal WHERE batch = 1"], Fault.SEAL_MISSING, 2),
    "another digest": (["UPDATE audit_seal SET digest = sha256('x') WHERE batch = 2"], Fault.SEAL_ALTERED, 2),
    "other hashes": (["UPDATE audit_seal SET event_hashes = previous || previous || previous WHERE batch = 2"],
                     Fault.SEAL_ALTERED, 2),
    "another time": (["UPDATE audit_seal SET sealed_at = sealed_at - interval '1 day' WHERE batch = 2"],
                     Fault.SEAL_ALTERED, 2),
    "another order": (["UPDATE audit_seal SET event_ids = ARRAY[event_ids[2], event_ids[1], event_ids[3]]"
                       " WHERE batch = 2"], Fault.SEAL_ALTERED, 2),
    "an event fewer": (["UPDATE audit_seal SET event_ids = event_ids[1:2] WHERE batch = 2"], Fault.SEAL_ALTERED, 2),
    "another signature": (["UPDATE audit_seal SET signature = digest || digest WHERE batch = 3"],
                          Fault.SIGNATURE_WRONG, 3),
    "another's signature": (["UPDATE audit_seal SET signature = (SELECT signature FROM audit_seal WHERE batch = 2)"
                             " WHERE batch = 3"], Fault.SIGNATURE_WRONG, 3),
    "no signature": (["UPDATE audit_seal SET signature = '' WHERE batch = 3"], Fault.SIGNATURE_WRONG, 3),
    "swapped": (["UPDATE audit_seal SET batch = -batch WHERE batch IN (2, 3)",
                 "UPDATE audit_seal SET batch = 5 + batch WHERE batch < 0"], Fault.SEAL_ALTERED, 2),
    "no key": (["DELETE FROM audit_key"], Fault.KEY_UNKNOWN, 1),
    "another key's name": (["UPDATE audit_seal SET kid = 'x' WHERE batch = 2"], Fault.KEY_UNKNOWN, 2),
}  # fmt: skip


@pytest.mark.usefixtures("chain")
async def test_a_spoilt_seal_is_named(owner: Database) -> None:
    found = {name: await after(owner, *statements) for name, (statements, _, _) in SEALS.items()}
    assert found == {name: [(fault, batch, None)] for name, (_, fault, batch) in SEALS.items()}


@pytest.mark.usefixtures("chain")
async def test_a_key_replaced_under_its_name_is_found(auditor: Kernel, owner: Database) -> None:
    public = LocalSigner(LocalSigner.generate()).public
    async with owner.engine.begin() as connection:
        await connection.execute(text("UPDATE audit_key SET public_key = :public"), {"public": public})
    findings, _, _ = await verified(auditor)
    assert [(finding.fault, finding.batch) for finding in findings] == [(Fault.KEY_UNKNOWN, 1)]


async def forge(owner: Database, sealer: Kernel) -> None:
    """Seal anew from the second batch over what the rows say now, as somebody with the sealer's key would."""
    kept = "CREATE TABLE kept AS SELECT * FROM audit_seal WHERE batch >= 2"
    await tamper(owner, kept, "DELETE FROM audit_seal WHERE batch >= 2")
    await settle(sealer)
    await sealing.seal_all(sealer, batch=3)


@pytest.mark.usefixtures("chain")
async def test_a_seal_made_anew_breaks_the_chain(auditor: Kernel, owner: Database, sealer: Kernel) -> None:
    await tamper(owner, EDITS["action"])
    await forge(owner, sealer)
    await tamper(
        owner, "DELETE FROM audit_seal WHERE batch > 2", "INSERT INTO audit_seal SELECT * FROM kept WHERE batch > 2"
    )
    findings, _, _ = await verified(auditor)
    assert [(finding.fault, finding.batch) for finding in findings] == [(Fault.CHAIN_BROKEN, 3)]


@pytest.fixture
async def outside(chain: int, sealer: Kernel, tmp_path: Path) -> dict[int, exporting.ExportedSeal]:
    """The seals as they were handed out."""
    assert await sealing.hand_out(sealer, exporting.FileSink(tmp_path)) == chain
    return verifying.outside(tmp_path / exporting.FILE)


async def test_a_chain_written_anew_is_found_by_what_was_handed_out(
    auditor: Kernel, owner: Database, sealer: Kernel, outside: dict[int, exporting.ExportedSeal]
) -> None:
    assert (await verified(auditor, outside))[0] == []
    await tamper(owner, EDITS["action"])
    await forge(owner, sealer)
    # The chain agrees with itself: only the outside knows better.
    assert (await verified(auditor))[0] == []
    findings, _, _ = await verified(auditor, outside)
    assert [(finding.fault, finding.batch) for finding in findings] == [(Fault.SEAL_REPLACED, 2)]


async def test_a_chain_signed_anew_with_another_key_is_found_by_what_was_handed_out(
    auditor: Kernel, owner: Database, sealer: Kernel, outside: dict[int, exporting.ExportedSeal]
) -> None:
    await tamper(owner, "DELETE FROM audit_seal", "DELETE FROM audit_key")
    await settle(sealer)
    await sealing.seal_all(sealer, batch=3)
    assert (await verified(auditor))[0] == []
    findings, _, _ = await verified(auditor, outside)
    assert [(finding.fault, finding.batch) for finding in findings] == [(Fault.SEAL_REPLACED, 1)]


async def test_a_chain_whose_end_was_cut_off_is_found_by_what_was_handed_out(
    auditor: Kernel, owner: Database, outside: dict[int, exporting.ExportedSeal]
) -> None:
    await tamper(
        owner,
        "DELETE FROM audit_event USING audit_seal WHERE batch = 4 AND id = ANY (event_ids)",
        "DELETE FROM audit_seal WHERE batch = 4",
    )
    assert (await verified(auditor))[0] == []
    findings, _, _ = await verified(auditor, outside)
    assert [(finding.fault, finding.batch) for finding in findings] == [(Fault.CUT, 4)]


async def test_everything_gone_is_found_by_what_was_handed_out(
    auditor: Kernel, owner: Database, outside: dict[int, exporting.ExportedSeal]
) -> None:
    await tamper(owner, "TRUNCATE audit_seal", "TRUNCATE audit_event")
    assert (await verified(auditor))[0] == []
    assert [finding.fault for finding in (await verified(auditor, outside))[0]] == [Fault.CUT]


@pytest.mark.usefixtures("outside")
async def test_nothing_is_handed_out_after_a_cut(
    owner: Database, sealer: Kernel, record: Record, tmp_path: Path
) -> None:
    await tamper(owner, "DELETE FROM audit_seal WHERE batch = 4")
    await record(1)
    await settle(sealer)
    # Sealed anew with another size, the batch has the old number and another digest.
    await sealing.seal_all(sealer)
    with pytest.raises(sealing.ChainRefused, match="batch 4"):
        await sealing.hand_out(sealer, exporting.FileSink(tmp_path))


async def test_the_digest_covers_every_field(sealer: Kernel, chain: int) -> None:
    async with unit_of_work(sealer) as uow:
        seal = (await repository.seals_after(uow.session, chain - 1, 1))[0]
    changed = {
        "batch": 9, "first_sequence": 9, "last_sequence": 9, "last_xact": 9, "last_id": 9, "event_ids": [1, 2, 3],
        "event_xacts": [1, 2, 3], "event_hashes": b"", "previous": b"", "sealed_at": clock.now(),
    }  # fmt: skip
    # The rest is the digest itself and what is made from it.
    assert set(changed) == set(seal.__struct_fields__) - {"digest", "signature", "kid"}
    for name, value in changed.items():
        assert arithmetic.digest_of(msgspec.structs.replace(seal, **{name: value})) != seal.digest, name
