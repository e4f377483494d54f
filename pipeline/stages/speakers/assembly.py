"""Assembly of the stage's result: the table of speakers, their turns, and utterances, from pieces with their speakers."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.stages.speakers.naming import Named
from pipeline.stages.speakers.pieces import Piece
from pipeline.stages.speakers.roster import Roster
from pipeline.timing import Span, clock, union
from pipeline.transcript import Aligned, Kind, Proof, ProofKind, Speaker, Turn, Utterance, Voices, utterances

# All of these were set by hand.
# One person's pieces up to this far apart are one turn.
MAX_TURN_GAP_MS = 500
# An utterance is marked uncertain when pieces with at least this posterior probability make up less than half of it.
MIN_CERTAINTY = 0.8
# Shorter overlaps of words are errors of timing and no overlapping speech.
MIN_OVERLAP_MS = 300
# Clips kept of each speaker, and the least length of one: the window of the speaker encoder.
_MAX_CLIPS = 3
_MIN_CLIP_MS = 1600

_PROOF_TEXTS = {
    ProofKind.LABEL: "the subtitles' label '{text}'",
    ProofKind.SCREEN: "'{text}' on the screen",
    ProofKind.INTRODUCED: "introduced by their own words",
    ProofKind.ADDRESSED: "addressed by this name",
    ProofKind.ENROLLED: "the clip '{text}'",
    ProofKind.TURNS: "the given turns' name '{text}'",
}


@dataclass(frozen=True, slots=True)
class Attributed:
    """Who says a piece (a speaker's id, None when unknown) and the posterior probability of it, in [0, 1]."""

    speaker: str | None
    certainty: float


def assemble(
    aligned: Aligned,
    pieces: Sequence[Piece],
    said: Sequence[Attributed],
    heard: Sequence[Attributed],
    speakers: Sequence[Speaker],
) -> Voices:
    """The speakers of a recording: utterances from `said`, turns from `heard`, one for each piece. The two differ only where
    voices are too uncertain for words to be given to them. Speakers who say nothing are left out."""
    turns = _turns(pieces, heard)
    made = _utterances(aligned, pieces, said)
    present = {t.speaker for t in turns} | {u.speaker for u in made}
    kept = tuple(replace(s, clips=_clips(s.id, pieces, heard)) for s in speakers if s.id in present)
    return Voices(kept, turns, made)


def speakers_of(
    order: Sequence[int], named: Mapping[int, Named], roster: Roster, also: Sequence[str]
) -> tuple[list[Speaker], dict[int, str]]:
    """The table of speakers, and the id of each voice's speaker.

    `order` lists the voices as they appear; `also` are keys of people who have no voice of their own. A voice without a name
    keeps its number whatever the others are called, so that naming one does not renumber the rest; voices that another
    diarization gives one number are one speaker.
    """
    found: dict[str, Speaker] = {}
    ids: dict[int, str] = {}
    numbers: dict[str, int] = {}
    for number, voice in enumerate(order, 1):
        if voice not in named or roster[named[voice].key].numbered:
            one = numbers.setdefault(named[voice].key, number) if voice in named else number
            ids[voice] = f"speaker-{one}"
            found[ids[voice]] = Speaker(ids[voice], f"Speaker {one}")
            continue
        person, proofs = roster[named[voice].key], named[voice].proofs
        ids[voice] = person.key
        known = found.get(person.key, Speaker(person.key, person.name, person.role))
        both = (*known.proofs, *proofs)
        found[person.key] = replace(known, proofs=both, evidence=tuple(map(sentence, both)))
    for key in also:
        person = roster[key]
        found.setdefault(key, Speaker(key, person.name, person.role, ("labelled so in the subtitles",)))
    return list(found.values()), ids


def sentence(proof: Proof) -> str:
    """A proof as an English phrase with its time and score."""
    says = _PROOF_TEXTS[proof.kind].format(text=" ".join(proof.text.split()))
    times = f", {proof.times} times" if proof.times > 1 else ""
    return f"{says} at {clock(proof.span.start_ms)}{times} ({proof.score:.0%} of the evidence)"


def _turns(pieces: Sequence[Piece], said: Sequence[Attributed]) -> tuple[Turn, ...]:
    """Each speaker's pieces joined over short pauses, unless somebody else speaks in the pause."""
    spoken = [
        (p.span, s.speaker) for p, s in zip(pieces, said, strict=True) if s.speaker and p.span and not p.mute
    ]
    runs: list[tuple[Span, str]] = []
    for span, speaker in sorted(spoken, key=lambda item: item[0]):
        if runs and runs[-1][1] == speaker and span.start_ms - runs[-1][0].end_ms <= MAX_TURN_GAP_MS:
            runs[-1] = (runs[-1][0].hull(span), speaker)
        else:
            runs.append((span, speaker))
    by: dict[str, list[Span]] = defaultdict(list)
    for span, speaker in runs:
        by[speaker].append(span)
    turns = sorted((span, speaker) for speaker, spans in by.items() for span in union(spans))
    crossed = _overlapping([(s, who) for s, who in turns])
    return tuple(Turn(who, span, k in crossed) for k, (span, who) in enumerate(turns))


def _overlapping(spans: Sequence[tuple[Span, str]]) -> set[int]:
    """The indices of spans, given in order of start, that overlap another speaker's by `MIN_OVERLAP_MS` or more."""
    found: set[int] = set()
    live: list[int] = []
    for k, (span, who) in enumerate(spans):
        live = [n for n in live if spans[n][0].end_ms > span.start_ms]
        for n in live:
            if spans[n][1] != who and spans[n][0].overlap_ms(span) >= MIN_OVERLAP_MS:
                found |= {n, k}
        live.append(k)
    return found


def _utterances(
    aligned: Aligned, pieces: Sequence[Piece], said: Sequence[Attributed]
) -> tuple[Utterance, ...]:
    """Runs of one speaker between pauses, labels and dashes; each says whether it is uncertain or overlapped."""
    count = len(aligned.tokens)
    piece_of = [0] * count
    for k, piece in enumerate(pieces):
        for token in range(piece.first, piece.last):
            piece_of[token] = k
    texts = [k for k, p in enumerate(pieces) if p.has_text and not p.mute]
    spans = sorted((pieces[k].span, str(k), k) for k in texts)
    who = {k: said[k].speaker or "" for k in texts}
    crossed = _overlapping([(span, who[k]) for span, _, k in spans])
    overlapped = {spans[n][2] for n in crossed}
    says = _with_unclear(aligned, _with_sounds(aligned, [said[k].speaker for k in piece_of]))
    starts = {u.first for u in utterances.build(aligned).utterances}
    starts |= {i for i in range(1, count) if says[i] != says[i - 1]}
    made = []
    for number, (first, last) in enumerate(itertools.pairwise([*sorted(starts), count]), 1):
        mine = {piece_of[i] for i in range(first, last)}
        speaker = says[first]
        unsure = speaker is not None and _is_uncertain([(pieces[k], said[k]) for k in mine])
        made.append(Utterance(first, last, speaker, f"u{number}", unsure, bool(mine & overlapped)))
    return tuple(made)


def _with_sounds(aligned: Aligned, says: list[str | None]) -> list[str | None]:
    """Who says each token; a sound without a speaker, between words of one person, gets that person."""
    filled, before = list(says), None
    for i in range(len(says)):
        if aligned.tokens[i].kind is Kind.WORD:
            before = says[i]
            continue
        after = next((k for k in range(i, len(says)) if aligned.tokens[k].kind is Kind.WORD), None)
        if says[i] is None and after is not None and says[after] == before:
            filled[i] = before
    return filled


def _with_unclear(aligned: Aligned, says: list[str | None]) -> list[str | None]:
    """Who says each token; what was not understood is said by whoever says the words of its turn, those in front of it first."""
    unclear = [i for i, token in enumerate(aligned.tokens) if token.kind is Kind.UNCLEAR]
    if not unclear:
        return says
    filled = list(says)
    cues = aligned.editor_cues
    edges = sorted({0, len(says), *(at for c in cues for at in (*(at for at, _ in c.label_at), *c.dash_at))})
    for i in unclear:
        edge = bisect_right(edges, i)
        turn = [*range(i - 1, edges[edge - 1] - 1, -1), *range(i + 1, edges[edge])]
        word = next((k for k in turn if aligned.tokens[k].kind is Kind.WORD), None)
        filled[i] = None if word is None else says[word]
    return filled


def _is_uncertain(held: Sequence[tuple[Piece, Attributed]]) -> bool:
    """Whether less than half of these pieces, by duration, has a certain speaker."""
    total = sum(max(1, p.span.duration_ms) for p, _ in held)
    sure = sum(max(1, p.span.duration_ms) for p, s in held if s.certainty >= MIN_CERTAINTY)
    return 2 * sure < total


def _clips(speaker: str, pieces: Sequence[Piece], said: Sequence[Attributed]) -> tuple[Span, ...]:
    """The spans of a few of this speaker's most certain pieces, in order of time, each long enough to enrol the voice."""
    mine = [
        (s.certainty, p.span)
        for p, s in zip(pieces, said, strict=True)
        if s.speaker == speaker and not p.mute and p.span.duration_ms >= _MIN_CLIP_MS
    ]
    best = sorted(mine, key=lambda item: (-round(item[0], 2), -item[1].duration_ms, item[1]))[:_MAX_CLIPS]
    return tuple(sorted(span for _, span in best))
