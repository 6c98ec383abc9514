"""Which passwords are taken."""

import itertools

import pytest

from api.domain.accounts import models, passwords
from api.domain.accounts.common_passwords import COMMON, CONTEXT, leaked, squeezed
from api.domain.accounts.errors import PasswordTooWeak
from api.lib.settings import rows
from tests.conftest import ROOT

NOBODY = {"email": "nila.rao@example.org", "name": "Nila Rao Deshpande"}


def code(password: str, *, second_factor: bool = False) -> str | None:
    """Return why a password is refused."""
    try:
        passwords.check(password, **NOBODY, second_factor=second_factor)
    except PasswordTooWeak as error:
        return error.errors[0].code
    return None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("fourteen chars", "min_length"),
        ("correct horse battery staple", "common"),
        ("Correct-Horse-Battery-Staple", "common"),
        ("1qaz2wsx3edc4rfv", "common"),
        ("aaaaaaaaaaaaaaaaaaaa", "common"),
        ("abcabcabcabcabcabc", "common"),
        ("xyzzy123xyzzy123xyzzy123", "common"),
        ("1234567890123456", "common"),
        ("9876543210987654", "common"),
        ("abcdefghijklmnopq", "common"),
        ("nila.rao@example.org", "personal"),
        ("NILA RAO DESHPANDE", "personal"),
        ("nilaraodeshpandenilaraodeshpande", "personal"),
        ("nilaraonilaraonilarao", "personal"),
        ("seven lamps on the river", None),
        ("सात दीपक नदी के ऊपर हैं", None),
        ("9f3a c77b 0e12 4d5a", None),
        ("!?!? tk 17 !?!? zw", None),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, reason: str | None) -> None:
    assert code(password) == reason


def test_with_a_second_factor_eight_characters_do() -> None:
    assert code("lamp-riv") == "min_length"
    assert code("lamp-riv", second_factor=True) is None
    assert code("lamp-ri", second_factor=True) == "min_length"
    assert code("Password1", second_factor=True) == "common"


def test_the_list_holds_what_can_be_entered() -> None:
    assert len(COMMON) > 10_000
    assert [word for word in COMMON if len(word) < 6 or squeezed(word) != word] == []


def test_the_commonest_that_would_fit_are_refused() -> None:
    fitting = [word for word in leaked() if len(word) >= passwords.MIN_LENGTH_WITH_SECOND_FACTOR]
    assert len(fitting) > 10_000
    # Whatever the reason: some are rows or repetitions, too.
    assert [word for word in fitting if code(word, second_factor=True) is None] == []
    # Long enough to stand alone, by what people do to a short one.
    longer = [
        word for first, second in itertools.pairwise(fitting[:3001]) for word in (f"{first}1234567", first + second)
    ]
    assert len(longer) == 6000
    assert [word for word in longer if len(word) >= passwords.MIN_LENGTH and code(word) is None] == []
    # The control: what is not in the list is not refused with it.
    assert code("lampriver-otter", second_factor=True) is None
    assert code("starwars in the otter's garden") is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Global PRS registration 2026", "near"),
        ("organiser@globalprs-1", "near"),
        ("Data-Steward-Support-99", "near"),
        ("Welcome to Global PRS!", "near"),
        ("global lamps on the river", None),
        ("1478 2369 5501 7736", None),
    ],
)
def test_words_that_stand_near_are_refused(password: str, reason: str | None) -> None:
    assert code(password) == reason


def test_the_page_lists_the_words() -> None:
    page = (ROOT / "docs" / "security" / "passwords.md").read_text()
    listed = page.partition("<!-- words -->")[2].partition("<!-- /words -->")[0].split()
    assert sorted(listed) == sorted(CONTEXT)


async def test_a_long_password_is_taken_whole() -> None:
    long = "lamp river otter " * 15
    assert passwords.MAX_LENGTH == 256 > len(long) > 250
    assert code(long) is None
    encoded = await passwords.hash_password(long)
    assert await passwords.verify(long, encoded)
    assert not await passwords.verify(long[:-1], encoded)
    assert not await passwords.verify(long.upper(), encoded)


def test_nothing_makes_a_password_old() -> None:
    assert "password_hash" in models.Account.__table__.columns
    assert [name for name in map(str, models.Account.__table__.columns) if "password" in name] == [
        "account.password_hash",
        "account.password_is_short",
    ]
    assert [row.variable for row in rows() if "PASSWORD" in row.variable] == ["PRS_ODOO_PASSWORD"]


@pytest.mark.parametrize(
    "changed",
    ["cafe\u0301 Am Fluss um acht", "caf\u00e9 am Fluss um acht", "caf\u00e9 Am Fluss um acht ", "caf\u00e9 Am Fluss"],
)
async def test_a_password_is_checked_exactly_as_it_came(changed: str) -> None:
    encoded = await passwords.hash_password("caf\u00e9 Am Fluss um acht")
    assert await passwords.verify("caf\u00e9 Am Fluss um acht", encoded)
    assert not await passwords.verify(changed, encoded)
    assert encoded.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert encoded.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
