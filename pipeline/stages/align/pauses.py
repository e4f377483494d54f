"""Long silences between words, told as tokens of their own: in therapy they are part of what happened.

Only silence between words counts, not what comes before the first of them and after the last, and not a stretch in which
somebody speaks without text, or in which music or another sound is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.timing import Span, gaps
from pipeline.transcript import (
    NOT_CAPTIONED,
    Aligned,
    Kind,
    TextSource,
    TimeSource,
    Token,
)
from pipeline.transcript.reindex import inserted

# So long nobody takes it for a breath; caption profiles may ask for longer ones only.
LONG_PAUSE_MS = 10_000
# How a silence is told, by language.
TOLD = {"en": "[long pause]"}


def marked(
    aligned: Aligned,
    speech: Sequence[Span],
    lang: str = "en",
    is_still: Callable[[Span], bool] | None = None,
) -> Aligned:
    """The alignment with a token for every long silence between two words that follow each other.

    `speech` are the regions of speech; without any nothing is known of silence. `is_still` listens whether anything is
    heard in a stretch; where it cannot say that nothing is, no silence is told.
    """
    text = TOLD.get(lang.split("-")[0].lower())
    if text is None or not speech:
        return aligned
    found = [
        (place, Token(text, span, 1.0, Kind.PAUSE, TextSource.MACHINE, TimeSource.RECOGNIZED))
        for place, span in _silences(aligned.tokens, speech)
        if is_still is None or is_still(span)
    ]
    return inserted(aligned, found) if found else aligned


def _silences(tokens: Sequence[Token], speech: Sequence[Span]) -> list[tuple[int, Span]]:
    """Each long silence, and the token in front of which it lies in the text, too."""
    here = [(k, t.span) for k, t in enumerate(tokens) if t.kind not in NOT_CAPTIONED]
    if not here:
        return []
    ends: list[int] = []  # by then all tokens up to here are over
    for _, span in here:
        ends.append(max(span.end_ms, ends[-1] if ends else 0))
    begins = [0] * len(here)  # from then on all tokens from here come
    for n in range(len(here) - 1, -1, -1):
        begins[n] = min(here[n][1].start_ms, begins[n + 1] if n + 1 < len(here) else here[n][1].start_ms)
    found = []
    for n in range(1, len(here)):
        between = Span(ends[n - 1], max(ends[n - 1], begins[n]))
        silent = max(gaps(speech, between), key=lambda s: s.duration_ms, default=None)
        if silent is not None and silent.duration_ms >= LONG_PAUSE_MS:
            found.append((here[n][0], silent))
    return found
