"""Times and counts as a query has them: `60s`, `2min`, `00:10:00`, `3 utterances`."""

from __future__ import annotations

import re

AMOUNT = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)([a-z]*)")
UNITS_MS = {
    **dict.fromkeys(("ms",), 1),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1000),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60_000),
    **dict.fromkeys(("h", "hour", "hours"), 3_600_000),
}
UTTERANCES = dict.fromkeys(("utterance", "utterances", "turn", "turns"), 0)


def time_ms(text: str) -> int | None:
    """Milliseconds of `00:10:00`, `10:00`, `90s`, `2min`, `90` (seconds); None for anything else."""
    from pipeline.timing import parse_timecode

    try:
        return parse_timecode(text)
    except ValueError:
        match = AMOUNT.fullmatch(text)
        if match is None or (match[2] and match[2] not in UNITS_MS):
            return None
        return int(float(match[1]) * UNITS_MS.get(match[2], 1000))
