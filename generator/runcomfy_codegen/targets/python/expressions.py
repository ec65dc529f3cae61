"""Python expressions as syntax trees: made, changed, and written on one line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from ..source_text import literal


def subscript(name: str, *arguments: ast.expr) -> ast.expr:
    """``name[arguments]``."""
    inner = (
        arguments[0] if len(arguments) == 1 else ast.Tuple(list(arguments), ast.Load())
    )
    return ast.Subscript(ast.Name(name, ast.Load()), inner, ast.Load())


def call(name: str, *values: Any, **keywords: Any) -> ast.expr:
    """``name(values, keyword=…)``, every value through ``literal``."""
    return ast.Call(
        ast.Name(name, ast.Load()),
        [constant(value) for value in values],
        [ast.keyword(key, constant(value)) for key, value in keywords.items()],
    )


def optional(annotation: ast.expr) -> ast.expr:
    """``annotation | None``, or the annotation if it ends so already."""
    match annotation:
        case ast.BinOp(right=ast.Constant(value=None)):
            return annotation
        case _:
            return ast.BinOp(annotation, ast.BitOr(), ast.Constant(None))


def names_in(annotation: ast.expr) -> set[str]:
    """The names that an annotation is written with."""
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}


def constant(value: Any) -> ast.expr:
    """The expression of a JSON value."""
    if value is None or isinstance(value, str | int):
        return ast.Constant(value)
    return ast.parse(literal(value), mode="eval").body


class Renamed(ast.NodeTransformer):
    """Replaces names by other expressions."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Take the expression for each name."""
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace a name."""
        new = self._names.get(node.id)
        return node if new is None else ast.parse(new, mode="eval").body


class Bare(ast.NodeTransformer):
    """Takes away constraints: only what a type checker knows is left."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Replace ``Annotated[T, …]`` with ``T``."""
        match node:
            case ast.Subscript(
                value=ast.Name("Annotated"), slice=ast.Tuple([inner, *_])
            ):
                changed: ast.expr = self.visit(inner)
                return changed
            case _:
                return self.generic_visit(node)  # type: ignore[return-value]  # typeshed


class WithName(ast.NodeTransformer):
    """Replaces one part of an expression with a name."""

    def __init__(self, part: ast.expr, name: str) -> None:
        """Take the very part, and the name."""
        self._part = part
        self._name = name

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Replace the part."""
        if node is self._part:
            return ast.Name(self._name, ast.Load())
        return self.generic_visit(node)  # type: ignore[return-value]  # typeshed says AST


def literals_in(annotation: ast.expr) -> Iterator[ast.Subscript]:
    """Every ``Literal[…]`` in an annotation."""
    for node in ast.walk(annotation):
        match node:
            case ast.Subscript(value=ast.Name("Literal")):
                yield node
            case _:
                continue


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
            keywords = [
                f"{keyword.arg}={annotation_text(keyword.value)}" for keyword in named
            ]
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
