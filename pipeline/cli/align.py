"""`vignette align`: only put the times right in the subtitles of a recording."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import OutputError, UsageError
from pipeline.progress import Progress

Watch = Callable[[str], Progress]


def register(app: typer.Typer, say: Callable[[str], None], watch: Watch) -> None:
    """Add `align`; `say` prints a line, `watch` shows the progress of what it is told."""

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
        from pipeline.commands import align as realign
        from pipeline.commands.guarded_file import GuardedFile
        from pipeline.files import PROJECT_FILE
        from pipeline.run import report as summary
        from pipeline.run.jobs import sidecar_of

        for target in (out, report):
            if target is not None and target.resolve() in (media.resolve(), subtitles.resolve()):
                raise OutputError(target, "is an input of this very command", "name another file")
        if report is not None and report.resolve() == out.resolve():
            raise UsageError(f"{out} is named for both the timed file and the report", "name two files")
        timed = GuardedFile(out, "align", subtitles, "name another with -o", overwrite)
        timed.check()
        told_in = None
        if report is not None:
            told_in = GuardedFile(
                report, "align --report", subtitles, "name another with --report", overwrite
            )
            told_in.check()
        overrides = [*(set_ or ()), *([f"audio_track={audio_track}"] if audio_track is not None else [])]
        chosen = settings.load(PROJECT_FILE, sidecar_of(media), tuple(overrides))
        found = realign.realign(media, subtitles, out, chosen, watch("align"))
        timed.write(found.data)
        if told_in is not None:
            told_in.write(found.report_text())
        told = found.aligned.report
        if as_json:
            files = [str(p) for p in (out, report) if p is not None]
            say(
                json.dumps(
                    {
                        "files": files,
                        "verdict": str(told.verdict),
                        "summary": [*told.summary, *found.notes],
                        "needs": summary.told_passages(told),
                    },
                    indent=1,
                )
            )
        else:
            lines = [f"{out}: {told.verdict}", *(f"  - {s}" for s in (*told.summary, *found.notes))]
            if needs := summary.told_passages(told):
                lines += ["  still needs a person:", *(f"    - {n}" for n in needs)]
            say("\n".join(lines))
        return 0
