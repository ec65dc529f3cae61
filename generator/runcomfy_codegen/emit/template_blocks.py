"""The blocks of templates: one that nothing prints is most likely misspelt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .template_folder import TemplateFault, misspelt

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.nodes import Block, Node, Template


def expect_blocks(
    name: str, known: Mapping[str, str], environment: Environment
) -> None:
    """Raise ``TemplateFault`` if a template replaces a block that what it extends has not.

    What cannot be parsed, or extends what only rendering can tell, is left to rendering.
    """
    template = _parsed(name, known, environment)
    above = _extended(template)
    if template is None or not above or above not in known:
        return
    printed = _printed(above, known, environment)
    for block in _outer_blocks(template):
        if printed is not None and block.name not in printed:
            raise TemplateFault(
                f"{name}:{block.lineno}: {above} has no block {block.name!r}"
                f"{misspelt(block.name, printed)}"
            )


def _printed(
    name: str, known: Mapping[str, str], environment: Environment
) -> frozenset[str] | None:
    """The blocks that a template has, with those of all that it extends; None if unknown."""
    found: set[str] = set()
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        template = _parsed(name, known, environment)
        if template is None:
            return None
        found |= {block.name for block in _blocks(template)}
        name = _extended(template)
    return frozenset(found)


def _parsed(
    name: str, known: Mapping[str, str], environment: Environment
) -> Template | None:
    from jinja2 import TemplateSyntaxError

    try:
        return environment.parse(known[name], name) if name in known else None
    except TemplateSyntaxError:
        return None


def _extended(template: Template | None) -> str:
    """The name of what a template extends; empty if nothing, or computed."""
    from jinja2.nodes import Const, Extends

    for node in template.find_all(Extends) if template is not None else ():
        if isinstance(node.template, Const):
            return str(node.template.value)
    return ""


def _blocks(template: Template) -> Iterator[Block]:
    from jinja2.nodes import Block

    return template.find_all(Block)


def _outer_blocks(node: Node) -> Iterator[Block]:
    """The blocks that stand in no other: only what is extended can print those."""
    from jinja2.nodes import Block

    for child in node.iter_child_nodes():
        if isinstance(child, Block):
            yield child
        else:
            yield from _outer_blocks(child)
