"""Recognizers' pieces made into tokens: pieces of words joined, words without times put between their neighbours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from statistics import fmean

from pipeline.timing import Span, shares_by_letters
from pipeline.transcript import Kind, TextSource, TimeSource, Token

# What a word's probability is taken for where the file does not say it. Set by hand.
_UNKNOWN_CONFIDENCE = 0.5
# How long a word is taken to last at the most where nothing says when it ends. Set by hand.
_LONGEST_WORD_MS = 1000
_CUT_LETTER = "\ufffd"  # stands for half a letter
_BRACKETS = {"[": "]", "(": ")", "*": "*", "♪": "♪"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text as a recognizer wrote it, its times in ms (None for unknown), and the words or parts of words in it.

    A space at the beginning of a text says that a word begins there; confidence is None where it is unknown.
    """

    text: str
    start_ms: int | None
    end_ms: int | None
    confidence: float | None = None
    words: tuple[Piece, ...] = ()


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """whisper.cpp's pieces, those that go on in the same word (`-ml 1` cuts anywhere) joined to the one before."""
    texts = [p.text for p in pieces if p.text.strip()]
    # where hardly any begins with a space, none says where a word begins
    spaced = sum(t.startswith(" ") for t in texts) > len(texts) / 3
    found: list[Piece] = []
    for piece in pieces:
        if found and spaced and piece.text.strip() and not piece.text.startswith(" "):
            last = found[-1]
            words = last.words and piece.words and last.words + piece.words
            end = last.end_ms if piece.end_ms is None else piece.end_ms
            found[-1] = replace(last, text=last.text + piece.text, end_ms=end, words=words or ())
        else:
            found.append(piece)
    return found


def tokens_of(pieces: Sequence[Piece]) -> tuple[tuple[Token, ...], int]:
    """The tokens of all pieces in order of their starts, and how many had no time of their own."""
    words = [word for piece in pieces for word in _words(piece)]
    untimed = sum(word.start_ms is None for word in words)
    found = [_token(word, span) for word, span in zip(words, _spans(words), strict=True)]
    return tuple(sorted(found, key=lambda t: t.span.start_ms)), untimed


@dataclass(frozen=True, slots=True)
class _Word:
    """A whole word, its times, and the stretch that it must lie in where it has none."""

    text: str
    start_ms: int | None
    end_ms: int | None
    confidence: float | None
    within: tuple[int | None, int | None]


def _words(piece: Piece) -> Iterator[_Word]:
    """The words of a piece, whole; by its text alone where its parts do not add up to it."""
    within = (piece.start_ms, piece.end_ms)
    for text, some in _with_parts(piece):
        timed = [p for p in some if p.start_ms is not None]
        times = [t for p in timed for t in (p.start_ms, p.end_ms) if t is not None]
        sure = [p.confidence for p in some if p.confidence is not None]
        start, end = (min(times), max(times)) if times else (None, None)
        yield _Word(text, start, end, fmean(sure) if sure else piece.confidence, within)


def _with_parts(piece: Piece) -> list[tuple[str, list[Piece]]]:
    """The words of a piece, each with the parts that begin in it: by the text, which says where words end; without a text each
    part is a word, or begins with a space where it begins one. One word alone is its own part."""
    parts = [p for p in piece.words if p.text.strip()]
    said = "".join("".join(p.text.split()) for p in parts)
    if parts and not piece.text.strip():
        spaced = any(p.text.startswith(" ") for p in parts)
        text = "".join(p.text if spaced else f" {p.text}" for p in parts)
    else:
        text = piece.text
        if _CUT_LETTER in said or said != "".join(text.split()):  # half a letter says nothing
            parts = []
    words = _divided(text)
    if not parts:
        return [(word, [piece] if len(words) == 1 else []) for word in words]
    ends = list(accumulate(len("".join(word.split())) for word in words))
    found: list[list[Piece]] = [[] for _ in words]
    at = 0
    for part in parts:
        found[bisect_right(ends, at)].append(part)
        at += len("".join(part.text.split()))
    return list(zip(words, found, strict=True))


def _divided(text: str) -> list[str]:
    """A text's words; what stands in brackets is one, and what has no letter belongs to the word before."""
    found: list[str] = []
    for word in text.replace(_CUT_LETTER, "").split():
        opened = found and _opens(found[-1])
        if found and (opened or not any(c.isalnum() for c in word)) and not _is_mark(word):
            found[-1] = f"{found[-1]} {word}" if opened else found[-1] + word
        else:
            found.append(word)
    return found


def _opens(text: str) -> bool:
    closing = _BRACKETS.get(text[:1])
    return closing in ("]", ")") and closing not in text


def _is_mark(word: str) -> bool:
    return word[:1] in _BRACKETS


def _spans(words: Sequence[_Word]) -> list[Span]:
    """The span of every word: its own, or its share of the room between the timed words beside it."""
    spans: list[Span | None] = [
        None if w.start_ms is None else Span(w.start_ms, max(w.start_ms, w.end_ms or w.start_ms))
        for w in words
    ]
    following: list[Span | None] = [None]  # the next timed word from each place on
    for span in reversed(spans):
        following.append(following[-1] if span is None else span)
    following.reverse()
    at = 0
    while at < len(words):
        if spans[at] is not None:
            at += 1
            continue
        end = at
        while end < len(words) and spans[end] is None and words[end].within == words[at].within:
            end += 1
        room = _room(words[at].within, spans[at - 1] if at else None, following[end], end - at)
        spans[at:end] = shares_by_letters(room, [w.text for w in words[at:end]])
        at = end
    return [span for span in spans if span is not None]


def _room(within: tuple[int | None, int | None], before: Span | None, after: Span | None, count: int) -> Span:
    """Where words without times lie: inside their piece, behind the word before them and before the one after them."""
    first, last = within
    start = max(first or 0, before.end_ms if before else 0)
    ends = [t for t in (last, after.start_ms if after else None) if t is not None and t >= start]
    most = start + count * _LONGEST_WORD_MS
    return Span(start, min(ends) if ends else most)


def _token(word: _Word, span: Span) -> Token:
    closing = _BRACKETS.get(word.text[:1])
    sound = closing is not None and word.text.rstrip(".,!?").endswith(closing) and len(word.text) > 1
    confidence = _UNKNOWN_CONFIDENCE if word.confidence is None else round(word.confidence, 3)
    return Token(
        word.text, span, confidence, Kind.SOUND if sound else Kind.WORD, TextSource.WHISPER,
        TimeSource.RECOGNIZED if word.start_ms is not None else TimeSource.INTERPOLATED,
    )  # fmt: skip
