"""What every target can do, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from ..ir.diagnostic import Diagnostic
from ..ir.model import Model
from ..ir.surface import CodeNames

if TYPE_CHECKING:
    from .templates import Templates

Files = dict[PurePosixPath, str]
"""The files of an output: their texts by their paths below its folder."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the configuration chooses for single models, by model id.

    Only the target that reads the configuration's table knows what the values are.
    """

    models: Mapping[str, object] = field(default_factory=dict[str, object])


Names = Mapping[str, CodeNames]
"""What a target calls models, by model id."""


@dataclass(frozen=True, slots=True)
class Named:
    """Models that a target can render, what it calls them, and what was noticed.

    ``failed`` are the ids of the models whose names collide.
    A diagnostic has a pointer; the workspace adds the file and the line.
    """

    models: tuple[Model, ...]
    names: Names
    diagnostics: tuple[Diagnostic, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """What a target writes for one model: the lock file says so to later runs.

    A model is looked up by the first of its ``files``. ``names`` are those that callers write
    and that are not published, by kind (``fields``, ``classes``) and place.
    """

    files: tuple[PurePosixPath, ...]
    names: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict[str, Mapping[str, str]]
    )


Kept = Mapping[str, tuple[PurePosixPath, ...]]
"""The files of models that stay in the folder without being rendered, by model id."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a target writes for each model, by model id, next to the kept models.

    ``moves_kept`` says that rendering would move or replace a file of a kept model, so that
    the kept models must be rendered too.
    """

    models: Mapping[str, ModelFiles]
    moves_kept: bool


def _no_report(model_id: str) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What rendering needs besides the models.

    ``package`` is the name of the folder. ``runtime`` are the files of the runtime, by path.
    ``report`` is called with the id of each model that is done.
    """

    templates: Templates
    runtime: Mapping[PurePosixPath, str]
    package: str = "runcomfy_client"
    kept: Kept = field(default_factory=dict[str, tuple[PurePosixPath, ...]])
    report: Callable[[str], None] = _no_report


class Target(Protocol):
    """A kind of output."""

    @property
    def name(self) -> str:
        """The name in the configuration, which is also that of the folder of templates."""
        ...

    @property
    def templates(self) -> tuple[str, ...]:
        """The file names of its templates; no two targets share one."""
        ...

    def name_models(self, models: Iterable[Model], overrides: Overrides) -> Named:
        """Name the models. Models whose names collide are left out and reported."""
        ...

    def render(self, named: Named, context: RenderContext) -> Files:
        """Every file of the output, without those of kept models. Raises ``TemplateFault``."""
        ...

    def layout(self, named: Named, kept: Kept) -> Layout:
        """Where ``render`` puts the models. Renders nothing."""
        ...

    def template_context(self, named: Named, model_id: str) -> dict[str, Any]:
        """What the templates are given for one model, as JSON values."""
        ...
