"""What is here and what to do next, in three lines: for whoever types `vignette` and nothing else."""

from __future__ import annotations

from pipeline.commands.forget import known
from pipeline.commands.named_recording import recordings_here
from pipeline.errors import counted, printable
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER

# So many recordings are told by name.
MAX_NAMED = 3


def here() -> list[str]:
    """Three lines: the recordings of this folder, the next command, and where more is told."""
    recordings = recordings_here()
    done = {name for name in known(OUT_FOLDER) if (OUT_FOLDER / f"{name}.json").is_file()}
    waiting = [p for p in recordings if p.stem not in done]
    lines = [_what_is_here(len(recordings), len(recordings) - len(waiting))]
    if not recordings:
        lines.append("next: put a recording into media/, its subtitles beside it, and type: vignette run")
    elif waiting:
        names = ", ".join(p.name for p in waiting[:MAX_NAMED])
        more = f" and {len(waiting) - MAX_NAMED} more" if len(waiting) > MAX_NAMED else ""
        lines.append(f"next: vignette run   (captions {names}{more})")
    else:
        lines.append("next: vignette edits next   (the next thing that needs a person)")
    lines.append("more: vignette status, vignette --help, vignette COMMAND --help")
    return [printable(line) for line in lines]


def _what_is_here(recordings: int, captioned: int) -> str:
    if not recordings:
        return f"here: no recording in {MEDIA_FOLDER}/"
    return f"here: {counted(recordings, 'recording')} in {MEDIA_FOLDER}/, {captioned} of them captioned in {OUT_FOLDER}/"
