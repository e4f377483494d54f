"""Candidate boundaries with their evidence: title cards, black, cuts, pauses, a change of speakers, cue phrases and cohesion.

A part can begin only between two utterances, so that no boundary divides one. Every kind of evidence is a number in [0, 1].
Lexical cohesion is TextTiling's depth score: Hearst, "TextTiling: Segmenting Text into Multi-paragraph Subtopic Passages",
Computational Linguistics 23(1), 1997.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pipeline.timing import Span
from pipeline.transcript import Picture, ScreenText
from pipeline.transcript.headings import Heading
from pipeline.transcript.parts import Said, words_by_speaker

# All of these were set by hand.
# A card may appear this long before the last word ends, or go this long after the next begins.
CARD_TOLERANCE_MS = 700
# Words that look like a title without a picture that looks like a card, and such a picture without any words.
TITLE_ALONE = 0.7
CARD_ALONE = 0.4
# A card that was shown before is at most so much evidence.
REPEATED_CARD = 0.3
# A cut may come so long after the first word begins: frames are coarse, and a first sound is soft.
CUT_TOLERANCE_MS = 250
# The first word below a heading lies so near to the utterance that it begins.
HEADING_TOLERANCE_MS = 1000
# A heading that neither has a number nor names a kind of part is so much evidence: it may be any line that was set off.
OTHER_HEADING = 0.5
# Pauses count from the first length on, in proportion up to the second, where they count fully: scenes are joined in one to two
# seconds.
MIN_PAUSE_MS = 1200
FULL_PAUSE_MS = 6000
# The same speaker going on seldom begins a part: evidence of voices and words is multiplied by this then.
SAME_SPEAKER_WEIGHT = 0.3
# Cue phrases behind the first utterance of a part count so much.
LATER_WORDS_WEIGHT = 0.6
# Utterances on either side of a gap over which speakers are compared, and words over which vocabulary is.
VOICE_WINDOW_UTTERANCES = 10
COHESION_WINDOW_WORDS = 80
# First words of a part among which cue phrases are looked for.
OPENING_WORDS = 40
# Title cards have text in the middle of the frame, lower thirds at the bottom: bounds of a title's box, and its least height, as
# shares of the height of the frame.
_TITLE_TOP = 0.2
_TITLE_BOTTOM = 0.75
_TITLE_HEIGHT = 0.05

# Cue phrases by the kind of part that they open or close.
_PHRASES = {
    "introduction": (
        "welcome|my name is|in this (programme|program|video|film|course)|you will (see|watch|meet)"
        "|we will (see|watch|look at)"
    ),
    "vignette": (
        "in this (vignette|scene|session)|let us (watch|see)|(next|first|last) (vignette|scene|part)"
    ),
    "commentary": (
        "let me pause|pause (the group|there|here)|(previous|last) (vignette|scene)"
        "|in that (exchange|scene|vignette)|notice (how|that|what)|want you to (notice|see|listen|think)"
        "|what (struck|strikes) me|like you to (notice|listen|see|think)|the (co-?)?therapists?"
        "|people (sometimes|often) ask|we (just )?saw|you (just )?saw"
    ),
    "closing": (
        "come to the end|(thank you|thanks) for (watching|being|joining)|that is the end|in closing"
        "|(this|that|which) brings us to"
    ),
}
PHRASES = {kind: re.compile(rf"\b({words})\b", re.IGNORECASE) for kind, words in _PHRASES.items()}
# What people say to one another when they meet or a session begins: the first turns of a scene.
GREETINGS = re.compile(
    r"\b(hello|hi|hey there|good (morning|afternoon|evening)|(good|nice|great|lovely) to (see|meet) you|pleased to meet"
    r"|how (are|were) (you|things)|how have you been|how('s| is| was) (your|the) (day|week|weekend|morning)"
    r"|what brings you|(thank you|thanks)( so| very)?( much)? for (coming|joining|seeing|meeting)|come (on )?in\b"
    r"|(have|take) a seat|welcome back|(last|first) time (we|you|i) (met|talked|spoke|saw|were|came|was)"
    r"|since (we|you|i) last|we('ll| will|'d better) make a start"
    r"|(let's|let us|shall we) (get started|begin|make a start|start))\b",
    re.IGNORECASE,
)
# Greetings stand among so many words, whoever says them.
GREETING_WORDS = 16
# Titles that cards bear again and again, since they only say what kind of part begins.
_GENERIC_TITLE = re.compile(
    r"(the |group |a )?(introduction|welcome|overview|vignette|scene|session|role.?play|commentary|comments?|discussion"
    r"|debrief(ing)?|reflection|questions?|exercise|closing|conclusion|summary)",
    re.IGNORECASE,
)
# Stop words, which say nothing about the topic.
_STOP = frozenset(
    re.findall(
        r"\S+",
        """a an and are as at be been but by did do does for from had has have he her here him his how i if in is it
        its just me my no not of on or our out she so that the their them then there they this to up us was we were
        what when which who will with would you your yeah okay oh um well know like think really got get go going
        said say don't it's i'm""",
    )
)


@dataclass(frozen=True)
class Candidate:
    """A candidate boundary before utterance `at`, at `start_ms`, with the evidence by name, each in [0, 1].

    `title` is the text of a card there, `heading` what stands above it in the text; `openings` are the kinds whose cue phrases
    follow, `goes_on` says that the same person speaks on either side, or people who talk to the viewer do.
    """

    at: int
    start_ms: int
    evidence: dict[str, float]
    title: str = ""
    openings: frozenset[str] = field(default_factory=frozenset)
    goes_on: bool = False
    heading: str = ""

    @property
    def told(self) -> float:
        """How sure somebody wrote that a part begins here, on a card or in a heading."""
        return max(self.evidence.get("card", 0.0), self.evidence.get("heading", 0.0))


def candidates(
    said: Sequence[Said],
    picture: Picture,
    outsiders: Collection[str] = (),
    music: Sequence[Span] = (),
    headings: Sequence[Heading] = (),
) -> list[Candidate]:
    """The gaps between neighbouring utterances at which a part could begin, with their evidence; the beginning comes first.

    `outsiders` are those who talk to the viewer (`turn_taking`); `music` is where music plays outside of speech; `headings`
    stand in the text.
    """
    if not said:
        return []
    headed = _headed(said, headings)
    depths = cohesion_depths(said)
    shown = _Shown.of(picture)
    first_title = _title(shown.titles, Span(0, said[0].span.start_ms + CARD_TOLERANCE_MS))
    found = [
        Candidate(0, 0, {}, first_title, _openings(said, 0), heading=headed[0].title if 0 in headed else "")
    ]
    latest_ms = said[0].span.end_ms
    for at, (_, after) in enumerate(pairwise(said), 1):
        clear_ms, gap = latest_ms, Span(min(latest_ms, after.span.start_ms), after.span.start_ms)
        latest_ms = max(latest_ms, after.span.end_ms)
        overlapped = clear_ms > after.span.start_ms
        if not overlapped and (gap or said[at - 1].speaker != after.speaker):
            place = _candidate(at, gap, said, shown, depths[at])
            sides = [who in outsiders for who in (said[at - 1].speaker, after.speaker)]
            place = replace(place, goes_on=place.goes_on or all(sides))
            place.evidence["address"] = float(any(sides) and not all(sides))
            place.evidence["music"] = float(any(m.overlap_ms(gap) for m in music))
            place.evidence["heading"] = 0.0
            if heading := headed.get(at):
                place.evidence["heading"] = 1.0 if heading.names_part else OTHER_HEADING
                place = replace(place, heading=heading.title)
            found.append(place)
    return _titled_once(found)


def _headed(said: Sequence[Said], headings: Sequence[Heading]) -> dict[int, Heading]:
    """The heading above each utterance that has one: what begins nearest to the first word below it."""
    starts = [s.span.start_ms for s in said]
    found = {}
    for heading in headings:
        at = min(range(len(said)), key=lambda n: abs(starts[n] - heading.at_ms))
        if abs(starts[at] - heading.at_ms) <= HEADING_TOLERANCE_MS:
            found[at] = heading
    return found


def _titled_once(places: Sequence[Candidate]) -> list[Candidate]:
    """A card that is shown again opens no second part of that title: what it says counts at its first place, unless it only
    says what kind of part begins ("Commentary")."""
    seen: set[str] = set()
    found = []
    for place in places:
        title = place.title.casefold()
        if title and title in seen:
            card = min(place.evidence["card"], REPEATED_CARD)
            place = replace(place, title="", evidence={**place.evidence, "card": card})
        if not _GENERIC_TITLE.fullmatch(title):
            seen.add(title)
        found.append(place)
    return found


@dataclass(frozen=True, slots=True)
class _Shown:
    """What of the picture counts at a gap, sorted out once for all of them: title cards, black, titles, and when shots begin."""

    cards: Sequence[Span]
    blacks: Sequence[Span]
    titles: Sequence[ScreenText]
    starts: Sequence[int]

    @classmethod
    def of(cls, picture: Picture) -> _Shown:
        return cls(
            [s.span for s in picture.shots if s.look == "card"],
            [s.span for s in picture.shots if s.look == "black"],
            [t for t in picture.texts if _is_title(t)],
            sorted(s.span.start_ms for s in picture.shots),
        )

    def is_cut(self, first_ms: int, last_ms: int) -> bool:
        """Whether a shot begins then, both ends included."""
        return bisect_left(self.starts, first_ms) < bisect_right(self.starts, last_ms)


def _candidate(at: int, gap: Span, said: Sequence[Said], shown: _Shown, depth: float) -> Candidate:
    wide = Span(max(0, gap.start_ms - CARD_TOLERANCE_MS), gap.end_ms + CARD_TOLERANCE_MS)
    cards = [card for card in shown.cards if _begins_in(card, wide, gap)]
    titles = [t for t in shown.titles if _begins_in(t.span, wide, gap)]
    blacks = [black for black in shown.blacks if black.overlap_ms(wide) >= 200]
    is_cut = shown.is_cut(wide.start_ms, gap.end_ms + CUT_TOLERANCE_MS)
    openings = _openings(said, at)
    first_words = LATER_WORDS_WEIGHT if openings else 0.0
    if any(PHRASES[kind].search(said[at].text) for kind in openings):
        first_words = 1.0
    same = said[at - 1].speaker == said[at].speaker
    goes_on = same and (said[at].speaker is not None or gap.duration_ms < MIN_PAUSE_MS)
    pause = min(1.0, max(0.0, (gap.duration_ms - MIN_PAUSE_MS) / (FULL_PAUSE_MS - MIN_PAUSE_MS)))
    # Whoever goes on after a long pause may well begin something else.
    opens = SAME_SPEAKER_WEIGHT + (1 - SAME_SPEAKER_WEIGHT) * pause if goes_on else 1.0
    evidence = {
        "card": 1.0 if cards and titles else TITLE_ALONE if titles else CARD_ALONE if cards else 0.0,
        "black": 1.0 if blacks else 0.0,
        "cut": float(is_cut),
        "pause": pause,
        "voices": _voices_apart(said, at) * (SAME_SPEAKER_WEIGHT if same else 1.0),
        "words": first_words * opens,
        "greeting": opens if _greeted(said, at) else 0.0,
        "cohesion": depth,
    }
    seen = [s.start_ms for s in cards] + [t.span.start_ms for t in titles] + [s.start_ms for s in blacks]
    start_ms = max(min(seen), gap.start_ms) if seen else gap.end_ms
    return Candidate(at, min(start_ms, gap.end_ms), evidence, _title(titles, wide), openings, same)


def _begins_in(shown: Span, wide: Span, gap: Span) -> bool:
    """Whether what is shown begins in the gap and ends at most 1.5 s after `wide`, the gap with its tolerance."""
    return wide.start_ms <= shown.start_ms <= gap.end_ms and shown.end_ms <= wide.end_ms + 1500


def _is_title(text: ScreenText) -> bool:
    _, top, _, height = text.box
    return top >= _TITLE_TOP and top + height <= _TITLE_BOTTOM and height >= _TITLE_HEIGHT


def _title(texts: Sequence[ScreenText], within: Span) -> str:
    """The text of the largest line that is shown within a span; "" without any."""
    shown = [t for t in texts if t.span.overlap_ms(within)]
    return max(shown, key=lambda t: (t.box[3], -t.box[1])).text if shown else ""


def _voices_apart(said: Sequence[Said], at: int) -> float:
    """The cosine distance, in [0, 1], between how much each person says before and behind the gap."""
    before, behind = (
        words_by_speaker(s)
        for s in (said[max(0, at - VOICE_WINDOW_UTTERANCES) : at], said[at : at + VOICE_WINDOW_UTTERANCES])
    )
    sizes = math.sqrt(sum(v * v for v in before.values()) * sum(v * v for v in behind.values()))
    if not sizes:
        return 0.0
    return 1.0 - sum(before[who] * behind[who] for who in before) / sizes


def _openings(said: Sequence[Said], at: int) -> frozenset[str]:
    """The kinds of which a cue phrase is among the next words of the same speaker."""
    text, count = "", 0
    for one in said[at:]:
        if one.speaker != said[at].speaker or count >= OPENING_WORDS:
            break
        text, count = f"{text} {one.text}", count + len(one.words)
    return frozenset(kind for kind, pattern in PHRASES.items() if pattern.search(text))


def _greeted(said: Sequence[Said], at: int) -> bool:
    """Whether people greet one another in the first words behind the gap, before another pause."""
    words: list[str] = []
    for n, one in enumerate(said[at:], at):
        if words and said[n - 1].span.gap_ms(one.span) >= MIN_PAUSE_MS:
            break
        words += one.text.split()
        if len(words) >= GREETING_WORDS:
            break
    return GREETINGS.search(" ".join(words[:GREETING_WORDS])) is not None


def cohesion_depths(said: Sequence[Said]) -> list[float]:
    """TextTiling depth scores in [0, 1], one for the gap before each utterance, from cosine similarities of word counts."""
    content = [[w for w in s.words if w not in _STOP and len(w) > 2] for s in said]
    flat = [(n, w) for n, words in enumerate(content) for w in words]
    first: dict[int, int] = {}
    for position, (n, _) in enumerate(flat):
        first.setdefault(n, position)
    similarities = []
    for n in range(len(said)):
        position = first.get(n, first.get(n + 1, len(flat)))
        left = Counter(w for _, w in flat[max(0, position - COHESION_WINDOW_WORDS) : position])
        right = Counter(w for _, w in flat[position : position + COHESION_WINDOW_WORDS])
        sizes = math.sqrt(sum(v * v for v in left.values()) * sum(v * v for v in right.values()))
        similarities.append(sum(left[w] * right[w] for w in left) / sizes if sizes else 0.0)
    return _depth_scores(similarities)


def _depth_scores(similarities: Sequence[float]) -> list[float]:
    """Hearst's depth score of each gap: how far similarity rises to the nearest peak on either side. It is scaled so that the
    mean is 0 and three standard deviations above it are 1, and clipped to [0, 1]."""
    raw = []
    for n, here in enumerate(similarities):
        left = right = here
        for value in reversed(similarities[:n]):
            if value < left:
                break
            left = value
        for value in similarities[n + 1 :]:
            if value < right:
                break
            right = value
        raw.append((left - here) + (right - here))
    mean = sum(raw) / len(raw)
    spread = math.sqrt(sum((v - mean) ** 2 for v in raw) / len(raw))
    return [min(1.0, max(0.0, (v - mean) / (3 * spread))) if spread else 0.0 for v in raw]
