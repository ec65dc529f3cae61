"""The bases of the generated inputs. Making one checks it against the published schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast

from pydantic import (
    BaseModel,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PrivateAttr,
    ValidationError,
)
from pydantic_core import PydanticSerializationError

from .deferred_validation import DeferredValidation
from .outputs import AudioOutput as AudioOutput
from .outputs import BaseOutput as BaseOutput
from .outputs import ImageOutput as ImageOutput
from .outputs import ModelOutput as ModelOutput
from .outputs import VideoOutput as VideoOutput
from .payload import (
    ShownValue,
    fields_sent,
    has_path,
    input_members,
    members_sent,
    sent_identity,
    wire_value,
)
from .shape import shape_of
from .validated_mark import extension_of, is_validated, leaves_of, mark_validated

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

    from .errors import InputRejected
    from .limits.stated_limit import Limit
    from .report import Problem, Report
    from .rule import Rule

OutputT = TypeVar("OutputT")


class ExactValues(DeferredValidation):
    """An input, or an object inside one: compared and checked as the JSON that is sent."""

    if not TYPE_CHECKING:

        @classmethod
        def __get_pydantic_core_schema__(
            cls, source: Any, handler: GetCoreSchemaHandler
        ) -> CoreSchema:
            # As much code as this module, and needed only when a validator is built.
            from .number_schema import exact_class

            schema = handler(source)
            exact_class(handler.resolve_ref_schema(schema))
            return schema

        @classmethod
        def __get_pydantic_json_schema__(
            cls, schema: CoreSchema, handler: GetJsonSchemaHandler
        ) -> dict[str, Any]:
            from .input_schema import describe  # reads the source

            described = handler(schema)
            describe(cls, handler.resolve_ref_schema(described))
            return described

        def model_dump(self, **options: Any) -> dict[str, Any]:
            """Dump as pydantic does. Raises ``InputRejected`` for a local file in JSON."""
            return _dumped(self, super().model_dump, options)

        def model_dump_json(self, **options: Any) -> str:
            """Write JSON as pydantic does. Raises ``InputRejected`` for a local file."""
            return _dumped(self, super().model_dump_json, options)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and sent_identity(self) == sent_identity(other)

    def __hash__(self) -> int:
        return hash(sent_identity(self))


# The configuration is written as class keywords: the plugin of mypy reads nothing else.


class ModelPart(
    ExactValues,
    BaseModel,
    extra="forbid",
    frozen=True,
    strict=True,
    allow_inf_nan=False,
    validate_by_name=False,
    validate_by_alias=True,
    serialize_by_alias=True,
    protected_namespaces=(),
    defer_build=True,
):
    """An object inside an input. A document has its wire names, and other names are its own.

    The constructor takes Python names and wire names. Raises ``InputRejected``.
    """

    if not TYPE_CHECKING:

        def __init__(self, /, **fields: Any) -> None:
            """Check the fields. Raises ``InputRejected`` with every problem."""
            wire = shape_of(type(self)).wire
            named = {wire.get(name, name): fields[name] for name in fields}
            _validate(self, super().__init__, named)

        # pydantic's mark for "this only calls the base".
        __init__.__pydantic_base_init__ = True

        @classmethod
        def __get_pydantic_core_schema__(
            cls, source: Any, handler: GetCoreSchemaHandler
        ) -> CoreSchema:
            from .number_schema import read_as_document

            schema = super().__get_pydantic_core_schema__(source, handler)
            read_as_document(handler.resolve_ref_schema(schema), cls._as_document)
            return schema

    @classmethod
    def _as_document(cls, value: Any) -> Any:
        """A part as the document that it is sent as, to be validated again.

        It may come from ``model_construct``. An input is not validated again: that would drop
        what ``extended`` added.
        """
        return wire_value(value) if isinstance(value, cls) else value


class ModelInput(
    ExactValues,
    BaseModel,
    Generic[OutputT],
    extra="forbid",
    frozen=True,
    strict=True,
    allow_inf_nan=False,
    validate_by_name=True,
    validate_by_alias=True,
    serialize_by_alias=True,
    protected_namespaces=(),
    defer_build=True,
):
    """The input of one model. Making one checks it against the published schema.

    Raises ``InputRejected`` with every problem at once. Fields go by their Python names or by
    their wire names. ``None`` in an optional field is sent as null if null is published;
    otherwise it means: not set, the server decides.
    """

    MODEL_ID: ClassVar[str]
    OUTPUT: ClassVar[type[BaseOutput]] = ModelOutput
    RULES: ClassVar[tuple[Rule, ...]] = ()
    LIMITS: ClassVar[tuple[Limit, ...]] = ()

    _extension: dict[str, Any] | None = PrivateAttr(default=None)

    __slots__ = ("_validated",)
    """What validation made, leaf by leaf; see ``mark_validated``. A copy does not have it."""

    if not TYPE_CHECKING:

        def __class_getitem__(cls, output: object) -> type[Self]:
            """The class itself: no field uses the output type, only ``OUTPUT`` does.

            pydantic would create one more class for every model.
            """
            return cls

        @classmethod
        def __pydantic_init_subclass__(cls, **options: Any) -> None:
            """Only the class itself is built later.

            A ``TypeAdapter`` would be too, and FastAPI gets a warning for each then.
            """
            cls.model_config["defer_build"] = False

    def __init__(self, /, **fields: Any) -> None:
        """Check the fields. Raises ``InputRejected`` with every problem."""
        _validate(self, super().__init__, fields)
        mark_validated(self)

    # pydantic's mark for "this only calls the base": `model_validate` does not come through here.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # set on a function

    if not TYPE_CHECKING:

        @classmethod
        def model_validate(cls, obj: Any, **options: Any) -> Self:
            """Validate as pydantic does. Numbers of other libraries are taken too."""
            try:
                made = super().model_validate(obj, **options)
            except ValidationError:
                plain = _plain_values(obj)
                if plain is obj:
                    raise
                made = super().model_validate(plain, **options)
            if made is not obj and not options:
                mark_validated(made)
            return made

    def payload(self) -> dict[str, Any]:
        """The JSON body: only what was set, in wire names, as new lists and dicts.

        Raises ``InputRejected`` if the input has a local file, which the client reads, and
        for a value inside itself.
        """
        try:
            members = input_members(self)
        except RecursionError:
            from .json_values import json_problems  # rarely needed

            raise _rejected(json_problems(self), self.MODEL_ID) from None
        if has_path(members):
            raise _path_in_payload(members, self.MODEL_ID)
        return members

    def extended(self, /, **fields: Any) -> Self:
        """The same input with fields that this client does not know yet, sent unchanged.

        Raises ``InputRejected`` for a declared field, and for a value that is not JSON.
        """
        import json  # few inputs need it

        from .json_values import json_problems
        from .problems import refused_extension

        fields = _plain_values(fields)
        declared = refused_extension(shape_of(type(self)), fields)
        if problems := (*declared, *json_problems(fields)):
            raise _rejected(problems, self.MODEL_ID)
        validated = is_validated(self)
        longer = self.model_copy()
        added = json.loads(json.dumps(fields))
        # Private attributes of a frozen model may be set; type checkers think otherwise.
        BaseModel.__setattr__(
            longer, "_extension", {**(self._extension or {}), **added}
        )
        if validated:
            mark_validated(longer)
        return longer

    def __repr_name__(self) -> str:
        return f"{self.MODEL_ID}:{type(self).__name__}"

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Only the fields that are sent; long texts and inline data are shortened."""
        for name, _, value in fields_sent(self):
            yield name, ShownValue(value)
        for name, value in (self._extension or {}).items():
            yield name, ShownValue(value)

    __str__ = BaseModel.__repr__


def _plain_values(given: Any) -> Any:
    """Values of other libraries as JSON values, as far as nothing is lost."""
    from .plain_values import plain_value  # needed only if validation fails

    return plain_value(given)


def _dumped(part: BaseModel, dump: Callable[..., Any], options: dict[str, Any]) -> Any:
    try:
        return dump(**options)
    except PydanticSerializationError:
        with suppress(RecursionError):  # a value inside itself
            members = members_sent(part)
            if has_path(members):
                model_id = getattr(part, "MODEL_ID", "")
                raise _path_in_payload(members, model_id) from None
        raise


def _path_in_payload(members: object, model_id: str) -> InputRejected:
    from .local_files import payload_refusal  # needed only for local files

    return _rejected(payload_refusal(members).problems, model_id)


def _validate(
    part: BaseModel, construct: Callable[..., None], fields: dict[str, Any]
) -> None:
    """Validate the fields of a new instance, at the second try as plain JSON values.

    Raises ``InputRejected`` with every problem.
    """
    try:
        return construct(**fields)
    except ValidationError as error:
        failure, plain = error, _plain_values(fields)
    if plain is not fields:
        try:
            return construct(**plain)
        except ValidationError as error:
            failure = error
    problems = _problems_of(type(part), failure, plain)
    raise _rejected(problems, getattr(part, "MODEL_ID", "")) from None


def _rejected(problems: tuple[Problem, ...], model_id: str) -> InputRejected:
    # Loaded for the first invalid input: the import of a model does not pay for it.
    from .errors import InputRejected
    from .report import Report

    return InputRejected(Report(problems), model_id)


def input_from(
    model: type[ModelInput[Any]], document: Mapping[str, Any]
) -> ModelInput[Any]:
    """The input of a class from a mapping. Raises ``InputRejected``."""
    members = _plain_values(dict(document))
    try:
        return model.model_validate(members)
    except ValidationError as error:
        problems = _problems_of(model, error, members)
        raise _rejected(problems, model.MODEL_ID) from None


def schema_report(model: type[ModelInput[Any]], document: object) -> Report:
    """The schema problems of a document; nothing is raised."""
    from .report import Report

    try:
        model.model_validate(document)
    except ValidationError as error:
        return Report(_problems_of(model, error, _plain_values(document)))
    return Report()


def _problems_of(
    model: type[BaseModel], error: ValidationError, document: object
) -> tuple[Problem, ...]:
    # As much code as this module, and needed only for invalid inputs.
    from .problems import problems_from_errors as problems

    findings = error.errors(include_url=False)
    return problems(cast(list[dict[str, Any]], findings), document, shape_of(model))


def schema_problems(made: ModelInput[Any]) -> tuple[Problem, ...]:
    """The schema problems of an input. One without its mark is validated, as it is sent."""
    if is_validated(made):
        return ()
    # Few inputs need these.
    import json

    from .json_values import json_problems

    if outside_json := json_problems(made, with_paths=True):
        return outside_json
    leaves, extension = leaves_of(made), extension_of(made)
    declared = shape_of(type(made)).wire
    body = input_members(made)
    if not has_path(body):
        body = json.loads(json.dumps(body, allow_nan=False))
    document = {
        name: value
        for name, value in body.items()
        if name in declared or name not in extension
    }
    report = schema_report(type(made), document)
    if report.ok:
        object.__setattr__(made, "_validated", leaves)
    return report.problems
