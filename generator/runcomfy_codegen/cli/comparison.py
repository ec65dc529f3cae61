"""Two sides read and built, as far as they can be: what the diff is handed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..build.catalog import build_catalog
from ..build.model import Settings
from ..diff.finding import Finding
from ..diff.report.report import Location
from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_text import JsonText, NotJson, members
from ..ir.model import Model
from ..store import envelope
from ..store.path import document_path, model_id_of
from .revision import Blobs, Folder, Revision

Documents = dict[str, dict[str, tuple[str, Document]]]
"""By model id and locale: the file, and what it holds."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a side holds, which models it tells wrongly, and why."""

    name: str
    documents: Documents
    broken: frozenset[str]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The models of both sides that differ, ready to be compared."""

    old: tuple[Model, ...]
    new: tuple[Model, ...]
    diagnostics: tuple[Diagnostic, ...]
    sides: tuple[Read, Read]

    def locate(self, finding: Finding) -> Location | None:
        """Where a finding's pointer stands: on the new side, or where it stood."""
        for read in reversed(self.sides):
            locales = read.documents.get(finding.model)
            if locales:
                file, document = _first(locales)
                place = document.place(_in_document(finding.pointer, document))
                return Location(str(PurePosixPath(read.name, file)), place)
        return None


def compared(
    base: Folder | Revision, head: Folder | Revision, settings: Settings
) -> Comparison:
    """Read both sides, and build what is not the same on both.

    A model that one side cannot tell is compared on neither: it would look removed.
    """
    cache: dict[bytes, Document | NotJson] = {}
    old, new = (_read(each.name, each.blobs(), cache) for each in (base, head))
    changed = {
        model_id
        for model_id in old.documents.keys() | new.documents.keys()
        if old.documents.get(model_id) != new.documents.get(model_id)
    }
    built = [
        _built(side, changed - old.broken - new.broken, settings) for side in (old, new)
    ]
    failed = {model_id for _, bad, _ in built for model_id in bad}
    models = [
        tuple(model for model in told if model.model_id not in failed)
        for told, _, _ in built
    ]
    diagnostics = [*old.diagnostics, *new.diagnostics]
    diagnostics += [each for _, _, wrong in built for each in wrong]
    return Comparison(models[0], models[1], tuple(diagnostics), (old, new))


def _read(name: str, blobs: Blobs, cache: dict[bytes, Document | NotJson]) -> Read:
    documents: defaultdict[str, dict[str, tuple[str, Document]]] = defaultdict(dict)
    broken: set[str] = set()
    diagnostics: list[Diagnostic] = []
    for path, content in blobs:
        if content not in cache:
            cache[content] = _parsed(content)
        found = _misplaced(path, cache[content])
        if isinstance(found, NotJson):
            broken.add(model_id_of(path))
            diagnostics.append(_unreadable(name, path, found))
        else:
            documents[found.model_id][found.locale] = (path.as_posix(), found)
    return Read(name, dict(documents), frozenset(broken), tuple(diagnostics))


def _parsed(content: bytes) -> Document | NotJson:
    try:
        return envelope.read(content.decode("utf-8", "surrogatepass"))
    except NotJson as error:
        return error
    except UnicodeDecodeError as error:
        return NotJson(f"not UTF-8: byte {error.start}", JsonText("").start)


def _misplaced(path: PurePosixPath, found: Document | NotJson) -> Document | NotJson:
    if isinstance(found, NotJson):
        return found
    if document_path(found.model_id, found.locale) == path:
        return found
    return NotJson(
        f"holds {found.model_id!r} in {found.locale!r},"
        f" but lies where {model_id_of(path)!r} belongs",
        found.input_schema.start,
    )


def _unreadable(name: str, path: PurePosixPath, error: NotJson) -> Diagnostic:
    return Diagnostic(
        code="broken-document",
        message=error.message,
        model=model_id_of(path),
        file=str(PurePosixPath(name, path)),
        place=error.place,
        hint="the model is not compared; the rest is",
    )


def _built(
    side: Read, wanted: Iterable[str], settings: Settings
) -> tuple[list[Model], tuple[str, ...], list[Diagnostic]]:
    chosen = {name: side.documents[name] for name in wanted if name in side.documents}
    files = (pair for locales in chosen.values() for pair in locales.values())
    catalog = build_catalog(files, settings)
    wrong = [
        each.about(file=side.name)
        for each in catalog.diagnostics
        if each.model in catalog.failed and each.severity is Severity.ERROR
    ]
    return list(catalog.models), catalog.failed, wrong


def _first(locales: Mapping[str, tuple[str, Document]]) -> tuple[str, Document]:
    """The document whose structure counts."""
    return locales[DEFAULT_LOCALE if DEFAULT_LOCALE in locales else min(locales)]


def _in_document(pointer: str, document: Document) -> str:
    """The pointer as this document spells it: pages wrap the output once more."""
    head, schema, rest = pointer.partition("/output_schema")
    published = document.output_schema
    if head or not schema or published is None:
        return pointer
    told = members(published.value())
    wrapped = "properties" not in told and "output" in told
    return f"/output_schema/output{rest}" if wrapped else pointer
