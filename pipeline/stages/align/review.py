"""Review passages: what a person should check - speech without text, text without speech, and words that fit the sound badly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from pipeline.english.disfluencies import is_murmur, is_stutter, is_swallowed
from pipeline.speech.aligner.listen import WordSpan
from pipeline.speech.aligner.pronounced import Part
from pipeline.timing import Span, hull, union
from pipeline.transcript import Heard, Kind, Passage, Token
from pipeline.words import letters_of

# All of these were set by hand; fits are in nats per frame.
# Shorter speech without text is a murmur, a cough or a word left out by taste.
_MIN_UNWRITTEN_MS = 500
# Stretches of unexplained speech up to this far apart are one.
_MAX_JOINED_GAP_MS = 600
# From so many words on a run that was not found is a passage; fewer are single doubtful words.
_MIN_UNSPOKEN_WORDS = 3
# A word is doubtful when its fit is below the median of the words around it by more than this. It is relative, because some
# voices fit the acoustic model badly, word for word.
_MAX_RELATIVE_FIT = -3.9
# Words on either side that the median is taken of.
_CONTEXT_WORDS = 20
# The median is capped at this, so that voices that fit better than most get no harder test.
_MAX_USUAL_FIT = 1.5
# A word up to this short must fit worse by so much more, since each of its few frames weighs heavily.
_SHORT_WORD_ALLOWANCE = -0.8
_MAX_SHORT_WORD_MS = 120
# A function word up to this short is too short to say how it sounds.
_MAX_SWALLOWED_MS = 130
# From this fit on a word is not doubted, however well its neighbours fit.
_UNDOUBTED_FIT = -1.0


def unwritten(
    spans: Sequence[Span], regions: Sequence[Span], tokens: Sequence[Token], heard: Heard
) -> tuple[Passage, ...]:
    """Passages of speech without text, with the words that an independent recognizer read there, if there was one; speech that
    the text marks as not understood has its text."""
    marked = [t.span for t in tokens if t.kind is Kind.UNCLEAR]
    spoken = [inside for span in union(spans, _MAX_JOINED_GAP_MS) if (inside := _speech_in(span, regions))]
    found = []
    for span in spoken:
        if span.duration_ms >= _MIN_UNWRITTEN_MS and not any(
            2 * m.overlap_ms(span) >= span.duration_ms for m in marked
        ):
            at = _first_after(tokens, span.start_ms)
            found.append(Passage(span, at, at, "", words_heard(heard, span)))
    return tuple(found)


def unspoken(
    tokens: Sequence[Token], parts: Sequence[Part], found: Sequence[WordSpan | None]
) -> tuple[Passage, ...]:
    """Passages of text without speech: runs of at least `_MIN_UNSPOKEN_WORDS` words that were not found."""
    is_found = _found_by_token(len(tokens), parts, found)

    def missing(index: int) -> bool:
        return tokens[index].kind is Kind.WORD and is_found[index] is False

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
    """`(not confirmed, heard differently)`: words that fit the sound badly or were not found, and the tokens of `contradicted`.
    They are *heard differently* only when a recognizer that did not know the text read other words in their place."""
    is_found = _found_by_token(len(tokens), parts, found)
    doubts = [
        n in contradicted or (doubtful and not says_little(tokens[n].text))
        for n, doubtful in enumerate(_doubts(tokens, parts, found))
    ]

    def doubted(index: int) -> bool:
        return doubts[index] or (tokens[index].kind is Kind.WORD and is_found[index] is False)

    not_confirmed: list[Passage] = []
    differently: list[Passage] = []
    for first, last in _runs(len(tokens), doubted):
        if last - first >= _MIN_UNSPOKEN_WORDS and not any(doubts[first:last]):
            continue  # `unspoken` has it
        if not any(doubts[first:last]) and all(may_be_missed(t.text) for t in tokens[first:last]):
            continue
        passage = _passage(tokens, first, last, heard)
        (differently if passage.heard and not heard.biased else not_confirmed).append(passage)
    return tuple(not_confirmed), tuple(differently)


def says_little(text: str) -> bool:
    """Whether a bad fit of a word is no reason to look: fillers and stutters sound as they please."""
    return is_murmur(text) or is_stutter(text)


def may_be_missed(text: str) -> bool:
    """Whether it is no reason to look when a word was not found: it takes hardly any time, or sounds as it pleases."""
    return says_little(text) or is_swallowed(text)


def words_heard(heard: Heard, span: Span) -> str:
    """The words that the recognizer read within `span`; "" when there are none, or when it knew the text."""
    if heard.biased:
        return ""
    return " ".join(t.text for t in heard.tokens if t.span.middle_ms in span)


def _passage(tokens: Sequence[Token], first: int, last: int, heard: Heard | None = None) -> Passage:
    span = hull(t.span for t in tokens[first:last])
    text = " ".join(t.text for t in tokens[first:last])
    other = words_heard(heard, span) if heard else ""
    return Passage(span, first, last, text, "" if _same(text, other) else other)


def _same(written: str, heard: str) -> bool:
    return letters_of(written) == letters_of(heard)


def _found_by_token(count: int, parts: Sequence[Part], found: Sequence[WordSpan | None]) -> list[bool | None]:
    """Whether any part of each token was found; None for tokens that nobody says, such as sound descriptions."""
    is_found: list[bool | None] = [None] * count
    for part, here in zip(parts, found, strict=True):
        is_found[part.token] = bool(is_found[part.token]) or here is not None
    return is_found


def _doubts(tokens: Sequence[Token], parts: Sequence[Part], found: Sequence[WordSpan | None]) -> list[bool]:
    doubts = [False] * len(tokens)
    for index, (part, here) in enumerate(zip(parts, found, strict=True)):
        if here is not None and _is_doubtful(here, found, index):
            swallowed = is_swallowed(tokens[part.token].text) and here.span.duration_ms <= _MAX_SWALLOWED_MS
            doubts[part.token] = doubts[part.token] or not swallowed
    return doubts


def _is_doubtful(here: WordSpan, found: Sequence[WordSpan | None], index: int) -> bool:
    if here.stand_in or here.fit >= _UNDOUBTED_FIT:
        return here.stand_in
    short = _SHORT_WORD_ALLOWANCE if here.span.duration_ms <= _MAX_SHORT_WORD_MS else 0.0
    return here.fit - usual_fit(found, index) < _MAX_RELATIVE_FIT + short


def usual_fit(found: Sequence[WordSpan | None], index: int) -> float:
    """The median fit of the words around word `index`, itself included, in nats per frame; capped at `_MAX_USUAL_FIT`.

    One of them at least must have been found and be no stand-in.
    """
    around = found[max(0, index - _CONTEXT_WORDS) : index + _CONTEXT_WORDS + 1]
    return min(median(f.fit for f in around if f is not None and not f.stand_in), _MAX_USUAL_FIT)


def _runs(count: int, wanted: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    first = None
    for index in range(count + 1):
        if index < count and wanted(index):
            first = index if first is None else first
        elif first is not None:
            yield first, index
            first = None


def _speech_in(span: Span, regions: Sequence[Span]) -> Span | None:
    """The part of `span` from its first to its last speech; None when there is none. All of it without any regions."""
    inside = [r.intersection(span) for r in regions]
    known = [s for s in inside if s]
    if not regions:
        return span
    return known[0].hull(known[-1]) if known else None


def _first_after(tokens: Sequence[Token], time_ms: int) -> int:
    return next((n for n, t in enumerate(tokens) if t.span.start_ms >= time_ms), len(tokens))
