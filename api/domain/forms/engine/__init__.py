"""Form documents: parsed, checked, compiled, evaluated, validated; and read from spreadsheets.

Pure: bytes and values in, values out. `docs/guides/forms.md` and `docs/guides/expressions.md` describe
the document and the language of its conditions.
"""

from __future__ import annotations

from api.domain.forms.engine.api import (
    check_document,
    examine,
    leaf_fields,
    parse_document,
    registrant_fields,
    sensitive_fields,
    shared_fields,
)
from api.domain.forms.engine.clock import Clock
from api.domain.forms.engine.compiled import COMPILER_VERSION, CompiledExpression, CompiledForm, Item
from api.domain.forms.engine.compiler import compile_condition, compile_form
from api.domain.forms.engine.conditions import condition_types, evaluate_condition
from api.domain.forms.engine.document import (
    Choice,
    Field,
    FormDocument,
    Page,
    Section,
    Text,
    canonical_bytes,
    content_hash,
)
from api.domain.forms.engine.fields.codes import CURRENCIES
from api.domain.forms.engine.fields.identity import clean_identity
from api.domain.forms.engine.masking import is_masked, mask
from api.domain.forms.engine.opening import opening_answers
from api.domain.forms.engine.problems import DocumentInvalid, ExpressionInvalid, Problem
from api.domain.forms.engine.rendering import Line, lines_of, plain_answer
from api.domain.forms.engine.scalars import as_scalar
from api.domain.forms.engine.state import FormState, evaluate
from api.domain.forms.engine.types import FieldType, ValueType
from api.domain.forms.engine.validation import FieldError, Validation, validate
from api.domain.forms.engine.xlsform import (
    SheetProblem,
    SheetReport,
    SheetTooLarge,
    export_csv,
    export_xlsx,
    import_xlsform,
)

__all__ = [
    "COMPILER_VERSION",
    "CURRENCIES",
    "Choice",
    "Clock",
    "CompiledExpression",
    "CompiledForm",
    "DocumentInvalid",
    "ExpressionInvalid",
    "Field",
    "FieldError",
    "FieldType",
    "FormDocument",
    "FormState",
    "Item",
    "Line",
    "Page",
    "Problem",
    "Section",
    "SheetProblem",
    "SheetReport",
    "SheetTooLarge",
    "Text",
    "Validation",
    "ValueType",
    "as_scalar",
    "canonical_bytes",
    "check_document",
    "clean_identity",
    "compile_condition",
    "compile_form",
    "condition_types",
    "content_hash",
    "evaluate",
    "evaluate_condition",
    "examine",
    "export_csv",
    "export_xlsx",
    "import_xlsform",
    "is_masked",
    "leaf_fields",
    "lines_of",
    "mask",
    "opening_answers",
    "parse_document",
    "plain_answer",
    "registrant_fields",
    "sensitive_fields",
    "shared_fields",
    "validate",
]
