"""`vignette report`: what was found, decided and by whom, as a page or a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import CORRECTING, app, command
from pipeline.cli.options import AsJson, Overwrite, Transcripts, print_json
from pipeline.cli.recordings import Recording, Settings, Subtitles, existing, job_of
from pipeline.errors import counted
from pipeline.files import OUT_FOLDER


@command(
    app,
    "vignette report talk",
    "vignette report media/talk.mp4 -o talk.csv",
    panel=CORRECTING,
)
def report(
    media: Recording,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file: .html or .csv.", readable=False, metavar="FILE"),
    ] = None,
    transcripts: Transcripts = OUT_FOLDER,
    subtitles: Subtitles = None,
    set_: Settings = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> int:
    """Report on the review of a recording: rule, time, decision, reviewer and date of everything found and decided."""
    from pipeline.commands.guarded_file import GuardedFile
    from pipeline.commands.review_report import kind_of, review_report, written
    from pipeline.run import derived
    from pipeline.run.store import Store

    media = existing(media)
    target = output or transcripts / f"{media.stem}.report.html"
    kind = kind_of(target)
    place = GuardedFile(target, "report", media, "name another with -o", overwrite)
    place.check()
    found = review_report(job_of(media, transcripts, subtitles, tuple(set_ or ())))
    place.write(written(found, kind))
    derived.remember(Store.of(transcripts, media.stem), [target])
    rows = len(found.rows)
    if as_json:
        print_json({"file": str(target), "rows": rows})
    else:
        print(f"{target}: {counted(rows, 'finding or decision', 'findings and decisions')}")
    return 0
