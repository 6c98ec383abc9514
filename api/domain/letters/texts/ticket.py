"""The words on a ticket, by language."""

from collections.abc import Mapping

import msgspec

from api.domain.letters.contracts import DEFAULT_LOCALE


class TicketWords(msgspec.Struct, frozen=True):
    """What stands beside the facts."""

    ticket: str
    number: str
    begins: str
    ends: str
    place: str
    people: str
    answers: str
    show: str
    cancelled: str


_WORDS: Mapping[str, TicketWords] = {
    "en": TicketWords(
        "Ticket", "Number", "Begins", "Ends", "Place", "People", "Your answers",
        "Show this code at the entrance, on paper or on a phone.", "Cancelled: this ticket is not valid.",
    ),
    "hi": TicketWords(
        "टिकट", "संख्या", "आरंभ", "समाप्ति", "स्थान", "लोग", "आपके उत्तर",
        "प्रवेश पर यह कोड दिखाएँ, काग़ज़ पर या फ़ोन पर।", "रद्द: यह टिकट मान्य नहीं है।",
    ),
    "ar": TicketWords(
        "تذكرة", "الرقم", "البداية", "النهاية", "المكان", "الأشخاص", "إجاباتك",
        "أظهر هذا الرمز عند الدخول، على الورق أو على الهاتف.", "ملغاة: هذه التذكرة غير صالحة.",
    ),
}  # fmt: skip


def words(locale: str) -> TicketWords:
    """Return the words in a language, or in English where they are not there."""
    return _WORDS.get(locale.split("-")[0], _WORDS[DEFAULT_LOCALE])
