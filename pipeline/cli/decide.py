"""`vignette decide`: make a decision about a recording, or settle a conflict."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, json_text
from pipeline.cli.recordings import (
    By,
    Medium,
    Out,
    Settings,
    Subtitles,
    job_of,
    user,
)
from pipeline.commands.decide.request import DecisionRequest
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    from pipeline.run.jobs import Job


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `decide`; `say` prints."""

    @app.command(
        epilog='Examples:  vignette decide talk.mp4 --words "Thusrday group" --become "Thursday group"   |   '
        'vignette decide talk.mp4 --words "Come in, Colin." --at 0:33 --speaker "Daniel Marsh"   |   '
        "vignette decide talk.mp4 --words Welcome --show 0:31.2-0:33   |   "
        'vignette decide talk.mp4 --add "Come in." --show 0:28-0:29.5   |   '
        'vignette decide talk.mp4 --vignette vignette-2 --title "The door" --begins 12:30   |   '
        "vignette decide talk.mp4 --reviewed --by Ana   |   vignette decide talk.mp4 --drop 3f2a"
    )
    def decide(
        media: Medium,
        words: Annotated[str, typer.Option("--words", help="Which words, as the transcript has them.")] = "",
        at: Annotated[str, typer.Option("--at", help="When, if the words come more than once.")] = "",
        become: Annotated[
            str | None, typer.Option("--become", help='What they read instead; "" when nobody says them.')
        ] = None,
        speaker: Annotated[str | None, typer.Option("--speaker", help="Who says them.")] = None,
        concept: Annotated[
            str, typer.Option("--concept", help="A concept that they show or do not show.")
        ] = "",
        verdict: Annotated[
            str, typer.Option("--verdict", help="With --concept: confirmed, rejected or added.")
        ] = "confirmed",
        person: Annotated[
            str, typer.Option("--person", help="A speaker's id or name, to be called --name.")
        ] = "",
        name: Annotated[str | None, typer.Option("--name", help="With --person.")] = None,
        role: Annotated[str | None, typer.Option("--role", help="With --person.")] = None,
        said: Annotated[str, typer.Option("--said", help="When they are said: 0:31.2-0:33.")] = "",
        show: Annotated[
            str, typer.Option("--show", help="When their caption is shown: 0:31.2-0:33, 0:31.2-, -0:33.")
        ] = "",
        split: Annotated[
            bool, typer.Option("--split", help="With these words a new caption begins.")
        ] = False,
        merge: Annotated[
            bool, typer.Option("--merge", help="Their captions, or theirs and the next, are one.")
        ] = False,
        delete: Annotated[bool, typer.Option("--delete", help="Their caption goes, with its words.")] = False,
        add: Annotated[str, typer.Option("--add", help="A caption that is missing; with --show.")] = "",
        label: Annotated[str, typer.Option("--label", help="With --add: whose name it shows.")] = "",
        waive: Annotated[str, typer.Option("--waive", help="A rule of 'check' that is right here.")] = "",
        reason: Annotated[str, typer.Option("--reason", help="With --waive: why.")] = "",
        reviewed: Annotated[
            bool, typer.Option("--reviewed", help="You watched all of it (or the caption of --words).")
        ] = False,
        drop: Annotated[str, typer.Option("--drop", help="Withdraw the decision with this id.")] = "",
        insist: Annotated[
            str,
            typer.Option("--insist", help="Settle a conflict: the decision with this id holds after all."),
        ] = "",
        vignette: Annotated[
            str,
            typer.Option("--vignette", help="A part of the video: its id, title or a time in it; or 'new'."),
        ] = "",
        title: Annotated[str | None, typer.Option("--title", help="With --vignette.")] = None,
        kind: Annotated[
            str | None,
            typer.Option(
                "--kind",
                help="With --vignette: introduction, vignette, commentary, closing, other, or a word of your own.",
            ),
        ] = None,
        begins: Annotated[
            str, typer.Option("--begins", help="With --vignette: when it begins (or with which --words).")
        ] = "",
        join: Annotated[
            bool, typer.Option("--join", help="With --vignette: it belongs to the part before it.")
        ] = False,
        by: By = "",
        out: Out = OUT_FOLDER,
        subtitles: Subtitles = None,
        set_: Settings = None,
        as_json: AsJson = False,
    ) -> int:
        """Decide about words, captions, speakers, people, parts, concepts and findings, or settle a conflict; runs apply it."""
        job = job_of(media, out, subtitles, tuple(set_ or ()))
        request = DecisionRequest(
            words, at, become, speaker, concept, verdict, said, show, split, merge, delete, add, label, waive, reason,
            person, name, role, reviewed, drop, insist, vignette, title, kind, begins, join,
        )  # fmt: skip
        return _decide(job, request, by or user(), as_json, say)


def _decide(job: Job, request: DecisionRequest, who: str, as_json: bool, say: Callable[[str], None]) -> int:
    from pipeline import edits
    from pipeline.edits.ledger import wanted
    from pipeline.run.preview import preview

    written = edits.append(
        edits.journal_of(job.media),
        request.decisions(preview(job, tagging=True if request.concept else None), who),
    )
    report = preview(job).replay.report
    if as_json:
        mine = {d.id for d in written}
        standings = [s.as_json() for s in report.standings if s.decision.id in mine]
        say(json_text({"media": str(job.media), "decisions": standings}))
    else:
        for decision in written:
            say(f"{decision.id}  {wanted(decision)}")
        if written:
            say(f"{report.summary()}; vignette run {quote(str(job.media))} applies it")
        else:
            say("nothing to decide: it is so already")
    return 0
