"""Usage errors in our words, instead of those of the library that parses the command line."""

from __future__ import annotations

import re
from typing import Any

from pipeline.errors import UsageError, nearest

# The message about a value of the wrong type: what the type should be, and perhaps why it cannot be converted.
_INPUT = re.compile(r"^.*Input should be (?P<wanted>.+?)(, unable to .*)?$")
# The messages about a command that there is not, and about what a command cannot do without.
_UNKNOWN_COMMAND = re.compile(r"No such command '(?P<name>.*?)'(?:\. .*)?$")
# The message about more words than a command takes.
_TOO_MANY = re.compile(r"Got unexpected extra arguments?\b")
# The message about a value that is none of those there are.
_CHOICE = re.compile(r"^.*?'(?P<given>[^']*)' is not one of (?P<choices>'.*')$")
_MISSING = re.compile(r"Missing (?:argument|option|parameter):? '?(?P<name>[^'/]+?)'?(?: /.*)?$")
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
        close = next(iter(getattr(error, "possibilities", None) or ()), "")
        return UsageError(
            f"there is no option {option}", f"did you mean {close}? {remedy}" if close else remedy
        )
    if found := _UNKNOWN_COMMAND.match(message):
        near = nearest(found["name"], _commands(error))
        return UsageError(
            f"there is no command '{found['name']}'",
            f"did you mean {near[0]}? {remedy}" if near else remedy,
        )
    if _TOO_MANY.match(message):
        return UsageError(message, f"quote words that belong together; {remedy}")
    if found := _MISSING.match(message):
        name = str(found["name"])
        return UsageError(f"{name if name.startswith('-') else name.upper()} is missing", remedy)
    parameter = getattr(error, "param", None)
    if parameter is not None and (found := _CHOICE.match(message)):
        return _no_such_choice(parameter, found["given"], re.findall("'([^']*)'", found["choices"]), remedy)
    if parameter is not None and (found := _INPUT.match(message)):
        name = (parameter.opts or [parameter.name])[0]
        wanted = _NUMBERS.get(found["wanted"], found["wanted"])
        return UsageError(f"{name} must be {wanted}", remedy)
    return UsageError(message, remedy)


def _no_such_choice(parameter: Any, given: str, choices: list[str], remedy: str) -> UsageError:
    """The error for a value that is none of an option's."""
    name = (parameter.opts or [parameter.name])[0]
    there, near = ", ".join(filter(None, choices)), nearest(given, choices)
    return UsageError(
        f"{name} cannot be '{given}'", f"{f'did you mean {near[0]}? ' if near else ''}it is one of {there}"
    )


def _commands(error: Any) -> tuple[str, ...]:
    """The names of the commands that there are where an unknown one was given."""
    context = getattr(error, "ctx", None)
    return tuple(getattr(getattr(context, "command", None), "commands", None) or ())


def _command(error: Any) -> str:
    """The command as it is typed, from click's context: "vignette concepts try"."""
    names, context = [], getattr(error, "ctx", None)
    while context is not None and context.parent is not None:
        names.append(context.info_name)
        context = context.parent
    return " ".join(["vignette", *reversed(names)])
