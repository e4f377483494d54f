"""What is known about every token and every place between two tokens, as plain lists for the optimiser.

Index `i` of a list about places means the place *before* token `i`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.linguistics import Junction, is_counted_word, junction, visible_length
from pipeline.profiles import Limits
from pipeline.transcript import Aligned, EditorCue, Kind, Token, Voices

# A silence this long is never bridged by one caption: in therapy it is part of what happened.
LONG_SILENCE_MS = 3000
# A pause up to this long may stand inside a caption for nothing.
FREE_PAUSE_MS = 500
# Speech of two people that overlaps longer than this is shown by two captions at once, never by a dialogue in
# one.
REAL_OVERLAP_MS = 300


@dataclass(frozen=True, slots=True)
class Script:
    """Tokens with everything the cost function asks about them; all lists have one entry per token, `wide`
    one more."""

    tokens: tuple[Token, ...]
    starts: list[int]
    ends: list[int]
    wide: list[int]  # wide[j] - wide[i] - 1 = characters of tokens i..j-1 as one line, labels included
    counted: list[int]  # counted[j] - counted[i] = words among i..j-1, labels included
    joints: list[Junction]
    runs: list[int]  # number of the speaker's run a token stands in
    speakers: list[str | None]
    labels: dict[int, str]  # token that begins a run -> the name to show
    marked: frozenset[int]  # tokens that begin a run of somebody who has no name
    hard: list[bool]  # a cue must end before this token
    shots_before: list[int]  # shot changes before the start of this token
    silence: list[float]  # seconds of pauses beyond what a cue may hold for free, up to this token
    limits: Limits

    def __len__(self) -> int:
        return len(self.tokens)

    def width(self, first: int, last: int) -> int:
        """Characters of the tokens `[first, last)` on one line."""
        return self.wide[last] - self.wide[first] - 1

    def needed_ms(self, first: int, last: int) -> float:
        """How long the tokens `[first, last)` must be shown to be read at the limit's speed."""
        needed = (self.wide[last] - self.wide[first] - 1) * 1000 / self.limits.chars_per_s
        if self.limits.words_per_minute:
            needed = max(
                needed, (self.counted[last] - self.counted[first]) * 60_000 / self.limits.words_per_minute
            )
        return needed

    def shortest_ms(self, first: int, last: int) -> int:
        """The shortest time the tokens `[first, last)` may be shown, however few they are."""
        return max(
            self.limits.min_duration_ms,
            (self.counted[last] - self.counted[first]) * self.limits.min_ms_per_word,
        )

    def pause_ms(self, place: int) -> int:
        """Silence before token `place`; negative when the two overlap."""
        return self.starts[place] - self.ends[place - 1]


def lay_out(
    aligned: Aligned, voices: Voices, limits: Limits, shots: Sequence[int], boundaries: Sequence[int]
) -> Script:
    """The script of one recording; `shots` and `boundaries` (of vignettes) are times in milliseconds."""
    tokens = aligned.tokens
    speakers = _speakers(tokens, voices)
    runs, labels, marked = _runs(tokens, speakers, aligned.editor_cues, voices, boundaries, limits.labels)
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
        marked=marked,
        hard=_hard(tokens, runs, boundaries),
        shots_before=[bisect_left(ordered, start) for start in starts],
        silence=_silence(tokens),
        limits=limits,
    )


def _joint(before: Token, after: Token) -> Junction:
    if before.kind is not Kind.WORD or after.kind is not Kind.WORD:
        return Junction.SENTENCE
    return junction(before.text, after.text)


def _speakers(tokens: Sequence[Token], voices: Voices) -> list[str | None]:
    """Who says each token; a sound that nobody was given belongs to the one who spoke before it."""
    speakers: list[str | None] = [None] * len(tokens)
    for utterance in voices.utterances:
        for index in range(utterance.first, min(utterance.last, len(tokens))):
            speakers[index] = utterance.speaker
    for index in range(1, len(tokens)):
        if tokens[index].kind is Kind.SOUND and speakers[index] is None:
            speakers[index] = speakers[index - 1]
    return speakers


def _runs(
    tokens: Sequence[Token], speakers: Sequence[str | None], editor: Sequence[EditorCue], voices: Voices,
    boundaries: Sequence[int], show_labels: bool,
) -> tuple[list[int], dict[int, str], frozenset[int]]:  # fmt: skip
    """Number the runs of one speaker, and say which of them begin with a name or with a mere mark of change.

    The voices know best; where they are silent the editor's labels and dialogue dashes do. One speaker alone
    needs no name unless the editor gave one. The name is shown again where a new part of the video begins.
    """
    names = {s.id: s.name for s in voices.speakers if s.name}
    several = len({s for s in speakers if s is not None}) > 1
    given = {at: label for cue in editor for at, label in cue.label_at}
    dashes = {at for cue in editor for at in cue.dash_at}
    parts = {_first_token_of(tokens, boundary) for boundary in boundaries}
    runs: list[int] = []
    labels: dict[int, str] = {}
    marked: set[int] = set()
    in_force = ""
    for index in range(len(tokens)):
        here, before = speakers[index], speakers[index - 1] if index else None
        known = index > 0 and (here is not None or before is not None)
        changed = here != before if known else (index in dashes or given.get(index, in_force) != in_force)
        runs.append((runs[-1] if runs else 0) + (changed and index > 0))
        if index in given:
            in_force = given[index]
        elif changed:
            in_force = ""
        if here in names and several and (changed or index == 0 or index in parts):
            labels[index] = names[here]
        elif index in given and here not in names:
            labels[index] = given[index]
        elif changed:
            marked.add(index)
    return runs, labels if show_labels else {}, frozenset(marked)


def _silence(tokens: Sequence[Token]) -> list[float]:
    """Running sum over places of the seconds by which each pause exceeds `FREE_PAUSE_MS`."""
    total, sums = 0.0, [0.0] * len(tokens)
    for index in range(1, len(tokens)):
        pause_ms = tokens[index].span.start_ms - tokens[index - 1].span.end_ms
        total += max(0, pause_ms - FREE_PAUSE_MS) / 1000
        sums[index] = total
    return sums


def _first_token_of(tokens: Sequence[Token], boundary_ms: int) -> int:
    """The first token of the part that begins at a boundary: the one whose middle lies behind it."""
    return next((i for i, t in enumerate(tokens) if t.span.middle_ms >= boundary_ms), len(tokens))


def _hard(tokens: Sequence[Token], runs: Sequence[int], boundaries: Sequence[int]) -> list[bool]:
    hard = [False] * len(tokens)
    for index in range(1, len(tokens)):
        before, after = tokens[index - 1], tokens[index]
        pause_ms = after.span.start_ms - before.span.end_ms
        hard[index] = (
            pause_ms >= LONG_SILENCE_MS
            or (before.kind is Kind.UNSPOKEN) != (after.kind is Kind.UNSPOKEN)
            or (runs[index] != runs[index - 1] and pause_ms < -REAL_OVERLAP_MS)
            or after.span.start_ms < before.span.start_ms
        )
    for boundary in boundaries:
        at = _first_token_of(tokens, boundary)
        if at < len(tokens):
            hard[at] = True
    return hard
