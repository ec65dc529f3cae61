"""A model with stated limits, as a generated module has it."""

from __future__ import annotations

from typing import Any, ClassVar

from runcomfy_runtime.limits.stated_limit import Limit
from runcomfy_runtime.model import ModelInput, ModelOutput
from runcomfy_runtime.rule import Rule


class Output(ModelOutput):
    video: str | None = None


def model_with(
    *limits: Limit, rules: tuple[Rule, ...] = ()
) -> type[ModelInput[Output]]:
    """A model with these limits and rules."""

    class Input(ModelInput[Output], frozen=True):
        MODEL_ID: ClassVar[str] = "acme/painter"
        OUTPUT: ClassVar[type[ModelOutput]] = Output
        RULES: ClassVar[tuple[Rule, ...]] = rules
        LIMITS: ClassVar[tuple[Limit, ...]] = limits
        image: str | None = None
        images: list[str] | None = None
        video: str | None = None
        videos: list[str] | None = None
        prompt: str | None = None
        quality: str | None = None
        seed: int | None = None
        strength: float | None = None
        layers: list[dict[str, Any]] | None = None

    return Input


def limit(*fields: str, rule: str | tuple[str, ...] = (), **more: Any) -> Limit:
    """A limit with a quote and a day."""
    rules = (rule,) if isinstance(rule, str) else rule
    given = {"quote": "between 2 and 10 seconds", "published": "2026-11-20"}
    return Limit(fields, rules, **{**given, **more})
