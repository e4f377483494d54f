"""Attribution: every piece given to a speaker by its voice, or by a label alone where voices cannot be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.speech.voices.embeddings import Encoder
from pipeline.stages.speakers import assembly, naming
from pipeline.stages.speakers.assembly import Attributed
from pipeline.stages.speakers.claims import LABELLING, Claim
from pipeline.stages.speakers.diarize import Diarized, EmbeddedPieces
from pipeline.stages.speakers.naming import Named
from pipeline.stages.speakers.notes import notes, several_expected
from pipeline.stages.speakers.pieces import Piece
from pipeline.stages.speakers.roster import Roster
from pipeline.transcript import Aligned, Kind, ProofKind, Voices

# From this posterior probability on, and over a window of the encoder in all, a voice overrules a label. Set by hand.
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
    """The speakers of a recording, with notes. Where one voice was found and several are expected, or the encoder is untrained,
    words are given to people by labels alone; without any label the result has turns by voice, and words without speakers."""
    order = _order(found, pieces)
    trusted = encoder.sure and not (len(order) < 2 and several_expected(roster, claims))
    names = named if trusted else {}
    labelled = _labelled_without_voice(
        claims, {n.key for n in names.values()}, embedded, found, names, roster
    )
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
    roster: Roster,
) -> dict[int, str]:
    """The pieces that labels give to people without a voice of their own (not among `owned`), with the roster's key of each;
    labels on pieces that are clearly in the voice of another named person are left out."""
    held: dict[int, str] = {}
    for claim in sorted(
        claims, key=lambda c: c.kind is ProofKind.LABEL
    ):  # labels last: they outweigh given turns
        if claim.kind not in LABELLING or claim.key in owned or roster[claim.key].numbered:
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
    """Who says a piece, by its voice; sounds, voices far from all known ones and text that is not said are nobody's."""
    tokens = aligned.tokens[piece.first : piece.last]
    wordless = piece.has_text and not any(t.kind is Kind.WORD for t in tokens)
    voice = int(found.track.voices[k])
    if voice not in ids or wordless or piece.absent or (found.track.strange[k] and not piece.mute):
        return Attributed(None, 0.0)
    return Attributed(ids[voice], 0.0 if piece.mute else float(found.track.certainty[k]))
