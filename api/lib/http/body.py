"""Strict request bodies.

The framework converts bodies with msgspec's lax mode, which takes the text ``"2"`` for the number 2. A JSON body is
decoded here in strict mode instead, straight into its struct, and the error names the field by a JSON pointer.

This runs inside the route: whoever may not call it is told so before anybody reads what was sent.
"""

import re
from typing import Any, ClassVar

import msgspec
from litestar.dto import AbstractDTO
from litestar.typing import FieldDefinition

from api.lib.errors import BadRequest, FieldProblem, Unprocessable
from api.lib.http import json_text

_WHERE = re.compile(r"^(?P<what>.*?) - at (?:`key` in )?`(?P<path>\$[^`]*)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_FIELD = re.compile(r"field `(?P<name>.*)`", re.DOTALL)
# msgspec's name for "some value of this mapping".
_ANY = "..."


def problem_of(error: msgspec.ValidationError, tree: Any, decoder: msgspec.json.Decoder[Any]) -> Unprocessable:
    """Return the 422 that tells which field is wrong and what is expected."""
    text = str(error)
    found = _WHERE.match(text)
    what, path = (found["what"], found["path"]) if found else (text, "$")
    steps: list[str | int] = [name or (index if index == _ANY else int(index)) for name, index in _STEP.findall(path)]
    for at, name in enumerate(steps):
        if name == _ANY:
            steps[at] = _which(tree, steps[:at], text, decoder)
    if named := _FIELD.search(what):
        steps.append(named["name"])
    return Unprocessable(errors=(FieldProblem(json_text.where(steps), _code(what), message_of(what)),))


def _code(what: str) -> str:
    if "unknown field" in what:
        return "unknown_field"
    if "missing required" in what:
        return "required"
    return "format" if "matching regex" in what or "must lie" in what else "type"


def message_of(what: str) -> str:
    """Return msgspec's words without what was sent."""
    # msgspec's text holds the value or the name, which may be somebody's number in the wrong place.
    if what.startswith(("Invalid enum value", "Invalid value")):
        return "This is none of the values that are possible here."
    if "unknown field" in what:
        return "There is no such field here."
    # A regular expression helps nobody who fills in a form; the OpenAPI document has it for those who want it.
    return "The text does not have the form that is asked for." if "matching regex" in what else what


def _which(tree: Any, steps: list[str | int], text: str, decoder: msgspec.json.Decoder[Any]) -> str:
    """Return the key whose value is wrong: the one that alone gives the same error."""
    # A name may imitate a path, so that there is nothing at its end.
    found = _at(tree, steps)
    for key in found if isinstance(found, dict) else ():
        try:
            decoder.decode(msgspec.json.encode(_only(tree, steps, key)))
        except msgspec.ValidationError as error:
            if str(error) == text:
                return str(key)
    return _ANY


def _at(tree: Any, steps: list[str | int]) -> Any:
    for name in steps:
        try:
            tree = tree[name]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def _only(tree: Any, steps: list[str | int], key: str) -> Any:
    if not steps:
        return {key: tree[key]}
    copied: Any = tree.copy()
    copied[steps[0]] = _only(tree[steps[0]], steps[1:], key)
    return copied


# ruff: noqa: ARG003 (the framework's signatures)
class StrictBody(AbstractDTO[Any]):
    """Decodes the body of every handler that has a ``data`` parameter."""

    decoders: ClassVar[dict[str, msgspec.json.Decoder[Any]]] = {}

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        cls.decoders[handler_id] = msgspec.json.Decoder(field_definition.annotation, strict=True)

    @classmethod
    def create_openapi_schema(cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any) -> Any:
        return schema_creator.for_field_definition(field_definition)

    @classmethod
    def is_supported_model_type_field(cls, field_definition: FieldDefinition) -> bool:
        return field_definition.is_subclass_of(msgspec.Struct)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Any:
        raise TypeError("bodies are decoded whole")

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        return False

    def decode_bytes(self, value: bytes) -> Any:
        decoder = self.decoders[self.asgi_connection.route_handler.handler_id]
        tree = json_text.read(value or b"null")
        try:
            return decoder.decode(value or b"null")
        except msgspec.ValidationError as error:
            raise problem_of(error, tree, decoder) from error
        except msgspec.DecodeError as error:
            raise BadRequest(f"The body is not valid JSON: {error}. Correct it and send it again.") from error
