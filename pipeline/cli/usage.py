"""What is wrong with a command line, in our words instead of those of the library that reads it."""

from __future__ import annotations

import re
from typing import Any

from pipeline.errors import UsageError

_INPUT = re.compile(r"^.*Input should be (?P<wanted>.+?)(, unable to .*)?$")
_NUMBERS = {"a valid integer": "a whole number", "a valid number": "a number"}


def wrong(error: Any) -> UsageError:
    """The mistake that click found (any of its ClickException), with the help of the very command it was made in."""
    message = " ".join(str(error.format_message()).split()).rstrip(".")
    remedy = f"{_command(error)} --help shows what there is"
    option = getattr(error, "option_name", None)
    if option:
        close = " or ".join(getattr(error, "possibilities", None) or ())
        return UsageError(
            f"there is no option {option}", f"did you mean {close}? {remedy}" if close else remedy
        )
    parameter = getattr(error, "param", None)
    if parameter is not None and (found := _INPUT.match(message)):
        name = (parameter.opts or [parameter.name])[0]
        wanted = _NUMBERS.get(found["wanted"], found["wanted"])
        return UsageError(f"{name} must be {wanted}", remedy)
    return UsageError(message, remedy)


def _command(error: Any) -> str:
    """The command as a person types it: "vignette concepts try"."""
    names, context = [], getattr(error, "ctx", None)
    while context is not None and context.parent is not None:
        names.append(context.info_name)
        context = context.parent
    return " ".join(["vignette", *reversed(names)])
