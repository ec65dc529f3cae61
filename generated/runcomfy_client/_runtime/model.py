"""The bases of the generated classes: inputs that are strict, outputs that accept anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import RLock
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from .errors import InputRejected
from .interrupt import renew_after_fork
from .problems import shape_of, wire_name
from .report import Problem, Report
from .rule import Rule

# Classes whose validators are built when they are first used, by one thread at a time.
#
# Importing a model with its validators would cost a third more; most programs use few of the
# models that they import.


class ValidatorBuilder:
    """Whose turn it is to build: pydantic lets two threads build one class, each over the
    other's, and one of them then misses a field.
    """

    def __init__(self) -> None:
        self.turn = RLock()

    def after_fork(self) -> None:
        """Let go of the turn: the thread that had it is not in the child."""
        self.turn = RLock()

    def complete(self, model: type[BaseModel]) -> None:
        """Build the validator of a class, unless it is there."""
        if not model.__pydantic_complete__:
            with self.turn:
                model.model_rebuild()  # nothing, if another thread was quicker


_BUILDER = ValidatorBuilder()
renew_after_fork(_BUILDER)


class DeferredValidation:
    """Before ``BaseModel`` in the bases of a class that says ``defer_build``."""

    # Hidden from type checkers: fields are what they should see of the constructor, and the
    # options of validation differ between releases of pydantic.
    if not TYPE_CHECKING:

        def __init__(self, /, **fields: Any) -> None:
            _BUILDER.complete(type(self))
            super().__init__(**fields)

        # pydantic's mark for "this only calls the base".
        __init__.__pydantic_base_init__ = True

        @classmethod
        def model_validate(cls, obj: Any, **options: Any) -> Self:
            """Validate as pydantic does."""
            _BUILDER.complete(cls)
            return super().model_validate(obj, **options)


OutputT = TypeVar("OutputT")

_STRICT = ConfigDict(
    extra="forbid",
    frozen=True,
    strict=True,
    allow_inf_nan=False,
    validate_by_name=True,
    validate_by_alias=True,
    serialize_by_alias=True,
    protected_namespaces=(),
    defer_build=True,
    # JSON Schema searches a pattern anywhere in the text, and so does this engine.
    regex_engine="python-re",
)


class ModelPart(DeferredValidation, BaseModel, frozen=True):
    """An object inside an input."""

    model_config = _STRICT


class ModelOutput(DeferredValidation, BaseModel):
    """The output of a model. Published output schemas are incomplete, so nothing is rejected."""

    model_config = ConfigDict(
        extra="allow",
        validate_by_name=True,
        validate_by_alias=True,
        protected_namespaces=(),
        defer_build=True,
    )

    @classmethod
    def read(cls, output: object) -> Self:
        """Read any output. Values that do not fit the schema are kept unchanged."""
        try:
            return cls.model_validate(output)
        except (ValidationError, RecursionError):
            members = cast(dict[str, Any], output) if isinstance(output, dict) else {}
            return cls._unchecked(members)

    @classmethod
    def _unchecked(cls, members: Mapping[str, Any]) -> Self:
        defaults = cls.model_construct()
        kept = {
            name: value for name, value in members.items() if not name.startswith("_")
        }
        return cls.model_construct(**kept) if kept else defaults


class ModelInput(DeferredValidation, BaseModel, Generic[OutputT], frozen=True):
    """The input of one model. Making one checks it against the published schema.

    Raises ``InputRejected`` with every problem at once. Fields go by their Python names or by
    their wire names. ``None`` in an optional field means: not set, the server decides.
    """

    model_config = _STRICT

    MODEL_ID: ClassVar[str]
    OUTPUT: ClassVar[type[ModelOutput]] = ModelOutput
    RULES: ClassVar[tuple[Rule, ...]] = ()

    _extension: dict[str, Any] | None = PrivateAttr(default=None)

    if not TYPE_CHECKING:

        def __class_getitem__(cls, output: object) -> type[Self]:
            """The class itself: no field uses the output type, only ``OUTPUT`` does.

            pydantic would create one more class for every model.
            """
            return cls

    def __init__(self, /, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            report = Report(_problems_of(type(self), error, fields))
            raise InputRejected(report, self.MODEL_ID) from None

    # pydantic's mark for "this only calls the base": `model_validate` does not come through here.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # set on a function

    def payload(self) -> dict[str, Any]:
        """The JSON body: only what was set, in wire names, as new lists and dicts."""
        return {**_members_set(self), **(self._extension or {})}

    def extended(self, /, **fields: Any) -> Self:
        """The same input with fields that this client does not know yet, sent unchanged.

        Raises ``InputRejected`` for a declared field, and for a value that is not JSON.
        """
        import json

        problems = tuple(_refused_extension(type(self), fields))
        if problems:
            raise InputRejected(Report(problems), self.MODEL_ID)
        longer = self.model_copy()
        added = json.loads(json.dumps(fields))
        # Private attributes of a frozen model may be set; type checkers think otherwise.
        BaseModel.__setattr__(
            longer, "_extension", {**(self._extension or {}), **added}
        )
        return longer

    def __repr_name__(self) -> str:
        return f"{self.MODEL_ID}:{type(self).__name__}"

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Only the fields that were set; long texts and inline data are shortened."""
        for name in type(self).model_fields:
            if name in self.model_fields_set:
                yield name, _Shortened(wire_value(getattr(self, name)))
        for name, value in (self._extension or {}).items():
            yield name, _Shortened(value)

    __str__ = BaseModel.__repr__


class _Shortened:
    """A value in a repr."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        from .escaping import quoted

        return quoted(self.value, 120)


def schema_report(model: type[ModelInput[Any]], document: object) -> Report:
    """The schema problems of a document; nothing is raised."""
    try:
        model.model_validate(document)
    except ValidationError as error:
        return Report(_problems_of(model, error, document))
    return Report()


def _problems_of(
    model: type[BaseModel], error: ValidationError, document: object
) -> tuple[Problem, ...]:
    # As much code as this module, and needed only for invalid inputs.
    from .problems import problems_from_errors as problems

    findings = error.errors(include_url=False)
    return problems(cast(list[dict[str, Any]], findings), document, shape_of(model))


def _refused_extension(
    model: type[BaseModel], fields: Mapping[str, Any]
) -> Iterator[Problem]:
    import json

    from .escaping import quoted
    from .problems import pointer

    declared = shape_of(model).wire
    for name, value in fields.items():
        location = pointer([name])
        if name in declared:
            text = f"{quoted(name)} is a declared field: give it to {model.__name__}(…)"
            yield Problem(pointer=location, code="invalid", message=text, actual=name)
            continue
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            text = f"{quoted(name)} is not a JSON value: {error}"
            yield Problem(pointer=location, code="type", message=text)


def _members_set(part: BaseModel) -> dict[str, Any]:
    """The members that were set. ``None`` is sent only for a required field."""
    sent: dict[str, Any] = {}
    for name, field in type(part).model_fields.items():
        if name in part.model_fields_set:
            value = getattr(part, name)
            if value is not None or field.is_required():
                sent[wire_name(name, field)] = wire_value(value)
    for name, value in (part.__pydantic_extra__ or {}).items():
        sent[name] = wire_value(value)
    return sent


def wire_value(value: Any) -> Any:
    """The value of a field as it is sent."""
    if isinstance(value, BaseModel):
        return _members_set(value)
    if isinstance(value, list):
        return [wire_value(item) for item in cast(list[object], value)]
    if isinstance(value, dict):
        return {
            name: wire_value(member)
            for name, member in cast(dict[str, object], value).items()
        }
    return value
