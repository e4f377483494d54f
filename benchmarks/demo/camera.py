"""What the camera shows: cards, the whole group, one face; and when a lower third names that face."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.demo.timeline import FRAME_MS, TAIL_MS, Film, Section, Utterance, on_frame

SHORTEST_SHOT_MS = 1200
LONG_SPEECH_MS = 3500
NAMED_AFTER_MS = 400
NAMED_FOR_MS = 3600
NAMED_AT_LEAST_MS = 1600
NAMED_TIMES = 2

Mark = tuple[int, str, int | None, str | None]  # when, kind, section, whose face


@dataclass(frozen=True)
class Shot:
    """What is on the screen: `kind` is black, card, wide, close or end; `who` is whose face a close shot
    shows.
    """

    start_ms: int
    end_ms: int
    kind: str
    section: int | None = None
    who: str | None = None


@dataclass(frozen=True)
class LowerThird:
    """A caption in the picture that names the person shown."""

    start_ms: int
    end_ms: int
    who: str


def film_shots(film: Film, seed: int) -> list[Shot]:
    """The shots of the whole film in order, without gaps, cut on pictures."""
    marks: list[Mark] = [(0, "black", None, None)]
    rng = random.Random(seed)
    named: Counter[str] = Counter()
    for number, section in enumerate(film.sections):
        if section.card_ms:
            marks.append((section.start_ms, "card", number, None))
        spoken = [u for u in film.utterances if u.section == number and not u.backchannel]
        marks += _section_marks(number, section, spoken, named, rng)
    black_ms = film.duration_ms - film.duration_ms % FRAME_MS - TAIL_MS
    marks += [(film.end_card_ms, "end", None, None), (black_ms, "black", None, None)]
    return _joined(marks, film.duration_ms)


def _section_marks(
    number: int, section: Section, spoken: list[Utterance], named: Counter[str], rng: random.Random
) -> list[Mark]:
    """Cuts within one section: wide first, then after the speakers, early, late or onto a listener; silences
    held wide.
    """
    begin_ms = section.start_ms + section.card_ms
    if len(section.cast) == 1:
        return [(begin_ms, "close", number, section.cast[0])]
    marks: list[Mark] = [(begin_ms, "wide", number, None)]
    before: Utterance | None = None
    for u in spoken:
        length_ms = u.end_ms - u.start_ms
        new_face = named[u.speaker] == 0 and length_ms >= NAMED_AFTER_MS + NAMED_AT_LEAST_MS
        if before and u.start_ms - before.end_ms > 2500:
            marks.append(
                (before.end_ms + 600, *rng.choice([("wide", number, None), ("close", number, u.speaker)]))
            )
        if new_face:
            marks.append((u.start_ms, "close", number, u.speaker))
            named[u.speaker] += 1
        elif (before is None or before.speaker != u.speaker) and (
            length_ms > LONG_SPEECH_MS or rng.random() < 0.7
        ):
            face = u.speaker if rng.random() < 0.85 or length_ms < 2500 else rng.choice(section.cast)
            marks.append((u.start_ms + rng.randint(-300, 500), "close", number, face))
        elif length_ms > 3000 and rng.random() < 0.3:
            marks.append((u.start_ms + length_ms // 2, "wide", number, None))
        before = u
    return marks


def _joined(marks: list[Mark], duration_ms: int) -> list[Shot]:
    """Marks made into shots: on pictures, none too short (the later cut yields, never a card or black)."""
    kept: list[Mark] = []
    for mark in marks:
        mark = (on_frame(max(0, mark[0])), *mark[1:])
        fixed = (
            mark[1] in ("card", "end", "black") or not kept or kept[-1][2] != mark[2] or kept[-1][1] == "card"
        )
        if fixed:
            while kept and kept[-1][0] >= mark[0]:
                kept.pop()
            kept.append(mark)
        elif mark[1:] != kept[-1][1:] and mark[0] - kept[-1][0] >= SHORTEST_SHOT_MS:
            kept.append(mark)
    ends = [m[0] for m in kept[1:]] + [duration_ms]
    return [Shot(m[0], end, *m[1:]) for m, end in zip(kept, ends, strict=True)]


def lower_thirds(shots: Iterable[Shot], utterances: Iterable[Utterance]) -> list[LowerThird]:
    """A name under the first two close shots of each person in which they speak for long enough."""
    spoken = [u for u in utterances if not u.backchannel]
    count: Counter[str] = Counter()
    found = []
    for shot in shots:
        if shot.kind != "close" or shot.who is None or count[shot.who] >= NAMED_TIMES:
            continue
        first = next(
            (u for u in spoken if u.speaker == shot.who and u.end_ms > shot.start_ms + NAMED_AFTER_MS), None
        )
        if first is None or first.start_ms > shot.end_ms - NAMED_AT_LEAST_MS:
            continue
        start_ms = on_frame(max(shot.start_ms, first.start_ms) + NAMED_AFTER_MS)
        end_ms = min(start_ms + NAMED_FOR_MS, shot.end_ms - 2 * FRAME_MS)
        if end_ms - start_ms >= NAMED_AT_LEAST_MS:
            found.append(LowerThird(start_ms, on_frame(end_ms), shot.who))
            count[shot.who] += 1
    return found
