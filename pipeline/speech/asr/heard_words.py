"""The words that faster-whisper gives, as tokens in the time of the recording."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.speech.asr.packing import Chunk
from pipeline.timing import Span, seconds_to_ms
from pipeline.transcript import TextSource, TimeSource, Token


def tokens_of(words: Iterable[Any], chunk: Chunk, offset_ms: int) -> tuple[Token, ...]:
    """The tokens of a chunk whose sound began at `offset_ms`; what is no word by itself is joined to the one before."""
    tokens: list[Token] = []
    for word in words:
        _append(word, chunk, offset_ms, tokens)
    return tuple(tokens)


def _append(word: Any, chunk: Chunk, offset_ms: int, tokens: list[Token]) -> None:
    text = " ".join(word.word.split())
    if not text:
        return
    start = seconds_to_ms(word.start) - offset_ms
    span = chunk.located(start, max(start, seconds_to_ms(word.end) - offset_ms))
    joins = not word.word.startswith(" ") or not any(c.isalnum() for c in text)
    if joins and tokens:
        last = tokens[-1]
        whole = Span(last.span.start_ms, max(last.span.end_ms, span.end_ms))
        tokens[-1] = _token(last.text + text, whole, min(last.confidence, word.probability))
    elif any(c.isalnum() for c in text):
        tokens.append(_token(text, span, word.probability))


def _token(text: str, span: Span, probability: float) -> Token:
    confidence = round(min(1.0, max(0.0, float(probability))), 3)
    return Token(text, span, confidence, text_source=TextSource.WHISPER, time_source=TimeSource.RECOGNIZED)
