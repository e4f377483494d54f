"""The account of a script: what of it is speech, and what was taken off or left out, each with its line."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from pipeline.errors import counted
from pipeline.transcript.subtitles import Apart, Subtitles, SubtitlesCue, SubtitlesFormat
from pipeline.transcript.tokens import Kind

# As many are named in a sentence; all of them stand in the document.
_MOST_NAMED = 3
_MOST_CHARS = 40  # of each that is shown in a sentence


@dataclass(frozen=True, slots=True)
class TakenOff:
    """Text of a script that is no speech: the line (or, in Word, the paragraph) where it stands, as written, and what it is."""

    line: int
    text: str
    what: str


@dataclass(frozen=True, slots=True)
class ScriptAccount:
    """How many lines of a script are speech, whom it names as speakers, the times it gives, and what was left out.

    `places` is what its lines are called: "line", or "paragraph" in a Word document.
    """

    name: str
    places: str
    speech_lines: int
    names: tuple[str, ...]
    times: tuple[TakenOff, ...]
    left_out: tuple[TakenOff, ...]

    def sentence(self, kept: str = "") -> str:
        """The account in one sentence; `kept` says where all that is left out is kept: "all in the JSON"."""
        counts = [
            f"{counted(self.speech_lines, self.places)} {'is' if self.speech_lines == 1 else 'are'} speech"
        ]
        counts += [
            counted(n, what) for n, what in ((len(self.names), "name"), (len(self.times), "time")) if n
        ]
        told = f"{self.name}: {', '.join(counts)}; "
        if not self.left_out:
            return f"{told}nothing is left out"
        # Numbers of a table's rows are left out with everything else, but tell nothing.
        telling = [t for t in self.left_out if any(c.isalpha() for c in t.text)] or list(self.left_out)
        shown = ", ".join(f"'{_short(t.text)}' ({self.places} {t.line})" for t in telling[:_MOST_NAMED])
        more = len(self.left_out) - min(len(telling), _MOST_NAMED)
        others = f" and {more} more{f' ({kept})' if kept else ''}" if more else ""
        return f"{told}{len(self.left_out)} left out: {shown}{others}"


def account(given: Subtitles) -> ScriptAccount | None:
    """The account of a script as read, with its directions; None for subtitles, of which nothing is left out."""
    if given.timed or not any(cue.written for cue in given.cues):
        return None
    names = dict.fromkeys(w.label for w in given.words if w.label and w.kind is Kind.WORD)
    lines = {
        (_line_of(cue, word.line), word.line)
        for cue in given.cues
        for word in cue.words
        if word.kind is not Kind.UNSPOKEN
    }
    times = [
        TakenOff(line, text, "time")
        for cue in given.cues
        for line, text in (cue.written.stamps if cue.written else ())
    ]
    left_out = [taken for cue in given.cues for taken in _left_out(cue)]
    places = "paragraph" if given.format is SubtitlesFormat.DOCX else "line"
    return ScriptAccount(given.name, places, len(lines), tuple(names), tuple(times), tuple(left_out))


def _left_out(cue: SubtitlesCue) -> list[TakenOff]:
    """The runs of a cue's words that nobody says; all of a cue that stands apart is one."""
    what = cue.written.apart if cue.written and cue.written.apart else Apart.DIRECTION
    found = []
    for (kind, line), words in groupby(cue.words, lambda w: (w.kind, _line_of(cue, w.line))):
        if kind is Kind.UNSPOKEN:
            found.append(TakenOff(line, " ".join(w.text for w in words), str(what)))
    return found


def _line_of(cue: SubtitlesCue, line: int) -> int:
    """The number of the file's line that holds this line of a cue."""
    lines = cue.written.lines if cue.written else ()
    return lines[min(line, len(lines) - 1)] if lines else 0


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[: _MOST_CHARS - 1].rstrip()}…"
