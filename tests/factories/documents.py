"""Form documents for tests."""

from typing import Any


def text(english: str) -> dict[str, str]:
    """Return a text in one language."""
    return {"en": english}


def field(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    """Return a field with a label."""
    return {"name": name, "type": kind, "label": text(name.replace("_", " ").capitalize()), **more}


def document(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a form of one page."""
    return {
        "schema": "prs-form/1",
        "name": name,
        "title": text(name),
        "default_locale": "en",
        "locales": ["en"],
        "pages": [{"name": f"{name}_page", "sections": [{"name": f"{name}_section", "fields": list(fields)}]}],
        **more,
    }


def about() -> dict[str, Any]:
    """A form that says who registers, with a sensitive identity number and a repeat that holds another."""
    return document(
        "about",
        field("full_name", required=True, maps_to="registrant.name", shared_with_back_office=True),
        field("email", "email", required=True, maps_to="registrant.email"),
        field("phone", "phone", maps_to="registrant.phone"),
        field("age", "integer", minimum=0, maximum=120, shared_with_back_office=True),
        field("passport", "identity_number", identity="passport", sensitive=True),
        field(
            "children",
            "repeat",
            fields=[
                field("child_name", required=True, shared_with_back_office=True),
                field("child_passport", "identity_number", identity="passport", sensitive=True),
            ],
        ),
        field("guardian", relevant="${age} < 18", required=True),
    )


def health() -> dict[str, Any]:
    """A form that only some are shown."""
    return document("health", field("condition", "multiline", required=True, sensitive=True))


ANSWERS = {"full_name": "Asha Kulkarni", "email": "asha@example.org", "age": 30}
