"""Baseline transcript: a caption file that we wrote earlier, as a transcript; its words divide their caption's time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.commands.adopt.shown_file import ShownCue
from pipeline.edits.replay import Replay
from pipeline.timing import Span, hull, shares_by_letters
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Captions,
    Cue,
    EditorCue,
    Grade,
    Heard,
    Media,
    Speaker,
    Token,
    Transcript,
    Utterance,
    Verdict,
    Voices,
)


def transcript(cues: Sequence[ShownCue], replay: Replay) -> Transcript:
    """Build the transcript of a file's cues and replay decisions over it; its captions are the file's, not composed anew."""
    aligned = replay.correct_words(_aligned(cues))
    voices = replay.correct_voices(_voices(cues, aligned))
    made = replay.correct_captions(_captions(aligned))
    heard = Heard("", "", False, (), ())
    return Transcript(Media("", "", 0), heard, aligned, voices, made, Grade.SUBTITLES)


def _aligned(cues: Sequence[ShownCue]) -> Aligned:
    """The file's words as tokens; a cue's time is divided among its words by their numbers of characters."""
    tokens: list[Token] = []
    editor: list[EditorCue] = []
    for number, cue in enumerate(cues):
        first, times = len(tokens), iter(shares_by_letters(cue.span, cue.texts))
        breaks, labels, dashes = [], [], []
        for line in cue.lines:
            breaks.append(len(tokens))
            for word in line:
                if word.label:
                    labels.append((len(tokens), word.label))
                if word.dash:
                    dashes.append(len(tokens))
                tokens.append(Token(word.text, next(times), style=word.style))
        editor.append(
            EditorCue(first, len(tokens), cue.span, str(number), tuple(breaks[1:]), tuple(labels), tuple(dashes),
                      cue.settings)
        )  # fmt: skip
    return Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC), tuple(editor))


def _captions(aligned: Aligned) -> Captions:
    """The file's cues as captions, and one more for every run of words that decisions inserted between them."""
    cues: list[Cue] = []
    at = 0
    for editor in (*aligned.editor_cues, EditorCue(len(aligned.tokens), len(aligned.tokens), Span(0, 0))):
        if editor.first > at:
            between = aligned.tokens[at : editor.first]
            said = hull(t.span for t in between)
            cues.append(Cue(said or Span(said.start_ms, said.start_ms + 1), at, editor.first))
        if editor.last > editor.first:
            span = editor.span or Span(0, 1)
            cues.append(
                Cue(
                    span,
                    editor.first,
                    editor.last,
                    editor.breaks,
                    None,
                    editor.label_at,
                    editor.dash_at,
                    editor.settings,
                )
            )
        at = max(at, editor.last)
    return Captions(tuple(sorted(cues, key=lambda c: (c.span.start_ms, c.first))))


def _voices(cues: Sequence[ShownCue], aligned: Aligned) -> Voices:
    """The speaker of each cue by the file's voice markup: that of its first word which has one."""
    named = {str(n): next((w.voice for w in cue.words if w.voice), "") for n, cue in enumerate(cues)}
    owner = [""] * len(aligned.tokens)
    for editor in aligned.editor_cues:
        owner[editor.first : editor.last] = [named[editor.id]] * (editor.last - editor.first)
    utterances: list[Utterance] = []
    for name, run in groupby(range(len(owner)), key=lambda k: owner[k]):
        indices = list(run)
        utterances.append(Utterance(indices[0], indices[-1] + 1, name or None, f"u{len(utterances) + 1}"))
    speakers = tuple(Speaker(name, name) for name in dict.fromkeys(owner) if name)
    return replace(Voices(), speakers=speakers, utterances=tuple(utterances))
