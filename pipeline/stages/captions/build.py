"""The caption builder: segmentation and spotting of all tokens, with the editor's cues that keep the limits left as they are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.profiles import Limits, limits_of
from pipeline.progress import Progress, part, silent
from pipeline.settings import CaptionSettings
from pipeline.stages.captions.divisions import Divisions
from pipeline.stages.captions.editors_cues import kept
from pipeline.stages.captions.features import Script, goes_on, lay_out
from pipeline.stages.captions.placement import Shape, clear_of_text
from pipeline.stages.captions.segmentation import DASH_CHARS, Piece, layouts
from pipeline.stages.captions.spotting import order_of, spans
from pipeline.stages.captions.visible import VisibleTokens, visible_tokens
from pipeline.timing import Span
from pipeline.transcript import Aligned, Captions, Cue, EditorCue, ScreenText, Voices

# What YouTube writes behind the times of every cue that it makes itself; it places no caption.
AUTOMATIC_SETTINGS = frozenset(("align:start position:0%",))
# Rounds of segmentation: where people talk at once a name may have to be shown again, which moves other divisions. The second
# round is nearly always the last.
MAX_ATTEMPTS = 8


def run(
    aligned: Aligned,
    voices: Voices,
    settings: CaptionSettings,
    shots: tuple[int, ...] = (),
    boundaries: tuple[int, ...] = (),
    progress: Progress = silent,
    duration_ms: int | None = None,
    texts: tuple[ScreenText, ...] = (),
    divisions: Divisions | None = None,
) -> Captions:
    """Segment all tokens into cues with lines and times that keep the profile's limits as far as the speech allows.

    `shots` are shot changes and `boundaries` the starts of the parts of the video, in milliseconds; no
    caption reaches over a boundary, and none ends behind `duration_ms`; `texts` are what stands on the screen, and captions
    that would cover it stand at the top. The editor's cues stay wherever they break no rule unless `settings.recue` is true
    (`recue.choose` settles "auto" before). Every token is in exactly one cue, but for text that nobody says and for silences
    that the profile does not want told; no word is changed, and equal input gives equal cues. `divisions` are those of earlier
    runs, which are taken where they fit, and learn those of this one.
    """
    limits = limits_of(settings)
    visible = visible_tokens(aligned, voices, limits.profile.long_pause_ms)
    known = divisions or Divisions()
    cues = _built(visible, limits, settings, shots, boundaries, progress, duration_ms, texts, known)
    progress(1.0)
    return Captions(tuple(map(visible.among_all, cues)), settings.recue is True)


def _built(
    visible: VisibleTokens,
    limits: Limits,
    settings: CaptionSettings,
    shots: tuple[int, ...],
    boundaries: tuple[int, ...],
    progress: Progress,
    duration_ms: int | None,
    texts: tuple[ScreenText, ...],
    known: Divisions,
) -> list[Cue]:
    """The cues of the tokens that are shown."""
    aligned, voices = visible.aligned, visible.voices
    if not aligned.tokens:
        return []
    # Who divides anew has no lines of the editor's to put a name or an answer on: it begins a caption.
    cuts = visible.cuts | (_announced(aligned) if settings.recue is True else frozenset())
    resumed: frozenset[int] = frozenset()
    for attempt in range(MAX_ATTEMPTS):
        script = lay_out(aligned, voices, limits, shots, boundaries, resumed, cuts=cuts)
        fixed = [] if settings.recue is True else kept(script, limits, aligned.editor_cues)
        share = part(progress, attempt / MAX_ATTEMPTS, (attempt + 0.9) / MAX_ATTEMPTS)
        pieces = order_of(script, _fill(script, limits, fixed, known, share))
        found = resumed | _resumptions(script, pieces, resumed)
        if found == resumed or attempt + 1 == MAX_ATTEMPTS:
            break
        resumed = found
    if needless := _repetitions(script, pieces, aligned) | _repeated_within(script, pieces):
        script = lay_out(aligned, voices, limits, shots, boundaries, resumed, needless, cuts)
        pieces = [_with_lines_rebroken(script, limits, p) if _holds(p, needless) else p for p in pieces]
    times = spans(script, limits, pieces, duration_ms)
    cues = [_cue(script, piece, span, aligned) for piece, span in zip(pieces, times, strict=True)]
    return clear_of_text(cues, [_shape(script, piece) for piece in pieces], texts)


def _shape(script: Script, piece: Piece) -> Shape:
    """How many lines a caption has, and how many characters its longest: with its labels, and dashes where two speak."""
    edges = [piece.first, *piece.breaks, piece.last]
    dash = DASH_CHARS if script.runs[piece.first] != script.runs[piece.last - 1] else 0
    return Shape(len(edges) - 1, max(script.width(a, b) for a, b in pairwise(edges)) + dash)


def _announced(aligned: Aligned) -> frozenset[int]:
    """Tokens in front of which the editor wrote a dash, or a label that begins a sentence."""
    tokens, cues = aligned.tokens, aligned.editor_cues
    labelled = {
        at for cue in cues for at, _ in cue.label_at if at > 0 and not goes_on(tokens[at - 1], tokens[at])
    }
    return frozenset(labelled | {at for cue in cues for at in cue.dash_at})


def _resumptions(script: Script, pieces: Sequence[Piece], known: frozenset[int]) -> frozenset[int]:
    """Tokens with which somebody goes on after another's caption, and whose name would not be shown otherwise.

    People who talk at once stand in the script one after the other, and on screen between one another.
    """
    found = set()
    for before, piece in pairwise(pieces):
        here, there = script.speakers[piece.first], script.speakers[before.last - 1]
        missing = piece.first not in script.labels or piece.first in known
        if script.labels and here is not None and here != there and missing:
            found.add(piece.first)
    return frozenset(found)


def _repetitions(script: Script, pieces: Sequence[Piece], aligned: Aligned) -> frozenset[int]:
    """Tokens whose label repeats the speaker of the caption before; the editor's own labels stay but within a sentence, and so do
    those of a new part."""
    written = {at for cue in aligned.editor_cues for at, _ in cue.label_at}
    return frozenset(
        piece.first
        for before, piece in pairwise(pieces)
        if piece.first in script.labels
        and (piece.first not in written or _is_within_sentence(script, piece.first))
        and piece.first not in script.parts
        and script.speakers[piece.first] is not None
        and script.speakers[piece.first] == script.speakers[before.last - 1]
    )


def _repeated_within(script: Script, pieces: Sequence[Piece]) -> frozenset[int]:
    """Tokens within a caption of ours whose label says again who speaks in it already: a script names its speaker every line."""
    return frozenset(
        at
        for piece in pieces
        if piece.editor_cue is None
        for at in range(piece.first + 1, piece.last)
        if at in script.labels and script.runs[at] == script.runs[at - 1]
    )


def _holds(piece: Piece, tokens: frozenset[int]) -> bool:
    return any(at in tokens for at in range(piece.first, piece.last))


def _is_within_sentence(script: Script, at: int) -> bool:
    return (
        at > 0
        and script.runs[at] == script.runs[at - 1]
        and goes_on(script.tokens[at - 1], script.tokens[at])
    )


def _with_lines_rebroken(script: Script, limits: Limits, piece: Piece) -> Piece:
    """The same cue with its lines broken anew, now that a label in it is gone."""
    if piece.editor_cue is not None:
        return piece
    choices = [
        (cost, breaks)
        for j, breaks, cost in layouts(script, limits, piece.first, piece.last)
        if j == piece.last
    ]
    return replace(piece, breaks=min(choices)[1]) if choices else piece


def _fill(
    script: Script, limits: Limits, fixed: Sequence[Piece], known: Divisions, progress: Progress
) -> list[Piece]:
    """The fixed pieces, and what lies between them divided anew."""
    pieces: list[Piece] = []
    at = 0
    for piece in [*fixed, Piece(len(script), len(script))]:
        pieces += _divided(script, limits, known, at, piece.first)
        if piece.last > piece.first:
            pieces.append(piece)
        at = piece.last
        progress(at / len(script))
    return pieces


def _divided(script: Script, limits: Limits, known: Divisions, first: int, last: int) -> list[Piece]:
    """The division of the tokens `[first, last)`, one stretch between hard breaks at a time: no cue crosses these, so that the
    best divisions of all stretches are the best of the whole."""
    pieces: list[Piece] = []
    at = first
    for place in range(first + 1, last + 1):
        if place == last or script.hard[place]:
            pieces += known.of(script, limits, at, place)
            at = place
    return pieces


def _place(piece: Piece, given: Sequence[EditorCue]) -> str:
    """Where a new cue stands: as the editor's cue that holds most of its words, the first of equals; but for settings that a
    program gives to every cue. `given` are in order."""
    at = bisect_right(given, piece.first, key=lambda cue: cue.last)
    most, place = 0, ""
    while at < len(given) and given[at].first < piece.last:
        held = min(given[at].last, piece.last) - max(given[at].first, piece.first)
        if held > most:
            most, place = held, given[at].settings
        at += 1
    return "" if place in AUTOMATIC_SETTINGS else place


def _cue(script: Script, piece: Piece, span: Span, aligned: Aligned) -> Cue:
    changes = [k for k in range(piece.first + 1, piece.last) if script.runs[k] != script.runs[k - 1]]
    editor = aligned.editor_cues[piece.editor_cue] if piece.editor_cue is not None else None
    dashes = {piece.first, *changes} if changes else set()
    dashes |= {k for k in (editor.dash_at if editor else ()) if piece.first <= k < piece.last}
    return Cue(
        span=span,
        first=piece.first,
        last=piece.last,
        breaks=piece.breaks,
        speaker=None if changes else script.speakers[piece.first],
        labels=tuple((k, script.labels[k]) for k in range(piece.first, piece.last) if k in script.labels),
        dashes=tuple(sorted(dashes)),
        settings=editor.settings if editor else _place(piece, aligned.editor_cues),
        editor_cue=piece.editor_cue,
    )
