"""Jinja, set up so that a template cannot guess and cannot write text as code."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from typing import Any

from .layout import laid_out_line
from .literal import docstring, literal

SHIPPED = "shipped/"
"""Before the name of a template, it is ours even where the user has one of that name."""


class TemplateFault(Exception):
    """A template that cannot be used; the message says which, where and for which model."""


class Templates:
    """The templates of one kind of output, by file name."""

    def __init__(
        self, sources: Mapping[str, str], own: Mapping[str, str] | None = None
    ) -> None:
        """Take the texts of the templates; nothing is read from a disk.

        Those in ``own`` are the user's. They take the place of ours of the same name, and
        extend ``shipped/…`` to change single blocks; names that begin with ``_`` are theirs
        alone. Raises ``TemplateFault`` for any other name.
        """
        # Imported here: a package that is up to date needs no templates.
        from jinja2 import Environment, FunctionLoader, StrictUndefined

        self.changed = bool(own)
        known = {**sources, **(own or {})}
        known |= {f"{SHIPPED}{name}": text for name, text in sources.items()}
        for name in own or ():
            _expect(name, sources)
        self._environment = Environment(
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
            "json": _json,
            "merged": _merged,
        }
        self._environment.filters.update(filters)

    def render(self, name: str, **context: Any) -> str:
        """The text of a template. Raises ``TemplateFault``."""
        from jinja2 import TemplateError, TemplateSyntaxError

        try:
            return self._environment.get_template(name).render(**context)
        except TemplateSyntaxError as error:
            where = f"{error.filename or error.name or name}:{error.lineno}"
            raise TemplateFault(f"{where}: {error.message}") from None
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise TemplateFault(f"{_place(error, name)}: {error}") from None


def _json(value: Any) -> str:
    # Jinja's own `tojson` writes `<` as an escape, for web pages.
    return json.dumps(value, ensure_ascii=False)


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both objects in one; of a member in both, the other's counts. Empty texts go."""
    return {key: value for key, value in {**one, **other}.items() if value != ""}


def _expect(name: str, sources: Mapping[str, str]) -> None:
    if name in sources or name.startswith("_"):
        return
    near = difflib.get_close_matches(name, sources, n=1)
    hint = f"; perhaps {near[0]!r} is meant" if near else ""
    raise TemplateFault(
        f"{name}: there is no template of this name to take the place of{hint}"
        f" (ours are {', '.join(sorted(sources))}; your own parts begin with '_')"
    )


def _loading(
    known: Mapping[str, str],
) -> Callable[[str], tuple[str, str, Callable[[], bool]] | None]:
    """What Jinja asks for a template; the name stands in its messages as the file."""
    return lambda name: (known[name], name, lambda: True) if name in known else None


def _place(error: BaseException, name: str) -> str:
    """The innermost line of a template where an error came from."""
    place, trace = name, error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".jinja"):
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
