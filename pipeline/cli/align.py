"""`vignette align`: retime the subtitles of a recording, and leave everything else in the file alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.command import CAPTIONING, app, command
from pipeline.cli.options import AsJson, Overwrite, Quiet, print_json, refuse_folders
from pipeline.cli.session import bar
from pipeline.errors import OutputError, UsageError

if TYPE_CHECKING:
    from pipeline.transcript import Verdict


@command(
    app,
    "vignette align talk.mp4 talk.srt -o talk.timed.srt",
    "vignette align talk.mp4 talk.srt -o talk.timed.srt --report talk.report.json",
    panel=CAPTIONING,
)
def align(
    media: Annotated[Path, typer.Argument(help="The recording.")],
    subtitles: Annotated[Path, typer.Argument(help="Its subtitles or script.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", "--out", help="Where the timed file goes.", metavar="FILE")
    ],
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Every word's time and its evidence, as JSON.", metavar="FILE"),
    ] = None,
    overwrite: Overwrite = False,
    audio_track: Annotated[
        int | None,
        typer.Option("--audio-track", help="Which audio track; else the recording's own choice."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting; repeatable.", metavar="STAGE.KEY=VALUE"),
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Time subtitles or a script from the sound; the editor's cues, lines and styling stay as they are."""
    from pipeline import settings
    from pipeline.cli.recordings import check_order
    from pipeline.commands.align import realign
    from pipeline.commands.guarded_file import GuardedFile
    from pipeline.files import PROJECT_FILE
    from pipeline.run.jobs import sidecar_of

    refuse_folders(media, subtitles, output, report)
    check_order("align", media, subtitles)
    _check_targets(media, subtitles, output, report)
    timed_file = GuardedFile(output, "align", subtitles, "name another with -o", overwrite)
    timed_file.check()
    report_file = None
    if report is not None:
        report_file = GuardedFile(
            report, "align --report", subtitles, "name another with --report", overwrite
        )
        report_file.check()
    overrides = [*(set_ or ()), *([f"audio_track={audio_track}"] if audio_track is not None else [])]
    chosen = settings.load(PROJECT_FILE, sidecar_of(media), tuple(overrides))
    found = realign(media, subtitles, output, chosen, bar("align", as_json or quiet))
    timed_file.write(found.data)
    if report_file is not None:
        report_file.write(found.report_text())
    if as_json:
        print_json(_as_json(found, [str(p) for p in (output, report) if p is not None]))
    elif not quiet:
        print("\n".join(_told(found, output)))
    return 0


def _check_targets(media: Path, subtitles: Path, output: Path, report: Path | None) -> None:
    """Raise OutputError or UsageError where a file to be written is an input, or the same as the other."""
    for target in (output, report):
        if target is not None and target.resolve() in (media.resolve(), subtitles.resolve()):
            raise OutputError(target, "is an input of this very command", "name another file")
    if report is not None and report.resolve() == output.resolve():
        raise UsageError(f"{output} is named for both the timed file and the report", "name two files")


def _as_json(found: Any, files: list[str]) -> dict[str, Any]:
    from pipeline.run.report import alignment_issues

    alignment = found.aligned.report
    return {
        "files": files,
        "verdict": str(alignment.verdict),
        "summary": [*alignment.summary, *found.notes],
        "needs": alignment_issues(alignment),
    }


def _told(found: Any, output: Path) -> list[str]:
    """What came of it, in lines for a person."""
    from pipeline.run.report import alignment_issues

    alignment = found.aligned.report
    lines = [
        f"{output}: {_in_words(alignment.verdict)}",
        *(f"  - {s}" for s in (*alignment.summary, *found.notes)),
    ]
    if needs := alignment_issues(alignment):
        lines += ["  still needs a person:", *(f"    - {n}" for n in needs)]
    return lines


def _in_words(verdict: Verdict) -> str:
    """How the subtitles related to the sound, in words that need no explanation."""
    return {
        "offset": "all of its times were shifted by the same amount",
        "drift": "its times ran at another speed than the sound",
        "pieces": "its times were shifted by different amounts in different parts, as where the recording was cut",
        "untimed": "it had no times, and has them now",
    }.get(str(verdict), str(verdict))
