"""SubRip, parsed leniently by a parser of our own: no text between two timing lines is ever lost.

pysrt writes our SubRip but does not read the user's, because it divides a file at blank lines and drops
what does not fit: text behind a blank line inside a cue is lost; without a blank line between two cues the
second becomes text of the first; `00:00:01.5` is read as 5 ms, letters in a time as zero; an empty cue or a
stray line makes it skip in silence. The tests show each. On files that pysrt reads well, both agree.

SubRip has no standard. What is accepted: times however they are written (`timing_lines`); numbers missing,
repeated or in any order; any line ends; HTML-like tags and `{\\an8}` overrides, which are markup; other text in
angle brackets, which is text. A cue whose timing cannot be read stands between its neighbours, and that is said.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pipeline.errors import SubtitlesError
from pipeline.formats.markup import ruby_note, unguard, without_ruby
from pipeline.formats.readers import timing_lines
from pipeline.formats.readers.raw_cue import BEGINS_BEFORE, Line, Piece, RawCue, split_lines
from pipeline.formats.readers.style_state import LETTER_OF_TAG, StyleState
from pipeline.formats.readers.timing_lines import Time, TimingLine
from pipeline.timing import Span, format_timecode

_CUE_NUMBER = re.compile(r"[\s\ufeff]*\d{1,9}\s*", re.ASCII)
_TAG = re.compile(
    r"</?(?:i|b|u|s|em|strong|strike|font|bold|italic|underline|span|c|ruby|rt|p|div|small|big|sub|sup|lang)"
    r"(?:[\s.=][^<>]*)?/?>|<(?:\d{1,6}:)?\d\d:\d\d[.,]\d{3}>|\{\\[^{}]*\}|\{/?[ibus]\}|\{[yY]:[^{}]*\}|\{=\d+\}",
    re.IGNORECASE,
)
_VOICE_OR_STYLE_TAG = re.compile(  # what changes voice or style from here on
    rf"<(?P<ends>/)?(?P<tag>{'|'.join(LETTER_OF_TAG)}|font)(?P<attributes>[\s.][^<>]*)?>"
    r"|\{(?P<shuts>/)?(?P<short>[ibu])\}|\{[yY]:(?P<long>[^{}]*)\}|(?P<override>\{\\[^{}]*\})"
    r"|<v(?:\.[^\s<>]*)?\s+(?P<voice>[^<>]*)>|(?P<unvoiced></v>)",
    re.IGNORECASE,
)
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|lrm|rlm|hellip|ndash|mdash|[lr]squo|[lr]dquo|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});"
)
_REMEDY = "is this a subtitle file? (a script is read from .txt or .docx)"
_MICRODVD = re.compile(r"\s*\{\d+\}\{\d*\}|\s*\[\d+\]\[\d*\]")
_OVERRIDE = re.compile(r"\{\\an?\d{1,2}[^{}]*\}")


@dataclass(frozen=True, slots=True)
class _Block:
    """One timing line, the number above it, and the payload below it with the lines of the file that hold it, from 1."""

    timing_line: int
    timing: TimingLine
    number: str
    payload: list[str]

    @property
    def payload_lines(self) -> tuple[int, ...]:
        return tuple(range(self.timing_line + 1, self.timing_line + 1 + len(self.payload)))


def sniff(text: str) -> bool:
    """Whether the text is SubRip whatever its name: one of its first eight lines is a timing line."""
    return any(_is_proper(line) for line in text[:4000].splitlines()[:8])


def _is_proper(line: str) -> bool:
    """Whether this is a timing line with SubRip's own arrow: other arrows stand in plain text too."""
    return "-->" in line and timing_lines.read(line) is not None


def times_ms(line: str) -> tuple[int, int] | None:
    """Start and end on a timing line, which may stand in the wrong order; None for any other line."""
    found = timing_lines.read(line)
    if found is None or found.start is None or found.end is None:
        return None
    rate, _ = timing_lines.frame_rate((found.start, found.end))
    return found.start.at(rate), found.end.at(rate)


def parse(text: str, path: Path, frame_rate: Fraction | None = None) -> tuple[list[RawCue], list[str]]:
    """The cues in file order, and notes about what was repaired. Where times count frames, `frame_rate` is the recording's.

    Raises SubtitlesError when there is no timing line at all.
    """
    lines = re.split(r"\r\n|\n|\r", text)
    blocks = list(_blocks(lines))
    if not any(block.timing.start and block.timing.end for block in blocks):
        if _MICRODVD.match(text):
            raise SubtitlesError(
                path, "counts frames as MicroDVD does, which we do not read", "save it as SubRip"
            )
        raise SubtitlesError(path, "holds no line like '00:00:01,000 --> 00:00:02,500'", _REMEDY)
    times = [time for block in blocks for time in (block.timing.start, block.timing.end) if time]
    rate, note = timing_lines.frame_rate(times, frame_rate)
    notes = [note, *_left_out(lines, blocks[0])]
    cues: list[RawCue] = []
    for block, (span, repair) in zip(blocks, _spans(blocks, rate), strict=True):
        notes.append(f"line {block.timing_line}: {repair}" if repair else "")
        cues.append(_cue(block, span))
    return cues, [note for note in (*notes, *ruby_note(cue.raw for cue in cues)) if note]


def _left_out(lines: list[str], first: _Block) -> list[str]:
    """A note on text above the first timing line and its number, which no cue holds."""
    above = lines[: first.timing_line - (2 if first.number else 1)]
    found = [n for n, line in enumerate(above) if any(map(str.isalnum, line))]
    if not found:
        return []
    count = sum(len(line.split()) for line in above)
    more = f" and {count - len(above[found[0]].split())} more words" if len(found) > 1 else ""
    verb = (
        "stand above the first timing line and were" if more else "stands above the first timing line and was"
    )
    return [f"line {found[0] + 1}: '{above[found[0]].strip()[:40]}'{more} {verb} left out"]


def _blocks(lines: list[str]) -> Iterator[_Block]:
    timings = list(_timings(lines))
    heads, number = [], 0
    for i, _ in timings:
        has_number = _is_cue_number(lines, i, number)
        number = int(lines[i - 1].strip("\ufeff \t")) if has_number else number + 1
        heads.append(i - 1 if has_number else i)
    for (i, found), head, end in zip(timings, heads, [*heads, len(lines)][1:], strict=True):
        yield _Block(
            i + 1,
            found,
            lines[head].strip("\ufeff \t") if head < i else "",
            _without_trailing_blanks(lines[i + 1 : end]),
        )


def _timings(lines: list[str]) -> Iterator[tuple[int, TimingLine]]:
    """The timing lines by index, those that cannot be read among them."""
    for i, line in enumerate(lines):
        below_number = i > 0 and bool(_CUE_NUMBER.fullmatch(lines[i - 1]))
        if found := timing_lines.read(line) or timing_lines.is_broken(line, below_number):
            yield i, found


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


def _spans(blocks: list[_Block], rate: Fraction | None) -> Iterator[tuple[Span, str]]:
    """Each block's span, and what was repaired about it; what cannot be read reaches from neighbour to neighbour."""
    latest_ms = 0
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        timing = block.timing
        if timing.start is not None and timing.end is not None:
            span, repair = _span(timing.start, timing.end, rate)
        else:
            begin_ms = timing.start.at(rate) if timing.start else latest_ms
            known = timing.end or (following.timing.start if following else None)
            span = Span(begin_ms, max(begin_ms, known.at(rate) if known else begin_ms))
            repair = "the timing cannot be read; its text was put between its neighbours"
        latest_ms = span.end_ms
        yield span, repair


def _span(start: Time, end: Time, rate: Fraction | None) -> tuple[Span, str]:
    start_ms, end_ms = start.at(rate), end.at(rate)
    if start.negative:
        return Span(0, end_ms), BEGINS_BEFORE
    if end_ms < start_ms:
        ends = f"the cue ends before it starts ({format_timecode(end_ms, ',')}); its end was ignored"
        return Span(start_ms, start_ms), ends
    return Span(start_ms, end_ms), ""


def _cue(block: _Block, span: Span) -> RawCue:
    raw = "\n".join(block.payload)
    override = _OVERRIDE.search(raw)
    settings = override[0] if override else block.timing.settings
    return RawCue(
        span, plain_lines(raw), raw, block.number, settings, line=block.timing_line, times=block.timing.times,
        payload=block.payload_lines,
    )  # fmt: skip


def plain_lines(raw: str) -> tuple[Line, ...]:
    """The lines of a SubRip payload without its markup, each piece with the voice and style that markup gives it."""
    pieces, at = [], 0
    voice: str | None = None
    state = StyleState()
    text = _LINE_BREAK.sub("\n", without_ruby(raw))
    for match in _VOICE_OR_STYLE_TAG.finditer(text):
        pieces.append(Piece(_plain(text[at : match.start()]), voice, state.style))
        at = match.end()
        if match["voice"] is not None or match["unvoiced"]:
            voice = _plain(match["voice"] or "").strip() or None
        else:
            _follow(match, state)
    pieces.append(Piece(_plain(text[at:]), voice, state.style))
    return split_lines(pieces)


def _follow(match: re.Match[str], state: StyleState) -> None:
    """Change the styling in force by a tag: HTML's, an ASS override, or MicroDVD's `{i}`, `{y:i,b}`."""
    if match["override"]:
        state.override(match["override"])
    elif match["tag"]:
        state.tag(match["tag"].lower(), bool(match["ends"]), match["attributes"] or "")
    else:
        for letter in (match["short"] or match["long"] or "").lower():
            if letter in LETTER_OF_TAG:
                state.tag(letter, bool(match["shuts"]))


def _plain(text: str) -> str:
    return unguard(_ENTITY.sub(lambda m: html.unescape(m[0]), _TAG.sub("", text)))
