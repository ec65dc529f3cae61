"""The README as package indexes show it: without pictures and links in files, which are not there.

hatchling calls this when it builds. A link to a section, and one to a web page, stays.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_PICTURE_IN_A_FILE = re.compile(r"!\[[^\]]*\]\((?!https?:)[^)]*\)\n+")
_LINK_TO_A_FILE = re.compile(r"\[([^\]]+)\]\((?!https?:|#)[^)]*\)")


class PublishedReadme(MetadataHookInterface):
    """Sets the field ``readme`` of the project."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Put the README into the metadata, without pictures, with the text of a link in its place."""
        text = (Path(self.root) / "README.md").read_text("utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": _LINK_TO_A_FILE.sub(r"\1", _PICTURE_IN_A_FILE.sub("", text)),
        }
