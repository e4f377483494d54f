"""What a person should look at: speech without text, text without speech, and words that sound like something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from pipeline.speech.aligner.listen import WordSpan
from pipeline.stages.align.pronounced import Part
from pipeline.timing import Span, union
from pipeline.transcript import Heard, Kind, Passage, Token

# Shorter speech without text is a murmur, a cough or a word left out by taste.
_MIN_UNWRITTEN_MS = 500
_JOIN_MS = 600
# A run of so many words that nobody says is a passage; fewer are single doubtful words.
_MIN_UNSPOKEN_WORDS = 3
# A word that fits the sound this much worse (nats per frame) than the words around it was probably not said: some voices fit the
# model badly, word for word. Around it means so many words on either side; voices that fit better than most get no harder test.
_DOUBTFUL_UNDER, _AROUND_WORDS, _BEST_AROUND = -3.9, 20, 1.5
# A word so short that a single frame weighs heavily must fit worse by so much.
_SHORT_UNDER, _SHORT_MS = -0.8, 120
# A word that fits this well is not doubted, however well its neighbours fit.
_FITS = -1.0


def unwritten(
    spans: Sequence[Span], regions: Sequence[Span], tokens: Sequence[Token], heard: Heard
) -> tuple[Passage, ...]:
    """Stretches of speech that no word explains, with what an unbiased recognizer heard there, if one listened."""
    spoken = [inside for span in union(spans, _JOIN_MS) if (inside := _speech_in(span, regions))]
    found = []
    for span in spoken:
        if span.duration_ms >= _MIN_UNWRITTEN_MS:
            at = _first_after(tokens, span.start_ms)
            found.append(Passage(span, at, at, "", words_heard(heard, span)))
    return tuple(found)


def unspoken(
    tokens: Sequence[Token], parts: Sequence[Part], found: Sequence[WordSpan | None]
) -> tuple[Passage, ...]:
    """Runs of words that were nowhere to be heard."""
    said = _said(len(tokens), parts, found)

    def missing(index: int) -> bool:
        return tokens[index].kind is Kind.WORD and said[index] is False

    return tuple(
        _passage(tokens, first, last)
        for first, last in _runs(len(tokens), missing)
        if last - first >= _MIN_UNSPOKEN_WORDS
    )


def doubtful(
    tokens: Sequence[Token],
    parts: Sequence[Part],
    found: Sequence[WordSpan | None],
    heard: Heard,
    contradicted: frozenset[int] = frozenset(),
) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """`(not confirmed, heard differently)`: words that hardly fit the sound, and the tokens that their opposite fits better.
    They are *heard differently* only when a recognizer that did not know the text heard other words in their place."""
    doubts = [d or n in contradicted for n, d in enumerate(_doubts(len(tokens), parts, found))]
    said = _said(len(tokens), parts, found)

    def doubted(index: int) -> bool:
        return doubts[index] or (tokens[index].kind is Kind.WORD and said[index] is False)

    not_confirmed: list[Passage] = []
    differently: list[Passage] = []
    for first, last in _runs(len(tokens), doubted):
        if last - first >= _MIN_UNSPOKEN_WORDS and not any(doubts[first:last]):
            continue  # told as text without speech
        passage = _passage(tokens, first, last, heard)
        (differently if passage.heard and not heard.biased else not_confirmed).append(passage)
    return tuple(not_confirmed), tuple(differently)


def beside(passages: Sequence[Passage], others: Sequence[Passage]) -> tuple[Passage, ...]:
    """Those of `passages` that share no token with any of `others`."""
    taken = {index for other in others for index in range(other.first, other.last)}
    return tuple(p for p in passages if taken.isdisjoint(range(p.first, p.last)))


def words_heard(heard: Heard, span: Span) -> str:
    """What an unbiased recognizer heard within `span`; "" when it did not listen, or knew the text."""
    if heard.biased:
        return ""
    return " ".join(t.text for t in heard.tokens if t.span.middle_ms in span)


def _passage(tokens: Sequence[Token], first: int, last: int, heard: Heard | None = None) -> Passage:
    start = min(t.span.start_ms for t in tokens[first:last])
    span = Span(start, max(t.span.end_ms for t in tokens[first:last]))
    text = " ".join(t.text for t in tokens[first:last])
    other = words_heard(heard, span) if heard else ""
    return Passage(span, first, last, text, "" if _same(text, other) else other)


def _same(written: str, heard: str) -> bool:
    def plain(text: str) -> str:
        return "".join(c for c in text.lower() if c.isalnum())

    return plain(written) == plain(heard)


def _said(count: int, parts: Sequence[Part], found: Sequence[WordSpan | None]) -> list[bool | None]:
    """Of each token: whether any part of it was found; None when there is nothing to say."""
    said: list[bool | None] = [None] * count
    for part, here in zip(parts, found, strict=True):
        said[part.token] = bool(said[part.token]) or here is not None
    return said


def _doubts(count: int, parts: Sequence[Part], found: Sequence[WordSpan | None]) -> list[bool]:
    doubts = [False] * count
    for index, (part, here) in enumerate(zip(parts, found, strict=True)):
        if here is not None and _is_doubtful(here, found, index):
            doubts[part.token] = True
    return doubts


def _is_doubtful(here: WordSpan, found: Sequence[WordSpan | None], index: int) -> bool:
    if here.stand_in or here.fit >= _FITS:
        return here.stand_in
    short = _SHORT_UNDER if here.span.duration_ms <= _SHORT_MS else 0.0
    return here.fit - usual_fit(found, index) < _DOUBTFUL_UNDER + short


def usual_fit(found: Sequence[WordSpan | None], index: int) -> float:
    """How well the words around word `index` fit the sound, itself included, in nats per frame; no more than most voices do.

    One of them at least must have been found and be no stand-in.
    """
    around = found[max(0, index - _AROUND_WORDS) : index + _AROUND_WORDS + 1]
    return min(median(f.fit for f in around if f is not None and not f.stand_in), _BEST_AROUND)


def _runs(count: int, wanted: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    first = None
    for index in range(count + 1):
        if index < count and wanted(index):
            first = index if first is None else first
        elif first is not None:
            yield first, index
            first = None


def _speech_in(span: Span, regions: Sequence[Span]) -> Span | None:
    """The part of `span` between its first and last speech; None when there is none. All of it when nobody knows."""
    inside = [r.intersection(span) for r in regions]
    known = [s for s in inside if s]
    if not regions:
        return span
    return known[0].hull(known[-1]) if known else None


def _first_after(tokens: Sequence[Token], time_ms: int) -> int:
    return next((n for n, t in enumerate(tokens) if t.span.start_ms >= time_ms), len(tokens))
