"""Print the lowest versions that pyproject.toml allows, as constraints for pip.

Usage: python .ci/lowest_versions.py > constraints.txt
Only what users install is pinned: the dependencies of the tool and its extras, not the
development tools, which only these tests need.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?>=([0-9.]+)")


def constraints(text: str) -> list[str]:
    """A line ``name==lowest`` for each dependency of a ``pyproject.toml``.

    Raises ``SystemExit`` for one without a lower bound: then there is no lowest version.
    """
    project = tomllib.loads(text)["project"]
    extras = project.get("optional-dependencies", {})
    wanted = list(project["dependencies"])
    for name, requirements in extras.items():
        wanted += requirements if name != "dev" else []
    lines: list[str] = []
    for requirement in wanted:
        match = REQUIREMENT.fullmatch(requirement)
        if match is None:
            raise SystemExit(
                f"{PYPROJECT}: {requirement!r} needs a lower bound, name>=1.2"
            )
        lines.append(f"{match[1]}=={match[2]}")
    return sorted(set(lines))


if __name__ == "__main__":
    sys.stdout.write(
        "".join(f"{line}\n" for line in constraints(PYPROJECT.read_text("utf-8")))
    )
