"""What the mails about accounts say, by language.

No name in them: whoever signs up with somebody else's address chooses the name, and would have us send their words.
"""

from api.domain.accounts.contracts import AccountMail
from api.domain.sync.contracts import Aggregate

_TEXTS: dict[tuple[Aggregate, str], tuple[str, str]] = {
    (Aggregate.ACCOUNT_VERIFY, "en"): (
        "Verify your e-mail address",
        "Hello,\n\nsomebody, probably you, has created an account with this address. Open this link to verify it. "
        "It works once, for one day:\n\n{link}\n\nIf it was not you, do nothing: nobody can sign in until the link is "
        "opened.\n",
    ),
    (Aggregate.ACCOUNT_VERIFY, "hi"): (
        "अपने ई-मेल पते की पुष्टि करें",
        "नमस्ते,\n\nइस पते से एक खाता बनाया गया है, शायद आपने ही बनाया है। पुष्टि के लिए यह लिंक खोलें। यह एक बार, एक दिन "
        "के लिए चलता है:\n\n{link}\n\nयदि आपने नहीं बनाया, तो कुछ न करें: लिंक खोले बिना कोई साइन इन नहीं कर सकता।\n",
    ),
    (Aggregate.ACCOUNT_EXISTS, "en"): (
        "You have an account already",
        "Hello,\n\nsomebody, probably you, has tried to create an account with this address. It has one: sign in "
        "with it here. If you do not know the password any more, ask for a new one on the same page.\n\n{link}\n\n"
        "If it was not you, do nothing: your account is unchanged.\n",
    ),
    (Aggregate.ACCOUNT_EXISTS, "hi"): (
        "आपका खाता पहले से है",
        "नमस्ते,\n\nइस पते से फिर खाता बनाने की कोशिश हुई, शायद आपने ही की। खाता पहले से है: यहाँ साइन इन करें। पासवर्ड याद "
        "न हो तो उसी पृष्ठ पर नया माँगें।\n\n{link}\n\nयदि आपने नहीं किया, तो कुछ न करें: आपका खाता वैसा ही है।\n",
    ),
    (Aggregate.ACCOUNT_RESET, "en"): (
        "Set a new password",
        "Hello,\n\nopen this link to set a new password. It works once, for one hour:\n\n{link}\n\n"
        "If you have not asked for it, do nothing: your password stays as it is.\n",
    ),
    (Aggregate.ACCOUNT_RESET, "hi"): (
        "नया पासवर्ड बनाएँ",
        "नमस्ते,\n\nनया पासवर्ड बनाने के लिए यह लिंक खोलें। यह एक बार, एक घंटे के लिए चलता है:\n\n{link}\n\n"
        "यदि आपने नहीं माँगा, तो कुछ न करें: आपका पासवर्ड वैसा ही रहेगा।\n",
    ),
    (Aggregate.ACCOUNT_PASSWORD_CHANGED, "en"): (
        "Your password was changed",
        "Hello,\n\nthe password of your account was changed, and your other devices were signed out.\n\n"
        "If it was not you, set a new password at once: choose 'Forgot password' here.\n\n{link}\n",
    ),
    (Aggregate.ACCOUNT_PASSWORD_CHANGED, "hi"): (
        "आपका पासवर्ड बदल गया है",
        "नमस्ते,\n\nआपके खाते का पासवर्ड बदला गया है, और आपके अन्य उपकरण साइन आउट हो गए हैं।\n\n"
        "यदि आपने नहीं बदला, तो तुरंत नया पासवर्ड बनाएँ: यहाँ 'पासवर्ड भूल गए' चुनें।\n\n{link}\n",
    ),
    (Aggregate.ACCOUNT_SECOND_FACTOR_ON, "en"): (
        "Two-step sign-in is on",
        "Hello,\n\nfrom now on a code of your authenticator app is needed to sign in. Keep the recovery codes in a "
        "safe place.\n\nIf it was not you, set a new password at once and write to support.\n\n{link}\n",
    ),
    (Aggregate.ACCOUNT_SECOND_FACTOR_ON, "hi"): (
        "दो चरणों वाला साइन इन चालू है",
        "नमस्ते,\n\nअब साइन इन के लिए आपके ऑथेंटिकेटर ऐप का कोड भी चाहिए। रिकवरी कोड सुरक्षित रखें।\n\n"
        "यदि आपने नहीं किया, तो तुरंत नया पासवर्ड बनाएँ और सहायता को लिखें।\n\n{link}\n",
    ),
    (Aggregate.ACCOUNT_SECOND_FACTOR_OFF, "en"): (
        "Two-step sign-in is off",
        "Hello,\n\nfrom now on your password alone is enough to sign in.\n\n"
        "If it was not you, set a new password at once and write to support.\n\n{link}\n",
    ),
    (Aggregate.ACCOUNT_SECOND_FACTOR_OFF, "hi"): (
        "दो चरणों वाला साइन इन बंद है",
        "नमस्ते,\n\nअब साइन इन के लिए केवल पासवर्ड काफ़ी है।\n\n"
        "यदि आपने नहीं किया, तो तुरंत नया पासवर्ड बनाएँ और सहायता को लिखें।\n\n{link}\n",
    ),
    (Aggregate.ACCOUNT_INVITED, "en"): (
        "You are invited to work for {organization}",
        "Hello,\n\nan administrator of {organization} has given you a role there. Sign in with this address, or create "
        "an account with it, to use it:\n\n{link}\n\nIf you do not know {organization}, do nothing.\n",
    ),
    (Aggregate.ACCOUNT_INVITED, "hi"): (
        "{organization} में काम करने का निमंत्रण",
        "नमस्ते,\n\n{organization} के प्रशासक ने आपको वहाँ एक भूमिका दी है। उसके लिए इसी पते से साइन इन करें या खाता "
        "बनाएँ:\n\n{link}\n\nयदि आप {organization} को नहीं जानते, तो कुछ न करें।\n",
    ),
    (Aggregate.ACCOUNT_INVITED, "ar"): (
        "دعوة للعمل لدى {organization}",
        "مرحبًا،\n\nمنحك أحد مديري {organization} دورًا هناك. سجّل الدخول بهذا العنوان أو أنشئ به حسابًا:\n\n{link}\n\n"
        "إذا كنت لا تعرف {organization} فلا تفعل شيئًا.\n",
    ),
}


def render(occasion: Aggregate, mail: AccountMail) -> tuple[str, str]:
    """Return subject and body in the account's language, or in English where it is not there."""
    subject, body = _TEXTS.get((occasion, mail.locale)) or _TEXTS[occasion, "en"]
    values = {"link": mail.link, "organization": mail.organization}
    return " ".join(subject.format(**values).split()), body.format(**values)
