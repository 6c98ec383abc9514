"""Arabic."""

from api.domain.letters.contracts import MailKind, Words

_FACTS = (
    "<ul><li>الرقم: <strong>{{ number }}</strong></li><li>البداية: {{ begins }} ({{ zone }})</li>"
    "<li>النهاية: {{ ends }} ({{ zone }})</li>{{#if place}}<li>المكان: {{ place }}</li>{{/if}}"
    "{{#if people}}<li>الأشخاص: {{ people }}</li>{{/if}}</ul>"
)
_TICKET = (
    "<p>تجد تذكرتك وموعدًا لتقويمك مرفقين. أظهر الرمز الموجود على التذكرة عند الدخول.</p>"
    '<p><a href="{{ manage_url }}">اطّلع على تسجيلك أو عدّله أو ألغِه</a></p>'
    "<p>كل من لديه هذا الرابط يستطيع فتح تسجيلك: احتفظ به لنفسك.</p>"
)

TEXTS = {
    MailKind.CONFIRMATION: Words(
        "تأكيد: {{ event }} ({{ number }})",
        "<p>عزيزي/عزيزتي {{ name }}،</p><p>تم تسجيلك في <strong>{{ event }}</strong>.</p>" + _FACTS + _TICKET,
    ),
    MailKind.CHANGED: Words(
        "تعديل: {{ event }} ({{ number }})",
        "<p>عزيزي/عزيزتي {{ name }}،</p><p>تم تعديل تسجيلك في <strong>{{ event }}</strong>. وهذه حاله الآن:</p>"
        + _FACTS
        + _TICKET,
    ),
    MailKind.CANCELLATION: Words(
        "إلغاء: {{ event }} ({{ number }})",
        "<p>عزيزي/عزيزتي {{ name }}،</p><p>أُلغي تسجيلك {{ number }} في <strong>{{ event }}</strong>، والمقاعد متاحة "
        'الآن لغيرك.</p><p>إذا لم تطلب ذلك فأخبر المنظّم: <a href="{{ event_url }}">{{ event }}</a></p>',
    ),
    MailKind.RESEND: Words(
        "تسجيلك: {{ event }} ({{ number }})",
        "<p>عزيزي/عزيزتي {{ name }}،</p><p>هذا تأكيد تسجيلك في <strong>{{ event }}</strong> مرة أخرى.</p>"
        + _FACTS
        + _TICKET,
    ),
    MailKind.RESUME_LINK: Words(
        "أكمل تسجيلك في {{ event }}",
        "<p>عزيزي/عزيزتي {{ name }}،</p><p>أكمل تسجيلك على أي جهاز بهذا الرابط. يعمل مرة واحدة ولمدة يوم واحد:</p>"
        '<p><a href="{{ resume_url }}">{{ resume_url }}</a></p>',
    ),
}
