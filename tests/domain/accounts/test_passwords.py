"""Which passwords are taken."""

import pytest

from api.domain.accounts import passwords
from api.domain.accounts.common_passwords import COMMON, squeezed
from api.domain.accounts.errors import PasswordTooWeak

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
    assert len(COMMON) > 100
    assert [word for word in COMMON if len(word) < 7 or squeezed(word) != word] == []


async def test_the_same_keys_fit_whatever_form_the_device_sends() -> None:
    encoded = await passwords.hash_password("caf\u00e9 am fluss um acht")
    assert await passwords.verify("cafe\u0301 am fluss um acht", encoded)
    assert not await passwords.verify("cafe am fluss um acht", encoded)
    assert encoded.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
