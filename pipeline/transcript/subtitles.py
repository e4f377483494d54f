"""The given text of a recording: subtitles or a script, as read and not yet trusted.

A `Subtitles` is what every reader in `pipeline.formats.readers` returns. Its cues keep the editor's division, lines, labels
and raw payload, so that a file can be written back with nothing changed but its times.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from pipeline.timing import Span
from pipeline.transcript.tokens import Kind

# Times tell an order when at least this share of cues begin at times of their own.
MIN_DISTINCT_STARTS = 0.8
# From this share of cues that begin before the one in front of them on, the order of the file is none. Set by hand.
MIN_BACKWARD_SHARE = 0.1
# Cues that are few of those are sorted where no more than this share of cues overlaps the next then. Set by hand.
MAX_OVERLAPPING_SHARE = 0.3
# As many titles of parts are named in a note.
_MOST_TITLES = 4


class SubtitlesFormat(StrEnum):
    """The formats that are read; the values are their file suffixes."""

    SRT = "srt"
    VTT = "vtt"
    ASS = "ass"
    SBV = "sbv"
    TTML = "ttml"
    TEXTGRID = "textgrid"
    ELAN = "eaf"
    TEXT = "txt"
    DOCX = "docx"


class Apart(StrEnum):
    """What stands in a script and is no speech."""

    HEADING = "heading"
    DIRECTION = "stage direction"
    HEAD = "head of the file"  # title, date, lists of people
    IMPRINT = "imprint"  # who transcribed it, where it ends
    PAGE = "page"  # page numbers, running heads
    COLUMN = "column"  # a table's header row, its numbers and notes
    NAME = "name without speech"


@dataclass(frozen=True, slots=True)
class Written:
    """How a cue of a script is written: the line of the file (or paragraph of the document) of each of its lines, from 1.

    `starts_ms` is when it begins by the script's own time stamps, None without one; `stamps` are the times that were taken off
    it, each with its line and as written. `apart` says what all of it is where nobody says it.
    """

    lines: tuple[int, ...]
    starts_ms: int | None = None
    stamps: tuple[tuple[int, str], ...] = ()
    apart: Apart | None = None


@dataclass(frozen=True, slots=True)
class SubtitlesWord:
    """One written word (or one bracketed sound or mark, whole: "[door opens]", "[inaudible]") with its punctuation.

    `line` is the 0-based line within its cue. `label` is the speaker's name in force for this word as the editor wrote it
    ("TOM", from `TOM:`, `<v Tom>`, an ASS actor), None where nothing says who speaks. `new_speaker` marks the first word after
    a label or a dialogue dash. `spoken` gives the spoken words where they differ from the written ones. `doubtful_label` is the
    name that this word and its neighbours may be: whether they are that name or speech is for the sound to say. `style` is
    how most of its letters look, as `transcript.styling` says.
    """

    text: str
    line: int = 0
    kind: Kind = Kind.WORD
    label: str | None = None
    new_speaker: bool = False
    spoken: str | None = None
    doubtful_label: str | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class SubtitlesCue:
    """One cue (or one paragraph of a script: `span` is None) in file order.

    `id` is the identifier as written ("" when there is none); `raw` the payload's text exactly as given, lines joined by
    "\\n"; `settings` the WebVTT cue settings or the `{\\an8}`-style position, as written. `line` is the line of the file
    (from 1) that holds its times, 0 in a script, whose cues have `written` instead. The first `again` of its lines end the cue
    before too: they may be shown again or said again. `heading` says that it is the title of a part, which nobody says.
    """

    span: Span | None
    words: tuple[SubtitlesWord, ...]
    raw: str = ""
    id: str = ""
    settings: str = ""
    line: int = 0
    written: Written | None = None
    again: int = 0
    heading: bool = False


@dataclass(frozen=True)  # without slots: what is asked for again and again is kept
class Subtitles:
    """A whole subtitle file or script.

    `name` is the file's name without its folder; `notes` say what a person should know about how it was read (encoding
    guessed, cues repaired or skipped), one sentence each; `repaired` says that some of them are about its text or times.
    """

    name: str
    format: SubtitlesFormat
    cues: tuple[SubtitlesCue, ...]
    encoding: str = "utf-8"
    lang: str = "en"
    notes: tuple[str, ...] = ()
    repaired: bool = False

    @cached_property
    def timed(self) -> bool:
        """Whether its cues carry times of their own (a script's do not); asked of every cue, and found out once."""
        return bool(self.cues) and all(c.span is not None for c in self.cues)

    @cached_property
    def words(self) -> tuple[SubtitlesWord, ...]:
        """The words of all cues in file order; stages ask for them once a passage, so that they are joined once alone."""
        return tuple(w for cue in self.cues for w in cue.words)

    def order_of_time(self) -> tuple[int, ...]:
        """The numbers of the cues in order of their times; in the file's order where it is that, or the times say nothing.

        Files come sorted by cue number as text, by style, newest first. A file that was put together of several, each of which
        begins at zero, looks unsorted at a few places, and would be shuffled: there cues overlap once they are sorted.
        """
        as_given = tuple(range(len(self.cues)))
        if not self.timed:
            return as_given
        spans = [cue.span for cue in self.cues if cue.span is not None]
        back = sum(after.start_ms < before.start_ms for before, after in pairwise(spans))
        sane = len({s.start_ms for s in spans}) >= MIN_DISTINCT_STARTS * len(spans)
        if not back or not sane:
            return as_given
        order = tuple(sorted(as_given, key=lambda n: spans[n].start_ms))
        in_order = [spans[n] for n in order]
        overlapping = sum(after.start_ms < before.end_ms for before, after in pairwise(in_order))
        many = back >= MIN_BACKWARD_SHARE * len(spans)
        return order if many or overlapping <= MAX_OVERLAPPING_SHARE * len(spans) else as_given

    def in_order_of_time(self) -> Subtitles:
        """The same with its cues in `order_of_time`, and a note where that is not the order of the file."""
        order = self.order_of_time()
        if order == tuple(range(len(self.cues))):
            return self
        spans = [cue.span for cue in self.cues if cue.span is not None]
        back = sum(after.start_ms < before.start_ms for before, after in pairwise(spans))
        note = (
            f"its cues do not stand in order of time ({back} of {len(spans)} before the one in front of them); "
            "they were taken in order of their times"
        )
        return replace(self, cues=tuple(self.cues[n] for n in order), notes=(*self.notes, note))

    def without_headings(self) -> Subtitles:
        """Timed subtitles without the titles of parts that stand between their cues, and a note of them; a script as it is."""
        titles = [" ".join(w.text for w in c.words) for c in self.cues if c.heading]
        if not self.timed or not titles or len(titles) == len(self.cues):
            return self
        several = f"{len(titles)} titles of parts are" if len(titles) > 1 else "a title of a part is"
        note = f"{several} no speech and no caption: {', '.join(titles[:_MOST_TITLES])}{'...' if titles[_MOST_TITLES:] else ''}"
        return replace(self, cues=tuple(c for c in self.cues if not c.heading), notes=(*self.notes, note))

    def without_directions(self) -> Subtitles:
        """A script without its headings and stage directions, which nobody says and no caption shows; subtitles as they are."""
        if self.timed:
            return self
        kept = (replace(c, words=tuple(w for w in c.words if w.kind is not Kind.UNSPOKEN)) for c in self.cues)
        return replace(self, cues=tuple(c for c in kept if c.words))
