"""Usage errors in our words, instead of those of the library that parses the command line."""

from __future__ import annotations

import re
from typing import Any

from pipeline.errors import UsageError

# The message about a value of the wrong type: what the type should be, and perhaps why it cannot be converted.
_INPUT = re.compile(r"^.*Input should be (?P<wanted>.+?)(, unable to .*)?$")
# The types of numbers in that message -> in our words.
_NUMBERS = {"a valid integer": "a whole number", "a valid number": "a number"}


def usage_error(error: Any) -> UsageError:
    """Convert any of click's ClickException into a UsageError that points to the help of the command it was made in."""
    message = " ".join(str(error.format_message()).split()).rstrip(".")
    remedy = f"{_command(error)} --help shows what there is"
    option = getattr(error, "option_name", None)
    if option and "requires an argument" in message:
        return UsageError(f"{option} needs a value", remedy)
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
    """The command as it is typed, from click's context: "vignette concepts try"."""
    names, context = [], getattr(error, "ctx", None)
    while context is not None and context.parent is not None:
        names.append(context.info_name)
        context = context.parent
    return " ".join(["vignette", *reversed(names)])
