"""Likelihood-ratio test of doubtful labels: whether the words in front of a colon ("New York: that is ...") are spoken.

The text cannot tell a speaker's label from a term; the sound can. The words around the doubtful ones are scored with and without
them in the same part of the sound. What is spoken stays text; what is not is taken off and says who
speaks. Where the sound does not tell the words stay, since a word too many is better than one that is lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.speech.aligner.lattice import Spoken
from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.speech.aligner.pronounced import Part, parts
from pipeline.timing import Span
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesWord

Likelihoods = Callable[[Sequence[Sequence[Spoken]], Span], Sequence[float]]
"""Gives the log likelihood, in nats, of each of several texts within a part of the sound; -inf where one cannot be aligned."""

# All of these were set by hand.
# By this many nats the one must be likelier than the other. Of labels that nobody says the ratio was -21 to -140, of spoken words
# 120 and more, in the demo with either put in front of its captions.
_MIN_LOG_LIKELIHOOD_RATIO = 8.0
# Words behind the label that are scored with it, and sound in front of them in which it may be said.
_FOLLOWING_PARTS = 4
_BEFORE_MS = 3000
# Sound taken in on either side of the words that are scored.
_MARGIN_MS = 20
# Of a label that stands more often so many places are tried first, and the others only where these disagree.
_MAX_TRIED = 12
_MAX_NAMED = 3  # in a sentence


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubtful label: its name, its tokens `[first, last)`, and the token at which its cue ends."""

    name: str
    first: int
    last: int
    end: int


@dataclass(frozen=True, slots=True)
class Judged:
    """The text without the labels that nobody says, its parts and where they were found, and sentences on what was decided."""

    given: Subtitles
    parts: list[Part]
    listened: Alignment
    summary: tuple[str, ...] = ()


def judged(given: Subtitles, wanted: list[Part], listened: Alignment, likelihoods: Likelihoods) -> Judged:
    """Decide each doubtful label of the text by the sound."""
    found = doubts(given)
    if not found:
        return Judged(given, wanted, listened)
    ratios = _ratios(found, wanted, listened.found, likelihoods)
    unsaid = {
        doubt for doubt, ratio in ratios.items() if ratio is not None and ratio <= -_MIN_LOG_LIKELIHOOD_RATIO
    }
    open_ = {
        d
        for d, ratio in ratios.items()
        if d not in unsaid and (ratio is None or ratio < _MIN_LOG_LIKELIHOOD_RATIO)
    }
    unsaid |= {d for d in open_ if _is_unsaid_elsewhere(d, ratios)}
    taken = {token for d in unsaid for token in range(d.first, d.last)}
    kept = [
        (part, here) for part, here in zip(wanted, listened.found, strict=True) if part.token not in taken
    ]
    without = _without(given, unsaid)
    return Judged(
        without,
        parts(without),
        replace(listened, found=tuple(here for _, here in kept)),
        tuple(_sentences(found, unsaid, open_ - unsaid)),
    )


def doubts(given: Subtitles) -> list[Doubt]:
    """The doubtful labels of a text, in order."""
    result, at = [], 0
    for cue in given.cues:
        numbered = groupby(enumerate(cue.words), key=lambda item: item[1].doubtful_label)
        for name, group in numbered:
            if name is not None:
                inside = [n for n, _ in group]
                result.append(Doubt(name, at + inside[0], at + inside[-1] + 1, at + len(cue.words)))
        at += len(cue.words)
    return result


def _ratios(
    found: Sequence[Doubt], wanted: Sequence[Part], spans: Sequence[WordSpan | None], likelihoods: Likelihoods
) -> dict[Doubt, float | None]:
    """The log likelihood ratio of each doubtful label's being said, in nats; None where the sound does not tell."""
    part_at: dict[int, list[int]] = defaultdict(list)
    for n, part in enumerate(wanted):
        part_at[part.token].append(n)

    def ratio(doubt: Doubt) -> float | None:
        own, after = (
            [n for token in range(*tokens) for n in part_at.get(token, ())]
            for tokens in ((doubt.first, doubt.last), (doubt.last, doubt.end))
        )
        return _ratio(wanted, spans, own, after[:_FOLLOWING_PARTS], likelihoods)

    by_name: dict[str, list[Doubt]] = defaultdict(list)
    for doubt in found:
        by_name[doubt.name.casefold()].append(doubt)
    ratios: dict[Doubt, float | None] = {}
    for same in by_name.values():
        tried = {d: ratio(d) for d in same[:: -(-len(same) // _MAX_TRIED)]}
        known = [r for r in tried.values() if r is not None]
        agree = len({r > 0 for r in known}) == 1 and min(map(abs, known)) >= _MIN_LOG_LIKELIHOOD_RATIO
        ratios |= {d: tried[d] if d in tried else (known[0] if agree else ratio(d)) for d in same}
    return ratios


def _ratio(
    wanted: Sequence[Part], spans: Sequence[WordSpan | None], own: Sequence[int], after: Sequence[int],
    likelihoods: Likelihoods,
) -> float | None:  # fmt: skip
    heard = [here.span for n in after if (here := spans[n]) is not None]
    if not own or not heard:
        return None
    start = heard[0].start_ms
    begin = start - _BEFORE_MS
    last = next((n for n in range(own[0] - 1, -1, -1) if spans[n] is not None), None)
    before = None if last is None else spans[last]
    leading: list[Spoken] = []
    if last is not None and before is not None and begin < before.span.end_ms <= start:
        # A label that nobody says takes the end of the word in front of it, which must be scored too.
        begin, leading = before.span.start_ms, [wanted[last].spoken]
    within = Span(max(0, begin - _MARGIN_MS), max(span.end_ms for span in heard) + _MARGIN_MS)
    label, following = ([wanted[n].spoken for n in some] for some in (own, after))
    spoken, unspoken = likelihoods([[*leading, *label, *following], [*leading, *following]], within)
    return spoken - unspoken if unspoken > -float("inf") else None


def _is_unsaid_elsewhere(doubt: Doubt, ratios: Mapping[Doubt, float | None]) -> bool:
    """Whether a label of which the sound says too little is, all its places together, one that nobody says."""
    others = [r for d, r in ratios.items() if d.name.casefold() == doubt.name.casefold() and r is not None]
    return (
        bool(others) and sum(others) <= -_MIN_LOG_LIKELIHOOD_RATIO and max(others) < _MIN_LOG_LIKELIHOOD_RATIO
    )


def _without(given: Subtitles, unsaid: set[Doubt]) -> Subtitles:
    """The text with these labels taken off and put to the words behind them."""
    cues, at = [], 0
    for cue in given.cues:
        inside = [d for d in unsaid if at <= d.first < at + len(cue.words)]
        shift, at = at, at + len(cue.words)
        for doubt in sorted(inside, key=lambda d: -d.first):
            cue = _taken_off(cue, doubt.name, doubt.first - shift, doubt.last - shift)
        cues.append(cue)
    return replace(given, cues=tuple(cues))


def _taken_off(cue: SubtitlesCue, name: str, first: int, last: int) -> SubtitlesCue:
    before, behind = list(cue.words[:first]), list(cue.words[last:])
    end = next((n for n in range(1, len(behind)) if behind[n].new_speaker), len(behind))
    said: list[SubtitlesWord] = [replace(word, label=name) for word in behind[:end]]
    said[0] = replace(said[0], new_speaker=True)
    return replace(cue, words=(*before, *said, *behind[end:]))


def _sentences(found: Sequence[Doubt], unsaid: set[Doubt], open_: set[Doubt]) -> Iterator[str]:
    """What was decided, one sentence for each answer."""
    spoken = [d for d in found if d not in unsaid and d not in open_]
    for some, one, many in (
        (spoken, "looks like a speaker's label, but is spoken: it stays in the captions",
         "look like speakers' labels, but are spoken: they stay in the captions"),
        ([d for d in found if d in unsaid], "is not spoken where it stands: it is taken for who speaks",
         "are not spoken where they stand: they are taken for who speaks"),
        ([d for d in found if d in open_], "may be a label or spoken, and the sound does not tell: it stays in the captions",
         "may be labels or spoken, and the sound does not tell: they stay in the captions"),
    ):  # fmt: skip
        names = list(dict.fromkeys(d.name for d in some))
        if names:
            shown = [f"'{name}:'" for name in names[:_MAX_NAMED]]
            more = [f"{len(names) - _MAX_NAMED} more"] if len(names) > _MAX_NAMED else []
            *firsts, final = [*shown, *more]
            listed = f"{', '.join(firsts)} and {final}" if firsts else final
            yield f"{listed} {one if len(names) == 1 else many}"
