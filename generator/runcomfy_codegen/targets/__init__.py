"""The kinds of output: each is a folder of templates, and a page of the documentation."""

from __future__ import annotations

from enum import StrEnum


class Target(StrEnum):
    """A kind of output."""

    PYTHON = "python"
    OPENAPI = "openapi"
    JSON_SCHEMA = "json-schema"
