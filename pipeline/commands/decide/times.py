"""Times as people write them: "1:02.5", and "1:02.5-1:04" for a span."""

from __future__ import annotations

from pipeline.errors import UsageError
from pipeline.timing import Span, parse_timecode


def time_of(text: str, option: str) -> int | None:
    """Parse a time as people write it ("1:02.5") into milliseconds, None for "". Raises UsageError, which names `option`."""
    try:
        return parse_timecode(text) if text else None
    except ValueError as error:
        raise UsageError(f"{option}: {error}", "write a time like 1:02.5 or 0:01:02.500") from None


def range_of(text: str, option: str) -> tuple[int | None, int | None]:
    """Parse two times with a dash between them, one of which may be left out, into milliseconds. Raises UsageError."""
    begin, dash, end = text.replace("–", "-").partition("-")
    start_ms, end_ms = time_of(begin.strip(), option), time_of(end.strip(), option)
    if not dash or (start_ms is None and end_ms is None):
        raise UsageError(f"{option} cannot be '{text}'", "give two times, like 1:02.5-1:04")
    if start_ms is not None and end_ms is not None and end_ms <= start_ms:
        raise UsageError(
            f"{option}: '{text}' ends before it starts", "the earlier time comes first, like 1:02.5-1:04"
        )
    return start_ms, end_ms


def span_of(text: str, option: str) -> Span:
    """As `range_of`, with neither time left out."""
    start_ms, end_ms = range_of(text, option)
    if start_ms is None or end_ms is None:
        raise UsageError(f"{option} needs both times here", "give two times, like 1:02.5-1:04")
    return Span(start_ms, end_ms)
