"""Plain scripts: paragraphs between empty lines, `NAME: text` lines, headings, stage directions in brackets.

Every line that begins like a label begins a speech of its own; the other lines of a paragraph stay
together, because writers wrap them anywhere. A name in capitals alone above its lines, as in screenplays,
is a label when it comes again. A heading (`# Title`, `INT. ROOM - DAY`, "Vignette 2", a short line in
capitals) is on the page only. Before that, times and names that tools write above speech (`headers`, `name_lines`), tables
(`tables`) and what else is on the page only (`furniture`) are taken off.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pipeline.formats.readers import furniture, headers, name_lines, stamps, tables
from pipeline.formats.readers.labels import is_all_caps
from pipeline.formats.readers.raw_cue import Line, Piece, RawCue
from pipeline.formats.readers.script_line import ScriptLine, spoken
from pipeline.part_kinds import is_set_off, title_in
from pipeline.transcript.subtitles import Apart, Written

_MAX_NAME_CHARS = 32  # as in `labels`: longer is a sentence, not a name
_MAX_HEADING_WORDS = 8  # a longer line in capitals is something that somebody shouts
_HEADING = re.compile(
    r"#{1,6}\s+\S|(?:INT|EXT|EST)[./] |(?:FADE|CUT|DISSOLVE) (?:IN|OUT|TO)\b|(?i:"
    r"(?:vignette|scene|act|chapter|part|session|module|episode) (?:\d+|[ivxlc]+|one|two|three|four|five)\b"
    r"[^.?!]{0,60}$)"
)
_HORIZONTAL_RULE = re.compile(r"[=\-_*~\s]{3,}")
_SPEAKER_START = re.compile(
    r"(?:>{2,3}\s*|[-–]\s+)?[^\W\d_][\w.'’&/# \t-]{0,31}(?:[(\[][^()\[\]]*[)\]]\s*)?:(?=\s|$)"  # TOM (sighs):
    r"|[\[(][A-Z][A-Z0-9 .'-]{0,31}[\])]:?\s"  # [TOM]
    r"|>{2,3}\s|[-–]\s+\S"
)
_LABEL_ALONE = re.compile(r"[^\W\d_][^:\n]{0,60}:\s*")
_LABEL = re.compile(r"[^\W\d_][^:\n]{0,60}:(?=\s|$)")
_BOLD_START = re.compile(r"\s*(?:[-*>]\s+)?(?:\*\*|__)\S")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
# More white space within a line than columns need; chosen.
_MAX_GAP_CHARS = 200
_LONG_GAP = re.compile(rf"[^\S\n\f]{{{_MAX_GAP_CHARS},}}")
_MIN_LABELLED = 0.8  # the share of speeches that begin like a label in a script that labels them; set by hand


def parse(text: str, path: Path) -> tuple[list[RawCue], list[str]]:
    """The speeches in order, none empty, without times; there is nothing to repair in a script."""
    return from_lines(tables.found_in(_file_lines(text))), []


def _file_lines(text: str) -> list[ScriptLine]:
    """The lines of a file that hold text, with their numbers, and where paragraphs and pages begin."""
    unified = _with_short_gaps(re.sub(r"\r\n?", "\n", text))
    if sum(bool(_BOLD_START.match(line)) for line in unified.split("\n")) > 1:
        unified = _EMPHASIS.sub(r"\2", unified)
    found: list[ScriptLine] = []
    opens = page = True
    for number, whole in enumerate(unified.split("\n"), 1):
        for n, part in enumerate(whole.split("\f")):
            if n:
                page = True
                if found:
                    found[-1].page_edge = True
            if part.strip(" \t\v"):
                found.append(ScriptLine(number, part, opens, page_edge=page and number > 1))
                opens = page = False
            elif not n or part:
                opens = True
    return found


def plain_lines(raw: str) -> tuple[Line, ...]:
    """The lines of a speech without what only says where it stands: times, signs of headings."""
    lines = (
        line[s.end :] if (s := stamps.at(line.lstrip())) and s.certain else line for line in raw.split("\n")
    )
    return _pieces(lines, None)


def from_paragraphs(paragraphs: Sequence[tuple[str, bool]]) -> list[RawCue]:
    """Paragraphs as cues without times; each is its text, with LF between
    lines, and whether its style makes it a heading."""
    return from_lines(
        line
        for number, (text, heading) in enumerate(paragraphs, 1)
        for line in lines_of_paragraph(number, text, heading)
    )


def lines_of_paragraph(number: int, text: str, heading: bool = False) -> list[ScriptLine]:
    """One paragraph as lines; the first that holds text opens it."""
    filled = [line for line in _with_short_gaps(text).split("\n") if line.strip()]
    return [ScriptLine(number, line, n == 0, heading) for n, line in enumerate(filled)]


def _with_short_gaps(text: str) -> str:
    """White space no longer than any column is wide: a pattern that looks behind it for a bracket tries each of its places."""
    return _LONG_GAP.sub(lambda gap: gap[0][:_MAX_GAP_CHARS], text)


def from_lines(lines: Iterable[ScriptLine]) -> list[RawCue]:
    """The script as cues without times, in order; what nobody says is unspoken, times and names of headers are noted."""
    lines = [line for line in lines if not line.text or not _HORIZONTAL_RULE.fullmatch(line.text)]
    furniture.take_line_numbers(lines)
    furniture.mark_pages(lines)
    furniture.mark_imprints(lines)
    furniture.mark_dates(lines)
    furniture.mark_contents(lines)
    headers.mark(lines)
    for line in lines:
        line.name = line.given or line.name
    name_lines.mark(lines)
    for line in lines:
        line.labelled = bool(_LABEL.match(line.text.strip()))
    turned = any(line.name for line in lines)
    furniture.mark_head(lines, turned, _is_labelled(spoken(lines)))
    return list(_cues(lines))


def _is_labelled(lines: Sequence[ScriptLine]) -> bool:
    """Whether speeches begin with labels throughout, but for the first lines of the file."""
    below = furniture.below_transcript(lines)
    first = next((n for n, line in enumerate(below) if line.labelled), 0)
    starts = [line for line in below[first:] if line.opens or line.labelled]
    labelled = sum(line.labelled for line in starts)
    return labelled > 1 and labelled >= _MIN_LABELLED * len(starts)


@dataclass(slots=True)
class _Speech:
    """The lines that become one cue, who speaks by a header, and the header's times."""

    lines: list[ScriptLine]
    voice: str = ""
    starts_ms: int | None = None
    stamps: list[tuple[int, str]] = field(default_factory=list)
    heading: bool = False


def _cues(lines: Sequence[ScriptLine]) -> Iterator[RawCue]:
    said = [line for line in lines if line.apart is None and line.text.strip()]
    all_caps = is_all_caps(line.text for line in said)  # then capitals make neither a name nor a heading
    names = frozenset() if all_caps else _screenplay_names(said)
    for speech in _speeches(lines, names):
        yield _cue(speech, names, all_caps)


def _speeches(lines: Sequence[ScriptLine], names: frozenset[str]) -> list[_Speech]:
    """The lines divided where a turn, a time, a paragraph, a label or a dialogue line begins, and around headings."""
    divided = _Divided(lines, names)
    for line in lines:
        if line.apart is not None:
            divided.set_apart(line)
        else:
            if line.begins:
                divided.begin(line)
            if line.text.strip():
                divided.say(line)
    divided.end()
    return divided.speeches


class _Divided:
    """Speeches as they grow: the one that goes on, who speaks, and a header that waits for its speech."""

    def __init__(self, lines: Sequence[ScriptLine], names: frozenset[str]) -> None:
        self._styled = any(line.given for line in lines)
        self._labelled = any(line.labelled or line.name for line in lines)
        self.speeches: list[_Speech] = []
        self._names = names
        self._now: _Speech | None = None
        self._header: _Speech | None = None
        self._voice = ""

    def set_apart(self, line: ScriptLine) -> None:
        self.speeches.append(_Speech([line], stamps=_stamps(line)))
        self._now = None

    def begin(self, line: ScriptLine) -> None:
        """A line with a header; two headers in a row are one turn's, unless both name somebody."""
        if self._header and self._header.voice and line.name:
            self.end()
        before = self._header or _Speech([])
        starts_ms = before.starts_ms if line.starts_ms is None else line.starts_ms
        self._header = _Speech([line], line.name or before.voice, starts_ms, [*before.stamps, *_stamps(line)])
        # Where a style names who speaks, a turn with a time and without a name is nobody's; elsewhere the one before goes on.
        goes_on = not (self._styled and line.starts_ms is not None)
        self._voice = line.name or (self._voice if goes_on else "")
        self._now = None

    def say(self, line: ScriptLine) -> None:
        """A line with text: it goes on, or begins a speech."""
        now, header = self._now, self._header
        told = bool(header and header.voice) or bool(
            now and _LABEL_ALONE.fullmatch(now.lines[-1].text.strip())
        )
        heading = not told and (line.heading or self._is_heading(line.text))
        if now and not (line.opens or now.heading or heading or header or _begins(line, self._names)):
            now.lines.append(line)
            now.stamps += _stamps(line)
            return
        own = [] if line.begins else _stamps(line)
        starts_ms = header.starts_ms if header else line.starts_ms
        self._now = _Speech(
            [line], self._voice, starts_ms, [*(header.stamps if header else ()), *own], heading
        )
        self.speeches.append(self._now)
        self._header = None

    def _is_heading(self, line: str) -> bool:
        """Whether a line is a heading by its words.

        "Summary" alone is one where speech has labels, for who would say it? "COMMENTARY" above its speech, again and again, is
        who speaks.
        """
        titled = title_in(line) != "" and (self._labelled or is_set_off(line))
        titled = titled and _screenplay_name(line) not in self._names
        return titled or bool(_HEADING.match(line.strip()))

    def end(self) -> None:
        """A header without speech is left out, and said to be."""
        if self._header and (self._header.voice or self._header.stamps):
            line = self._header.lines[-1]
            line.text, line.apart = self._header.voice, Apart.NAME
            self.speeches.append(self._header)
        self._header = None


def _stamps(line: ScriptLine) -> list[tuple[int, str]]:
    return [(line.number, text) for text in line.stamps]


def _begins(line: ScriptLine, names: frozenset[str]) -> bool:
    text = line.text.strip()
    return bool(_SPEAKER_START.match(text)) or _screenplay_name(text) in names


def _screenplay_names(lines: Sequence[ScriptLine]) -> frozenset[str]:
    """Names of speakers in screenplay style: lines in capitals that stand above other lines more than once."""
    firsts = Counter(
        _screenplay_name(line.text)
        for line, below in pairwise(lines)
        if line.opens and not below.opens and not line.cell
    )
    return frozenset(name for name, times in firsts.items() if name and times > 1)


def _screenplay_name(line: str) -> str:
    """The name in a line that could be a screenplay's speaker, without "(CONT'D)"; "" for any other line."""
    name = re.sub(r"\s*\([^()]*\)\s*$", "", line.strip())
    fits = name.isupper() and len(name) <= _MAX_NAME_CHARS and len(name.split()) <= 3
    return name if fits and name[-1] not in ".?!:,;" and not _HEADING.match(name) else ""


def _cue(speech: _Speech, names: frozenset[str], all_caps: bool) -> RawCue:
    first, *rest = speech.lines
    raw = "\n".join(line.written for line in speech.lines)
    apart = first.apart
    told = bool(first.cell or speech.voice)
    if apart is None and not told and not rest and not all_caps and _in_capitals(first.text):
        apart = Apart.HEADING
    apart = apart or (Apart.HEADING if speech.heading else None)
    name = _screenplay_name(first.text)
    voice = speech.voice or None
    texts = [line.text for line in speech.lines]
    numbers = tuple(line.number for line in speech.lines)
    if apart is None and name in names and rest:
        voice, texts, numbers = name, texts[1:], numbers[1:]
    written = Written(numbers, speech.starts_ms, tuple(speech.stamps), apart)
    return RawCue(
        None, _pieces(texts, None if apart else voice), raw, unspoken=apart is not None, written=written
    )


def _in_capitals(line: str) -> bool:
    """Whether this is a heading in capitals: a short line that ends like no sentence.
    One word is not enough to tell it from a shout."""
    words = line.split()
    ends = line.rstrip()[-1:] in '.?!:,;…-–—])"”'
    return line.isupper() and 2 <= len(words) <= _MAX_HEADING_WORDS and not ends


def _pieces(lines: Iterable[str], voice: str | None) -> tuple[Line, ...]:
    return tuple((Piece(re.sub(r"^#{1,6}\s+", "", line.strip()), voice),) for line in lines if line.strip())
