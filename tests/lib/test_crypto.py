"""Sealed values open where they belong, with the keys that are declared, and nowhere else."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.lib.crypto import DataKey, LocalKeys, RecordKey, Roots, SealError, Vault, hash_token, new_token, same

OLD = "k1:" + base64.b64encode(b"1" * 32).decode()
NEW = "k2:" + base64.b64encode(b"2" * 32).decode()
HERE = "registration_sealed_answer:sealed:0b0c:about:/passport"

ROOTS = Roots(b"i" * 32, b"d" * 32, None)

vault = Vault(LocalKeys(OLD), roots=ROOTS)


@given(st.binary(max_size=5000))
def test_what_is_sealed_opens_as_it_was(value: bytes) -> None:
    assert vault.open(vault.seal(value, context=HERE), context=HERE) == value


def test_two_seals_of_one_value_have_nothing_in_common() -> None:
    one, two = (vault.seal(b"M1234567", context=HERE) for _ in range(2))
    assert one[4:] != two[4:]
    assert b"M1234567" not in one


@pytest.mark.parametrize(
    "elsewhere",
    [
        "registration_sealed_answer:sealed:0b0d:about:/passport",
        "registration_sealed_answer:sealed:0b0c:health:/passport",
        "registration_sealed_answer:sealed:0b0c:about:/visa",
        "signing_key:sealed_private:0b0c",
        "",
        HERE + " ",
    ],
)
def test_a_value_copied_elsewhere_does_not_open(elsewhere: str) -> None:
    with pytest.raises(SealError):
        vault.open(vault.seal(b"M1234567", context=HERE), context=elsewhere)


def test_a_single_changed_bit_is_noticed_wherever_it_is() -> None:
    sealed = vault.seal(b"M1234567", context=HERE)
    for place in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[place] ^= 1
        with pytest.raises(SealError):
            vault.open(bytes(damaged), context=HERE)


def test_a_value_cut_anywhere_does_not_open() -> None:
    sealed = vault.seal(b"M1234567", context=HERE)
    for end in range(len(sealed)):
        with pytest.raises(SealError):
            vault.open(sealed[:end], context=HERE)


@given(st.binary(max_size=300))
def test_anything_else_is_no_sealed_value(raw: bytes) -> None:
    with pytest.raises(SealError):
        vault.open(raw, context=HERE)


def test_after_a_rotation_old_values_open_and_new_ones_have_the_new_key() -> None:
    sealed = vault.seal(b"old", context=HERE)
    rotated = Vault(LocalKeys(f"{NEW},{OLD}"))
    assert rotated.open(sealed, context=HERE) == b"old"
    fresh = rotated.seal(b"new", context=HERE)
    assert fresh[2:4] == b"k2"
    assert Vault(LocalKeys(NEW)).open(fresh, context=HERE) == b"new"
    with pytest.raises(SealError, match="k1"):
        Vault(LocalKeys(NEW)).open(sealed, context=HERE)


def test_rewrapping_changes_the_key_and_nothing_else() -> None:
    sealed = vault.seal(b"old", context=HERE)
    moved = Vault(LocalKeys(f"{NEW},{OLD}")).rewrap(sealed, context=HERE)
    assert Vault(LocalKeys(NEW)).open(moved, context=HERE) == b"old"
    assert moved[-31:] == sealed[-31:]
    with pytest.raises(SealError):
        vault.rewrap(sealed, context=HERE + "x")


async def test_a_records_values_open_with_its_key_at_their_place_only() -> None:
    key, data = await vault.new_record_key("registration_key:wrapped:0b0c")
    sealed = data.seal(b"M1234567", context=HERE)
    again = await vault.open_record_key(key, "registration_key:wrapped:0b0c")
    assert again.open(sealed, context=HERE) == b"M1234567"
    with pytest.raises(SealError):
        again.open(sealed, context=HERE + "2")
    with pytest.raises(SealError):
        await vault.open_record_key(key, "registration_key:wrapped:0b0d")
    with pytest.raises(SealError):
        DataKey(b"x" * 32).open(sealed, context=HERE)
    for place in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[place] ^= 1
        with pytest.raises(SealError):
            again.open(bytes(damaged), context=HERE)


async def test_a_records_key_moves_to_another_master_key_and_its_values_stay() -> None:
    key, data = await vault.new_record_key("record")
    sealed = data.seal(b"M1234567", context=HERE)
    moved = await Vault(LocalKeys(f"{NEW},{OLD}")).rewrap_record_key(key, "record")
    assert moved.key_id == "k2"
    assert (await Vault(LocalKeys(NEW)).open_record_key(moved, "record")).open(sealed, context=HERE) == b"M1234567"
    with pytest.raises(SealError, match="k1"):
        await Vault(LocalKeys(NEW)).open_record_key(RecordKey("k1", key.wrapped), "record")


def test_a_blind_index_tells_fields_apart_and_hangs_on_no_master_key() -> None:
    index = vault.blind_index("M1234567", context="7:passport")
    assert Vault(LocalKeys(NEW), roots=ROOTS).blind_index("M1234567", context="7:passport") == index
    assert vault.blind_index("M1234568", context="7:passport") != index
    assert vault.blind_index("M1234567", context="8:passport") != index
    assert vault.blind_index("b", context="a") != vault.blind_index("\x00b", context="a")
    with pytest.raises(SealError):
        Vault(LocalKeys(OLD)).blind_index("M1234567", context="7:passport")


def test_digests_are_keyed() -> None:
    assert vault.digest(b"body") == vault.digest(b"body")
    assert vault.digest(b"body") != Vault(LocalKeys(OLD), roots=Roots(b"i" * 32, b"e" * 32, None)).digest(b"body")
    assert vault.digest(b"body") != vault.blind_index("body", context="")


def test_keys_in_a_file_are_read_where_nobody_else_can_read_them(tmp_path: Path) -> None:
    file = tmp_path / "master.keys"
    file.write_text(f"{NEW}\n{OLD}\n")
    file.chmod(0o640)
    with pytest.raises(SealError, match="chmod 600"):
        LocalKeys.from_file(str(file))
    file.chmod(0o600)
    assert LocalKeys.from_file(str(file)).active == "k2"
    assert Vault(LocalKeys.from_file(str(file))).open(vault.seal(b"old", context=HERE), context=HERE) == b"old"
    file.write_text("k1:not base64")
    with pytest.raises(SealError, match="id:base64"):
        LocalKeys.from_file(str(file))
    with pytest.raises(SealError, match="cannot be read"):
        LocalKeys.from_file(str(tmp_path / "none"))


def test_without_a_key_nothing_starts() -> None:
    with pytest.raises(SealError, match="PRS_MASTER_KEYS"):
        LocalKeys("")


def test_tokens_are_long_different_and_compared_by_hash() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) == 43
    token = tokens.pop()
    assert token.encode() not in hash_token(token)
    assert same(token, token)
    assert not same(token, tokens.pop())
    assert not same("é", "e")
