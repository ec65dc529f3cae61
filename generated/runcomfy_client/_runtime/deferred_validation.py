"""Classes whose validators are built when they are first used, by one thread at a time.

Importing a model with its validators would cost a third more; most programs use few of the
models that they import.
"""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel

from .fork import renew_after_fork

if TYPE_CHECKING:
    from inspect import Signature


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
                if "__signature__" in model.__dict__:
                    del model.__signature__  # ours is shorter


_BUILDER = ValidatorBuilder()
renew_after_fork(_BUILDER)


class _Signature:
    """The fields of a class. That of pydantic exists only once the validator is built."""

    def __get__(self, instance: object, owner: type[BaseModel]) -> Signature:
        from .input_schema import signature_of  # reads the source

        return signature_of(owner)


class DeferredValidation:
    """Before ``BaseModel`` in the bases of a class that says ``defer_build``."""

    # Hidden from type checkers: fields are what they should see of the constructor, and the
    # options of validation differ between releases of pydantic.
    if not TYPE_CHECKING:
        __signature__ = _Signature()

        def __init__(self, /, **fields: Any) -> None:
            """Check the fields."""
            _BUILDER.complete(type(self))
            super().__init__(**fields)

        # pydantic's mark for "this only calls the base".
        __init__.__pydantic_base_init__ = True

        @classmethod
        def model_validate(cls, obj: Any, **options: Any) -> Self:
            """Validate as pydantic does."""
            _BUILDER.complete(cls)
            return super().model_validate(obj, **options)
