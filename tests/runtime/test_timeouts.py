"""Every default timeout and every pause of the runtime is stated in one file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import runcomfy_runtime

RUNTIME = Path(runcomfy_runtime.__file__).parent
TIME = re.compile(
    r"timeout|seconds|pause|patience|expiry|hold|grace|interval|lease|renewal",
    re.IGNORECASE,
)


def stated_times(tree: ast.Module) -> Iterator[str]:
    """Names of times whose value is a number in the code: defaults, constants, arguments."""
    for node in ast.walk(tree):
        pairs: list[tuple[str, ast.expr | None]] = []
        if isinstance(node, ast.arguments):
            positional = [*node.posonlyargs, *node.args]
            late = positional[len(positional) - len(node.defaults) :]
            pairs += zip((arg.arg for arg in late), node.defaults, strict=True)
            keywords = (arg.arg for arg in node.kwonlyargs)
            pairs += zip(keywords, node.kw_defaults, strict=True)
        elif isinstance(node, ast.AnnAssign):
            pairs.append((ast.unparse(node.target), node.value))
        elif isinstance(node, ast.Assign):
            pairs += ((ast.unparse(target), node.value) for target in node.targets)
        elif isinstance(node, ast.keyword):
            pairs.append((node.arg or "", node.value))
        for name, value in pairs:
            number = isinstance(value, ast.Constant) and isinstance(
                value.value, int | float
            )
            if number and TIME.search(name) and getattr(value, "value", 0):
                yield name


def test_no_other_file_states_a_default_timeout_or_a_pause() -> None:
    elsewhere = {
        f"{path.relative_to(RUNTIME)}: {name}"
        for path in sorted(RUNTIME.rglob("*.py"))
        if path.name not in ("retry_and_timeouts.py", "testing.py")
        for name in stated_times(ast.parse(path.read_text("utf-8")))
    }
    # How many requests a fetch sends before it asks for larger blocks: no time.
    assert elsewhere == {"media/fetch/policy.py: patience"}


def test_the_test_would_see_one() -> None:
    code = "def f(x, timeout=5.0, *, pause=1): ...\nSECONDS = 3\ng(timeout=2)\n"
    assert set(stated_times(ast.parse(code))) == {"timeout", "pause", "SECONDS"}
