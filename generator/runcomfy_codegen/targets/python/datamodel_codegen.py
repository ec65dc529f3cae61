"""The adapter for datamodel-code-generator: how is this JSON Schema annotated in Python?

``annotations_of`` is the only way in, and no other module knows the library. A question is
the shape of a type: a JSON Schema in which tokens replace published names, values, bounds
and patterns, and stubs for inner types. The caller replaces the tokens in the answer, so no
published text reaches the library, and its escaping need not be trusted. Each answer is
checked against the forms of annotation that this release knows.

The library takes about half a second to load, as long as all the rest of a run in which one
model of a thousand changed. A thousand models have only a few dozen shapes, and the answers
change only with a release of the library. That is why the answers of one release are kept
in ``datamodel_codegen_answers``; any other shape or release is asked. A test compares each
kept answer with the library's (``pytest tests/scale/test_answers.py --update-golden`` writes
them again).
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from typing import Any

from .datamodel_codegen_answers import ANSWERS, RELEASE

_LIBRARY = "datamodel-code-generator"
_NAMES = frozenset(
    {
        "Annotated",
        "Any",
        "Field",
        "Literal",
        "bool",
        "dict",
        "float",
        "int",
        "list",
        "str",
    }
)
_NODES = (
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Subscript,
    ast.Tuple,
    ast.BinOp,
    ast.BitOr,
    ast.Call,
    ast.keyword,
    ast.UnaryOp,
    ast.USub,
)
STUB = "Stub"
"""Class names that begin so replace inner types, which are questions of their own."""
_REFERENCE = f"#/$defs/{STUB}"


class DatamodelCodegenError(RuntimeError):
    """The library answered in a form that this release does not know."""


def annotations_of(shapes: Iterable[str]) -> dict[str, str]:
    """The annotation of each shape; a shape is a JSON Schema as JSON text.

    Where a shape has a ``stub``, the annotation has the name of the stub.
    """
    # Imported here: it takes longer than most answers.
    from importlib.metadata import version

    kept = ANSWERS if version(_LIBRARY) == RELEASE else {}
    unknown = [shape for shape in shapes if shape not in kept]
    return kept | ask_library(unknown)


def stub(number: int) -> dict[str, str]:
    """A reference to an inner type."""
    return {"$ref": f"{_REFERENCE}{number}"}


def ask_library(shapes: Iterable[str]) -> dict[str, str]:
    """The library's answer for each shape, all from one call."""
    questions = {f"q{index}": shape for index, shape in enumerate(shapes)}
    if not questions:
        return {}
    source = _generate(_document(questions))
    answers = next(
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == "Answers"
    )
    return {
        questions[line.target.id]: ast.unparse(_checked(line.annotation))
        for line in answers.body
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
    }


def _document(questions: Mapping[str, str]) -> dict[str, Any]:
    """One schema of a class with an attribute for each question."""
    placeholder = {"type": "object", "properties": {"inert": {"type": "boolean"}}}
    stubs = max(shape.count(_REFERENCE) for shape in questions.values())
    definitions = {f"{STUB}{number}": placeholder for number in range(stubs)}
    schemas = {name: json.loads(shape) for name, shape in questions.items()}
    answers = {"type": "object", "properties": schemas, "required": list(schemas)}
    return {"type": "object", "$defs": {"Answers": answers, **definitions}}


def _generate(document: dict[str, Any]) -> str:
    # Imported here: the library takes half a second to load, and most commands do not need it.
    from datamodel_code_generator import InputFileType, generate
    from datamodel_code_generator.config import GenerateConfig
    from datamodel_code_generator.enums import DataModelType
    from datamodel_code_generator.format import PythonVersion
    from datamodel_code_generator.parser import LiteralType

    config = GenerateConfig(
        input_file_type=InputFileType.JsonSchema,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        class_name="Unused",
        formatters=[],
        use_annotated=True,
        field_constraints=True,
        strict_nullable=True,
        enum_field_as_literal=LiteralType.All,
        use_standard_collections=True,
        use_union_operator=True,
        disable_timestamp=True,
        allow_remote_refs=False,
    )
    return str(generate(document, config=config))


def _checked(annotation: ast.expr) -> ast.expr:
    """The annotation, if it has a known form. Raises ``DatamodelCodegenError``."""
    for node in ast.walk(annotation):
        known_name = not isinstance(node, ast.Name) or (
            node.id in _NAMES or node.id.startswith(STUB)
        )
        if not isinstance(node, _NODES) or not known_name:
            raise DatamodelCodegenError(
                f"{_LIBRARY} answered with an annotation that this release"
                f" does not know: {ast.unparse(annotation)}"
            )
    return annotation
