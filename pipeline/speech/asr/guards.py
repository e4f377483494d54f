"""Hallucination filters: pure functions that remove from Whisper's words what nobody said, and mend impossible times.

Whisper invents words over silence, falls into loops, repeats words at the borders of windows and reads off its hotwords. Each
guard is one function with one number of `settings.WhisperSettings`; none invents a word, and every word that is taken away has
evidence against it in the sound or in the words around it.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from statistics import median

from pipeline.english.verbalize import spoken_words
from pipeline.settings import WhisperSettings
from pipeline.timing import Span, hull
from pipeline.transcript import Token

_UNSURE_LOGPROB = -0.5  # nats a token, as a mean: below it the network guesses; seen on real weights
_LONGEST_LOOP_WORDS = 16  # the longest phrase looked for as a loop; a choice
# People do say one word many times ("no, no, no"), whole phrases less often.
_SINGLE_WORD_FACTOR = 2
# What stands twice at a border of windows follows at once; a person who says it again takes breath. A choice.
_BORDER_MS = 2_000
_BORDER_WORDS = 64  # the longest repetition looked for there

Guard = Callable[[Sequence[Token]], tuple[Token, ...]]
Note = Callable[[str, Sequence[Token], Sequence[Token]], None]
"""Called with the name of a setting and the words before and after its guard, where the guard removed any."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The transcript of one window: its words, and how sure the network was.

    `no_speech` is its probability that nobody speaks, `logprob` the mean log probability of its tokens, in nats.
    """

    tokens: tuple[Token, ...]
    no_speech: float = 0.0
    logprob: float = 0.0


def no_note(setting: str, before: Sequence[Token], after: Sequence[Token]) -> None:
    """A `Note` that does nothing."""


def apply_guards(
    passages: Iterable[Passage],
    regions: Sequence[Span],
    duration_ms: int,
    settings: WhisperSettings,
    hints: Sequence[str] = (),
    note: Note = no_note,
) -> tuple[Token, ...]:
    """Apply all guards: the words that remain, in order of their starts, inside the recording.

    `regions` are the stretches of speech (disjoint, rising); passages come in order of time; `hints` are the names and
    terms that the network was given as hotwords.
    """
    kept: list[Token] = []
    for passage in passages:
        tokens: tuple[Token, ...] = passage.tokens
        for setting, guard in _guards(passage, kept, regions, settings, hints).items():
            left = guard(tokens)
            if len(left) < len(tokens):
                note(setting, tokens, left)
            tokens = left
        kept += tokens
    return in_order(kept, duration_ms, settings.shortest_word_ms)


def _guards(
    passage: Passage,
    before: Sequence[Token],
    regions: Sequence[Span],
    chosen: WhisperSettings,
    hints: Sequence[str],
) -> dict[str, Guard]:
    """The guards of one window in the order they are applied, by the setting that says how strict each is."""
    hallucinated = is_hallucination(passage, chosen.silence_probability, chosen.silence_logprob)
    hurried = is_hurried(passage, regions, chosen.hurried_words_per_s)
    return {
        "silence_probability": lambda t: () if hallucinated else tuple(t),
        "hurried_words_per_s": lambda t: () if hurried else tuple(t),
        "echo_confidence": lambda t: without_echo(t, hints, chosen.echo_confidence, chosen.echoed_hints),
        "loop_repeats": lambda t: without_loops(t, chosen.loop_repeats, chosen.loop_word_ms),
        "swallowed_silence_ms": lambda t: tuple(trimmed(x, regions, chosen.swallowed_silence_ms) for x in t),
        "past_end_ms": lambda t: without_trailing(t, regions, chosen.past_end_ms),
        "outside_speech_ms": lambda t: within_speech(t, regions, chosen.outside_speech_ms),
        "border_words": lambda t: without_border_repeat(before, t, chosen.border_words),
    }


def is_hallucination(passage: Passage, silence_probability: float, silence_logprob: float) -> bool:
    """Whether the network takes the window for silence and was unsure of its words: Whisper's own rule
    (Radford et al. 2022, section 4.5), which batched decoding leaves out."""
    return passage.no_speech > silence_probability and passage.logprob < silence_logprob


def is_hurried(passage: Passage, regions: Sequence[Span], words_per_s: float) -> bool:
    """Whether a window holds more words than its speech has time for, and the network was unsure of them: over breath, laughter
    and rooms it writes whole sentences into what the voice activity detector takes for half a second of speech."""
    if not passage.tokens or passage.logprob >= _UNSURE_LOGPROB:
        return False
    window = hull(t.span for t in passage.tokens)
    speech_ms = sum(region.overlap_ms(window) for region in regions)
    return len(passage.tokens) * 1000 > words_per_s * speech_ms


def unheard(tokens: Sequence[Token], regions: Sequence[Span], window: Span) -> int:
    """The longest stretch of speech in a window, in ms, in which no word starts or ends: its pauses do not count.

    A network that may write no times sometimes begins in the middle of a window, or ends there.
    """
    marks = sorted(
        {window.start_ms, window.end_ms, *(t.span.start_ms for t in tokens), *(t.span.end_ms for t in tokens)}
    )
    return max(
        (sum(region.overlap_ms(Span(a, b)) for region in regions) for a, b in pairwise(marks)), default=0
    )


def without_echo(
    tokens: Sequence[Token], hints: Sequence[str], confidence: float, echoed: int
) -> tuple[Token, ...]:
    """The tokens less echoed hints: names and terms that were read off the list of hotwords and not said.

    Over noise the network falls back on its prompt. Taken away are, where their mean confidence is below
    `confidence`, the words of a window that holds nothing but hints, and `echoed` or more hints one after the other as
    they stand in the list. A name among other words stays, however unsure.
    """
    phrases = [tuple(_normalised_word(word) for word in hint.split()) for hint in hints]
    words = [_normalised(token) for token in tokens]
    if not phrases or not words:
        return tuple(tokens)
    if {*words} <= {word for hint in phrases for word in hint}:
        return () if _mean_confidence(tokens) < confidence else tuple(tokens)
    kept: list[Token] = []
    at = 0
    while at < len(words):
        count, length = _hints_at(words[at:], phrases)
        some = tokens[at : at + max(1, length)]
        if count < echoed or _mean_confidence(some) >= confidence:
            kept += some
        at += len(some)
    return tuple(kept)


def _hints_at(words: Sequence[str], phrases: Sequence[tuple[str, ...]]) -> tuple[int, int]:
    """(how many hints, how many words) stand at the start of `words` in the order of the list; the most there are."""
    best = (0, 0)
    for first in range(len(phrases)):
        length = count = 0
        for hint in phrases[first:]:
            if tuple(words[length : length + len(hint)]) != hint:
                break
            length, count = length + len(hint), count + 1
        best = max(best, (count, length))
    return best


def _mean_confidence(tokens: Sequence[Token]) -> float:
    return sum(token.confidence for token in tokens) / len(tokens)


def compression_ratio(text: str) -> float:
    """Compression ratio, a measure of repetition: the text's bytes over those of its zlib compression.

    It is Whisper's own (Radford et al. 2022, section 4.5); 0 for no text.
    """
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def is_loop(tokens: Sequence[Token], compression: float, word_ms: int) -> bool:
    """Whether a window's text repeats itself (see `compression_ratio`) at a pace at which nobody speaks.

    A network that is caught in a loop writes until it may write no more, and its words fall on a few frames each; people who
    repeat themselves, in a chant or a prayer, need as long for every word as others do.
    """
    if compression_ratio(" ".join(token.text for token in tokens)) <= compression:
        return False
    return median(token.span.duration_ms for token in tokens) < word_ms


def without_loops(tokens: Sequence[Token], repeats: int, word_ms: int) -> tuple[Token, ...]:
    """The tokens less repetition loops: a phrase of up to 16 words that stands more than `repeats` times in a row (a single word:
    more than twice that) is left once, where half of the times take less than `word_ms` a word, which nobody can speak."""
    words = [_normalised(token) for token in tokens]
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        length, times = _loop_at(words, at, repeats)
        run = tokens[at : at + length * times]
        kept += run if times == 1 or _repetition_ms(run, length) >= length * word_ms else run[:length]
        at += len(run)
    return tuple(kept)


def _repetition_ms(run: Sequence[Token], length: int) -> float:
    """The median time in ms from the start of one repetition to the start of the next."""
    starts = [token.span.start_ms for token in run[::length]] + [run[-1].span.end_ms]
    return median(after - before for before, after in pairwise(starts))


def _loop_at(words: Sequence[str], at: int, repeats: int) -> tuple[int, int]:
    """Length and number of repetitions of the shortest loop that begins here; (1, 1) without one."""
    for length in range(1, min(_LONGEST_LOOP_WORDS, (len(words) - at) // 2) + 1):
        phrase = words[at : at + length]
        times = 1
        while words[at + times * length : at + (times + 1) * length] == phrase:
            times += 1
        if times > repeats * (_SINGLE_WORD_FACTOR if length == 1 else 1):
            return length, times
    return 1, 1


def within_speech(tokens: Sequence[Token], regions: Sequence[Span], outside_ms: int) -> tuple[Token, ...]:
    """The tokens that lie in speech, or less than `outside_ms` from it: words over silence or noise are hallucinated."""
    return tuple(
        t for t in tokens if (near := _nearest(t.span, regions)) and near.gap_ms(t.span) < outside_ms
    )


def without_trailing(tokens: Sequence[Token], regions: Sequence[Span], past_end_ms: int) -> tuple[Token, ...]:
    """The tokens less those at the end that lie in silence, `past_end_ms` or more after the speech before them is over."""
    last = len(tokens)
    while last and _silent_since(tokens[last - 1].span, regions) >= past_end_ms:
        last -= 1
    return tuple(tokens[:last])


def _silent_since(span: Span, regions: Sequence[Span]) -> int:
    """How long nobody has spoken when `span` begins; 0 where somebody speaks in it, and before the first speech."""
    after = bisect_left(regions, max(span.end_ms, span.start_ms + 1), key=lambda r: r.start_ms)
    return max(0, span.start_ms - regions[after - 1].end_ms) if after else 0


def trimmed(token: Token, regions: Sequence[Span], swallowed_ms: int) -> Token:
    """The token trimmed of silence at its start or end, where it swallowed `swallowed_ms` or more of it.

    Whisper's word times come from dynamic time warping over attention, which begins at the window's first frame: the first word
    takes whatever silence leads it.
    """
    heard = _nearest(token.span, regions)
    inside = heard.intersection(token.span) if heard else None
    if inside is None:
        return token
    start, end = token.span.start_ms, token.span.end_ms
    if inside.start_ms - start >= swallowed_ms:
        start = inside.start_ms
    if end - inside.end_ms >= swallowed_ms:
        end = inside.end_ms
    return token if Span(start, end) == token.span else replace(token, span=Span(start, end))


def without_border_repeat(
    before: Sequence[Token], after: Sequence[Token], border_words: int
) -> tuple[Token, ...]:
    """`after` less the words at its start that repeat the end of `before`: `border_words` or more, in under half the time and
    within two seconds.

    A sentence that somebody truly says twice takes about as long the second time.
    """
    if not before or not after or after[0].span.start_ms - before[-1].span.end_ms > _BORDER_MS:
        return tuple(after)
    ends = [_normalised(t) for t in before[-_BORDER_WORDS:]]
    begins = [_normalised(t) for t in after[:_BORDER_WORDS]]
    for length in range(min(len(ends), len(begins)), border_words - 1, -1):
        if ends[-length:] != begins[:length]:
            continue
        if 2 * _duration_ms(after[:length]) < _duration_ms(before[-length:]):
            return tuple(after[length:])
    return tuple(after)


def in_order(tokens: Sequence[Token], duration_ms: int, shortest_ms: int) -> tuple[Token, ...]:
    """Monotonic times: the same tokens in the same order, none ending after the next starts, all in `[0, duration_ms)`.

    Each lasts `shortest_ms` at least where there is room for that.
    """
    room_ms = min(shortest_ms, duration_ms // max(1, len(tokens)))
    starts: list[int] = []
    for token in tokens:
        floor = starts[-1] + room_ms if starts else 0
        starts.append(max(token.span.start_ms, floor))
    limit = duration_ms
    for index in range(len(starts) - 1, -1, -1):
        starts[index] = min(starts[index], limit - room_ms)
        limit = starts[index]
    return tuple(_retimed(tokens, starts, duration_ms, room_ms))


def _retimed(
    tokens: Sequence[Token], starts: Sequence[int], duration_ms: int, room_ms: int
) -> Iterator[Token]:
    """The tokens from these starts on, each ending before the next starts."""
    for index, (token, start) in enumerate(zip(tokens, starts, strict=True)):
        limit = starts[index + 1] if index + 1 < len(starts) else duration_ms
        end = min(max(token.span.end_ms, start + room_ms), limit)
        yield replace(token, span=Span(start, end))


def _normalised(token: Token) -> str:
    """A token's text normalised to spoken words, so that "So," repeats "so"."""
    return _normalised_word(token.text)


@lru_cache(maxsize=10_000)
def _normalised_word(written: str) -> str:
    return " ".join(spoken_words(written)) or written


def _duration_ms(tokens: Sequence[Token]) -> int:
    return tokens[-1].span.end_ms - tokens[0].span.start_ms if tokens else 0


def _nearest(span: Span, regions: Sequence[Span]) -> Span | None:
    """The region that shares most with `span`, else the one with the smallest gap to it; None without regions."""
    first = bisect_left(regions, span.start_ms, key=lambda r: r.end_ms)
    last = bisect_left(regions, span.end_ms, key=lambda r: r.start_ms)
    choice = regions[max(0, first - 1) : last + 1]
    return max(choice, key=lambda r: (r.overlap_ms(span), -r.gap_ms(span)), default=None)
