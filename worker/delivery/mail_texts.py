"""What the mails say, by language."""

import msgspec

from api.domain.sync.contracts import Aggregate


class Facts(msgspec.Struct, frozen=True):
    """What the texts may name. Times are of the event's zone."""

    name: str
    event: str
    number: str
    place: str
    begins: str
    zone: str
    people: list[str]
    event_url: str
    resume_url: str


_TEXTS: dict[tuple[Aggregate, str], tuple[str, str]] = {
    (Aggregate.CONFIRMATION, "en"): (
        "Confirmed: {event} ({number})",
        "Dear {name},\n\nyou are registered for {event}.\n\n  Number:  {number}\n  Begins:  {begins} ({zone})\n"
        "  Place:   {place}\n  People:  {people}\n\nShow the attached code at the entrance.\n{event_url}\n",
    ),
    (Aggregate.CONFIRMATION, "hi"): (
        "पुष्टि: {event} ({number})",
        "प्रिय {name},\n\n{event} के लिए आपका पंजीकरण हो गया है।\n\n  संख्या:  {number}\n  आरंभ:  {begins} ({zone})\n"
        "  स्थान:   {place}\n  लोग:  {people}\n\nप्रवेश पर संलग्न कोड दिखाएँ।\n{event_url}\n",
    ),
    (Aggregate.CANCELLATION, "en"): (
        "Cancelled: {event} ({number})",
        "Dear {name},\n\nyour registration {number} for {event} is cancelled. The seats are free for others.\n\n"
        "If you did not ask for this, answer the organiser of {event}:\n{event_url}\n",
    ),
    (Aggregate.CANCELLATION, "hi"): (
        "रद्द: {event} ({number})",
        "प्रिय {name},\n\n{event} के लिए आपका पंजीकरण {number} रद्द हो गया है।\n\n{event_url}\n",
    ),
    (Aggregate.RESUME_LINK, "en"): (
        "Continue your registration for {event}",
        "Dear {name},\n\ngo on with your registration on any device with this link. It works once, for one day:\n\n"
        "{resume_url}\n",
    ),
    (Aggregate.RESUME_LINK, "hi"): (
        "{event} के लिए अपना पंजीकरण जारी रखें",
        "प्रिय {name},\n\nइस लिंक से किसी भी उपकरण पर जारी रखें। यह एक बार, एक दिन के लिए चलता है:\n\n{resume_url}\n",
    ),
}


def render(occasion: Aggregate, locale: str, facts: Facts) -> tuple[str, str]:
    """Return subject and body in the registration's language, or in English where it is not there."""
    subject, body = _TEXTS.get((occasion, locale.split("-")[0])) or _TEXTS[occasion, "en"]
    values = msgspec.structs.asdict(facts) | {"people": ", ".join(facts.people)}
    # A header is one line, whatever an event's title holds.
    return " ".join(subject.format(**values).split()), body.format(**values)
