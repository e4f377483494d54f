"""What is told of all that was found: who says each piece, how sure that is, and what could not be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.speech.voices.embeddings import Encoder
from pipeline.stages.speakers import assembly, naming
from pipeline.stages.speakers.assembly import Attributed
from pipeline.stages.speakers.claims import Claim
from pipeline.stages.speakers.diarize import Diarized, EmbeddedPieces
from pipeline.stages.speakers.naming import Named
from pipeline.stages.speakers.notes import notes, several_expected
from pipeline.stages.speakers.pieces import Piece
from pipeline.stages.speakers.roster import Roster
from pipeline.transcript import Aligned, Kind, ProofKind, Voices

# So sure, and over a window's length, a voice stands against a single label.
_MIN_CLEAR_CERTAINTY = 0.95


def attributed(
    aligned: Aligned,
    pieces: Sequence[Piece],
    embedded: EmbeddedPieces,
    found: Diarized,
    named: Mapping[int, Named],
    claims: Sequence[Claim],
    roster: Roster,
    encoder: Encoder,
) -> Voices:
    """The voices of a recording. Where one voice was found and several are expected, and where the encoder is not to be
    trusted, words are given to people by labels alone; without any label the latter's turns are told, and no words."""
    order = _order(found, pieces)
    trusted = encoder.sure and not (len(order) < 2 and several_expected(roster, claims))
    names = named if trusted else {}
    labelled = _labelled_without_voice(claims, {n.key for n in names.values()}, embedded, found, names)
    speakers, ids = assembly.speakers_of(order, names, roster, sorted(set(labelled.values())))
    by_voice = [_attribution(k, piece, aligned, found, ids) for k, piece in enumerate(pieces)]
    by_label = [Attributed(labelled.get(k), 0.0) for k in range(len(pieces))]
    said = [a if a.speaker or not trusted else b for a, b in zip(by_label, by_voice, strict=True)]
    turns = said if trusted or labelled else by_voice
    voices = assembly.assemble(aligned, pieces, said, turns, speakers)
    unresolved = tuple(notes(found, names, embedded, claims, roster, len(order), encoder.sure))
    return replace(voices, encoder=encoder.name, notes=unresolved)


def _labelled_without_voice(
    claims: Sequence[Claim],
    owned: set[str],
    embedded: EmbeddedPieces,
    found: Diarized,
    named: Mapping[int, Named],
) -> dict[int, str]:
    """The pieces that labels give to people who have no voice of their own: believed where the pieces are too short to bear
    the voice of somebody else who has a name."""
    held: dict[int, str] = {}
    for claim in claims:
        if claim.kind is not ProofKind.LABEL or claim.key in owned:
            continue
        voice = naming.voice_of(claim, found, embedded) if found.voices else None
        certain = min((float(found.track.certainty[k]) for k in claim.pieces), default=0.0)
        clear = certain >= _MIN_CLEAR_CERTAINTY and sum(float(embedded.amounts[k]) for k in claim.pieces) >= 1
        if voice is None or voice not in named or not clear:
            held |= dict.fromkeys(claim.pieces, claim.key)
    return held


def _order(found: Diarized, pieces: Sequence[Piece]) -> list[int]:
    """The voices in order of their first piece."""
    said = zip(pieces, found.track.voices, found.track.strange, strict=False)
    return list(
        dict.fromkeys(int(v) for p, v, strange in said if found.voices and not p.mute and not strange)
    )


def _attribution(
    k: int, piece: Piece, aligned: Aligned, found: Diarized, ids: Mapping[int, str]
) -> Attributed:
    """Who says a piece that no label of a voiceless person holds; sounds, strange voices and
    words that nobody speaks are nobody's."""
    tokens = aligned.tokens[piece.first : piece.last]
    wordless = piece.has_text and not any(t.kind is Kind.WORD for t in tokens)
    voice = int(found.track.voices[k])
    if voice not in ids or wordless or piece.absent or (found.track.strange[k] and not piece.mute):
        return Attributed(None, 0.0)
    return Attributed(ids[voice], 0.0 if piece.mute else float(found.track.certainty[k]))
