"""RTTM reader: turns that another diarization found, or a person wrote, `SPEAKER file channel start duration <NA> <NA> name ...`.

Rich Transcription Time Marked, NIST. Times are seconds; lines that begin with ";;" are comments, and what is not about turns
(words, noises, information about speakers) is left aside.
"""

from __future__ import annotations

import math
from pathlib import Path

from pipeline.errors import TurnsError
from pipeline.files import why_unreadable
from pipeline.timing import Span, seconds_to_ms
from pipeline.transcript import Turn
from pipeline.words import letters_of

SUFFIX = ".rttm"
# The other types of NIST's definition (RT-09 evaluation plan, appendix A).
_OTHER_TYPES = frozenset(
    "NOSCORE NO_RT_METADATA SEGMENT LEXEME NON-LEX NON-SPEECH FILLER EDIT IP SU CB A/P SPKR-INFO NOSPEAKER".split()  # noqa: SIM905
)
_LEAST_FIELDS = 8  # up to the name; some tools leave out what follows
_MOST_SECONDS = 1e6  # eleven days: a time beyond is a mistake
_MOST_BYTES = 50_000_000
_MOST_TURNS = 200_000  # ten hours with five a second. Chosen.
_MOST_SPEAKERS = 1000  # more than anybody tells apart. Chosen.


def read(path: Path, recording: str) -> tuple[Turn, ...]:
    """The turns of a recording, in order of time; `recording` is its name, asked for where the file has those of several.

    Raises TurnsError for what is no RTTM, with the line.
    """
    return reads(_text(path), path, recording)


def reads(text: str, path: Path, recording: str) -> tuple[Turn, ...]:
    """As `read`, for the file's text."""
    by_file: dict[str, list[Turn]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if not fields or fields[0].startswith(";") or fields[0] in _OTHER_TYPES:
            continue
        if fields[0] != "SPEAKER" or len(fields) < _LEAST_FIELDS:
            raise TurnsError(
                path,
                "is no line of RTTM",
                "write SPEAKER file 1 start duration <NA> <NA> name <NA> <NA>",
                number,
            )
        start_ms, end_ms = _times(fields[3], fields[4], path, number)
        if end_ms > start_ms:
            by_file.setdefault(fields[1], []).append(Turn(fields[7], Span(start_ms, end_ms)))
    if len(by_file) > 1:
        mine = [name for name in by_file if letters_of(Path(name).stem) == letters_of(recording)]
        if len(mine) != 1:
            problem = f"holds the turns of {len(by_file)} recordings, and not of one called {recording}"
            raise TurnsError(path, problem, "leave only those of this recording in it")
        by_file = {mine[0]: by_file[mine[0]]}
    return _in_order([turn for turns in by_file.values() for turn in turns], path)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise TurnsError(path, "is too large for a file of turns", "check that it is the right one")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TurnsError(path, f"is not UTF-8 text (byte {error.start})", "save it as UTF-8") from None
    except OSError as error:
        raise TurnsError(path, *why_unreadable(error)) from None


def _times(start: str, duration: str, path: Path, line: int) -> tuple[int, int]:
    """Start and end in milliseconds. Raises TurnsError."""
    try:
        start_s, duration_s = float(start), float(duration)
    except ValueError:
        start_s = duration_s = math.nan
    if not (0 <= start_s <= _MOST_SECONDS and 0 <= duration_s <= _MOST_SECONDS):
        problem = f"start and duration must be seconds, not '{start[:20]}' and '{duration[:20]}'"
        raise TurnsError(path, problem, "times are seconds with a point, like 12.340", line)
    start_ms = seconds_to_ms(start_s)
    return start_ms, seconds_to_ms(start_s + duration_s)


def _in_order(turns: list[Turn], path: Path) -> tuple[Turn, ...]:
    """The turns in order of time. Raises TurnsError for more than one recording has."""
    for count, most, what in (
        (len(turns), _MOST_TURNS, "turns"),
        (len({t.speaker for t in turns}), _MOST_SPEAKERS, "speakers"),
    ):
        if count > most:
            problem = f"has {count:,} {what}, and one recording has {most:,} at most"
            raise TurnsError(path, problem, "check that it is the right one")
    return tuple(sorted(turns, key=lambda t: (t.span, t.speaker)))
