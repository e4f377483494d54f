"""RTTM, the Rich Transcription Time Marked format of the NIST evaluations: who spoke when, one line for each turn.

    SPEAKER file channel start duration <NA> <NA> name <NA> <NA>

Times are seconds with three decimals. Fields are divided by spaces, so that names are ids here,
and spaces in the file's name become underscores.
"""

from __future__ import annotations

import re

from pipeline.transcript import Transcript


def dumps(transcript: Transcript) -> str:
    """The turns as RTTM, in order of their start; "" when nobody's turns are known."""
    name = _field(transcript.media.name)
    return "".join(
        f"SPEAKER {name} 1 {_seconds(t.span.start_ms)} {_seconds(t.span.duration_ms)} "
        f"<NA> <NA> {_field(t.speaker)} <NA> <NA>\n"
        for t in transcript.voices.turns
    )


def _field(text: str) -> str:
    return re.sub(r"\s+", "_", text.strip()) or "_"


def _seconds(time_ms: int) -> str:
    seconds, ms = divmod(time_ms, 1000)
    return f"{seconds}.{ms:03}"
