"""Evidence of identity: labels, lower thirds, words of introduction and address, and clips, each as a weighted claim.

A `Claim` says who speaks in the pieces it points to; whose voice those pieces are is decided in `naming`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.stages.speakers.pieces import Piece
from pipeline.stages.speakers.roster import Named, Roster
from pipeline.timing import Span
from pipeline.transcript import Aligned, EditorCue, Picture, ProofKind

# The votes of one claim of each kind, set by hand; `naming.MIN_VOTES` name a voice. A clip was given by a person; another
# diarization errs about as often as an editor; a lower third
# may stand under a listener; whoever is addressed answers only more often than not.
WEIGHT = {
    ProofKind.LABEL: 1.0,
    ProofKind.SCREEN: 0.8,
    ProofKind.INTRODUCED: 1.5,
    ProofKind.ADDRESSED: 0.3,
    ProofKind.ENROLLED: 4.0,
    ProofKind.TURNS: 0.7,
}
# What somebody wrote down about who speaks at a time: the subtitles' labels, and another diarization.
LABELLING = (ProofKind.LABEL, ProofKind.TURNS)
# A lower third names whoever speaks during this first part of its time.
_LOWER_THIRD_MS = 6000
# The middle of a lower third's box lies at least this far down the frame, as a share of its height.
_MIN_BOX_MIDDLE = 0.55
# The least score of text recognition, in [0, 1], at which a name is used.
_MIN_OCR_SCORE = 0.6
# Whoever is addressed answers after no longer pause than this, and before so many pieces have gone by.
_MAX_ANSWER_DELAY_MS = 4000
_MAX_PIECES_AHEAD = 6
# Shorter pieces say little about the voice.
MIN_CLEAR_PIECE_MS = 800

_INTRODUCTION = re.compile(
    r"\b(?:i[’']?m|i am|my name is|my name[’']?s|i[’']m called|call me)\s+((?:[A-Z][\w.’'-]*[ ]?){1,4})",
    re.IGNORECASE,
)
_MY_NAME = re.compile(r"\b[Mm]y name(?: is|[’']s)\s+((?:[A-Z][a-z]+[ ]?){1,3})(?=[,.!?;]|$| and )")
_VOCATIVE = re.compile(r"(?:^|[,.!?]\s+)([A-Z][\w’'-]+)(?=[,.!?]|$)")


@dataclass(frozen=True, slots=True)
class Claim:
    """Evidence that the person `key` of the roster speaks in these pieces (indices); a negative weight speaks against it.

    `span` and `text` are where it was found and what it says.
    """

    kind: ProofKind
    key: str
    pieces: tuple[int, ...]
    span: Span
    text: str
    weight: float


def labels_of(cues: Sequence[EditorCue]) -> list[str]:
    """Every label that stands in the subtitles."""
    return [label for cue in cues for _, label in cue.label_at]


def by_labels(aligned: Aligned, pieces: Sequence[Piece], roster: Roster) -> Iterator[Claim]:
    """Claims of the subtitles' labels. A label holds from its token to the next label or dash of its cue, or the cue's end, and
    no further, since editors forget labels."""
    starts = _pieces_by_token(pieces)
    for cue in aligned.editor_cues:
        edges = sorted({at for at, _ in cue.label_at} | set(cue.dash_at) | {cue.last})
        for at, label in cue.label_at:
            person = roster.match(label)
            until = next((e for e in edges if e > at), cue.last)
            held = tuple(starts[k] for k in range(at, until) if k in starts)
            spoken = tuple(k for k in held if not pieces[k].mute)
            if person is not None and spoken:
                span = pieces[spoken[0]].span.hull(pieces[spoken[-1]].span)
                yield Claim(ProofKind.LABEL, person.key, spoken, span, label, WEIGHT[ProofKind.LABEL])


def _pieces_by_token(pieces: Sequence[Piece]) -> dict[int, int]:
    return {piece.first: k for k, piece in enumerate(pieces) if piece.has_text}


def by_screen(picture: Picture, pieces: Sequence[Piece], roster: Roster) -> Iterator[Claim]:
    """Claims of lower thirds: a known name in the lower part of the picture, alone or with a role below it."""
    for text in picture.texts:
        _, top, _, height = text.box
        if text.score < _MIN_OCR_SCORE or top + height / 2 < _MIN_BOX_MIDDLE:
            continue
        person = next(
            (p for line in _name_candidates(text.text) if (p := roster.match(line, forgiving=True))), None
        )
        if person is None:
            continue
        shown = Span(text.span.start_ms, min(text.span.end_ms, text.span.start_ms + _LOWER_THIRD_MS))
        held = tuple(
            k
            for k, p in enumerate(pieces)
            if not p.mute and p.span.overlap_ms(shown) >= MIN_CLEAR_PIECE_MS // 2
        )
        if held:
            weight = WEIGHT[ProofKind.SCREEN] * text.score
            yield Claim(ProofKind.SCREEN, person.key, held, shown, text.text, weight)


def _name_candidates(text: str) -> list[str]:
    """The lines of a lower third, and what stands before a comma, dash or bar in each."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [reading for line in lines for reading in (line, *re.split(r"\s*[|,–—-]\s*", line)[:1])]


def introduced_names(aligned: Aligned) -> list[str]:
    """Names by which people introduce themselves with "my name is", whether or not the roster or a label has them."""
    text = " ".join(t.text for t in aligned.tokens)
    return [m[1].strip() for m in _MY_NAME.finditer(text)]


def by_words(aligned: Aligned, pieces: Sequence[Piece], roster: Roster) -> Iterator[Claim]:
    """Claims of what is said: introductions of oneself, and vocatives, which speak against being the person addressed."""
    for k, piece in enumerate(pieces):
        if not piece.has_text or piece.mute:
            continue
        text = " ".join(t.text for t in aligned.tokens[piece.first : piece.last])
        person = _introduced(text, roster)
        if person is not None:
            yield Claim(
                ProofKind.INTRODUCED, person.key, (k,), piece.span, text, WEIGHT[ProofKind.INTRODUCED]
            )
        for addressee in {p.key: p for p in _addressed(text, roster)}.values():
            if person is not None and addressee.key == person.key:
                continue
            yield Claim(
                ProofKind.ADDRESSED, addressee.key, (k,), piece.span, text, -2 * WEIGHT[ProofKind.ADDRESSED]
            )


def _introduced(text: str, roster: Roster) -> Named | None:
    """Whom the text introduces as its speaker ("I'm NAME"); not "I'm NAME's sponsor", and not words in quotation marks."""
    for match in _INTRODUCTION.finditer(text):
        if re.search(r"[\"“‘]\W*$", text[: match.start()]):
            continue
        words = match[1].split()
        for count in range(len(words), 0, -1):
            written = " ".join(words[:count]).rstrip(".,!?")
            possessive = re.search(r"[’']s?$", written)
            person = None if possessive or not written[:1].isupper() else roster.match(written)
            if person is not None:
                return person
    return None


def _addressed(text: str, roster: Roster) -> Iterator[Named]:
    """People whom these words address: a name between commas, at the beginning or at the end."""
    for match in _VOCATIVE.finditer(text):
        beside = "," in text[max(0, match.start() - 1) : match.end() + 1]
        person = roster.match(match[1])
        if person is not None and beside:
            yield person


def answers(claims: Sequence[Claim], pieces: Sequence[Piece], voices: Sequence[int]) -> Iterator[Claim]:
    """Claims that whoever speaks next after somebody was addressed is that person; `voices[k]` is the voice of piece k."""
    for claim in claims:
        if claim.kind is not ProofKind.ADDRESSED:
            continue
        (k,) = claim.pieces
        for at in range(k + 1, min(k + _MAX_PIECES_AHEAD, len(pieces))):
            piece = pieces[at]
            if piece.span.start_ms - pieces[at - 1].span.end_ms > _MAX_ANSWER_DELAY_MS:
                break
            if not piece.mute and voices[at] != voices[k] and piece.span.duration_ms >= MIN_CLEAR_PIECE_MS:
                span = pieces[k].span.hull(piece.span)
                yield Claim(claim.kind, claim.key, (at,), span, claim.text, WEIGHT[claim.kind])
                break
