"""`vignette edits person | part | review`: what people are called, where parts begin, and that somebody watched it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.edits.group import VIDEO, At, act, said

if TYPE_CHECKING:
    from pipeline.commands.decide.desk import Act


@act(
    'vignette edits person talk.mp4 s3 --name "Ruth Lee"',
    'vignette edits person talk.mp4 "Ruth Lee" --role therapist',
    panel=VIDEO,
)
def person(
    who: Annotated[str, typer.Argument(help="A speaker's id, or their name so far.", metavar="WHO")],
    name: Annotated[str | None, typer.Option("--name", help="What they are called.")] = None,
    role: Annotated[
        str | None, typer.Option("--role", help="What they are there: therapist, client, ...")
    ] = None,
) -> Act:
    """Say what somebody is called, everywhere."""
    from pipeline.commands.decide import acts
    from pipeline.errors import UsageError

    if name is None and role is None:
        raise UsageError("it is not said what they are called", "add --name or --role")
    return lambda desk: acts.person(desk, who, name, role)


@act(
    'vignette edits part talk.mp4 vignette-2 --title "The door" --begins 12:30',
    'vignette edits part talk.mp4 new --words "Some months later" --kind vignette',
    "vignette edits part talk.mp4 commentary-1 --join",
    panel=VIDEO,
)
def part(
    which: Annotated[str, typer.Argument(help="Its id, title or a time in it; or 'new'.", metavar="PART")],
    begins: Annotated[str, typer.Option("--begins", help="When it begins.", metavar="TIME")] = "",
    words: Annotated[str, typer.Option("--words", help="With which words it begins.")] = "",
    title: Annotated[str | None, typer.Option("--title", help="What it is called.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", help="Introduction, vignette, commentary, closing, other, or a word of your own."
        ),
    ] = None,
    join: Annotated[bool, typer.Option("--join", help="It belongs to the part before it.")] = False,
    at: At = "",
) -> Act:
    """Say where a part of the video begins and what it is; 'vignette sheet' shows all of them."""
    from pipeline.commands.decide import acts
    from pipeline.commands.decide.times import time_of

    begins_ms, meant = time_of(begins, "--begins"), said(words, at) if words else None
    return lambda desk: acts.part(desk, which, begins_ms, meant, title, kind, join)


@act(
    "vignette edits review talk.mp4",
    'vignette edits review talk.mp4 "Come in, Colin." --at 0:33',
    panel=VIDEO,
)
def review(
    words: Annotated[
        str,
        typer.Argument(
            help="Words of the caption that you watched; without any, all of it.", metavar="[WORDS]"
        ),
    ] = "",
    at: At = "",
) -> Act:
    """Say that you watched a recording with its captions, or one of them, and that it is right."""
    from pipeline.commands.decide import acts

    meant = said(words, at) if words else None
    return lambda desk: acts.review(desk, meant)
