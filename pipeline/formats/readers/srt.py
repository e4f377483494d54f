"""SubRip, parsed leniently by a parser of our own: no text between two timing lines is ever lost.

pysrt writes our SubRip but does not read the user's, because it divides a file at blank lines and drops
what does not fit: text behind a blank line inside a cue is lost; without a blank line between two cues the
second becomes text of the first; `00:00:01.5` is read as 5 ms, letters in a time as zero; an empty cue or a
stray line makes it skip in silence. The tests show each. On files that pysrt reads well, both agree.

SubRip has no standard. What is accepted: times with or without hours, '.' or ',', decimals beyond the third,
minutes and seconds of 60 (a well-known rounding bug); numbers missing, repeated or in any order; any line
ends; HTML-like tags and `{\\an8}` overrides, which are markup; other text in angle brackets, which is text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SubtitlesError
from pipeline.formats.markup import unguard
from pipeline.formats.readers.raw_cue import Line, Piece, RawCue, split_lines
from pipeline.timing import Span, parse_timecode

_TIME = r"-?(?:\d{1,6}\s*:\s*)?\d{1,2}\s*:\s*\d{1,2}(?:\s*[.,]\s*\d{1,9}(?:\.\d{1,20})?|\s*:\s*\d{1,3})?"
_COMPLETE_TIME = r"-?\d{1,6}\s*:\s*\d\d\s*:\s*\d\d\s*[.,]\s*\d{3}"
_TIMING = re.compile(rf"[\s\ufeff]*({_TIME})\s*-->\s*({_TIME})(?!\d)(.*)", re.ASCII)
# Word processors and translators turn the arrow into something else; then both times must be complete.
_OTHER_ARROW = re.compile(
    rf"[\s\ufeff]*({_COMPLETE_TIME})\s*(?:-{{1,2}} ?>|-{{1,2}}&gt;|[–—]>|→)\s*({_COMPLETE_TIME})(?!\d)(.*)",
    re.ASCII,
)
# Decimals beyond milliseconds: Python writes microseconds, other programs their rounding errors.
_BEYOND_MS = re.compile(r"(?<=[.,]\d{3})[\d.]+")
# Meant to be a timing: an arrow between times that hold a letter or a strange sign (`;` counts frames), or lack a part.
_BROKEN_TIME = r"[\d:.,;：，]"
_BROKEN_TIMING = re.compile(  # possessive throughout: a line is divided in one way only
    rf"\s*+{_BROKEN_TIME}{{3,}}+\w{{0,3}}{_BROKEN_TIME}*+\s*+-{{1,4}}>\s*+(?:[\w:.,;：，]++\s*+)?"
    rf"|\s*+(?:[\w:.,;：，]++\s*+)?-{{1,4}}>\s*+{_BROKEN_TIME}{{3,}}+\w{{0,3}}{_BROKEN_TIME}*+\s*+"
)
_CUE_NUMBER = re.compile(r"[\s\ufeff]*\d{1,9}\s*", re.ASCII)
_TAG = re.compile(
    r"</?(?:i|b|u|s|em|strong|strike|font|bold|italic|underline|span|c|ruby|rt|p|div|small|big|sub|sup|lang)"
    r"(?:[\s.=][^<>]*)?/?>|\{\\[^{}]*\}|\{/?[ibus]\}|\{[yY]:[^{}]*\}",
    re.IGNORECASE,
)
_VOICE_OR_STYLE_TAG = re.compile(  # what changes voice or style from here on
    r"<(?P<ends>/)?(?P<letter>[biu])(?:[\s.][^<>]*)?>|<v(?:\.[^\s<>]*)?\s+(?P<voice>[^<>]*)>|</v>",
    re.IGNORECASE,
)
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|lrm|rlm|hellip|ndash|mdash|[lr]squo|[lr]dquo|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});"
)
_REMEDY = "is this a subtitle file? (a script is read from .txt or .docx)"
_OVERRIDE = re.compile(r"\{\\an?\d{1,2}[^{}]*\}")


@dataclass(frozen=True, slots=True)
class _Block:
    """One timing line, the number above it, and the payload below it; line numbers count from 1."""

    timing_line: int
    match: re.Match[str]
    number: str
    payload: list[str]

    @property
    def payload_line(self) -> int:
        return self.timing_line + 1


def sniff(text: str) -> bool:
    """Whether the text is SubRip whatever its name: one of its first eight lines is a timing line."""
    return any(_TIMING.fullmatch(line) for line in text[:4000].splitlines()[:8])


def timing(line: str) -> re.Match[str] | None:
    """A line that this reader takes for a timing line: groups 1 and 2 are its times; None for any other."""
    return _TIMING.match(line) or _OTHER_ARROW.match(line)


def times_ms(line: str) -> tuple[int, int] | None:
    """Start and end on a timing line, which may stand in the wrong order; None for any other line."""
    match = timing(line)
    return (_time_ms(match[1]), _time_ms(match[2])) if match else None


def are_timing_lines(text: str, numbers: Iterable[int]) -> bool:
    """Whether all the lines of these numbers (from 1) are timing lines of SubRip, with commas."""
    lines = re.split(r"\r\n|\n|\r", text)
    return all("," in lines[n - 1] and _TIMING.fullmatch(lines[n - 1]) for n in numbers)


def parse(text: str, path: Path) -> tuple[list[RawCue], list[str]]:
    """The cues in file order, and notes about what was repaired. Raises
    SubtitlesError when there is no timing line at all."""
    lines = re.split(r"\r\n|\n|\r", text)
    cues, notes = [], []
    for block in _blocks(lines):
        span, repair = _span(block.match[1], block.match[2])
        if repair:
            notes.append(f"line {block.timing_line}: {repair}")
        payload, broken = _without_broken_timings(block)
        notes += [f"line {n}: the timing cannot be read; its text was put to the cue before" for n in broken]
        cues.append(_cue(block, payload, span))
    if not cues:
        raise SubtitlesError(path, "holds no line like '00:00:01,000 --> 00:00:02,500'", _REMEDY)
    return cues, notes


def _blocks(lines: list[str]) -> Iterator[_Block]:
    found = ((i, timing(line)) for i, line in enumerate(lines))
    timings = [(i, match) for i, match in found if match]
    heads, number = [], 0
    for i, _ in timings:
        has_number = _is_cue_number(lines, i, number)
        number = int(lines[i - 1].strip("\ufeff \t")) if has_number else number + 1
        heads.append(i - 1 if has_number else i)
    for (i, match), head, end in zip(timings, heads, [*heads, len(lines)][1:], strict=True):
        yield _Block(
            i + 1,
            match,
            lines[head].strip("\ufeff \t") if head < i else "",
            _without_trailing_blanks(lines[i + 1 : end]),
        )


def _is_cue_number(lines: list[str], timing: int, previous: int) -> bool:
    """Whether the line above a timing line is its number, and not the last line of the cue before."""
    if timing == 0 or not _CUE_NUMBER.fullmatch(lines[timing - 1]):
        return False
    if timing == 1 or not lines[timing - 2].strip():
        return True
    return int(lines[timing - 1].strip("\ufeff \t")) == previous + 1


def _without_trailing_blanks(payload: list[str]) -> list[str]:
    """The payload without the empty lines at its end; those inside are the author's."""
    filled = [i for i, line in enumerate(payload) if line.strip()]
    return payload[: filled[-1] + 1] if filled else []


def _span(start: str, end: str) -> tuple[Span, str]:
    start_ms, end_ms = _time_ms(start), _time_ms(end)
    if start.strip().startswith("-"):
        return Span(0, end_ms), "the cue begins before the recording; it was taken to begin with it"
    if end_ms < start_ms:
        return Span(start_ms, start_ms), f"the cue ends before it starts ({end.strip()}); its end was ignored"
    return Span(start_ms, end_ms), ""


def _time_ms(text: str) -> int:
    """Milliseconds as `parse_timecode` reads them, but leniently: 60 minutes or seconds are carried, a
    third colon is a decimal mark, and a time before the beginning is the beginning."""
    compact = _BEYOND_MS.sub("", re.sub(r"\s", "", text))
    if compact.startswith("-"):
        return 0
    if compact.count(":") == 3:
        compact = ".".join(compact.rsplit(":", 1))
    try:
        return parse_timecode(compact)
    except ValueError:
        clock, _, fraction = compact.replace(",", ".").partition(".")
        hours, minutes, seconds = (int(part) for part in ("0:" + clock).split(":")[-3:])
        return (hours * 3600 + minutes * 60 + seconds) * 1000 + int(fraction.ljust(3, "0"))


def _without_broken_timings(block: _Block) -> tuple[list[str], list[int]]:
    """The payload without lines that were meant to be timings, and the numbers of those lines in the file."""
    broken = [
        n
        for n, line in enumerate(block.payload)
        if "->" in line and len(line) < 100 and _BROKEN_TIMING.fullmatch(line)
    ]
    numbers = [n - 1 for n in broken if n and _CUE_NUMBER.fullmatch(block.payload[n - 1])]
    kept = [line for n, line in enumerate(block.payload) if n not in {*broken, *numbers}]
    return kept, [block.payload_line + n for n in broken]


def _cue(block: _Block, payload: list[str], span: Span) -> RawCue:
    raw = "\n".join(payload)
    override = _OVERRIDE.search(raw)
    settings = override[0] if override else block.match[3].strip()
    times = (block.match.span(1), block.match.span(2))
    return RawCue(span, plain_lines(raw), raw, block.number, settings, line=block.timing_line, times=times)


def plain_lines(raw: str) -> tuple[Line, ...]:
    """The lines of a SubRip payload without its markup, each piece with the voice and style that markup gives it."""
    pieces, at = [], 0
    voice: str | None = None
    style: frozenset[str] = frozenset()
    text = _LINE_BREAK.sub("\n", raw)
    for match in _VOICE_OR_STYLE_TAG.finditer(text):
        pieces.append(Piece(_plain(text[at : match.start()]), voice, "".join(sorted(style))))
        at = match.end()
        if letter := (match["letter"] or "").lower():
            style = style - {letter} if match["ends"] else style | {letter}
        else:
            voice = _plain(match["voice"] or "").strip() or None
    pieces.append(Piece(_plain(text[at:]), voice, "".join(sorted(style))))
    return split_lines(pieces)


def _plain(text: str) -> str:
    return unguard(_ENTITY.sub(lambda m: html.unescape(m[0]), _TAG.sub("", text)))
