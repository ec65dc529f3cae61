"""``docs/media.md`` says what the code does: its words, its limits, its example."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

from runcomfy_runtime.input_checks import MediaChecks
from runcomfy_runtime.media import FetchPolicy, MediaFault
from runcomfy_runtime.media.inspection import AT_ONCE
from runcomfy_runtime.metrics_and_operators import METRICS

PAGE = (Path(__file__).parents[2] / "docs" / "media.md").read_text("utf-8")


def test_every_word_for_what_was_not_measured_is_told() -> None:
    [printed] = re.findall(r"The words of `media` are (.*?)\.", PAGE, re.DOTALL)
    words = [fault.value for fault in MediaFault if fault is not MediaFault.WRONG_KIND]
    assert re.findall(r"`(\w+)`", printed) == words


def test_every_metric_and_every_setting_is_told() -> None:
    for name in METRICS:
        assert f"`{name}`" in PAGE
    table = re.findall(r'^\| `"(\w+)"`', PAGE, re.MULTILINE)
    assert sorted(table) == sorted(get_args(MediaChecks))


def test_the_limits_are_those_of_the_default_policy() -> None:
    policy = FetchPolicy()
    answer = (
        f"| one remote file | {policy.seconds:g} seconds, {policy.requests} requests, "
        f"{policy.bytes >> 20} MiB; most take one request of {policy.first >> 10} KiB |"
    )
    assert answer in PAGE
    assert f"| several files | {AT_ONCE} at a time;" in PAGE


def test_the_policy_of_the_example_is_one_and_the_client_exports_it() -> None:
    [example] = re.findall(r"policy = FetchPolicy\(.*\)", PAGE)
    names: dict[str, Any] = {}
    exec(f"from runcomfy_client import FetchPolicy\n{example}", names)
    policy = names["policy"]
    assert policy.trusts("::1", 8000)
    assert policy.trusts("minio.lan", 9000)
