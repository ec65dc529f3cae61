"""A user's folder of templates: which file takes the place of which of ours."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping

from .output_kind import Target

TEMPLATE_NAMES: Mapping[Target, tuple[str, ...]] = {
    Target.PYTHON: (
        "client.jinja",
        "field.jinja",
        "model.jinja",
        "object.jinja",
        "rule.jinja",
    ),
    Target.OPENAPI: (
        "answers.jinja",
        "lifecycle.jinja",
        "openapi.jinja",
        "operation.jinja",
    ),
    Target.JSON_SCHEMA: ("schema.jinja",),
}
"""Our templates. No name is of two targets, so one folder can serve them all."""
OWN = "_"
"""What the names of a user's own parts begin with."""


class TemplateFault(Exception):
    """A template that cannot be used; the message says which, where and for which model."""


def target_of(names: Iterable[str]) -> Target:
    """The target that templates of these names print; any one of them says which."""
    given = {*names}
    return next(target for target in Target if given & {*TEMPLATE_NAMES[target]})


def own_templates(folder: Mapping[str, bytes], target: Target) -> dict[str, str]:
    """The user's templates of a target, by name; ``folder`` holds every file by its path.

    One in the target's own folder goes before one beside those folders. Raises
    ``TemplateFault`` for a file that nothing would read: most likely a misspelling.
    """
    found: dict[str, str] = {}
    for path in sorted(folder, key=lambda path: path.count("/")):
        place, _, name = path.rpartition("/")
        if any(step.startswith(".") for step in path.split("/")):
            continue
        _expect(path, place, name)
        if place in ("", target):
            found[name] = _decoded(path, folder[path])
    return found


def misspelt(told: str, known: Collection[str]) -> str:
    """The end of a message about a name that is none: the nearest, and all there are."""
    near = difflib.get_close_matches(told, known, n=1)
    hint = f"; perhaps {str(near[0])!r} is meant" if near else ""
    return f"{hint} (there are {', '.join(sorted(known))})"


def _expect(path: str, place: str, name: str) -> None:
    if place and place not in (*Target,):
        raise TemplateFault(
            f"{path}: no output is called {place!r}{misspelt(place, [*Target])}"
        )
    known = TEMPLATE_NAMES[Target(place)] if place else sum(TEMPLATE_NAMES.values(), ())
    if name not in known and not name.startswith(OWN):
        raise TemplateFault(
            f"{path}: there is no template of this name to take the place of"
            f"{misspelt(name, known)}; your own parts begin with {OWN!r}"
        )


def _decoded(path: str, content: bytes) -> str:
    try:
        return content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TemplateFault(f"{path}:{line}: this is no UTF-8") from None
