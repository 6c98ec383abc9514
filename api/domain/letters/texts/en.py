"""English."""

from api.domain.letters.contracts import MailKind, Words

_FACTS = (
    "<ul><li>Number: <strong>{{ number }}</strong></li><li>Begins: {{ begins }} ({{ zone }})</li>"
    "<li>Ends: {{ ends }} ({{ zone }})</li>{{#if place}}<li>Place: {{ place }}</li>{{/if}}"
    "{{#if people}}<li>People: {{ people }}</li>{{/if}}</ul>"
)
_TICKET = (
    "<p>Your ticket and an entry for your calendar are attached. Show the code on the ticket at the entrance.</p>"
    '<p><a href="{{ manage_url }}">See your registration, change or cancel it</a></p>'
    "<p>Whoever has this link can open your registration: keep it to yourself.</p>"
)

TEXTS = {
    MailKind.CONFIRMATION: Words(
        "Confirmed: {{ event }} ({{ number }})",
        "<p>Dear {{ name }},</p><p>you are registered for <strong>{{ event }}</strong>.</p>" + _FACTS + _TICKET,
    ),
    MailKind.CHANGED: Words(
        "Changed: {{ event }} ({{ number }})",
        "<p>Dear {{ name }},</p><p>your registration for <strong>{{ event }}</strong> was changed. "
        "This is how it stands now:</p>" + _FACTS + _TICKET,
    ),
    MailKind.CANCELLATION: Words(
        "Cancelled: {{ event }} ({{ number }})",
        "<p>Dear {{ name }},</p><p>your registration {{ number }} for <strong>{{ event }}</strong> is cancelled. "
        "The seats are free for others.</p><p>If you did not ask for this, tell the organiser: "
        '<a href="{{ event_url }}">{{ event }}</a></p>',
    ),
    MailKind.RESEND: Words(
        "Your registration: {{ event }} ({{ number }})",
        "<p>Dear {{ name }},</p><p>here is your confirmation for <strong>{{ event }}</strong> once more.</p>"
        + _FACTS
        + _TICKET,
    ),
    MailKind.RESUME_LINK: Words(
        "Continue your registration for {{ event }}",
        "<p>Dear {{ name }},</p><p>go on with your registration on any device with this link. "
        'It works once, for one day:</p><p><a href="{{ resume_url }}">{{ resume_url }}</a></p>',
    ),
}
