"""Long pauses: insert a token for each long silence between words, since in therapy silence is part of what happened.

Only silence between words counts, not what comes before the first of them and after the last, and not a stretch in which
somebody speaks without text, or in which music or another sound is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.languages import primary
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

# The shortest silence that gets a token, far longer than any breath. Caption profiles may show longer ones only.
LONG_PAUSE_MS = 10_000
# The token's text by primary language subtag (BCP 47); in other languages no pause is marked.
PAUSE_TEXT_BY_LANGUAGE = {"en": "[long pause]"}


def marked(
    aligned: Aligned,
    speech: Sequence[Span],
    lang: str = "en",
    is_still: Callable[[Span], bool] | None = None,
) -> Aligned:
    """The alignment with a token of kind `pause` for every long silence between two words that follow each other.

    `speech` are the regions of speech; without any nothing is known of silence, and nothing is marked. `is_still` says
    whether a stretch holds no sound at all; a silence of which it does not say so gets no token.
    """
    text = PAUSE_TEXT_BY_LANGUAGE.get(primary(lang))
    if text is None or not speech:
        return aligned
    found = [
        (place, Token(text, span, 1.0, Kind.PAUSE, TextSource.MACHINE, TimeSource.RECOGNIZED))
        for place, span in _silences(aligned.tokens, speech)
        if is_still is None or is_still(span)
    ]
    return inserted(aligned, found) if found else aligned


def _silences(tokens: Sequence[Token], speech: Sequence[Span]) -> list[tuple[int, Span]]:
    """Each long silence with the index of the token that follows it, where text and time agree on the order around it."""
    here = [(k, t.span) for k, t in enumerate(tokens) if t.kind not in NOT_CAPTIONED]
    if not here:
        return []
    ends: list[int] = []  # ends[n]: when all of the first n + 1 tokens are over
    for _, span in here:
        ends.append(max(span.end_ms, ends[-1] if ends else 0))
    begins = [0] * len(here)  # begins[n]: when the earliest of token n and those behind it begins
    for n in range(len(here) - 1, -1, -1):
        begins[n] = min(here[n][1].start_ms, begins[n + 1] if n + 1 < len(here) else here[n][1].start_ms)
    found = []
    for n in range(1, len(here)):
        between = Span(ends[n - 1], max(ends[n - 1], begins[n]))
        silent = max(gaps(speech, between), key=lambda s: s.duration_ms, default=None)
        if silent is not None and silent.duration_ms >= LONG_PAUSE_MS:
            found.append((here[n][0], silent))
    return found
