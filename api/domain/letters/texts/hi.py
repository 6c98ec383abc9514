"""Hindi."""

from api.domain.letters.contracts import MailKind, Words

_FACTS = (
    "<ul><li>संख्या: <strong>{{ number }}</strong></li><li>आरंभ: {{ begins }} ({{ zone }})</li>"
    "<li>समाप्ति: {{ ends }} ({{ zone }})</li>{{#if place}}<li>स्थान: {{ place }}</li>{{/if}}"
    "{{#if people}}<li>लोग: {{ people }}</li>{{/if}}</ul>"
)
_TICKET = (
    "<p>आपका टिकट और कैलेंडर की प्रविष्टि संलग्न हैं। प्रवेश पर टिकट का कोड दिखाएँ।</p>"
    '<p><a href="{{ manage_url }}">अपना पंजीकरण देखें, बदलें या रद्द करें</a></p>'
    "<p>जिसके पास यह लिंक है, वह आपका पंजीकरण खोल सकता है: इसे किसी को न दें।</p>"
)

TEXTS = {
    MailKind.CONFIRMATION: Words(
        "पुष्टि: {{ event }} ({{ number }})",
        "<p>प्रिय {{ name }},</p><p><strong>{{ event }}</strong> के लिए आपका पंजीकरण हो गया है।</p>" + _FACTS + _TICKET,
    ),
    MailKind.CHANGED: Words(
        "बदलाव: {{ event }} ({{ number }})",
        "<p>प्रिय {{ name }},</p><p><strong>{{ event }}</strong> के लिए आपका पंजीकरण बदला गया है। अब वह ऐसा है:</p>"
        + _FACTS
        + _TICKET,
    ),
    MailKind.CANCELLATION: Words(
        "रद्द: {{ event }} ({{ number }})",
        "<p>प्रिय {{ name }},</p><p><strong>{{ event }}</strong> के लिए आपका पंजीकरण {{ number }} रद्द हो गया है।</p>"
        '<p>यदि आपने यह नहीं चाहा था, तो आयोजक को बताएँ: <a href="{{ event_url }}">{{ event }}</a></p>',
    ),
    MailKind.RESEND: Words(
        "आपका पंजीकरण: {{ event }} ({{ number }})",
        "<p>प्रिय {{ name }},</p><p><strong>{{ event }}</strong> के लिए आपकी पुष्टि फिर से भेजी जा रही है।</p>"
        + _FACTS
        + _TICKET,
    ),
    MailKind.RESUME_LINK: Words(
        "{{ event }} के लिए अपना पंजीकरण जारी रखें",
        "<p>प्रिय {{ name }},</p><p>इस लिंक से किसी भी उपकरण पर जारी रखें। यह एक बार, एक दिन के लिए चलता है:</p>"
        '<p><a href="{{ resume_url }}">{{ resume_url }}</a></p>',
    ),
}
