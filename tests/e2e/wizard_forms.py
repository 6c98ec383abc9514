"""Forms that try the wizard: one of every field type in three languages, and one of six hundred fields."""

from typing import Any

Field = dict[str, Any]


def words(english: str, hindi: str, arabic: str) -> dict[str, str]:
    """Return a text in the three languages."""
    return {"en": english, "hi": hindi, "ar": arabic}


def field(name: str, kind: str, label: dict[str, str], **more: Any) -> Field:
    return {"name": name, "type": kind, "label": label, **more}


def choice(value: str, *label: str) -> dict[str, Any]:
    return {"value": value, "label": words(*label)}


def page(name: str, title: dict[str, str], *fields: Field) -> dict[str, Any]:
    return {"name": name, "title": title, "sections": [{"name": f"{name}_section", "fields": list(fields)}]}


def form(name: str, locales: list[str], *pages: dict[str, Any], **lists: Any) -> dict[str, Any]:
    return {
        "schema": "prs-form/1", "name": name, "title": words("Your visit", "आपकी यात्रा", "زيارتك"),
        "default_locale": "en", "locales": locales, "choice_lists": lists, "pages": list(pages),
    }  # fmt: skip


LISTS = {
    "wishes": [
        choice("talks", "Talks", "व्याख्यान", "المحاضرات"),
        choice("walks", "Walks", "सैर", "النزهات"),
        choice("music", "Music", "संगीत", "الموسيقى"),
    ],
    "often": [
        choice("never", "Never", "कभी नहीं", "أبدًا"),
        choice("sometimes", "Sometimes", "कभी-कभी", "أحيانًا"),
        choice("always", "Always", "हमेशा", "دائمًا"),
    ],
    "meals": [
        choice("breakfast", "Breakfast", "नाश्ता", "الفطور"),
        choice("dinner", "Dinner", "रात का खाना", "العشاء"),
    ],
}

CALM = page(
    "you", words("About you", "आपके बारे में", "عنك"),
    field("name", "person_name", words("Your name", "आपका नाम", "اسمك"), required=True, maps_to="registrant.name"),
    field("email", "email", words("E-mail", "ई-मेल", "البريد الإلكتروني"), required=True, maps_to="registrant.email"),
    field("phone", "phone", words("Phone", "फ़ोन", "الهاتف")),
    field("home", "address", words("Home address", "घर का पता", "عنوان المنزل")),
    field("tongue", "language", words("First language", "मातृभाषा", "اللغة الأم")),
    field("site", "url", words("Web site", "वेबसाइट", "الموقع الإلكتروني")),
    field("source", "hidden", words("Source", "स्रोत", "المصدر")),
)  # fmt: skip
MANY = page(
    "wishes", words("Your wishes", "आपकी इच्छाएँ", "رغباتك"),
    field("gift", "money", words("Your gift", "आपका दान", "تبرعك"), currencies=["EUR"], minimum=100),
    field("pocket", "money", words("Spending money", "जेब ख़र्च", "مصروف الجيب"), currencies=["INR", "AED"]),
    field("unit", "currency", words("Your currency", "आपकी मुद्रा", "عملتك")),
    field("order", "ranking", words("What do you look forward to?", "आपको क्या पसंद है?", "إلى ماذا تتطلع؟"),
          choices="wishes"),
    field("stars", "rating", words("How was the last time?", "पिछली बार कैसा रहा?", "كيف كانت المرة السابقة؟")),
    field("energy", "rating", words("Your energy", "आपकी ऊर्जा", "طاقتك"), minimum=0, maximum=100, step=5),
    field("habit", "likert", words("How often do you meditate?", "आप कितनी बार ध्यान करते हैं?", "كم مرة تتأمل؟"),
          choices="often"),
    field("table", "matrix", words("When do you eat with us?", "आप हमारे साथ कब खाएँगे?", "متى تأكل معنا؟"),
          rows="meals", choices="often"),
    field("drinks", "matrix", words("What suits you?", "आपको क्या ठीक लगता है?", "ما الذي يناسبك؟"),
          rows="meals", choices="wishes", multiple=True),
)  # fmt: skip
REST = page(
    "rest", words("On the way", "रास्ते में", "في الطريق"),
    field("badge", "barcode", words("Code on your badge", "बैज का कोड", "رمز شارتك")),
    field("place", "location", words("Where do you start?", "आप कहाँ से चलेंगे?", "من أين تنطلق؟"),
          guidance=words("The town is enough.", "शहर काफ़ी है।", "تكفي المدينة.")),
    field("stay", "single_choice", words("Your meal", "आपका भोजन", "وجبتك"), choices="meals"),
    field("all", "multiple_choice", words("Your meals", "आपके भोजन", "وجباتك"), choices="meals"),
    field("born", "date", words("Date of birth", "जन्म तिथि", "تاريخ الميلاد")),
    field("comes", "datetime", words("Arrival", "आगमन", "الوصول")),
    field("notes", "multiline", words("Notes", "टिप्पणियाँ", "ملاحظات")),
    field("read", "acknowledge", words("I have read the rules", "मैंने नियम पढ़े हैं", "قرأت القواعد"), required=True),
)  # fmt: skip


def every_type(name: str) -> dict[str, Any]:
    """Return a form with every field type that the wizard draws by itself; files are tried with the uploads."""
    return form(name, ["en", "hi", "ar"], CALM, MANY, REST, **LISTS)


def six_hundred(name: str) -> dict[str, Any]:
    """Return one page of 600 fields, of which 400 depend on another."""
    fields: list[Field] = [
        field("name", "text", {"en": "Name"}, required=True, maps_to="registrant.name"),
        field("email", "email", {"en": "E-mail"}, required=True, maps_to="registrant.email"),
    ]
    for number in range(1, 599):
        label = {"en": f"Question {number}"}
        asked = number - number % 3
        more = {"relevant": f"${{q{asked}}} != 'no'"} if 0 < asked < number else {}
        if number % 30 == 0:
            more = {"choices": "yes_no"}
        fields.append(field(f"q{number}", "single_choice" if number % 30 == 0 else "text", label, **more))
    sheet = form(name, ["en"], page("long", {"en": "Six hundred questions"}, *fields))
    sheet["title"] = {"en": "Six hundred questions"}
    sheet["choice_lists"] = {"yes_no": [{"value": "yes", "label": {"en": "Yes"}}, {"value": "no", "label": {"en": "No"}}]}
    return sheet
