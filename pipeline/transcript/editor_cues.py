"""The editor's cues of given subtitles: as ranges of tokens, and as an alignment that trusts the given times."""

from __future__ import annotations

from pipeline.timing import shares_by_letters
from pipeline.transcript.results import Aligned, AlignmentReport, EditorCue, Verdict
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue
from pipeline.transcript.tokens import TimeSource, Token


def editor_cues(given: Subtitles) -> tuple[EditorCue, ...]:
    """The cues that hold words, each with the tokens of its words; tokens stand in the order of `given.words`."""
    cues, at = [], 0
    for cue in given.cues:
        if cue.words:
            cues.append(_editor_cue(cue, at))
        at += len(cue.words)
    return tuple(cues)


def at_given_times(given: Subtitles) -> Aligned:
    """Timed subtitles as they would be aligned if their times were right: a cue's time is divided among its words by letters."""
    tokens: list[Token] = []
    for cue in given.cues:
        assert cue.span is not None, "a script has no times"
        spans = shares_by_letters(cue.span, (word.text for word in cue.words))
        tokens += [
            Token(
                word.text,
                span,
                kind=word.kind,
                time_source=TimeSource.GIVEN,
                spoken=word.spoken,
                style=word.style,
            )
            for word, span in zip(cue.words, spans, strict=True)
        ]
    return Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC), editor_cues(given))


def _editor_cue(cue: SubtitlesCue, first: int) -> EditorCue:
    words = cue.words
    new = [n for n, w in enumerate(words) if w.new_speaker]
    return EditorCue(
        first,
        first + len(words),
        cue.span,
        cue.id,
        tuple(first + n for n in range(1, len(words)) if words[n].line != words[n - 1].line),
        tuple((first + n, words[n].label or "") for n in new if words[n].label),
        tuple(first + n for n in new if not words[n].label),
        cue.settings,
    )
