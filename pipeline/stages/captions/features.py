"""Features for segmentation: what the cost function needs of every token and of every place between two, as plain lists.

Index `i` of a list about places means the place *before* token `i`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from itertools import accumulate

from pipeline.english.breaks import Junction, is_counted_word, junction, visible_length
from pipeline.profiles import Limits
from pipeline.transcript import SPOKEN, Aligned, EditorCue, Kind, Token, Voices

# No caption bridges a silence from this length on: in therapy it is part of what happened. Set by hand.
MIN_UNBRIDGED_SILENCE_MS = 3000
# A pause up to this long inside a caption costs nothing. Set by hand.
FREE_PAUSE_MS = 500
# Seconds of silence that a sound description shown before its sound costs as much as (BBC subtitle guidelines §5.5: do not
# pre-empt an effect).
SOUND_SHOWN_EARLY_S = 0.8
# Speech of two people that overlaps longer than this is shown in two captions at once, never as a dialogue in one. Set by hand.
MIN_OVERLAP_MS = 300


@dataclass(frozen=True, slots=True)
class Script:
    """Tokens with everything the cost function needs; lists have one entry for each token, `wide` and `counted` one more."""

    tokens: tuple[Token, ...]
    starts: list[int]
    ends: list[int]
    wide: list[int]  # wide[j] - wide[i] - 1 = characters of tokens i..j-1 as one line, labels included
    counted: list[int]  # counted[j] - counted[i] = words among i..j-1, labels included
    joints: list[Junction]
    runs: list[int]  # number of the speaker's run a token stands in
    speakers: list[str | None]
    labels: dict[int, str]  # token that begins a run -> the name to show
    hard: list[bool]  # a cue must end before this token
    shots: list[int]  # shot changes in ms, sorted
    shots_before: list[int]  # shot changes before the start of this token
    parts: frozenset[int]  # tokens that begin a part of the video
    silence: list[float]  # seconds of pauses beyond what a cue may hold for free, up to this token
    limits: Limits
    # When the speaker of the token before this place speaks again, in ms, in text from here on.
    again: list[int | None]
    # A cache of `segmentation._end_cost` by place.
    places: dict[int, tuple[float, int, int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.tokens)

    def width(self, first: int, last: int) -> int:
        """Characters of the tokens `[first, last)` on one line."""
        return self.wide[last] - self.wide[first] - 1

    def needed_ms(self, first: int, last: int) -> float:
        """The time, in ms, that the tokens `[first, last)` take to read at the limits' reading speed, with the dashes of two
        speakers."""
        dashes = 0 if self.runs[first] == self.runs[last - 1] else 2 * len(self.limits.profile.dash)
        needed = (self.wide[last] - self.wide[first] - 1 + dashes) * 1000 / self.limits.chars_per_s
        if self.limits.words_per_minute:
            needed = max(
                needed, (self.counted[last] - self.counted[first]) * 60_000 / self.limits.words_per_minute
            )
        return needed

    def shortest_ms(self, first: int, last: int) -> int:
        """The shortest duration, in ms, of a caption of the tokens `[first, last)`, whatever the reading speed."""
        return max(
            self.limits.min_duration_ms,
            (self.counted[last] - self.counted[first]) * self.limits.min_ms_per_word,
        )

    def pause_ms(self, place: int) -> int:
        """The silence before token `place`, in ms; negative when it overlaps the token before."""
        return self.starts[place] - self.ends[place - 1]


def lay_out(
    aligned: Aligned,
    voices: Voices,
    limits: Limits,
    shots: Sequence[int],
    boundaries: Sequence[int],
    resumed: frozenset[int] = frozenset(),
    needless: frozenset[int] = frozenset(),
    cuts: frozenset[int] = frozenset(),
) -> Script:
    """The features of one recording; `shots` and `boundaries` (of the parts of the video) are times in ms.

    `resumed` are tokens at which a speaker goes on after another's caption: the name is shown again there. `needless` are
    tokens where it would repeat the speaker of the caption before. No cue crosses `cuts`, tokens before which something was
    left out.
    """
    tokens = aligned.tokens
    speakers = _speakers(tokens, voices)
    parts = _first_tokens_of(tokens, boundaries)
    runs, labels = _runs(tokens, speakers, aligned.editor_cues, voices, resumed | parts)
    labels = {at: name for at, name in labels.items() if limits.labels and at not in needless}
    wide, counted = [0], [0]
    for index, token in enumerate(tokens):
        label = limits.profile.label(labels[index]) if index in labels else ""
        wide.append(wide[-1] + visible_length(token.text) + 1 + visible_length(label))
        counted.append(counted[-1] + is_counted_word(token.text) + len(label.split()))
    starts = [t.span.start_ms for t in tokens]
    ordered = sorted(shots)
    return Script(
        tokens=tokens,
        starts=starts,
        ends=[t.span.end_ms for t in tokens],
        wide=wide,
        counted=counted,
        joints=[Junction.SENTENCE, *map(_joint, tokens, tokens[1:])] if tokens else [],
        runs=runs,
        speakers=speakers,
        labels=labels,
        hard=_hard_breaks(tokens, runs, parts | cuts | (resumed & labels.keys())),
        shots=ordered,
        shots_before=[bisect_left(ordered, start) for start in starts],
        parts=parts,
        silence=_excess_pauses(tokens),
        limits=limits,
        again=_next_starts(tokens, speakers),
    )


def _next_starts(tokens: Sequence[Token], speakers: Sequence[str | None]) -> list[int | None]:
    """For every place the start, in ms, of the next token of the speaker before it; None without one, or without a speaker."""
    following: dict[str, int] = {}
    again: list[int | None] = [None] * len(tokens)
    for index in range(len(tokens) - 1, 0, -1):
        here, before = speakers[index], speakers[index - 1]
        if here is not None:
            following[here] = tokens[index].span.start_ms
        again[index] = following.get(before) if before is not None else None
    return again


def _joint(before: Token, after: Token) -> Junction:
    if not {before.kind, after.kind} <= SPOKEN:
        return Junction.SENTENCE
    return junction(before.text, after.text)


def goes_on(before: Token, after: Token) -> bool:
    """Whether a word continues the sentence of the one before it: that is not over, and this is written small."""
    letter = next((c for c in after.text if c.isalnum()), "")
    return _joint(before, after) is not Junction.SENTENCE and not letter.isupper()


def _speakers(tokens: Sequence[Token], voices: Voices) -> list[str | None]:
    """Who says each token; a sound or pause without a speaker gets the speaker of the token before."""
    speakers: list[str | None] = [None] * len(tokens)
    for utterance in voices.utterances:
        for index in range(utterance.first, min(utterance.last, len(tokens))):
            speakers[index] = utterance.speaker
    for index in range(1, len(tokens)):
        if tokens[index].kind in (Kind.SOUND, Kind.PAUSE) and speakers[index] is None:
            speakers[index] = speakers[index - 1]
    return speakers


def _runs(
    tokens: Sequence[Token],
    speakers: Sequence[str | None],
    editor: Sequence[EditorCue],
    voices: Voices,
    again: Set[int],
) -> tuple[list[int], dict[int, str]]:
    """The number of each token's run of one speaker, and the labels of runs by their first tokens.

    Speakers come from `voices`; where these have none, the editor's labels and dialogue dashes divide the runs. One speaker
    alone needs no name unless the editor gave one, and what the editor labelled stays labelled, but within a sentence of the
    same speaker. The name is shown again where a part of the video begins, and where somebody goes on after another's caption.
    """
    names = short_names(voices)
    several = len({s for s in speakers if s is not None}) > 1
    given = {at: label for cue in editor for at, label in cue.label_at}
    dashes = {at for cue in editor for at in cue.dash_at}
    runs: list[int] = []
    labels: dict[int, str] = {}
    in_force = ""
    for index in range(len(tokens)):
        here, before = speakers[index], speakers[index - 1] if index else None
        known = index > 0 and (here is not None or before is not None)
        changed = here != before if known else (index in dashes or given.get(index, in_force) != in_force)
        runs.append((runs[-1] if runs else 0) + (changed and index > 0))
        in_force = given.get(index, "" if changed else in_force)
        if here in names and several and (changed or index == 0 or index in again):
            labels[index] = names[here]
        elif index in given and (changed or not known or not goes_on(tokens[index - 1], tokens[index])):
            labels[index] = names.get(here or "", given[index])
    return runs, labels


_TITLE_OR_DEGREE = re.compile(r"^(?:(?:dr|mr|mrs|ms|prof|professor|sir)\.?\s+)+|,.*$", re.IGNORECASE)


def short_names(voices: Voices) -> dict[str, str]:
    """The label of each named speaker: the first name where all of them have different ones, else the whole name.

    "Speaker 2" and other names with digits stay whole, and do not keep the others from being short.
    """
    whole = {s.id: s.name.strip() for s in voices.speakers if s.name.strip()}
    numbered = {key: name for key, name in whole.items() if any(ch.isdigit() for ch in name)}
    people = {key: name for key, name in whole.items() if key not in numbered}
    first = {key: (_TITLE_OR_DEGREE.sub("", name).split() or [name])[0] for key, name in people.items()}
    distinct = len({name.casefold() for name in first.values()}) == len(first)
    return (first if distinct else people) | numbered


def _excess_pauses(tokens: Sequence[Token]) -> list[float]:
    """Running sum over places of the seconds by which each pause exceeds `FREE_PAUSE_MS`.

    A sound inside a cue is told before it is heard, and words behind a long one stand there before they are
    said: both count as such seconds.
    """
    total, sums = 0.0, [0.0] * len(tokens)
    for index in range(1, len(tokens)):
        before, after = tokens[index - 1], tokens[index]
        total += max(0, after.span.start_ms - before.span.end_ms - FREE_PAUSE_MS) / 1000
        if after.kind is Kind.SOUND:
            total += SOUND_SHOWN_EARLY_S
        if before.kind is Kind.SOUND:
            total += max(0, before.span.duration_ms - FREE_PAUSE_MS) / 1000
        sums[index] = total
    return sums


def _first_tokens_of(tokens: Sequence[Token], boundaries: Sequence[int]) -> frozenset[int]:
    """The first tokens of the parts that begin at boundaries: of each the first whose middle lies behind it."""
    latest = list(accumulate((t.span.middle_ms for t in tokens), max))
    return frozenset(bisect_left(latest, boundary_ms) for boundary_ms in boundaries)


# Kinds of tokens that share no caption with others.
_ALONE_KINDS = frozenset((Kind.UNSPOKEN, Kind.PAUSE))


def _hard_breaks(tokens: Sequence[Token], runs: Sequence[int], begins: Set[int]) -> list[bool]:
    hard = [False] * len(tokens)
    for index in range(1, len(tokens)):
        before, after = tokens[index - 1], tokens[index]
        pause_ms = after.span.start_ms - before.span.end_ms
        hard[index] = (
            pause_ms >= MIN_UNBRIDGED_SILENCE_MS
            or (before.kind is not after.kind and not _ALONE_KINDS.isdisjoint((before.kind, after.kind)))
            or (runs[index] != runs[index - 1] and pause_ms < -MIN_OVERLAP_MS)
            or after.span.start_ms < before.span.start_ms
        )
    for at in begins:
        if at < len(tokens):
            hard[at] = True
    return hard
