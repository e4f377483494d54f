"""`vignette edits text | time | speaker | concept | quote | style`: what words read, when, by whom, what they show and look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipeline.cli.edits.group import WORDS, At, FromTo, Words, act, said

if TYPE_CHECKING:
    from pipeline.commands.decide.desk import Act


@act(
    'vignette edits text talk.mp4 "Thusrday group" "Thursday group"',
    'vignette edits text talk.mp4 "their" "there" --at 12:30',
    'vignette edits text talk.mp4 "you know" "" --at 3:05     (nobody says it)',
    panel=WORDS,
)
def text(
    words: Words,
    new: Annotated[
        str, typer.Argument(help='What they read instead; "" when nobody says them.', metavar="NEW")
    ],
    at: At = "",
) -> Act:
    """Correct what words read; punctuation around them stays."""
    from pipeline.commands.decide import acts

    meant = said(words, at)
    return lambda desk: acts.text(desk, meant, new)


@act(
    'vignette edits time talk.mp4 "Before we go on" 1:29.5-1:31',
    'vignette edits time talk.mp4 "yes" 12:30.2-12:30.6 --at 12:30',
    panel=WORDS,
)
def time(words: Words, span: FromTo, at: At = "") -> Act:
    """Say when words are said; text that was taken for cut out comes back so."""
    from pipeline.commands.decide import acts
    from pipeline.commands.decide.times import span_of

    meant, when = said(words, at), span_of(span, "FROM-TO")
    return lambda desk: acts.time(desk, meant, when)


@act(
    'vignette edits speaker talk.mp4 "Come in, Colin." "Daniel Marsh" --at 0:33',
    'vignette edits speaker talk.mp4 "Who is it?" "A neighbour" --new',
    panel=WORDS,
)
def speaker(
    words: Words,
    name: Annotated[str, typer.Argument(help="The name or the id of who says them.", metavar="WHO")],
    at: At = "",
    new: Annotated[
        bool, typer.Option("--new", help="It is somebody else than the person with a name like it.")
    ] = False,
) -> Act:
    """Say who says words."""
    from pipeline.commands.decide import acts

    meant = said(words, at)
    return lambda desk: acts.speaker(desk, meant, name, new)


@act(
    'vignette edits concept talk.mp4 "that pub" trigger --verdict added',
    'vignette edits concept talk.mp4 "so angry" emotion --verdict rejected --at 4:10',
    panel=WORDS,
    tagging=True,
)
def concept(
    words: Words,
    wanted: Annotated[str, typer.Argument(help="The id of a concept.", metavar="CONCEPT")],
    verdict: Annotated[
        Literal["confirmed", "rejected", "added"],
        typer.Option("--verdict", help="Whether the words show it; added where no machine found it."),
    ] = "confirmed",
    at: At = "",
) -> Act:
    """Confirm, reject or add a concept that words show."""
    from pipeline.commands.decide import acts

    meant = said(words, at)
    return lambda desk: acts.concept(desk, meant, wanted, verdict)


@act(
    'vignette edits quote talk.mp4 "I used to say a few." --memo "counts, in order not to count" --collection denial',
    panel=WORDS,
)
def quote(
    words: Words,
    memo: Annotated[str, typer.Option("--memo", help="What you think of them.", metavar="TEXT")] = "",
    collection: Annotated[
        str, typer.Option("--collection", help="The collection of quotes that they go into.", metavar="NAME")
    ] = "",
    at: At = "",
) -> Act:
    """Keep words as a quote, with a memo; 'vignette quotes' lists them with citations."""
    from pipeline.commands.decide import acts

    meant = said(words, at)
    return lambda desk: acts.quote(desk, meant, memo, collection)


@act(
    'vignette edits style talk.mp4 "The Door" italic',
    'vignette edits style talk.mp4 "Stop!" "bold #ffff00" --at 2:14',
    'vignette edits style talk.mp4 "The Door" plain',
    panel=WORDS,
)
def style(
    words: Words,
    look: Annotated[
        str,
        typer.Argument(help="Any of bold, italic, underlined, #rrggbb, .class; or plain.", metavar="LOOK"),
    ],
    at: At = "",
) -> Act:
    """Say how words look in captions."""
    from pipeline.commands.decide import acts

    meant = said(words, at)
    acts.style_of(look)
    return lambda desk: acts.style(desk, meant, look)
