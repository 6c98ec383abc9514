"""Writes the forms of the app's fake API as the server would serve them: source and compiled, side by side.

Run from the repository's root: `python frontend/scripts/compile_fixtures.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from api.domain.forms.engine import compile_form, parse_document

FOLDER = Path(__file__).resolve().parent.parent / "src" / "testing" / "fixtures"


def both(en: str, hi: str) -> dict[str, str]:
    return {"en": en, "hi": hi}


def field(name: str, kind: str, label: dict[str, str], **rest: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": label, **rest}


ABOUT_YOU = {
    "schema": "prs-form/1",
    "name": "about_you",
    "title": both("About you", "आपके बारे में"),
    "default_locale": "en",
    "locales": ["en", "hi"],
    "choice_lists": {
        "sizes": [{"value": size, "label": {"en": size.upper()}} for size in ("s", "m", "l", "xl")],
        "languages": [
            {"value": "en", "label": both("English", "अंग्रेज़ी")},
            {"value": "hi", "label": both("Hindi", "हिन्दी")},
            {"value": "mr", "label": both("Marathi", "मराठी")},
            {"value": "ta", "label": both("Tamil", "तमिल")},
        ],
    },
    "pages": [
        {
            "name": "you",
            "title": both("About you", "आपके बारे में"),
            "description": both("So that we know who is coming.", "ताकि हमें पता हो कि कौन आ रहा है।"),
            "sections": [
                {
                    "name": "person",
                    "fields": [
                        field(
                            "full_name",
                            "text",
                            both("Full name", "पूरा नाम"),
                            required=True,
                            max_length=200,
                            maps_to="registrant.name",
                        ),
                        field("email", "email", both("E-mail", "ई-मेल"), required=True, maps_to="registrant.email"),
                        field("phone", "phone", both("Phone", "फ़ोन"), maps_to="registrant.phone"),
                        field(
                            "birth_date",
                            "date",
                            both("Date of birth", "जन्म तिथि"),
                            required=True,
                            constraint=". <= today()",
                            constraint_message=both("This day is still to come.", "यह दिन अभी आया नहीं है।"),
                        ),
                        field(
                            "age",
                            "calculated",
                            both("Your age at registration", "पंजीकरण के समय आपकी आयु"),
                            calculation="int((today() - ${birth_date}) div 365.25)",
                        ),
                    ],
                },
                {
                    "name": "papers",
                    "title": both("Identity", "पहचान"),
                    "fields": [
                        field("country", "country", both("Country of residence", "निवास का देश"), required=True),
                        field(
                            "aadhaar",
                            "identity_number",
                            both("Aadhaar number", "आधार संख्या"),
                            hint=both("12 digits. Kept sealed.", "12 अंक। सुरक्षित रखा जाता है।"),
                            identity="aadhaar",
                            sensitive=True,
                            required=True,
                            relevant="${country} = 'IN'",
                        ),
                        field(
                            "passport",
                            "identity_number",
                            both("Passport number", "पासपोर्ट संख्या"),
                            identity="passport",
                            sensitive=True,
                            required=True,
                            relevant="${country} != '' and ${country} != 'IN'",
                        ),
                    ],
                },
                {
                    "name": "comfort",
                    "title": both("On site", "स्थल पर"),
                    "fields": [
                        field("shirt", "single_choice", both("T-shirt size", "टी-शर्ट का आकार"), choices="sizes"),
                        field(
                            "languages",
                            "multiple_choice",
                            both("Languages you speak", "आप कौन सी भाषाएँ बोलते हैं"),
                            choices="languages",
                            min_choices=1,
                            required=True,
                        ),
                    ],
                },
            ],
        },
        {
            "name": "guardian",
            "title": both("Your guardian", "आपके अभिभावक"),
            "description": both("Because you are under 18.", "क्योंकि आपकी आयु 18 वर्ष से कम है।"),
            "relevant": "${age} < 18",
            "sections": [
                {
                    "name": "guardian_person",
                    "fields": [
                        field("guardian_name", "text", both("Guardian's name", "अभिभावक का नाम"), required=True),
                        field("guardian_phone", "phone", both("Guardian's phone", "अभिभावक का फ़ोन"), required=True),
                    ],
                }
            ],
        },
    ],
}

HEALTH = {
    "schema": "prs-form/1",
    "name": "health",
    "title": both("Your health", "आपका स्वास्थ्य"),
    "default_locale": "en",
    "locales": ["en", "hi"],
    "choice_lists": {
        "diets": [
            {"value": "none", "label": both("No special needs", "कोई विशेष आवश्यकता नहीं")},
            {"value": "veg", "label": both("Vegetarian", "शाकाहारी")},
            {"value": "vegan", "label": both("Vegan", "वीगन")},
            {"value": "jain", "label": both("Jain", "जैन")},
        ],
    },
    "pages": [
        {
            "name": "health_page",
            "title": both("Your health", "आपका स्वास्थ्य"),
            "sections": [
                {
                    "name": "general",
                    "fields": [
                        field(
                            "privacy",
                            "note",
                            both(
                                "Only the medical team of the retreat reads this page.",
                                "यह पृष्ठ केवल शिविर का चिकित्सा दल पढ़ता है।",
                            ),
                        ),
                        field("diet", "single_choice", both("Food", "भोजन"), choices="diets", required=True),
                        field(
                            "has_condition",
                            "boolean",
                            both("Is there a condition we should know of?", "क्या कोई बीमारी है?"),
                            required=True,
                        ),
                        field("height", "decimal", both("Height in metres", "लंबाई (मीटर)"), minimum=0.4, maximum=2.6),
                    ],
                }
            ],
        },
        {
            "name": "condition",
            "title": both("Your condition", "आपकी बीमारी"),
            "relevant": "${has_condition} = true()",
            "sections": [
                {
                    "name": "condition_details",
                    "fields": [
                        field(
                            "details",
                            "multiline",
                            both("What should the doctor know?", "डॉक्टर को क्या जानना चाहिए?"),
                            sensitive=True,
                            required=True,
                        ),
                        field(
                            "medicines",
                            "repeat",
                            both("Medicine", "दवा"),
                            max_items=3,
                            fields=[
                                field("medicine", "text", both("Name of the medicine", "दवा का नाम"), required=True),
                                field("times", "integer", both("Times a day", "दिन में कितनी बार"), minimum=1, maximum=8),
                            ],
                        ),
                    ],
                }
            ],
        },
        {
            "name": "agreement",
            "title": both("Arrival and consent", "आगमन और सहमति"),
            "sections": [
                {
                    "name": "last",
                    "fields": [
                        field(
                            "emergency",
                            "group",
                            both("Emergency contact", "आपातकालीन संपर्क"),
                            fields=[
                                field("contact_name", "text", both("Contact's name", "संपर्क का नाम"), required=True),
                                field("contact_phone", "phone", both("Contact's phone", "संपर्क का फ़ोन"), required=True),
                            ],
                        ),
                        field("arrival", "datetime", both("When do you arrive?", "आप कब पहुँचेंगे?")),
                        field("wake", "time", both("When do you get up?", "आप कब उठते हैं?")),
                        field(
                            "consent",
                            "consent",
                            both("I agree to first aid being given to me", "मैं प्राथमिक उपचार के लिए सहमत हूँ"),
                            hint=both(
                                "The team may treat me and inform my emergency contact.",
                                "दल मेरा उपचार कर सकता है और मेरे संपर्क को सूचित कर सकता है।",
                            ),
                            required=True,
                            consent_text_version="2027-1",
                        ),
                    ],
                }
            ],
        },
    ],
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for document in (ABOUT_YOU, HEALTH):
        source = parse_document(document)
        fixture = {"source": msgspec.to_builtins(source), "compiled": msgspec.to_builtins(compile_form(source))}
        text = json.dumps(fixture, ensure_ascii=False, indent=1)
        (FOLDER / f"{document['name']}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
