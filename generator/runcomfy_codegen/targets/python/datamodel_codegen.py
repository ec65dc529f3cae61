"""datamodel-code-generator, asked one thing: how is this JSON Schema annotated in Python?

The only place that knows the library. No published text ever reaches it: names, values,
bounds and patterns are replaced by tokens before, and put back as syntax trees after, so
that its escaping need not be trusted. What it answers is checked against a list of known shapes.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from typing import Any

from .datamodel_codegen_answers import ANSWERS, RELEASE

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
_SHAPES = (
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
"""Class names beginning so stand for types that are asked for apart."""
_REFERENCE = f"#/$defs/{STUB}"


class DatamodelCodegenError(RuntimeError):
    """The library answered in a way that this release does not know."""


def ask(shapes: Iterable[str]) -> dict[str, str]:
    """The annotation of each shape, which is a JSON Schema as JSON text.

    A shape refers to what is not shown by ``stub``; the stub's name then stands in the
    annotation.
    """
    asked = {f"q{index}": shape for index, shape in enumerate(shapes)}
    if not asked:
        return {}
    source = _generate(_document(asked))
    found = next(
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == "Answers"
    )
    return {
        asked[line.target.id]: ast.unparse(_checked(line.annotation))
        for line in found.body
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
    }


def stub(number: int) -> dict[str, str]:
    """A reference to one of the types that are annotated apart."""
    return {"$ref": f"{_REFERENCE}{number}"}


def _document(asked: Mapping[str, str]) -> dict[str, Any]:
    inert = {"type": "object", "properties": {"inert": {"type": "boolean"}}}
    most = max(shape.count(_REFERENCE) for shape in asked.values())
    stubs = {f"{STUB}{number}": inert for number in range(most)}
    schemas = {name: json.loads(shape) for name, shape in asked.items()}
    answers = {"type": "object", "properties": schemas, "required": list(schemas)}
    return {"type": "object", "$defs": {"Answers": answers, **stubs}}


def _generate(document: dict[str, Any]) -> str:
    # Imported here: the library takes half a second to load, and most commands need none.
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
    for node in ast.walk(annotation):
        known = isinstance(node, _SHAPES) and (
            not isinstance(node, ast.Name)
            or node.id in _NAMES
            or node.id.startswith(STUB)
        )
        if not known:
            raise DatamodelCodegenError(
                "datamodel-code-generator answered with an annotation that this release"
                f" does not know: {ast.unparse(annotation)}"
            )
    return annotation


# What datamodel-code-generator answers about the shapes that models have.
#
# The library takes half a second to load, and its answers change only with its releases. So
# those of one release are kept here; any other shape or release is asked. A test asks the
# library about every line (``pytest tests/scale/test_answers.py --update-golden``).


def annotations_of(shapes: Iterable[str]) -> dict[str, str]:
    """The annotation of each shape, which is a JSON Schema as JSON text."""
    # Imported here: it takes longer than most answers.
    from importlib.metadata import version

    known = ANSWERS if version("datamodel-code-generator") == RELEASE else {}
    wanted = list(shapes)
    return known | ask(shape for shape in wanted if shape not in known)
