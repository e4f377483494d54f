"""`vignette align`: retime the subtitles of a recording, and leave everything else in the file alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import json_text, refuse_folders
from pipeline.errors import OutputError, UsageError
from pipeline.progress import Progress
from pipeline.transcript import Verdict

Watch = Callable[[str], Progress]
"""Shows the progress of a piece of work that is named."""


def register(app: typer.Typer, say: Callable[[str], None], watch: Watch) -> None:
    """Add `align`; `say` prints a line, `watch` shows the progress of the work that is named."""

    @app.command(
        epilog="Example:  vignette align talk.mp4 talk.srt -o talk.timed.srt --report talk.report.json"
    )
    def align(
        media: Annotated[Path, typer.Argument(help="The recording.")],
        subtitles: Annotated[Path, typer.Argument(help="Its subtitles or script.")],
        out: Annotated[Path, typer.Option("--out", "-o", help="Where the timed file goes.")],
        report: Annotated[
            Path | None, typer.Option("--report", help="Every word's time and its evidence, as JSON.")
        ] = None,
        overwrite: Annotated[
            bool, typer.Option("--overwrite", help="Replace the files even if something else stands there.")
        ] = False,
        audio_track: Annotated[
            int | None,
            typer.Option("--audio-track", help="Which audio track; else the recording's own choice."),
        ] = None,
        set_: Annotated[list[str] | None, typer.Option("--set", help="A setting: stage.key=value.")] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print the report's findings instead of text.")
        ] = False,
    ) -> int:
        """Time subtitles or a script from the sound; the editor's cues, lines and styling stay as they are."""
        from pipeline import settings
        from pipeline.cli.recordings import check_order
        from pipeline.commands.align import realign
        from pipeline.commands.guarded_file import GuardedFile
        from pipeline.files import PROJECT_FILE
        from pipeline.run.jobs import sidecar_of
        from pipeline.run.report import alignment_issues

        refuse_folders(media, subtitles, out, report)
        check_order("align", media, subtitles)
        for target in (out, report):
            if target is not None and target.resolve() in (media.resolve(), subtitles.resolve()):
                raise OutputError(target, "is an input of this very command", "name another file")
        if report is not None and report.resolve() == out.resolve():
            raise UsageError(f"{out} is named for both the timed file and the report", "name two files")
        timed_file = GuardedFile(out, "align", subtitles, "name another with -o", overwrite)
        timed_file.check()
        report_file = None
        if report is not None:
            report_file = GuardedFile(
                report, "align --report", subtitles, "name another with --report", overwrite
            )
            report_file.check()
        overrides = [*(set_ or ()), *([f"audio_track={audio_track}"] if audio_track is not None else [])]
        chosen = settings.load(PROJECT_FILE, sidecar_of(media), tuple(overrides))
        found = realign(media, subtitles, out, chosen, watch("align"))
        timed_file.write(found.data)
        if report_file is not None:
            report_file.write(found.report_text())
        alignment = found.aligned.report
        if as_json:
            files = [str(p) for p in (out, report) if p is not None]
            say(
                json_text(
                    {
                        "files": files,
                        "verdict": str(alignment.verdict),
                        "summary": [*alignment.summary, *found.notes],
                        "needs": alignment_issues(alignment),
                    }
                )
            )
        else:
            lines = [
                f"{out}: {_told(alignment.verdict)}",
                *(f"  - {s}" for s in (*alignment.summary, *found.notes)),
            ]
            if needs := alignment_issues(alignment):
                lines += ["  still needs a person:", *(f"    - {n}" for n in needs)]
            say("\n".join(lines))
        return 0


def _told(verdict: Verdict) -> str:
    """How the subtitles related to the sound, in words that need no explanation."""
    return {
        "offset": "all of its times were shifted by the same amount",
        "drift": "its times ran at another speed than the sound",
        "pieces": "its times were shifted by different amounts in different parts, as where the recording was cut",
        "untimed": "it had no times, and has them now",
    }.get(str(verdict), str(verdict))
