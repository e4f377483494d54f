"""Commands of earlier versions, `decide`, `decisions` and `adopt`: they still work, and say on stderr how they are called now."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from pipeline.cli.command import app, command
from pipeline.cli.edits.group import say_recorded
from pipeline.cli.edits.many import adopted_lines
from pipeline.cli.options import AsJson, Transcripts, print_json
from pipeline.cli.recordings import (
    RENAMED,
    By,
    Recording,
    Settings,
    Subtitles,
    author_or_login,
    check_order,
    job_of,
    jobs_of,
)
from pipeline.cli.session import remark
from pipeline.commands.decide.request import DecisionRequest
from pipeline.errors import UsageError
from pipeline.files import OUT_FOLDER

# What `decide` was asked for -> the command for it now.
_CALLED = {
    "become": "text", "speaker": "speaker", "concept": "concept", "said": "time", "show": "cue", "split": "split",
    "merge": "join", "delete": "delete", "add": "add", "waive": "waive", "person": "person", "reviewed": "review",
    "drop": "undo", "insist": "conflicts --insist", "vignette": "part",
}  # fmt: skip
_HIDDEN = {"--out": RENAMED["--out"]}


def _say_new_name(old: str, new: str, more: str = "") -> None:
    goes = "the old name goes with a later version"
    remark("; ".join(filter(None, [f"'vignette {old}' is called 'vignette {new}' now", goes, more])))


def _decide(
    *,
    media: Path,
    by: str,
    transcripts: Path,
    subtitles: Path | None,
    set_: list[str] | None,
    as_json: bool,
    **wish: Any,
) -> int:
    """The earlier 'vignette edits': one decision, by options."""
    job = job_of(media, transcripts, subtitles, tuple(set_ or ()))
    request = DecisionRequest(**wish)
    from pipeline.commands.decide.desk import record

    who, guessed = author_or_login(by, as_json)
    recorded = record(job, who, request.act, True if request.concept else None)
    _say_new_name("decide", f"edits {_CALLED[request.asked]}", guessed)
    return say_recorded(recorded, False, as_json)


def _with_options_of_a_request(function: Any) -> Any:
    """Give a function an option for every field of a request, as typer sees it."""
    hints, kind = get_type_hints(DecisionRequest), inspect.Parameter.KEYWORD_ONLY
    wishes = [
        inspect.Parameter(
            f.name,
            kind,
            default=f.default,
            annotation=Annotated[hints[f.name], typer.Option(f"--{f.name}", help="See 'vignette edits'.")],
        )
        for f in fields(DecisionRequest)
    ]
    common = {"by": (By, ""), "transcripts": (Transcripts, OUT_FOLDER), "subtitles": (Subtitles, None),
              "set_": (Settings, None), "as_json": (AsJson, False)}  # fmt: skip
    parameters = [
        inspect.Parameter("media", kind, annotation=Recording),
        *wishes,
        *(inspect.Parameter(n, kind, annotation=a, default=d) for n, (a, d) in common.items()),
    ]
    function.__signature__ = inspect.Signature(parameters, return_annotation=int)
    function.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": int}
    return function


command(
    app,
    'vignette edits text talk.mp4 "Thusrday" "Thursday"',
    name="decide",
    renamed=_HIDDEN,
    hidden=True,
)(_with_options_of_a_request(_decide))


@command(app, "vignette edits list", name="decisions", renamed=_HIDDEN, hidden=True)
def decisions(
    media: Annotated[
        list[Path] | None, typer.Argument(help="Recordings; without any, all of media/.", readable=False)
    ] = None,
    only_conflicts: Annotated[bool, typer.Option("--conflicts", help="Only what no longer fits.")] = False,
    merge: Annotated[
        Path | None, typer.Option("--merge", help="First add what another copy of the journal holds.")
    ] = None,
    transcripts: Transcripts = OUT_FOLDER,
    subtitles: Subtitles = None,
    set_: Settings = None,
    as_json: AsJson = False,
) -> int:
    """The earlier 'vignette edits list', 'conflicts' and 'merge'."""
    from pipeline import edits
    from pipeline.commands.decide.listing import decided

    if media and str(media[0]) == "merge" and merge is None:
        if len(media) != 3:
            raise UsageError("merge takes a recording and a journal", "vignette edits merge MEDIA FILE")
        media, merge = media[1:2], media[2]
    jobs = jobs_of(tuple(media or ()), transcripts, subtitles, tuple(set_ or ()))
    if merge is not None and len(jobs) != 1:
        raise UsageError("--merge goes with exactly one recording", "name the recording it belongs to")
    added = None if merge is None else edits.merge(edits.journal_of(jobs[0].media), merge)
    found = [decided(job) for job in jobs]
    _say_new_name("decisions", f"edits {'merge' if merge else 'conflicts' if only_conflicts else 'list'}")
    if as_json:
        more = {} if added is None else {"merged": added}
        print_json({"recordings": [{**one.as_json(only_conflicts), **more} for one in found]})
    else:
        if added is not None:
            print(f"{added} merged")
        print("\n".join(line for one in found for line in one.lines(only_conflicts)))
    return 1 if any(one.report.conflicts for one in found) else 0


@command(
    app, "vignette edits adopt talk.mp4 transcripts/talk.en.srt", name="adopt", renamed=_HIDDEN, hidden=True
)
def adopt(
    media: Recording,
    file: Annotated[Path, typer.Argument(help="Captions that a person mended: SubRip or WebVTT.")],
    by: By = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be decided, no more.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", "--yes", help="Also where the file is hardly a mend of ours.")
    ] = False,
    exactly: Annotated[
        bool, typer.Option("--exactly", help="Take also what an editor rounds or rewrites in the whole file.")
    ] = False,
    transcripts: Transcripts = OUT_FOLDER,
    subtitles: Subtitles = None,
    set_: Settings = None,
    as_json: AsJson = False,
) -> int:
    """The earlier 'vignette edits adopt'."""
    check_order("adopt", media, file)
    job = job_of(media, transcripts, subtitles, tuple(set_ or ()))
    who, guessed = author_or_login(by, as_json)
    from pipeline.commands.adopt import adopt as adoption
    from pipeline.edits import journal, journal_of

    if dry_run:
        found = adoption.decide(job, file, who, journal.read(journal_of(job.media)), anyway, exactly)
    else:
        found = adoption.adopt(job, file, who, anyway, exactly)
    _say_new_name("adopt", "edits adopt", guessed)
    if as_json:
        print_json({"media": str(job.media), **found.as_json(), "dry_run": dry_run})
    else:
        print("\n".join(adopted_lines(found, job.media, dry_run)))
    return 1 if found.differing else 0
