"""Segmentation by dynamic programming: the division of tokens into cues and lines that minimises one stated cost.

A division is a list of pieces, each a cue with its lines. It costs, in points, the sum over its cues of

- the cue: `CUE` for being one more, `LINE` for each line after the first;
- its end: `CUE_END[junction]`, eased by up to `PAUSE_EASE` of it where the speaker pauses there;
- its lines: `LINE_END[junction]` at each break, and `BALANCE` times their unevenness (0 = all equal);
- reading: `SPEED` times the share by which it runs faster than the limit, and `SHORT` times the share missing
  of the shortest duration, and `FLASH` for less than the least duration, each after all the time there is
  before the next cue has been taken;
- silence inside: `SILENCE` a second beyond what is free, for words should not be shown before they are said;
- shots inside: `SHOT_CROSSED` for every shot change;
- a sentence that begins inside and is not finished there: `UNFINISHED`;
- two speakers: `DIALOGUE`, and once more the cost of an end that tears what either of them says.

Lines longer than the limit, more lines than allowed, more than the longest duration, three speakers, two
speakers on one line and cues over a hard place are not dear but impossible; one token alone is always
possible, however long. `cue_cost` and `layout_cost` state the cost; `divide` finds its minimum exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from pipeline.english.breaks import Junction
from pipeline.profiles import Limits
from pipeline.stages.captions.features import MIN_OVERLAP_MS, Script

# The weights in points, as described above. They were set by hand.
CUE = 3.0
LINE = 1.2
CUE_END = {
    Junction.SENTENCE: 0.0,
    Junction.CLAUSE: 3.0,
    Junction.CONJUNCTION: 5.5,
    Junction.PREPOSITION: 8.0,
    Junction.PREDICATE: 10.0,
    Junction.PLAIN: 11.0,
    Junction.TORN: 22.0,
}
LINE_END = {
    Junction.SENTENCE: 0.0,
    Junction.CLAUSE: 0.4,
    Junction.CONJUNCTION: 1.0,
    Junction.PREPOSITION: 1.8,
    Junction.PREDICATE: 2.8,
    Junction.PLAIN: 3.5,
    Junction.TORN: 12.0,
}
# The share of the cost of an end that a pause there saves, rising in proportion from the first length to the second.
PAUSE_EASE = 0.7
EASE_MIN_PAUSE_MS = 150
EASE_FULL_PAUSE_MS = 1000
BALANCE = 3.0
SPEED = 14.0
SHORT = 9.0
FLASH = 16.0
SILENCE = 5.0
SHOT_CROSSED = 4.0
DIALOGUE = 2.5
UNFINISHED = 2.5
# Tokens within which the beginning of an unfinished sentence is looked for; no cue has more.
MAX_LOOKBACK_TOKENS = 60
# Characters that a dialogue dash and its space take from a line.
DASH_CHARS = 2
# The longest pause between two speakers who share a cue.
MAX_ANSWER_DELAY_MS = 700


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens `[first, last)` as one cue; `breaks` are the tokens that begin its later lines, `editor_cue` is as in `Cue`."""

    first: int
    last: int
    breaks: tuple[int, ...] = ()
    editor_cue: int | None = None


def divide(script: Script, limits: Limits, first: int, last: int) -> list[Piece]:
    """The cheapest division of the tokens `[first, last)`, in time linear in their number; ties go to the earlier break."""
    infinity = float("inf")
    best = [infinity] * (last - first + 1)
    chosen: list[tuple[int, tuple[int, ...]]] = [(0, ())] * (last - first + 1)
    best[0] = 0.0
    for i in range(first, last):
        so_far = best[i - first]
        for j, breaks, layout in layouts(script, limits, i, last):
            at_least = so_far + layout
            if at_least + CUE >= best[j - first]:
                continue  # no cue costs less than `CUE`
            cost = at_least + cue_cost(script, limits, i, j)
            if cost < best[j - first]:
                best[j - first] = cost
                chosen[j - first] = i, breaks
    pieces: list[Piece] = []
    at = last
    while at > first:
        begin, breaks = chosen[at - first]
        pieces.append(Piece(begin, at, breaks))
        at = begin
    return pieces[::-1]


def total_cost(script: Script, limits: Limits, pieces: list[Piece]) -> float:
    """The cost of a division in points, which `divide` minimises."""
    return sum(cue_cost(script, limits, p.first, p.last) + layout_cost(script, limits, p) for p in pieces)


# Lines of cues that begin at one token, by their end: the cost of unevenness and breaks so far in points, and the breaks.
_Lines = dict[int, tuple[float, tuple[int, ...]]]


def layouts(script: Script, limits: Limits, i: int, last: int) -> list[tuple[int, tuple[int, ...], float]]:
    """Each possible end `j` of a cue that begins at token `i`, with its best line breaks and their cost in points."""
    reach = _furthest_end(script, limits, i, last)
    change = next((k for k in range(i + 1, reach) if script.runs[k] != script.runs[i]), reach)
    weight = BALANCE / limits.line_chars**2
    lines: _Lines = {i + 1: (weight * script.width(i, i + 1) ** 2, ())}
    for j in range(i + 2, change + 1):
        width = script.width(i, j)
        if width > limits.line_chars:
            break
        lines[j] = (weight * width * width, ())
    best: dict[int, tuple[float, tuple[int, ...]]] = dict.fromkeys(lines, (0.0, ()))
    for count in range(2, limits.lines + 1):
        lines = _one_line_more(script, limits, lines, change, weight)
        for j, (raw, breaks) in lines.items():
            cost = raw + LINE * (count - 1) - weight * (script.width(i, j) - count + 1) ** 2 / count
            if j not in best or cost < best[j][0]:
                best[j] = (cost, breaks)
    found = [(j, breaks, cost) for j, (cost, breaks) in best.items()]
    return found + _dialogues(script, limits, i, change, reach) if change < reach else found


def _one_line_more(script: Script, limits: Limits, lines: _Lines, change: int, weight: float) -> _Lines:
    wide, joints, line_chars = script.wide, script.joints, limits.line_chars
    more: _Lines = {}
    for k, (raw, breaks) in lines.items():
        if k >= change or wide[k] - wide[k - 1] - 1 > line_chars:
            continue
        so_far, begin = raw + LINE_END[joints[k]], wide[k] + 1
        for j in range(k + 1, change + 1):
            width = wide[j] - begin
            if width > line_chars:
                break
            cost = so_far + weight * width * width
            if j not in more or cost < more[j][0]:
                more[j] = (cost, (*breaks, k))
    return more


def _dialogues(
    script: Script, limits: Limits, i: int, change: int, reach: int
) -> list[tuple[int, tuple[int, ...], float]]:
    """Cues of two speakers, a line each."""
    line_chars = limits.line_chars - DASH_CHARS
    if (
        limits.lines < 2
        or script.width(i, change) > line_chars
        or script.pause_ms(change) > MAX_ANSWER_DELAY_MS
    ):
        return []
    found: list[tuple[int, tuple[int, ...], float]] = []
    for j in range(change + 1, reach + 1):
        if script.runs[j - 1] != script.runs[change] or script.width(change, j) > line_chars:
            break
        found.append((j, (change,), _dialogue_cost(script, i, j)))
    return found


def _dialogue_cost(script: Script, i: int, j: int) -> float:
    """The cost in points of a cue of two speakers; it is least when each says a whole sentence there."""
    cost = LINE + DIALOGUE
    if i and script.runs[i] == script.runs[i - 1]:
        cost += CUE_END[script.joints[i]]
    if j < len(script) and script.runs[j] == script.runs[j - 1]:
        cost += CUE_END[script.joints[j]]
    return cost


def layout_cost(script: Script, limits: Limits, piece: Piece) -> float:
    """The cost in points of the lines of one cue; infinite where they break a limit."""
    edges = [piece.first, *piece.breaks, piece.last]
    widths = [script.width(a, b) for a, b in pairwise(edges)]
    changes = [k for k in range(piece.first + 1, piece.last) if script.runs[k] != script.runs[k - 1]]
    if len(widths) > limits.lines or len(changes) > 1:
        return float("inf")
    if changes:
        quick = script.pause_ms(changes[0]) <= MAX_ANSWER_DELAY_MS
        fits = max(widths) <= limits.line_chars - DASH_CHARS
        possible = quick and fits and piece.breaks == (changes[0],)
        return _dialogue_cost(script, piece.first, piece.last) if possible else float("inf")
    if max(widths) > limits.line_chars and piece.last - piece.first > 1:
        return float("inf")
    uneven = sum(w * w for w in widths) - sum(widths) ** 2 / len(widths)
    ends = sum(LINE_END[script.joints[k]] for k in piece.breaks)
    return LINE * (len(widths) - 1) + ends + BALANCE * uneven / limits.line_chars**2


def _furthest_end(script: Script, limits: Limits, i: int, last: int) -> int:
    """The furthest end, at most `last`, of a cue that begins at `i`: up to a hard break, the longest duration and width."""
    j, latest = i + 1, script.starts[i] + limits.max_duration_ms
    widest = script.wide[i] + limits.lines * (limits.line_chars + 1)
    while (
        j < last
        and not script.hard[j]
        and script.ends[j] <= latest
        and (script.wide[j + 1] <= widest or j == i + 1)
    ):
        j += 1
    return j


def cue_cost(script: Script, limits: Limits, i: int, j: int) -> float:
    """The cost in points of the tokens `[i, j)` as one cue, without that of its lines; at least `CUE`."""
    place = script.places.get(j)
    if place is None:
        place = script.places[j] = _end_cost(script, limits, j)
    cost, latest, unfinished_from = place
    duration = max(1, latest - script.starts[i])
    needed = script.needed_ms(i, j)
    if duration < needed:
        cost += SPEED * (needed / duration - 1.0)
    shortest = script.shortest_ms(i, j)
    if duration < shortest:
        cost += SHORT * (1.0 - duration / shortest)
    if duration < limits.least_duration_ms:
        cost += FLASH
    if unfinished_from > i:
        cost += UNFINISHED
    if j - i > 1:
        cost += SILENCE * (script.silence[j - 1] - script.silence[i])
        cost += SHOT_CROSSED * (script.shots_before[j - 1] - script.shots_before[i])
    return cost


def _end_cost(script: Script, limits: Limits, j: int) -> tuple[float, int, int]:
    """For every cue that ends before token `j`: its cost in points, the latest time in ms until which it may stay, and the token
    that begins the sentence it leaves unfinished (0 when there is none, or it began too far back to matter)."""
    end = script.ends[j - 1]
    latest = end + limits.stretch_ms
    if j == len(script):
        return CUE, latest, 0
    pause = script.starts[j] - end
    if pause > -MIN_OVERLAP_MS:
        latest = min(latest, max(end, script.starts[j] - limits.min_gap_ms))
    elif (again := script.again[j]) is not None:
        # Another talks at the same time: this caption stays until its own speaker goes on.
        latest = min(latest, max(end, again - limits.min_gap_ms))
    if script.hard[j] or script.runs[j] != script.runs[j - 1]:
        return CUE, latest, 0
    ease = min(1.0, max(0.0, (pause - EASE_MIN_PAUSE_MS) / (EASE_FULL_PAUSE_MS - EASE_MIN_PAUSE_MS)))
    cost = CUE + CUE_END[script.joints[j]] * (1.0 - PAUSE_EASE * ease)
    if script.joints[j] is Junction.SENTENCE:
        return cost, latest, 0
    unfinished_from = next(
        (
            k
            for k in range(j - 1, max(0, j - MAX_LOOKBACK_TOKENS), -1)
            if script.joints[k] is Junction.SENTENCE
        ),
        0,
    )
    return cost, latest, unfinished_from
