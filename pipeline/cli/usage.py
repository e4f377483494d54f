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
_TOO_MANY = re.compile(r"Got unexpected extra argument(?:s|\(s\))? \((?P<words>.*)\)$")
# The message about a file that is there and may not be read, or written.
_NO_ACCESS = re.compile(r"^(?:Invalid value for .*?: )?\w+ '(?P<path>.*)' is not (?P<able>read|writ)able$")
# The message about a value that is none of those there are.
_CHOICE = re.compile(r"^.*?'(?P<given>[^']*)' is not one of (?P<choices>'.*')$")
_MISSING = re.compile(r"Missing (?:argument|option|parameter):? '?(?P<name>[^'/]+?)'?(?: /.*)?$")
# Options that say what something is called.
_NAMING = ("--name", "--title")
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
        close = next(iter(getattr(error, "possibilities", None) or ()), "") or _as_setting(option, error)
        return UsageError(
            f"there is no option {option}", f"did you mean {close}? {remedy}" if close else remedy
        )
    if found := _UNKNOWN_COMMAND.match(message):
        near = nearest(found["name"], _commands(error))
        return UsageError(
            f"there is no command '{found['name']}'",
            f"did you mean {near[0]}? {remedy}" if near else remedy,
        )
    if found := _TOO_MANY.match(message):
        return _too_many(message, found["words"], error, remedy)
    if found := _NO_ACCESS.match(message):
        what = "read" if found["able"] == "read" else "written"
        return UsageError(f"'{found['path']}' cannot be {what}", "change its permissions")
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


def _options(error: Any) -> set[str]:
    """The options of the command that an error was made in."""
    command = getattr(getattr(error, "ctx", None), "command", None)
    return {name for parameter in getattr(command, "params", ()) for name in parameter.opts}


def _as_setting(option: str, error: Any) -> str:
    """What was written as an option, as a setting of a command that takes them: "--set captions.profile=..."; else ""."""
    from pipeline.settings import key_called

    key = key_called(option.lstrip("-").replace("-", "_")) if "--set" in _options(error) else ""
    return f"--set {key}=..." if key else ""


def _too_many(message: str, words: str, error: Any, remedy: str) -> UsageError:
    """The error for words that have no place; where there is an option for a new name, they may be that."""
    naming = next((name for name in _NAMING if name in _options(error)), "")
    if naming:
        return UsageError(f"there is no place for '{words}'", f"did you mean {naming} '{words}'? {remedy}")
    return UsageError(message, f"quote words that belong together; {remedy}")


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
