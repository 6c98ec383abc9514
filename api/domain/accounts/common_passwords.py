"""Passwords that everybody tries first: those of the lists of leaked ones that are long enough to be taken.

Sources: what keyboards and alphabets suggest, and ``leaked_passwords.txt.gz``: all entries of eight characters and more
among the 30,000 most frequent of leaked lists, in their order, as the package zxcvbn 4.5.0 brings them (MIT, its notice
lies beside). Compared by letters and digits alone. Repetitions and rows of digits are recognised by rule, in
:func:`api.domain.accounts.passwords.check`.
"""

import gzip
from pathlib import Path

# From 15 characters, where the password stands alone.
_LONG = """
    passwordpassword password12345678 password123456789 passw0rdpassw0rd p@ssw0rdp@ssw0rd mypasswordispassword
    thisismypassword thisisapassword thisisnotmypassword changemechangeme changethispassword letmeinletmein123
    correcthorsebatterystaple correct-horse-battery-staple qwertyuiopasdfgh qwertyuiopasdfghjkl
    qwertyuiopasdfghjklzxcvbnm qwertyuiop123456 qwertyuiop1234567890 qwerty1234567890 1234567890qwerty
    1234567890qwertyuiop asdfghjklzxcvbnm asdfghjkl123456789 zxcvbnmasdfghjkl 1qaz2wsx3edc4rfv 1qaz2wsx3edc4rfv5tgb
    1q2w3e4r5t6y7u8i 1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8 qazwsxedcrfvtgb qazwsxedcrfvtgbyhnujm zaq12wsxcde34rfv
    iloveyouiloveyou iloveyouforever iloveyousomuch123 iloveyou1234567 abcdefghijklmno abcdefghijklmnop
    abcdefghijklmnopqrstuvwxyz abcdefgh12345678 abc123abc123abc123 administrator123 administrator1234
    welcometothejungle welcome123welcome123 superman12345678 sunshine12345678 footballfootball princessprincess
    liverpoolliverpool manchesterunited realmadrid123456 chelseafootballclub arsenalfootballclub
    monkeymonkeymonkey dragondragondragon trustno1trustno1 harrypotter12345 bismillahirrahmanirrahim bismillah1234567
    jaihanuman123456 omnamahshivaya123 jaishreeram12345 krishnakrishna1
    india1234567890 indiaindiaindia bharatmatakijai globalprsglobalprs
"""
# From 8 characters, where a second factor stands beside it.
_SHORT = """
    password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword qwertyui qwertyuiop qwerty12
    qwerty123 qwerty1234 asdfghjk asdfghjkl zxcvbnm1 1q2w3e4r 1q2w3e4r5t 1qaz2wsx q1w2e3r4 zaq12wsx qazwsxedc abcd1234
    abc12345 abcdefgh a1b2c3d4 iloveyou iloveyou1 sunshine princess football baseball basketball superman batman123
    trustno1 welcome1 welcome123 admin123 admin1234 administrator letmein1 letmein123 changeme changeme1 changeme123
    dragon123 monkey123 master123 shadow123 michael1 jennifer michelle jordan23 charlie1 starwars whatever computer
    internet samsung1 liverpool chelsea1 arsenal1 manchester india123 india1234 bismillah jaishreeram jaimatadi
    krishna1 krishna123 ganesh123 sairam123 omsairam default1 test1234 testtest secret123 hello123 hellohello
    summer2024 summer2025 summer2026 winter2024 winter2025 winter2026 spring2025 autumn2025 google123 facebook1
"""


def squeezed(text: str) -> str:
    """Return the text without case and without what separates words."""
    return "".join(character for character in text.casefold() if character.isalnum())


def leaked() -> list[str]:
    """Return the leaked passwords, the most frequent first."""
    packed = Path(__file__).with_name("leaked_passwords.txt.gz").read_bytes()
    return gzip.decompress(packed).decode().split()


_LEAST = 6
# A phrase is known by its letters alone, however its words are separated.
COMMON = frozenset(found for word in [*(_LONG + _SHORT).split(), *leaked()] if len(found := squeezed(word)) >= _LEAST)

# What an attacker who knows where they are tries first. Longer ones come before the parts of them.
_NEAR = """
    global prs globalprs registration register registrations program programme programs event events retreat ticket
    administrator admin organiser organizer organisation organization frontdesk analyst auditor steward datasteward
    privacy officer privacyofficer integrator staff support account login signin welcome letmein default changeme test
    demo
"""
CONTEXT = sorted(_NEAR.split(), key=len, reverse=True)
_LEAST_OWN = 4


def is_common(letters: str) -> bool:
    """Tell whether letters and digits are a leaked password, with digits around it, or two of them in a row.

    Lists hold few that are long enough for a password alone: people lengthen short ones like that.
    """
    bare = letters.strip("0123456789")
    if letters in COMMON or bare in COMMON:
        return True
    halves = ((text[:at], text[at:]) for text in {letters, bare} for at in range(1, len(text)))
    return any(
        (one in COMMON and (two in COMMON or two.isdigit())) or (one.isdigit() and two in COMMON) for one, two in halves
    )


def is_near(letters: str) -> bool:
    """Tell whether hardly a letter is left without the words that stand near and the digits."""
    rest = letters
    for word in CONTEXT:
        rest = rest.replace(word, "")
    return rest != letters and sum(not character.isdigit() for character in rest) < _LEAST_OWN
