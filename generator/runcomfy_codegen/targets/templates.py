"""Jinja, set up so that a template cannot guess and cannot write text as code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from runcomfy_runtime.did_you_mean import did_you_mean_or_list

from ..ir.json_layout import exact_json_text
from .line_layout import call_text, format_heading, format_line
from .source_text import docstring, literal

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.nodes import Block, Node, Template

SHIPPED = "shipped/"
"""Before the name of a template, it is ours even where the user has one of that name."""


class Templates:
    """The templates of one kind of output, by file name."""

    def __init__(
        self, sources: Mapping[str, str], own: Mapping[str, str] | None = None
    ) -> None:
        """Take the templates of a target; nothing is read from a disk.

        ``own`` are the user's templates of the target, from ``own_templates``. One of them
        replaces ours of that name, and may extend ``shipped/…`` to change single blocks.
        Raises ``TemplateFault`` for a block that would be ignored.
        """
        self.own = dict(own or {})
        known = {**sources, **self.own}
        known |= {f"{SHIPPED}{name}": text for name, text in sources.items()}
        self._environment = _environment(known)
        for name in self.own:
            check_blocks(name, known, self._environment)

    @property
    def changed(self) -> bool:
        """Whether any of them is the user's."""
        return bool(self.own)

    def render(self, name: str, **context: Any) -> str:
        """The text of a template. Raises ``TemplateFault``."""
        from jinja2 import TemplateSyntaxError

        try:
            return self._environment.get_template(name).render(**context)
        except TemplateSyntaxError as error:
            where = f"{error.filename or error.name or name}:{error.lineno}"
            raise TemplateFault(f"{where}: {error.message}") from None
        # A template can call anything in Python, and fail in as many ways.
        except Exception as error:
            raise TemplateFault(f"{_place(error, name)}: {_words(error)}") from None

    def blamed(self, name: str) -> str:
        """A template, and the user's where they may be why it prints what it does."""
        others = sorted({*self.own} - {name})
        return f"{name} (with your {', '.join(others)})" if others else name


def _environment(known: Mapping[str, str]) -> Environment:
    # Imported here: a package that is up to date needs no templates.
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_loading(known)),
        undefined=StrictUndefined,
        # Python is not HTML: text enters through `literal` and `docstring` alone.
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "literal": literal,
        "docstring": docstring,
        "fitted": format_line,
        "class_heading": format_heading,
        "call": call_text,
        "json": exact_json_text,
    }
    environment.filters.update(filters)
    return environment


def _loading(
    known: Mapping[str, str],
) -> Callable[[str], tuple[str, str, Callable[[], bool]] | None]:
    """What Jinja asks for a template; its messages show the name as the file."""
    return lambda name: (known[name], name, lambda: True) if name in known else None


def _words(error: Exception) -> str:
    """What went wrong, for who wrote the template."""
    from jinja2 import TemplateError, TemplateNotFound

    if isinstance(error, RecursionError):
        return "this never ends: a template that includes itself, or a macro that calls itself"
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name!r}"
    if isinstance(error, TemplateError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _place(error: BaseException, name: str) -> str:
    """The innermost line of a template where an error came from."""
    place, trace = name, error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".jinja"):
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


# The blocks of templates: one that nothing prints is most likely misspelt.


def check_blocks(name: str, known: Mapping[str, str], environment: Environment) -> None:
    """Raise ``TemplateFault`` if a template replaces a block that what it extends has not.

    What cannot be parsed, or extends a name that only rendering knows, is checked when it is
    rendered.
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
                f"{did_you_mean_or_list(block.name, sorted(printed))}"
            )


def _printed(
    name: str, known: Mapping[str, str], environment: Environment
) -> frozenset[str] | None:
    """The blocks that a template has, with those of all that it extends; None if unknown."""
    names: set[str] = set()
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        template = _parsed(name, known, environment)
        if template is None:
            return None
        names |= {block.name for block in _blocks(template)}
        name = _extended(template)
    return frozenset(names)


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
    """The outermost blocks: only the extended template can print those."""
    from jinja2.nodes import Block

    for child in node.iter_child_nodes():
        if isinstance(child, Block):
            yield child
        else:
            yield from _outer_blocks(child)


# A user's folder of templates: which file takes the place of which of ours.


OWN_PREFIX = "_"
"""What the names of a user's own parts begin with."""


class TemplateFault(Exception):
    """A template that cannot be used; the message says which, where and for which model."""


def own_templates(
    folder: Mapping[str, bytes], target: str, names: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """The user's templates of a target, by name; ``folder`` holds every file by its path.

    ``names`` are the templates of each target. A file in the target's own folder replaces
    one next to those folders. Raises ``TemplateFault`` for a file that nothing would read,
    because it is most likely misspelled.
    """
    texts: dict[str, str] = {}
    for path in sorted(folder, key=lambda path: path.count("/")):
        place, _, name = path.rpartition("/")
        if any(step.startswith(".") for step in path.split("/")):
            continue
        _expect(path, place, name, names)
        if place in ("", target):
            texts[name] = _decoded(path, folder[path])
    return texts


def _expect(
    path: str, place: str, name: str, names: Mapping[str, tuple[str, ...]]
) -> None:
    if place and place not in names:
        raise TemplateFault(
            f"{path}: no output is called {place!r}{did_you_mean_or_list(place, names)}"
        )
    known = names[place] if place else sum(names.values(), ())
    if name not in known and not name.startswith(OWN_PREFIX):
        raise TemplateFault(
            f"{path}: there is no template of this name to take the place of"
            f"; your own parts begin with {OWN_PREFIX!r}"
            f"{did_you_mean_or_list(name, sorted(known))}"
        )


def _decoded(path: str, content: bytes) -> str:
    try:
        return content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TemplateFault(f"{path}:{line}: this is not UTF-8") from None


# Of what templates are given; another number means that names went or changed.
CONTEXT_VERSION = 1


def context_as_json(value: Any) -> Any:
    """A context as JSON values; exact numbers, and other values that JSON does not have, as texts.

    A dataclass has its fields, or those names that its ``template_names`` lists.
    """
    if is_dataclass(value) and not isinstance(value, type):
        names = [member.name for member in fields(value)]
        names = getattr(value, "template_names", names)
        return {name: context_as_json(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, Any]", value).items()
        return {str(name): context_as_json(item) for name, item in pairs}
    if isinstance(value, tuple | list):
        return [context_as_json(item) for item in cast("list[Any]", value)]
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
