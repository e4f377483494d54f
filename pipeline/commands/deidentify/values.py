"""Every text in a frozen value, wherever it stands, so that no field that is added later is passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


def strings(value: Any) -> Iterator[str]:
    """All texts in a value: in its fields, lists and tables; words of ours (enumerations) are none."""
    if isinstance(value, str) and not isinstance(value, Enum):
        yield value
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield from strings(key)
            yield from strings(held)
    elif isinstance(value, (tuple, list)):
        for held in value:
            yield from strings(held)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))


def mapped(value: T, change: Callable[[str, str], str], name: str = "") -> T:
    """The value with `change(text, field)` in place of each text; `field` is the name of the field that it stands in."""
    made: Any = value
    if isinstance(value, str) and not isinstance(value, Enum):
        made = change(value, name)
    elif isinstance(value, dict):
        made = {key: mapped(held, change, str(key)) for key, held in value.items()}
    elif isinstance(value, tuple):
        made = tuple(mapped(held, change, name) for held in value)
    elif is_dataclass(value) and not isinstance(value, type):
        held = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
        made = replace(value, **{k: mapped(v, change, k) for k, v in held.items()})
    return made  # type: ignore[no-any-return]
