"""The stored form of a document: a JSON object around the published text, untouched.

The published pieces are spliced in as they are, whatever their spelling; only what stands
around them is ours. Reading gives the same pieces back, with their places in the file.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from ..ir.diagnostic import Place
from ..ir.document import Document, Provenance
from ..ir.json_text import JsonText, JsonValue, NotJson, members


def write(document: Document) -> str:
    """The text of the document's file."""
    members: dict[str, str] = {
        name: json.dumps(value, ensure_ascii=False)
        for name, value in (
            ("model_id", document.model_id),
            ("locale", document.locale),
            ("title", document.title),
            ("description", document.description),
            ("curl", document.curl),
        )
        if value
    }
    members |= {name: text.text for name, text in document.texts()}
    members["provenance"] = json.dumps(
        asdict(document.provenance), ensure_ascii=False, indent=2
    ).replace("\n", "\n  ")
    lines = (f"  {json.dumps(name)}: {text}" for name, text in members.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read(text: str) -> Document:
    """The document of a stored file. Raises ``NotJson`` if the file is not one."""
    whole = JsonText(text)
    told = members(whole.value())
    for name in ("model_id", "locale", "input_schema", "provenance"):
        if name not in told:
            raise NotJson(
                f"a stored document is an object with the member {name!r}", Place()
            )
    return Document(
        model_id=str(told["model_id"]),
        locale=str(told["locale"]),
        title=str(told.get("title", "")),
        description=str(told.get("description", "")),
        curl=str(told.get("curl", "")),
        input_schema=_piece(whole, "input_schema"),
        output_schema=(
            _piece(whole, "output_schema") if "output_schema" in told else None
        ),
        example=_piece(whole, "example") if "example" in told else None,
        facts=_piece(whole, "facts") if "facts" in told else None,
        provenance=_provenance(members(told["provenance"])),
    )


def _piece(whole: JsonText, name: str) -> JsonText:
    start, end = whole.span(f"/{name}")
    return JsonText(whole.text[start:end], whole.at(start))


def _provenance(told: dict[str, JsonValue]) -> Provenance:
    return Provenance(
        source=str(told.get("source", "")),
        form=str(told.get("form", "")),
        retrieved=str(told.get("retrieved", "")),
        sha256=str(told.get("sha256", "")),
    )
