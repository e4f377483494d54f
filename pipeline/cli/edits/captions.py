"""`vignette edits cue | split | join | delete | add`: when captions are shown, and which there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import QUERY
from pipeline.cli.edits.group import CAPTIONS, At, FromTo, Words, act, said

if TYPE_CHECKING:
    from pipeline.commands.decide.desk import Act


@act(
    "vignette edits cue talk.mp4 Welcome 0:31.2-0:33",
    "vignette edits cue talk.mp4 Welcome 0:31.2-     (its end stays)",
    "vignette edits cue talk.mp4 Welcome -0:33     (its beginning stays)",
    panel=CAPTIONS,
    context_settings=QUERY,
)
def cue(
    words: Words,
    span: Annotated[
        str,
        typer.Argument(help="From when to when: 0:31.2-0:33, 0:31.2- or -0:33.", metavar="FROM-TO"),
    ],
    at: At = "",
) -> Act:
    """Say when the caption with these words is shown."""
    from pipeline.commands.decide import acts
    from pipeline.commands.decide.times import range_of

    meant, (start_ms, end_ms) = said(words, at), range_of(span, "FROM-TO")
    return lambda desk: acts.cue(desk, meant, start_ms, end_ms)


@act(
    'vignette edits split talk.mp4 "and then"',
    'vignette edits split talk.mp4 "and then" --at 5:12',
    panel=CAPTIONS,
)
def split(words: Words, at: At = "") -> Act:
    """Begin a new caption with these words."""
    from pipeline.commands.decide import acts

    meant = said(words, at)
    return lambda desk: acts.split(desk, meant)


@act(
    'vignette edits join talk.mp4 "Come in."',
    'vignette edits join talk.mp4 "Come in." --at 0:33',
    panel=CAPTIONS,
)
def join(words: Words, at: At = "") -> Act:
    """Make one caption of those with these words; of one, make one of it and the next."""
    from pipeline.commands.decide import acts

    meant = said(words, at)
    return lambda desk: acts.join(desk, meant)


@act(
    'vignette edits delete talk.mp4 "Subtitles by a friend"',
    'vignette edits delete talk.mp4 "[music]" --at 1:10',
    panel=CAPTIONS,
)
def delete(words: Words, at: At = "") -> Act:
    """Take out the caption with these words, and all of its words."""
    from pipeline.commands.decide import acts

    meant = said(words, at)
    return lambda desk: acts.delete(desk, meant)


@act(
    'vignette edits add talk.mp4 "Come in." 0:28-0:29.5',
    'vignette edits add talk.mp4 "Come in." 0:28-0:29.5 --label "Daniel Marsh"',
    panel=CAPTIONS,
)
def add(
    lines: Annotated[
        str, typer.Argument(help="What it shows; a line break divides its lines.", metavar="TEXT")
    ],
    span: FromTo,
    label: Annotated[str, typer.Option("--label", help="Whose name it shows.", metavar="NAME")] = "",
) -> Act:
    """Add a caption that is missing."""
    from pipeline.commands.decide import acts
    from pipeline.commands.decide.times import span_of
    from pipeline.errors import UsageError

    when = span_of(span, "FROM-TO")
    if not lines.split():
        raise UsageError("a caption needs words", 'say what it shows: "..."')
    return lambda desk: acts.add(desk, lines, when, label)
