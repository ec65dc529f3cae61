"""The README as package indexes show it: without links to files, which lead nowhere there.

hatchling calls this when it builds. A link to a section, and one to a web page, stays.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK_TO_A_FILE = re.compile(r"!?\[([^\]]+)\]\((?!https?:|#)[^)]*\)")


class PublishedReadme(MetadataHookInterface):
    """Sets the field ``readme`` of the project."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Put the README into the metadata, with the text of a link in place of the link."""
        text = (Path(self.root) / "README.md").read_text("utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": _LINK_TO_A_FILE.sub(r"\1", text),
        }
