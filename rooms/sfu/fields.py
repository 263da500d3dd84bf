"""Dataclasses out of JSON objects: exactly the fields that they declare, and values of exactly their types. PURE."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_args


def build(kind: type[Any], body: Any) -> Any:
    """The `kind` that the JSON object `body` tells of; a field with a default may be missing, as in older versions.

    Raises `ValueError` for anything that is none.
    """
    declared = {one.name: one for one in fields(kind)}
    if not isinstance(body, dict) or not body.keys() <= declared.keys():
        raise ValueError(kind.__name__)
    if not all(name in body or _has_default(one) for name, one in declared.items()):
        raise ValueError(kind.__name__)
    return kind(**{name: _value(declared[name].type, value) for name, value in body.items()})


def _has_default(one: Field[Any]) -> bool:
    return (one.default, one.default_factory) != (MISSING, MISSING)


def _value(kind: Any, value: Any) -> Any:
    if isinstance(kind, type) and is_dataclass(kind):
        return build(kind, value)
    if kind in (tuple[int, ...], tuple[str, ...]):
        if isinstance(value, list) and all(type(item) is get_args(kind)[0] for item in value):
            return tuple(value)
    elif kind == Mapping[str, tuple[int, ...]]:
        if isinstance(value, dict):
            return {name: _value(tuple[int, ...], items) for name, items in value.items()}
    elif kind == Mapping[str, int]:
        if isinstance(value, dict) and all(type(item) is int for item in value.values()):
            return value
    elif type(value) is kind:
        return value
    raise ValueError(kind)
