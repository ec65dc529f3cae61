"""Runs a workflow of GitHub Actions step by step, with stand-ins for GitHub and pip."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
INSTALL, CHECK, DIFF, COMMENT = (
    "Install runcomfy-codegen",
    "Check that the generated client is up to date",
    "Report what the schema changes mean for callers",
    "Comment on the pull request",
)


def action() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return read


def workflow() -> dict[str, Any]:
    """The first YAML of docs/ci.md."""
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    found = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert found
    assert page.index("```yaml") < 200, "the page begins with the workflow"
    read: dict[str, Any] = yaml.safe_load(found[1])
    return read


def evaluated(text: str, values: Mapping[str, str]) -> str:
    """A value of the workflow with its ``${{ … }}`` expressions replaced."""

    def value(match: re.Match[str]) -> str:
        return str(expression(match[1], values) or "")

    return re.sub(r"\$\{\{ *(.*?) *\}\}", value, text)


def expression(text: str, values: Mapping[str, str]) -> Any:
    """An expression of GitHub Actions; the few functions and operators that we use."""
    python = re.sub(
        r"'[^']*'|\|\||&&|[A-Za-z_][\w-]*(?:\.[\w-]+)+",
        lambda match: {"||": " or ", "&&": " and "}.get(match[0])
        or (match[0] if match[0][0] == "'" else f"values.get({match[0]!r}, '')"),
        text,
    )
    known = {
        "values": values,
        "always": lambda: True,
        "format": lambda form, *each: form.format(*each),
    }
    return eval(python, known)


@dataclass
class Runner:
    """One repository on a runner, and the results of the steps that ran in it."""

    folder: Path
    temp: Path
    github: dict[str, str] = field(default_factory=dict)
    code: dict[str, int] = field(default_factory=dict)
    out: dict[str, str] = field(default_factory=dict)
    err: dict[str, str] = field(default_factory=dict)

    def program(self, name: str, script: str) -> None:
        """A stand-in for a program, found before any other."""
        path = self.temp / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def no_program(self, name: str) -> None:
        (self.temp / "bin" / name).unlink(missing_ok=True)

    def use_action(
        self, inputs: Mapping[str, str], *, only: Collection[str] = ()
    ) -> bool:
        """Run the steps of the action, or only these; whether the job succeeds."""
        known = action()["inputs"]
        assert set(inputs) <= set(known)
        chosen = {name: each["default"] for name, each in known.items()} | dict(inputs)
        values = {f"inputs.{name}": str(each) for name, each in chosen.items()}
        values |= {f"github.{name}": each for name, each in self.github.items()}
        values["steps.python.outputs.python-path"] = "fake-python"
        values["steps.install.outcome"] = "success"
        values = {name: evaluated(each, values) for name, each in values.items()}
        failed = False
        for step in action()["runs"]["steps"]:
            condition = step.get("if", "true").replace("true", "'true'")
            runs = "always()" in condition or not failed
            chosen_here = not only or step["name"] in only
            if "run" not in step or not runs or not chosen_here:
                continue
            if expression(condition.replace("''true''", "'true'"), values):
                failed |= self._step(step, values) != 0
        return not failed

    def _step(self, step: Mapping[str, Any], values: Mapping[str, str]) -> int:
        name = step["name"]
        folder = evaluated(step.get("working-directory", "."), values)
        stated = {
            key: evaluated(str(each), values)
            for key, each in step.get("env", {}).items()
        }
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder / folder,
            env=self._environment() | stated,
            capture_output=True,
            text=True,
            check=False,
        )
        self.code[name], self.out[name], self.err[name] = (
            ran.returncode,
            ran.stdout,
            ran.stderr,
        )
        return ran.returncode

    def _environment(self) -> dict[str, str]:
        kept = {name: each for name, each in os.environ.items() if "GIT" not in name}
        tool = str(Path(sys.executable).parent)
        paths = (str(self.temp / "bin"), tool, os.environ["PATH"])
        return kept | {
            "PATH": os.pathsep.join(paths),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_PATH": str(self.temp / "path"),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
            "GITHUB_ACTIONS": "true",
        }
