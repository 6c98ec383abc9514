"""Strict request bodies.

The framework converts bodies with msgspec's lax mode, which takes the text ``"2"`` for the number 2. A JSON body is
decoded here in strict mode instead, straight into its struct, and the error names the field by a JSON pointer.
"""

import re
from typing import Any, ClassVar

import msgspec
from litestar.dto import AbstractDTO
from litestar.typing import FieldDefinition

from api.lib.errors import BadRequest, FieldProblem, Unprocessable

_WHERE = re.compile(r"^(?P<what>.*?) - at `(?P<path>\$[^`]*)`$", re.DOTALL)
_FIELD = re.compile(r"field `(?P<name>[^`]+)`")


def pointer(path: str) -> str:
    """Return msgspec's ``$.a[0].b`` as the JSON pointer ``/a/0/b``."""
    parts = re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", path)
    return "".join("/" + (name or index).replace("~", "~0").replace("/", "~1") for name, index in parts)


def problem_of(error: msgspec.ValidationError) -> Unprocessable:
    """Return the 422 that tells which field is wrong and what is expected."""
    text = str(error)
    found = _WHERE.match(text)
    what, where = (found["what"], pointer(found["path"])) if found else (text, "")
    named = _FIELD.search(what)
    if named:
        where += "/" + named["name"]
    code = "unknown_field" if "unknown field" in what else "required" if "missing required" in what else "type"
    return Unprocessable(errors=(FieldProblem(where, code, what),))


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
        try:
            return decoder.decode(value or b"null")
        except msgspec.ValidationError as error:
            raise problem_of(error) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadRequest(f"The body is not valid JSON: {error}. Correct it and send it again.") from error
