"""What datamodel-code-generator answers about the shapes that models have.

The library takes half a second to load, and its answers change only with its releases. So
those of one release are kept here; any other shape or release is asked. A test asks the
library about every line (``pytest tests/scale/test_answers.py --update-golden``).
"""

from __future__ import annotations

from collections.abc import Iterable

from .kept_answers import ANSWERS, RELEASE
from .oracle import ask


def answers(shapes: Iterable[str]) -> dict[str, str]:
    """The annotation of each shape, which is a JSON Schema as JSON text."""
    # Imported here: it takes longer than most answers.
    from importlib.metadata import version

    known = ANSWERS if version("datamodel-code-generator") == RELEASE else {}
    wanted = list(shapes)
    return known | ask(shape for shape in wanted if shape not in known)
