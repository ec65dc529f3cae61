"""Jinja, set up so that a template cannot guess and cannot write text as code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .json_layout import json_text
from .layout import laid_out_line
from .literal import docstring, literal
from .template_blocks import expect_blocks
from .template_folder import TemplateFault as TemplateFault
from .template_folder import own_templates, target_of

if TYPE_CHECKING:
    from jinja2 import Environment

SHIPPED = "shipped/"
"""Before the name of a template, it is ours even where the user has one of that name."""


class Templates:
    """The templates of one kind of output, by file name."""

    def __init__(
        self, sources: Mapping[str, str], own: Mapping[str, bytes] | None = None
    ) -> None:
        """Take the templates of a target; nothing is read from a disk.

        ``own`` are all files of the user's folder, by their paths below it. A template of
        theirs takes the place of ours of that name, and may extend ``shipped/…`` to change
        single blocks. Raises ``TemplateFault`` for a file or a block that would be ignored.
        """
        self.own = own_templates(own, target_of(sources)) if own else {}
        known = {**sources, **self.own}
        known |= {f"{SHIPPED}{name}": text for name, text in sources.items()}
        self._environment = _environment(known)
        for name in self.own:
            expect_blocks(name, known, self._environment)

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
        # A template can call whatever Python has, and fail in as many ways.
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
        "fitted": laid_out_line,
        "json": json_text,
    }
    environment.filters.update(filters)
    return environment


def _loading(
    known: Mapping[str, str],
) -> Callable[[str], tuple[str, str, Callable[[], bool]] | None]:
    """What Jinja asks for a template; the name stands in its messages as the file."""
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
