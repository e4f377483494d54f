"""`vignette edits list | conflicts | next`: what was decided, what no longer fits, and what needs a person next."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.command import command
from pipeline.cli.edits.group import LOOKING, Media, edits, say_recorded
from pipeline.cli.options import AsJson, Quiet, Transcripts, print_json
from pipeline.cli.recordings import By, Settings, Subtitles, author, jobs_of
from pipeline.errors import UsageError
from pipeline.files import OUT_FOLDER


@command(
    edits,
    "vignette edits list",
    "vignette edits list media/talk.mp4 --json",
    name="list",
    panel=LOOKING,
)
def list_edits(
    media: Media = None,
    transcripts: Transcripts = OUT_FOLDER,
    subtitles: Subtitles = None,
    set_: Settings = None,
    as_json: AsJson = False,
) -> int:
    """List what people decided, and what became of it; the status is 1 while there are conflicts."""
    from pipeline.commands.decide.listing import decided

    jobs = jobs_of(tuple(media or ()), transcripts, subtitles, tuple(set_ or ()))
    found = [decided(job) for job in jobs]
    if as_json:
        print_json({"recordings": [one.as_json() for one in found]})
    else:
        print("\n".join(line for one in found for line in one.lines()))
    return 1 if any(one.report.conflicts for one in found) else 0


@command(
    edits,
    "vignette edits conflicts",
    "vignette edits conflicts media/talk.mp4 --insist 3f2a",
    "vignette edits undo media/talk.mp4 3f2a     (drops it instead)",
    panel=LOOKING,
)
def conflicts(
    media: Media = None,
    insist: Annotated[
        str, typer.Option("--insist", help="The decision with this id holds after all.", metavar="ID")
    ] = "",
    by: By = "",
    transcripts: Transcripts = OUT_FOLDER,
    subtitles: Subtitles = None,
    set_: Settings = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """List the decisions that no longer fit, or settle one; the status is 1 while there are any."""
    from pipeline.commands.decide import acts
    from pipeline.commands.decide.desk import record
    from pipeline.commands.decide.listing import decided

    who = author(by, as_json) if insist else ""
    jobs = jobs_of(tuple(media or ()), transcripts, subtitles, tuple(set_ or ()))
    if insist:
        if len(jobs) != 1:
            raise UsageError("--insist goes with exactly one recording", "name the recording it is about")
        recorded = record(jobs[0], who, lambda desk: acts.insist(desk, insist))
        return say_recorded(recorded, quiet, as_json)
    found = [decided(job) for job in jobs]
    if as_json:
        print_json({"recordings": [one.as_json(only_conflicts=True) for one in found]})
    else:
        print("\n".join(line for one in found for line in one.lines(only_conflicts=True)))
    return 1 if any(one.report.conflicts for one in found) else 0


@command(
    edits,
    "vignette edits next",
    "vignette edits next media/talk.mp4 --count 5",
    name="next",
    panel=LOOKING,
)
def next_needs(
    media: Media = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many things to show.")] = 1,
    transcripts: Transcripts = OUT_FOLDER,
    subtitles: Subtitles = None,
    set_: Settings = None,
    as_json: AsJson = False,
) -> int:
    """Show the next thing that needs a person, with its evidence and the commands that settle it."""
    from pipeline.commands.decide.settling import to_settle

    jobs = jobs_of(tuple(media or ()), transcripts, subtitles, tuple(set_ or ()))
    found = [need for job in jobs for need in to_settle(job)]
    if as_json:
        print_json({"left": len(found), "needs": [need.as_json() for need in found[:count]]})
        return 0
    if not found:
        print("nothing needs a person; 'vignette edits review MEDIA' says that you watched a recording")
    for need in found[:count]:
        print("\n".join(need.lines()))
    if len(found) > count:
        print(f"{len(found) - count} more after {'this' if count == 1 else 'these'}")
    return 0
