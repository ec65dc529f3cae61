"""The layout of generated code: black's, with black's own settings.

Our templates write what black would leave as it is; only lines that are too long are handed
to it. Most of a cold generation would otherwise be black reading what needs no change.
"""

from __future__ import annotations

import ast
from functools import cache

from .literals import WIDTH, literal


def format_code(source: str) -> str:
    """The source as black would leave it. Raises ``black.InvalidInput`` for no Python."""
    # Imported here: only commands that render need it, and it takes a tenth of a second.
    from black import format_str
    from black.mode import Mode, TargetVersion

    mode = Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    return format_str(source, mode=mode)


@cache
def format_line(line: str, indent: int = 0) -> str:
    """A statement as black would leave it after ``indent`` columns (0 or 4), without them."""
    # black counts columns of a terminal, where some characters are two wide.
    if len(line) + indent <= WIDTH and line.isascii():
        return line
    heading = "class _:\n" + " " * indent if indent else ""
    return format_code(f"{heading}{line}\n").removeprefix(heading).rstrip("\n")


def annotation_text(node: ast.expr) -> str:
    """An annotation on one line, its literals in black's quotes."""
    match node:
        case ast.Constant(value=value):
            return literal(value)
        case ast.Subscript(value=outer, slice=inner):
            return f"{annotation_text(outer)}[{annotation_text(inner)}]"
        case ast.Tuple(elts=parts):
            return ", ".join(map(annotation_text, parts))
        case ast.BinOp(left=left, right=right):
            nested = isinstance(right, ast.BinOp)
            return f"{annotation_text(left)} | " + (
                f"({annotation_text(right)})" if nested else annotation_text(right)
            )
        case ast.Call(func=called, args=values, keywords=named):
            keywords = [f"{each.arg}={annotation_text(each.value)}" for each in named]
            return f"{annotation_text(called)}({', '.join([*map(annotation_text, values), *keywords])})"
        case _:
            return _other(node)


def _other(node: ast.expr) -> str:
    """Names, signs, and the values that only a marker of the runtime is called with."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.UnaryOp(operand=number):
            return f"-{annotation_text(number)}"
        case _:
            return literal(ast.literal_eval(node))
