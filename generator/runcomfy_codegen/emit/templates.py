"""Jinja, set up so that a template cannot guess and cannot write text as code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from .literal import docstring, literal


class Templates:
    """The templates of one kind of output, by file name."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        """Take the texts of the templates; nothing is read from a disk."""
        self._environment = Environment(
            loader=DictLoader(dict(sources)),
            undefined=StrictUndefined,
            # Python is not HTML: text enters through `literal` and `docstring` alone.
            autoescape=False,  # noqa: S701
            keep_trailing_newline=True,
        )
        self._environment.filters |= {"literal": literal, "docstring": docstring}

    def render(self, name: str, **context: Any) -> str:
        """The text of a template. Raises ``jinja2.TemplateError``."""
        return self._environment.get_template(name).render(**context)
