"""Names of suggestions: short ids drawn from what is suggested, so that one keeps its id however many others come and go.

An id is `s` and six hexadecimal letters of the SHA-256 of the stretch of sound, of the words written there and of the reading,
bare of capitals and marks. The stretch is a piece of the windows that are heard, which depend on the sound alone: neither a
corrected word nor one that is timed otherwise moves it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.timing import Span
from pipeline.transcript import Kind, Suggestion, TextSource, Token
from pipeline.words import bare_word

if TYPE_CHECKING:
    from pipeline.speech.asr.packing import Chunk

_LETTERS = 6
_Key = tuple[int, str, str]


def named(
    suggestions: Sequence[Suggestion], tokens: Sequence[Token], windows: Sequence[Chunk]
) -> tuple[Suggestion, ...]:
    """The suggestions (in order of time, about `tokens`) with ids of their own, each given once; `windows` are all of the
    recording's."""
    pieces = sorted(piece for window in windows for piece in window.pieces)
    given: dict[str, None] = {}
    before: Counter[_Key] = Counter()
    for one in suggestions:
        piece = _piece_at(one.span, pieces)
        written = _bare(t.text for t in tokens[one.first : one.last] if t.kind is Kind.WORD)
        reading = _bare(one.text.split())
        key = piece.start_ms, written, reading
        # One of several alike keeps its place among them when a person takes those before it.
        nth = before[key] + _taken(
            reading, tokens, Span(piece.start_ms, max(piece.start_ms, one.span.start_ms))
        )
        before[key] += 1
        given[drawn((*map(str, key), str(nth)), given)] = None
    return tuple(replace(one, id=name) for one, name in zip(suggestions, given, strict=True))


def drawn(content: Sequence[str], given: Collection[str] = ()) -> str:
    """An id drawn from texts, and not among those given already."""
    again = 0
    while (name := _id_of((*content, *["again"] * again))) in given:
        again += 1
    return name


def _id_of(content: Sequence[str]) -> str:
    return "s" + hashlib.sha256("\0".join(content).encode("utf-8", "surrogatepass")).hexdigest()[:_LETTERS]


def _piece_at(span: Span, pieces: Sequence[Span]) -> Span:
    """The piece in which the middle of a span lies, or the last one before it; from the beginning where there is none."""
    at = bisect_right(pieces, span.middle_ms, key=lambda piece: piece.start_ms)
    return pieces[at - 1] if at else Span(0, 0)


def _taken(reading: str, tokens: Sequence[Token], stretch: Span) -> int:
    """How often a person wrote the words of a reading in a stretch."""
    own = [t for t in tokens if t.text_source is TextSource.HUMAN and t.span.middle_ms in stretch]
    words, wanted = [bare_word(t.text) for t in own], reading.split()
    return sum(words[n : n + len(wanted)] == wanted for n in range(len(words)) if wanted)


def _bare(words: Iterable[str]) -> str:
    return " ".join(filter(None, map(bare_word, words)))
