"""Slotted classes of fields, as `dataclass(frozen=True, slots=True)` makes them, at a third of the cost.

Every start of the command defines some eighty of them, and `dataclass` compiles six methods for each: together a fifth
of a cold `validate`. Here one method is compiled for a class; the others are shared. Equality is by type and content,
a hash by content, and nothing can be set. `slotted` makes those that are filled while something is worked out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, field
from dataclasses import replace as replaced
from typing import Any, NoReturn, TypeVar, cast, dataclass_transform

__all__ = ["field", "frozen", "replace", "slotted"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """The class with `__init__`, `__eq__`, `__hash__` and `__repr__` over its annotated fields, in slots.

    A default that is no constant is `field(default_factory=…)`; no other option of `field` is known here.
    """
    return _made(cls, _SHARED)


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def slotted(cls: type[T]) -> type[T]:
    """The class with `__init__` and `__repr__` over its annotated fields, in slots that can be set; equal to itself."""
    return _made(cls, {"__repr__": _repr})


def _made(cls: type[T], methods: dict[str, object]) -> type[T]:
    namespace = dict(cls.__dict__)
    names = tuple(cast("dict[str, object]", namespace.get("__annotations__", {})))
    defaults = {name: namespace.pop(name) for name in names if name in namespace}
    for leftover in ("__dict__", "__weakref__"):
        namespace.pop(leftover, None)
    namespace |= methods | {"__slots__": names, "__match_args__": names, "__fields__": names}
    made: Any = type(cls.__name__, cls.__bases__, namespace)
    made.__qualname__ = cls.__qualname__

    def first(self: object, *values: object, **named: object) -> None:
        # Of all classes a run makes values of a few: the method is compiled for the first.
        made.__init__ = _initializer(made, names, defaults)
        made.__init__(self, *values, **named)

    made.__init__ = first
    return cast("type[T]", made)


def _initializer(made: type, names: tuple[str, ...], defaults: dict[str, object]) -> Callable[..., None]:
    known: dict[str, object] = {f"_set_{name}": made.__dict__[name].__set__ for name in names}
    parameters = ["self"]
    lines: list[str] = []
    for name in names:
        value = name
        if name not in defaults:
            parameters.append(name)
        else:
            default = defaults[name]
            if isinstance(default, Field):
                factory = cast("Field[object]", default).default_factory
                assert factory is not MISSING, "of the options of field, only default_factory is known here"
                known |= {f"_make_{name}": factory, f"_not_{name}": MISSING}
                parameters.append(f"{name}=_not_{name}")
                value = f"_make_{name}() if {name} is _not_{name} else {name}"
            else:
                known[f"_default_{name}"] = default
                parameters.append(f"{name}=_default_{name}")
        lines.append(f"  _set_{name}(self, {value})")
    source = f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or "  pass")
    exec(source, known)  # noqa: S102 -- our own text, from the names of annotations
    return cast("Callable[..., None]", known["__init__"])


def _names(self: object) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(type(self), "__fields__")  # noqa: B009 -- it has no declaration to be typed by
    return names


def _values(self: object) -> tuple[object, ...]:
    return tuple(getattr(self, name) for name in _names(self))


def _equal(self: object, other: object) -> bool:
    if self is other:
        return True
    if type(self) is not type(other):
        return False
    return _values(self) == _values(other)


def _hash(self: object) -> int:
    return hash((type(self), _values(self)))


def _repr(self: object) -> str:
    inner = ", ".join(f"{name}={getattr(self, name)!r}" for name in _names(self))
    return f"{type(self).__qualname__}({inner})"


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise AttributeError(f"{type(self).__qualname__} is frozen: `{name}` cannot be changed")


def _reduce(self: object) -> tuple[object, ...]:
    return (type(self), _values(self))


_SHARED: dict[str, object] = {
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__reduce__": _reduce,
}


def replace(value: T, **changes: Any) -> T:  # noqa: ANN401 -- fields of any type
    """A copy of a record (or of a dataclass) with some fields changed."""
    kind: Any = type(value)
    if not hasattr(kind, "__fields__"):
        return cast("T", replaced(cast("Any", value), **changes))
    current = {name: getattr(value, name) for name in kind.__fields__}
    return cast("T", kind(**{**current, **changes}))
