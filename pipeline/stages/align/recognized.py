"""Forced alignment of recognized words: Whisper's words get their times from the sound, where the sound tells them better.

Whisper's own word times come from its decoder's attention, which is often late and vague. Its words are known, so they are
aligned like an editor's, and each keeps the time with the better evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.media.facts import Audio
from pipeline.progress import Progress, silent
from pipeline.speech.aligner.listen import Aligner, WordSpan
from pipeline.speech.aligner.pronounced import parts
from pipeline.stages.align.confidence import confidence_of
from pipeline.stages.align.placing import squeezed
from pipeline.timing import Span, hull
from pipeline.transcript import Heard, TimeSource, Token
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord

# A pause from this length on divides what was recognized into cues, for the aligner to expect one there. A choice.
_MIN_PAUSE_MS = 400
# An aligned start counts from this probability on that it is right. Set by hand.
_MIN_CONFIDENCE = 0.5
# A word that was found farther from where it was recognized than this is another one of the same sound. A choice.
_MAX_MOVE_MS = 2000


def aligned(audio: Audio, heard: Heard, threads: int = 0, progress: Progress = silent) -> tuple[Token, ...]:
    """The recognized words with their times aligned to the sound; as they are where the recognizer's times are its own search in
    the sound already (PocketSphinx). Raises WeightsError when the acoustic model is missing."""
    if heard.recognizer != "whisper" or not heard.tokens:
        progress(1.0)
        return heard.tokens
    wanted = parts(_as_text(heard.tokens))
    found = Aligner(audio.samples, heard.regions, threads).align([p.spoken for p in wanted], progress).found
    spans = _sure_spans([p.token for p in wanted], found, heard.tokens)
    return _in_order(heard.tokens, spans)


def _as_text(tokens: Sequence[Token]) -> Subtitles:
    """The words as given text, with a cue between two pauses."""
    number, numbers = 0, []
    for index, token in enumerate(tokens):
        number += bool(index) and tokens[index - 1].span.gap_ms(token.span) >= _MIN_PAUSE_MS
        numbers.append(number)
    cues = []
    for _, run in groupby(range(len(tokens)), key=lambda n: numbers[n]):
        some = [tokens[n] for n in run]
        words = tuple(SubtitlesWord(t.text, spoken=t.spoken, kind=t.kind) for t in some)
        cues.append(SubtitlesCue(hull(t.span for t in some), words))
    return Subtitles("", SubtitlesFormat.SRT, tuple(cues))


def _sure_spans(
    token_of: Sequence[int], found: Sequence[WordSpan | None], tokens: Sequence[Token]
) -> list[Span | None]:
    """Where each token was aligned; None where that is less sure than where it was recognized."""
    spans: list[Span | None] = [None] * len(tokens)
    unsure: set[int] = set()
    for index, (token, here) in enumerate(zip(token_of, found, strict=True)):
        if here is None or here.stand_in or squeezed(here) or confidence_of(found, index) < _MIN_CONFIDENCE:
            unsure.add(token)
            continue
        before = spans[token]
        spans[token] = here.span if before is None else before.hull(here.span)
    for n, span in enumerate(spans):
        if span and (n in unsure or abs(span.start_ms - tokens[n].span.start_ms) > _MAX_MOVE_MS):
            spans[n] = None
    return spans


def _in_order(tokens: Sequence[Token], spans: Sequence[Span | None]) -> tuple[Token, ...]:
    """The tokens at their aligned times; those without one keep theirs, clipped to the room between their aligned neighbours."""
    result, at = [], 0
    ends = _next_starts(spans, max(t.span.end_ms for t in tokens))
    for token, span, end in zip(tokens, spans, ends, strict=True):
        if span is None:
            start = min(max(token.span.start_ms, at), max(at, end))
            result.append(replace(token, span=Span(start, max(start, min(token.span.end_ms, end)))))
        else:
            result.append(replace(token, span=span, time_source=TimeSource.ALIGNED))
        at = max(at, result[-1].span.end_ms)
    return tuple(result)


def _next_starts(spans: Sequence[Span | None], end_ms: int) -> list[int]:
    """For every token where the next aligned one behind it begins."""
    starts = []
    for span in reversed(spans):
        starts.append(end_ms)
        end_ms = span.start_ms if span else end_ms
    return starts[::-1]
