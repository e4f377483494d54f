"""Captions replaced whole where words were moved past others: which of ours go, and that nobody loses their name by it."""

from __future__ import annotations

from dataclasses import replace

from pipeline.commands.adopt import rewrite, shown_file
from pipeline.edits.maker import Maker
from pipeline.edits.model import Add, Delete
from tests.commands.test_adopt import Desk, desk, prepared, stages_done_once  # noqa: F401


def test_the_words_of_replaced_captions_are_told_and_their_speakers_names_kept(desk: Desk) -> None:  # noqa: F811
    shown, _ = desk.run()
    transcript = shown.transcript
    ours = [shown_file.shown(c, transcript, [""] * len(transcript.tokens)) for c in transcript.captions.cues]
    labels = [label for cue in transcript.aligned.editor_cues for _, label in cue.label_at]
    only = next(
        at for cue in transcript.aligned.editor_cues for at, name in cue.label_at if labels.count(name) == 1
    )
    number = next(n for n, c in enumerate(transcript.captions.cues) if c.first <= only < c.last)
    cue = transcript.captions.cues[number]
    theirs = [
        *ours[:number],
        replace(ours[number], lines=ours[number].lines[::-1], settings="line:0"),
        *ours[number + 1 :],
    ]
    theirs[number] = replace(theirs[number], place="{\\an8}")
    made, gone = rewrite.rewritten(transcript, ours, theirs, "Ana")
    assert [type(d.value) for d in made] == [Delete, Add]
    assert gone == [(cue.first, cue.last)]
    speaker = next(u.speaker for u in transcript.voices.utterances if u.first <= only < u.last)
    says_more = [
        u
        for u in transcript.voices.utterances
        if u.speaker == speaker and not cue.first <= u.first < cue.last
    ]
    kept = Maker(transcript, shown.replay, "Ana").names_kept(gone)
    assert [d.kind for d in kept] == ["person"] * bool(says_more)
    assert rewrite.rewritten(transcript, ours, ours, "Ana") == ([], [])
