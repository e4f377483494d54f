"""Commands as this application has them: a decorator that registers a plain function, with its examples and old spellings.

@command(app, "vignette doctor", "vignette doctor --json", panel="Setting up")
def doctor(...) -> int: ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from pipeline.cli.session import remark

# The order in which help shows the application's own commands.
_ORDER = ("run", "status", "review", "report", "align", "check", "mux", "sheet", "export", "deidentify", "formats", "edits",
         "index", "search", "concordance", "cooccur", "export-qda", "models", "concepts", "doctor", "forget")  # fmt: skip
CAPTIONING, CORRECTING, SEARCHING, SETTING_UP = "Captioning", "Correcting", "Searching", "Setting up"
"""The headings of the help."""

F = TypeVar("F", bound=Callable[..., Any])

# Unknown options are arguments: "-work" is part of a query, "-0:33" a time.
QUERY = {"ignore_unknown_options": True}


class Command(TyperCommand):
    """A command some of whose options were called otherwise in earlier versions; these still do, with a remark."""

    renamed: Mapping[str, str] = {}

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, with new names in place of old ones; what stands behind "--" is left alone."""
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*map(self._by_its_name, args[:end]), *args[end:]])

    def _by_its_name(self, arg: str) -> str:
        old, equals, value = arg.partition("=")
        new = self.renamed.get(old)
        if new is None:
            return arg
        remark(f"{old} is called {new} now; the old name goes with a later version")
        return f"{new}{equals}{value}"


class Group(TyperGroup):
    """A group of commands whose help shows them under headings, in the order in which people meet them.

    `default` is the command that is meant where none is named, "" for none; `order` names those that come first.
    """

    default = ""
    order: tuple[str, ...] = ()

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, and note beforehand whether JSON is asked for."""
        if ctx.obj is not None:
            ctx.obj.look_ahead(args)
        if (
            self.default
            and not ctx.resilient_parsing
            and not (args and (args[0] in self.commands or args[0] == "--help"))
        ):
            args = self._with_command_first(args)
        return super().parse_args(ctx, args)

    def _with_command_first(self, args: list[str]) -> list[str]:
        """Options that stand before the name of a command are meant for it; without a name, for the default."""
        if args and not args[0].startswith("-"):
            return args
        name = next((arg for arg in args if arg in self.commands), self.default)
        at = args.index(name) if name in args else len(args)
        return [name, *args[:at], *args[at + 1 :]]

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands in the order of the help."""
        places = {name: place for place, name in enumerate(self.order)}
        return sorted(self.commands, key=lambda name: places.get(name, len(places)))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, each under its heading."""
        panels: dict[str, list[tuple[str, str]]] = {}
        shown = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        width = max((len(name) for name, one in shown if one and not one.hidden), default=0)
        for name, one in shown:
            if one is not None and not one.hidden:
                line = one.get_short_help_str(formatter.width - 6 - width)
                panels.setdefault(getattr(one, "rich_help_panel", None) or "Commands", []).append(
                    (name, line)
                )
        for heading, rows in panels.items():
            with formatter.section(heading):
                formatter.write_dl(rows)


def examples(*lines: str) -> str:
    """Examples as help shows them, a line each; click does not rewrap a paragraph that begins with \\b."""
    return "\n".join(["\b", "Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)])


def command(
    group: typer.Typer,
    *lines: str,
    name: str | None = None,
    panel: str | None = None,
    renamed: Mapping[str, str] | None = None,
    **more: Any,
) -> Callable[[F], F]:
    """Register the decorated function as a command of `group`; `lines` are its examples, `renamed` old names of its options."""
    kind = type("Command", (Command,), {"renamed": dict(renamed or {})})

    def registered(function: F) -> F:
        short = re.split("[;:\n]", function.__doc__ or "", maxsplit=1)[0].rstrip(".") + "."
        group.command(
            name, cls=kind, epilog=examples(*lines), rich_help_panel=panel, short_help=short, **more
        )(function)
        return function

    return registered


def subgroup(
    name: str, help: str, *lines: str, panel: str, default: str = "", order: tuple[str, ...] = ()
) -> typer.Typer:
    """A group of commands of the application; `default` is the one that is meant where none is named."""
    kind = type("Group", (Group,), {"default": default, "order": order})
    group = typer.Typer(
        cls=kind, rich_markup_mode=None, help=help, epilog=examples(*lines), no_args_is_help=not default
    )
    app.add_typer(group, name=name, rich_help_panel=panel)
    return group


app = typer.Typer(
    name="vignette",
    cls=type("Application", (Group,), {"order": _ORDER}),
    help="Turn recordings of people talking into captions to publish and transcripts to search.",
    epilog=examples("vignette run", "vignette run talk.mp4 --subtitles talk.srt", "vignette status"),
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)  # fmt: skip
