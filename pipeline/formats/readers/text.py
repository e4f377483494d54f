"""Plain scripts: paragraphs between empty lines, `NAME: text` lines, headings, stage directions in brackets.

Every line that begins like a label begins a speech of its own; the other lines of a paragraph stay
together, because writers wrap them anywhere. A name in capitals alone above its lines, as in screenplays,
is a label when it comes again. A heading (`# Title`, `INT. ROOM - DAY`, "Vignette 2", a short line in
capitals) is on the page only. A time at the start of a line ("[00:12:30]") is taken off.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.formats.readers.labels import is_all_caps
from pipeline.formats.readers.raw_cue import Line, Piece, RawCue

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
_LEADING_TIME = re.compile(
    r"[ \t]*(?:[\[(]\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?[\])]|\d{1,2}:\d\d:\d\d(?:[.,]\d+)?)[ \t]*"
)


def parse(text: str, path: Path) -> tuple[list[RawCue], list[str]]:
    """The paragraphs in order, none empty, without times; there is nothing to repair in a script."""
    unified = re.sub(r"\r\n?|\f", "\n", text)
    return from_paragraphs([(p, False) for p in re.split(r"\n[ \t\v]*\n", unified)]), []


def plain_lines(raw: str) -> tuple[Line, ...]:
    """The lines of a speech without what only says where it stands: times, signs of headings."""
    return _lines(raw.split("\n"), None)


def from_paragraphs(paragraphs: Sequence[tuple[str, bool]]) -> list[RawCue]:
    """Paragraphs as cues without times; each is its text, with LF between
    lines, and whether its style makes it a heading."""
    filled = [
        (p.strip("\n"), heading)
        for p, heading in paragraphs
        if p.strip() and not _HORIZONTAL_RULE.fullmatch(p)
    ]
    all_caps = is_all_caps(p for p, _ in filled)  # then capitals make neither a name nor a heading
    names = frozenset() if all_caps else _screenplay_names(p for p, _ in filled)
    cues = []
    for paragraph, heading in filled:
        for speech in _speeches(paragraph, names):
            capitals = not all_caps and "\n" not in speech and _in_capitals(speech)
            cues.append(_cue(speech, names, heading or capitals))
    return cues


def _screenplay_names(paragraphs: Iterable[str]) -> frozenset[str]:
    """Names of speakers in screenplay style: lines in capitals that stand above other lines more than once."""
    firsts = Counter(_screenplay_name(p.split("\n")[0]) for p in paragraphs if "\n" in p)
    return frozenset(name for name, times in firsts.items() if name and times > 1)


def _screenplay_name(line: str) -> str:
    """The name in a line that could be a screenplay's speaker, without "(CONT'D)"; "" for any other line."""
    name = re.sub(r"\s*\([^()]*\)\s*$", "", line.strip())
    fits = name.isupper() and len(name) <= _MAX_NAME_CHARS and len(name.split()) <= 3
    return name if fits and name[-1] not in ".?!:,;" and not _HEADING.match(name) else ""


def _speeches(paragraph: str, names: frozenset[str]) -> list[str]:
    """The paragraph divided before every line that begins like a label or a dialogue line, and around headings."""
    speeches: list[str] = []
    after_heading = True
    for line in paragraph.split("\n"):
        bare = line[match.end() :] if (match := _LEADING_TIME.match(line)) else line
        begins = _SPEAKER_START.match(bare.strip()) or _is_heading(bare) or _screenplay_name(bare) in names
        if after_heading or begins:
            speeches.append(line)
        else:
            speeches[-1] += "\n" + line
        after_heading = _is_heading(bare)
    return [s for s in speeches if s.strip()]


def _is_heading(line: str) -> bool:
    return bool(_HEADING.match(line.strip()))


def _cue(speech: str, names: frozenset[str], heading: bool) -> RawCue:
    first, *rest = speech.split("\n")
    name = _screenplay_name(first)
    if name in names and rest:
        return RawCue(None, _lines(rest, name), speech)
    return RawCue(None, _lines([first, *rest], None), speech, unspoken=heading or _is_heading(first))


def _in_capitals(line: str) -> bool:
    """Whether this is a heading in capitals: a short line that ends like no sentence.
    One word is not enough to tell it from a shout."""
    words = line.split()
    ends = line.rstrip()[-1:] in '.?!:,;…-–—])"”'
    return line.isupper() and 2 <= len(words) <= _MAX_HEADING_WORDS and not ends


def _lines(lines: Iterable[str], voice: str | None) -> tuple[Line, ...]:
    plain = (_LEADING_TIME.sub("", line, count=1) if _LEADING_TIME.match(line) else line for line in lines)
    return tuple((Piece(re.sub(r"^#{1,6}\s+", "", line).strip(), voice),) for line in plain if line.strip())
