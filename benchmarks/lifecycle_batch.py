"""Timing ``map``: a batch of jobs that are done at once."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from runcomfy_runtime.aio import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.model import ModelInput, ModelOutput


class Output(ModelOutput):
    """Anything."""


class Input(ModelInput[Output]):
    """One field."""

    MODEL_ID: ClassVar[str] = "vendor/model"
    prompt: str


def mapped(url: str, count: int) -> float:
    """Seconds for a batch of the blocking client."""
    inputs = [Input(prompt=f"boat {number}") for number in range(count)]
    with RunComfy(token="benchmark-token", base_url=url) as client:
        began = time.perf_counter()
        assert len(list(client.map(inputs))) == count
        return time.perf_counter() - began


def mapped_async(url: str, count: int) -> float:
    """Seconds for a batch of the asyncio client."""
    return asyncio.run(_mapped_async(url, count))


async def _mapped_async(url: str, count: int) -> float:
    inputs = [Input(prompt=f"boat {number}") for number in range(count)]
    async with AsyncRunComfy(token="benchmark-token", base_url=url) as client:
        began = time.perf_counter()
        results = [result async for result in client.map(inputs, concurrency=256)]
        assert len(results) == count
        return time.perf_counter() - began
