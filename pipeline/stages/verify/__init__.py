"""The second witness: an independent recognizer, which does not know the text, hears what is doubtful and a sample of the rest.

    windows    which windows of the recording are heard
    witness    hears them, and weighs readings by the aligner
    testimony  what is kept of that
    compare    what is written and what was heard, word by word
    readings   other readings, with the probability that they are right
    names      what suggestions are called, from run to run

It comes after the alignment and never moves or changes a word: it clears doubts, confirms them, and suggests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from pipeline.english.disfluencies import is_murmur
from pipeline.english.opposites import OPPOSITES
from pipeline.english.spelling import is_known
from pipeline.progress import Progress, part, silent
from pipeline.settings import VerifySettings
from pipeline.stages.verify import shares
from pipeline.stages.verify.compare import Comparison, compared
from pipeline.stages.verify.names import named
from pipeline.stages.verify.readings import Reading, misspelt, reading
from pipeline.stages.verify.windows import Doubt, Plan, WordsByTime, holds, planned
from pipeline.timing import Span, hull
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Checked,
    Kind,
    Opinion,
    Passage,
    Suggestion,
    Token,
    Verification,
)
from pipeline.words import bare_word

if TYPE_CHECKING:
    from pipeline.speech.asr.packing import Chunk
    from pipeline.stages.verify.witness import Witness

# A word that agrees counts for clearing a doubt from this probability of the recognizer on. Set by hand.
_MIN_CONFIDENCE = 0.4
# Stretches of unwritten speech are suggested from this mean probability on.
_MIN_CAPTION_CONFIDENCE = 0.4
# By so many nats the contrary of a word must fit worse before agreement clears a doubt of it.
_MIN_AGAINST_CONTRARY = 2.0
# Of those that the weights call surest 99 in 100 were right (`benchmarks/verify.py`): none is called surer.
_MOST_CONFIDENCE = 0.99
_HEARING_SHARE = 0.8  # of the progress shown


def doubts_of(report: AlignmentReport) -> tuple[Doubt, ...]:
    """All passages of the alignment's report that a person would have to look at, in order of time."""
    lists = ("speech_without_text", "text_without_speech", "not_confirmed", "heard_differently")
    found = [Doubt(passage, name) for name in lists for passage in getattr(report, name)]
    return tuple(sorted(found, key=lambda d: (d.passage.span, d.kind)))


def run(
    aligned: Aligned, settings: VerifySettings, witness: Witness, seed: str, progress: Progress = silent,
    before: Sequence[str] = (), found: Aligned | None = None,
) -> Verification:  # fmt: skip
    """Have the witness hear what is doubtful in `aligned`; `seed` is the recording's digest, from which the sample is drawn, and
    `before` names windows that were heard already.

    `found` is the alignment before people corrected it (None: they did not). It alone settles which windows are heard: else a
    corrected word would end the doubt for which its window was heard, and take the suggestions beside it along.

    Raises WeightsError when a model's files are missing or damaged, RecognizerError when the recognizer gives up.
    """
    doubts = doubts_of(aligned.report)
    plan = _plan(found or aligned, settings, witness, seed, before)
    heard = witness.hear(plan.windows, part(progress, 0.0, _HEARING_SHARE))
    if not heard:
        progress(1.0)
        return Verification(not_heard=len(doubts))
    words = WordsByTime(aligned.tokens)
    written = {window: words.said_in(window) for window in heard}
    compared_windows = {
        window: compared(aligned.tokens, written[window], said) for window, said in heard.items()
    }
    agreed = frozenset(chain.from_iterable(c.agreed for c in compared_windows.values()))
    gaps = [p.span for p in aligned.report.speech_without_text]
    readings = _likeliest(
        (
            *_readings(aligned.tokens, compared_windows.values(), gaps, witness),
            *misspelt(aligned.tokens, witness),
        )
    )
    checked = tuple(_checked(aligned.tokens, doubts, heard, compared_windows, witness))
    progress(1.0)
    per_window = [(len(written[w]), len(compared_windows[w].agreed)) for w in heard if w in plan.sample]
    return Verification(
        witness.name,
        checked,
        named(
            tuple(_suggestions(aligned.tokens, doubts, readings, checked, heard, settings)),
            aligned.tokens,
            witness.windows,
        ),
        sum(map(len, written.values())),
        len(agreed),
        sum(words for words, _ in per_window),
        sum(right for _, right in per_window),
        shares.interval(per_window),
        sum(not any(holds(w, d.passage.span) for w in heard) for d in doubts),
    )


def _plan(
    found: Aligned, settings: VerifySettings, witness: Witness, seed: str, before: Sequence[str]
) -> Plan:
    doubts = doubts_of(found.report)
    words = WordsByTime(found.tokens)
    windows = tuple(w for w in witness.windows if words.is_spoken_in(w) or _any_in(w, doubts))
    return planned(windows, doubts, settings, seed, before)


def _any_in(window: Chunk, doubts: Sequence[Doubt]) -> bool:
    return any(holds(window, doubt.passage.span) for doubt in doubts)


def _readings(
    tokens: Sequence[Token], comparisons: Iterable[Comparison], gaps: Sequence[Span], witness: Witness
) -> Iterator[Reading]:
    for comparison in comparisons:
        for difference in comparison.differences:
            if found := reading(difference, tokens, gaps, witness):
                yield found


def _likeliest(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Of readings of the same words the one that is likelier to be right."""
    kept: list[Reading] = []
    for found in sorted(readings, key=lambda r: -r.confidence):
        if not any(found.first < k.last and k.first < found.last for k in kept):
            kept.append(found)
    return tuple(kept)


def _checked(
    tokens: Sequence[Token],
    doubts: Sequence[Doubt],
    heard: dict[Chunk, tuple[Token, ...]],
    comparisons: dict[Chunk, Comparison],
    witness: Witness,
) -> Iterator[Checked]:
    for doubt in doubts:
        window = next((w for w in heard if holds(w, doubt.passage.span)), None)
        if window is not None:
            yield _opinion(tokens, doubt.passage, heard[window], comparisons[window], witness)


def _opinion(
    tokens: Sequence[Token],
    passage: Passage,
    heard: Sequence[Token],
    comparison: Comparison,
    witness: Witness,
) -> Checked:
    span, first, last = passage.span, passage.first, passage.last
    if first == last:
        words = _unwritten_in(span, heard, comparison)
        return Checked(span, first, last, Opinion.OTHERWISE if words else Opinion.NOTHING, _line(words))
    doubted = {n for n in range(first, last) if tokens[n].kind is Kind.WORD}
    if doubted and doubted <= comparison.agreed:
        return Checked(span, first, last, Opinion.AGREES, "", _clears(tokens, doubted, witness))
    instead = [d for d in comparison.differences if d.first < last and d.last > first]
    words = tuple(chain.from_iterable(d.heard for d in instead))
    return Checked(span, first, last, Opinion.OTHERWISE if words else Opinion.NOTHING, _line(words))


def _clears(tokens: Sequence[Token], doubted: set[int], witness: Witness) -> bool:
    """Whether agreement clears a doubt: of a word that turns the meaning only where its contraries fit the sound worse."""
    return all(_outweighs(tokens, n, witness) for n in doubted)


def _outweighs(tokens: Sequence[Token], index: int, witness: Witness) -> bool:
    contraries = OPPOSITES.get(bare_word(tokens[index].text), ())
    before, after = tokens[max(0, index - 1) : index], tokens[index + 1 : index + 2]
    around = [t.span for t in (*before, tokens[index], *after)]
    written = " ".join(t.text for t in (*before, tokens[index], *after))
    for contrary in contraries:
        other = " ".join((*(t.text for t in before), *contrary, *(t.text for t in after)))
        gain = witness.gain(hull(around), written, other) if other else None
        if gain is None or gain > -_MIN_AGAINST_CONTRARY:
            return False
    return True


def _unwritten_in(span: Span, heard: Sequence[Token], comparison: Comparison) -> tuple[Token, ...]:
    """The words heard in a stretch that is not written: those that no written word explains."""
    free = {t for d in comparison.differences for t in d.heard}
    return tuple(t for t in heard if t.span.middle_ms in span and t in free)


def _line(words: Sequence[Token]) -> str:
    return " ".join(word.text for word in words)


def _is_talk(words: Sequence[Token]) -> bool:
    """Whether something was heard that is worth a caption: words of English, and not murmurs alone."""
    return all(is_known(t.text) for t in words) and not all(is_murmur(t.text) for t in words)


def _suggestions(
    tokens: Sequence[Token],
    doubts: Sequence[Doubt],
    readings: Sequence[Reading],
    checked: Sequence[Checked],
    heard: dict[Chunk, tuple[Token, ...]],
    settings: VerifySettings,
) -> Iterator[Suggestion]:
    """Other readings that are likely enough, and captions for speech without text, in order of time and without names."""
    found: list[tuple[Span, int, int, str, float, float | None]] = [
        (r.span, r.first, r.last, r.text, r.confidence, r.gain)
        for r in readings
        if r.confidence >= settings.suggest_from
    ]
    taken = [span for span, *_ in found]
    for check in checked:
        words = [
            t
            for some in heard.values()
            for t in some
            if check.first == check.last and t.span.middle_ms in check.span
        ]
        mean = sum(t.confidence for t in words) / len(words) if words else 0.0
        sure = check.first == check.last and _is_talk(words) and mean >= _MIN_CAPTION_CONFIDENCE
        if sure and not any(span.overlap_ms(check.span) for span in taken):
            found.append((check.span, check.first, check.last, check.heard, mean, None))
    for span, first, last, text, confidence, gain in sorted(found, key=lambda f: f[:3]):
        chance = min(round(confidence, 3), _MOST_CONFIDENCE)
        yield Suggestion("", span, first, last, text, chance, gain)
