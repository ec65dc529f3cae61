"""The names of whole models, and every collision as a diagnostic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import dropwhile

from ...ir.diagnostic import Diagnostic, Severity
from ...ir.json_text import pointer_token
from ...ir.model import (
    Array,
    Field,
    Model,
    Nullable,
    Object,
    Type,
    Union,
    fields_in,
    types_in,
)
from ...ir.surface import CodeNames
from ..identifiers import joined_words
from ..target import Named, Overrides
from .names import ChosenNames, chosen_names, class_name, field_name, module_path


def name_models(models: Iterable[Model], overrides: Overrides) -> Named:
    """Name every model. One whose names collide is left out, and each collision reported."""
    ordered = sorted(models, key=lambda model: model.model_id)
    named = {model.model_id: (model, names_of(model, overrides)) for model in ordered}
    diagnostics = [
        diagnostic
        for model, names in named.values()
        for diagnostic in _in_one_model(
            model, names, chosen_names(overrides, model.model_id)
        )
    ]
    failed = {
        diagnostic.model
        for diagnostic in diagnostics
        if diagnostic.severity is Severity.ERROR
    }
    right = {id_: pair for id_, pair in named.items() if id_ not in failed}
    modules = _module_collisions({id_: names for id_, (_, names) in right.items()})
    failed |= {diagnostic.model for diagnostic in modules}
    return Named(
        models=tuple(model for id_, (model, _) in named.items() if id_ not in failed),
        names={id_: names for id_, (_, names) in named.items() if id_ not in failed},
        diagnostics=(*diagnostics, *modules),
        failed=tuple(id_ for id_ in named if id_ in failed),
    )


def names_of(model: Model, overrides: Overrides) -> CodeNames:
    """The names of a model, whether or not they collide."""
    chosen = chosen_names(overrides, model.model_id)
    fields = {
        name: chosen.fields.get(name) or field_name(name) for name in _wire_names(model)
    }
    words = {
        pointer: name
        for top in _tops(model)
        for pointer, name in _class_words(top, top.path, fields)
    }
    classes = {pointer: class_name(*steps) for pointer, steps in words.items()}
    published = model.published_output or model.output
    classes |= {published.pointer: "Output", model.output.pointer: "Output"}
    classes |= {model.input.pointer: "Input"}
    return CodeNames(module_path(model.model_id, chosen), fields, classes)


def _wire_names(model: Model) -> dict[str, None]:
    """Every published name of a field, in order."""
    return dict.fromkeys(
        field.wire_name for top in _tops(model) for field in fields_in(top)
    )


def _tops(model: Model) -> tuple[Object, ...]:
    """The input, the output as it is read, and the output as it is published."""
    return (model.input, model.output, model.published_output or model.output)


def _class_words(
    holder: Object, words: tuple[str, ...], fields: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The words of each class name below an object, by the pointer of its schema.

    The path of an object has the published name of each member; its class has the name
    that code uses for it.
    """
    parts = [(fields[field.wire_name], field.type) for field in holder.fields]
    if holder.extra is not None:
        parts.append(("value", holder.extra))
    for word, kind in parts:
        for inner in _nearest_objects(kind):
            between = map(joined_words, inner.path[len(holder.path) + 1 :])
            steps = (*words, word, *between)
            yield inner.pointer, steps
            yield from _class_words(inner, steps, fields)


def _nearest_objects(kind: Type) -> Iterator[Object]:
    """The objects that a type is made of, without those inside them."""
    match kind:
        case Object():
            yield kind
        case Array(items=inner) | Nullable(inner=inner):
            yield from _nearest_objects(inner)
        case Union(options=options):
            for option in options:
                yield from _nearest_objects(option)
        case _:
            return


def is_class(kind: Type) -> bool:
    """Whether a type is written as a class of its own: an object with declared members."""
    return isinstance(kind, Object) and bool(kind.fields or kind.extra is None)


def _in_one_model(
    model: Model, names: CodeNames, chosen: ChosenNames
) -> Iterator[Diagnostic]:
    """Fields of one object, and classes of one model, that would have one name."""
    classes: dict[str, str] = {}
    for top in (model.input, model.output):
        for kind in types_in(top):
            if not isinstance(kind, Object):
                continue
            yield from _field_collisions(kind, names, model.model_id)
            if kind is top or not is_class(kind):
                continue
            name = names.classes[kind.pointer]
            other = classes.setdefault(name, kind.pointer)
            if other != kind.pointer:
                yield _class_collision(model.model_id, name, kind.pointer, other)
    yield from _unused(model, names, chosen)


def _class_collision(model_id: str, name: str, pointer: str, other: str) -> Diagnostic:
    return Diagnostic(
        code="name-collision",
        message=f"this object and the one at {other} would be the same class {name!r}",
        model=model_id,
        pointer=pointer,
        hint="choose another name for a field on the way to one of them:"
        f' [tool.runcomfy-codegen.names."{model_id}".fields]',
    )


def _field_collisions(
    holder: Object, names: CodeNames, model_id: str
) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    for field in holder.fields:
        name = names.fields[field.wire_name]
        other = seen.setdefault(name, field.wire_name)
        if other != field.wire_name:
            yield Diagnostic(
                code="name-collision",
                message=f"{other!r} and {field.wire_name!r} would get the same name {name!r}",
                model=model_id,
                pointer=f"{holder.pointer}/properties/{pointer_token(field.wire_name)}",
                hint="choose a name in the configuration:"
                f' [tool.runcomfy-codegen.names."{model_id}".fields]',
            )


def _unused(
    model: Model, names: CodeNames, chosen: ChosenNames
) -> Iterator[Diagnostic]:
    """Names that the user chose for fields that the model does not have."""
    for wire_name in sorted(chosen.fields.keys() - names.fields.keys()):
        yield Diagnostic(
            code="unused-name",
            message=f"the configuration has the name {chosen.fields[wire_name]!r} for"
            f" {wire_name!r}, but there is no such property",
            severity=Severity.WARNING,
            model=model.model_id,
            pointer="/input_schema",
            hint="spell the property as the schema does, or remove the name",
        )


def _module_collisions(names: Mapping[str, CodeNames]) -> list[Diagnostic]:
    """Models that would be one module; none of them can be generated."""
    modules: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for model_id, code_names in names.items():
        modules[code_names.module].append(model_id)
    return [
        _module_collision(model_id, path, ids)
        for path, ids in modules.items()
        if len(ids) > 1
        for model_id in ids
    ]


def _module_collision(
    model_id: str, path: tuple[str, ...], ids: Sequence[str]
) -> Diagnostic:
    message = (
        f"{' and '.join(map(repr, ids))} would be the same module {'.'.join(path)}"
    )
    return Diagnostic(
        code="module-collision",
        message=message,
        model=model_id,
        hint="choose a module in the configuration:"
        f' [tool.runcomfy-codegen.names."{model_id}"] module = "vendor/other_name"',
    )


# The names that differ from the published ones, for the lock file.


def given_names(model: Model, names: CodeNames) -> dict[str, dict[str, str]]:
    """The fields that are not called as they are published, and the classes, by place.

    A place is ``input`` or ``output`` and the published names that lead there, as a JSON
    pointer has them.
    """
    renamed: dict[str, str] = {}
    classes: dict[str, str] = {}
    for side, top in (("input", model.input), ("output", model.output)):
        for place, named in _places(top, side):
            if isinstance(named, Object):
                classes[place] = names.classes[named.pointer]
            elif names.fields[named.wire_name] != named.wire_name:
                renamed[place] = names.fields[named.wire_name]
        # Every module has these two.
        classes.pop(side, None)
    return {"fields": renamed, "classes": classes}


def _option_place(option: Type) -> str:
    """What tells an option with classes from others; positions change."""
    first = next(_nearest_objects(option), None)
    steps = () if first is None else first.path
    # A word may be that of an object and of a list of it.
    inside = dropwhile(lambda step: not step.startswith("option_"), steps)
    return "".join(f"|{step}" for step in inside)


def _places(kind: Type, place: str) -> Iterator[tuple[str, Field | Object]]:
    """Every field and class below a type, with its place."""
    match kind:
        case Object(fields=members, extra=extra):
            if is_class(kind):
                yield place, kind
            for member in members:
                below = f"{place}/{pointer_token(member.wire_name)}"
                yield below, member
                yield from _places(member.type, below)
            if extra is not None:
                yield from _places(extra, f"{place}/*")
        case Array(items=inner) | Nullable(inner=inner):
            yield from _places(inner, place)
        case Union(options=options):
            for option in options:
                yield from _places(option, f"{place}{_option_place(option)}")
        case _:
            return
