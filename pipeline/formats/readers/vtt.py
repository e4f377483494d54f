"""WebVTT, parsed as its standard says and no stricter (W3C WebVTT, https://www.w3.org/TR/webvtt1/).

The file is parsed by the "WebVTT parser algorithm" (section 6.1), cue text by the "WebVTT cue
text parsing rules" (6.4). The parser keeps cues that end before they start, as the standard
demands. What the standard drops is read as what it was meant for, and told in a note (`vtt_recovery`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import SubtitlesError
from pipeline.formats.colours import colour_of_class
from pipeline.formats.markup import ruby_note, without_ruby
from pipeline.formats.readers.raw_cue import Extent, Line, Piece, RawCue, split_lines
from pipeline.formats.readers.vtt_recovery import Outside, recovered
from pipeline.timing import Span, clock
from pipeline.transcript import styling

_SIGNATURE = re.compile(r"WEBVTT(?:[ \t\n]|\Z)")
_SPACE = " \t\n\f\r"  # ASCII white space; Python's own idea of it is much wider
_STAMP = r"((?:(\d{1,9}):)?(\d\d):(\d\d)\.(\d{3})(?!\d))"
_TIMING = re.compile(rf"[{_SPACE}]*{_STAMP}[{_SPACE}]*-->[{_SPACE}]*{_STAMP}(.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class VttCue:
    """A cue as the standard's parser sees it: `end_ms` may lie before `start_ms`; `line` (from 1) holds its `times`."""

    id: str
    start_ms: int
    end_ms: int
    settings: str
    text: str
    line: int
    times: tuple[Extent, Extent] = ((0, 0), (0, 0))


@dataclass(slots=True)
class VttFile:
    """What the standard's parser collects, and the blocks `outside` of cues, style sheets and regions, which it drops."""

    cues: list[VttCue] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    outside: list[Outside] = field(default_factory=list)


def sniff(text: str) -> bool:
    """Whether the text carries the WebVTT signature."""
    return bool(_SIGNATURE.match(_preprocessed(text[:16])))


def parse(text: str, path: Path, frame_rate: Fraction | None = None) -> tuple[list[RawCue], list[str]]:
    """The cues in file order, and notes. Where times count frames, `frame_rate` is the recording's.

    Raises SubtitlesError when the signature is missing.
    """
    if not sniff(text):
        remedy = "make its first line WEBVTT, or rename it .srt if that is what it is"
        raise SubtitlesError(path, "does not begin with the line WEBVTT", remedy, line=1)
    found = parse_file(text)
    lines = _preprocessed(text).split("\n")
    cues, notes = recovered(lines, [_cue(c) for c in found.cues], found.outside, plain_lines, frame_rate)
    notes += ruby_note(cue.raw for cue in cues)
    for cue in found.cues:
        if cue.end_ms < cue.start_ms:
            notes.append(f"the cue at {clock(cue.start_ms)} ends before it starts; its end was ignored")
        if "<" in _without_tags(cue.text):
            notes.append(f"line {cue.line + 1}: the cue holds a bare '<'; behind it players show nothing")
    return cues, notes


def _cue(cue: VttCue) -> RawCue:
    span = Span(cue.start_ms, max(cue.start_ms, cue.end_ms))
    rows = cue.text.count("\n") + 1 if cue.text else 0
    payload = tuple(range(cue.line + 1, cue.line + 1 + rows))
    return RawCue(
        span,
        plain_lines(cue.text),
        cue.text,
        cue.id,
        cue.settings,
        line=cue.line,
        times=cue.times,
        payload=payload,
    )


def _without_tags(text: str) -> str:
    return re.sub(r"<[^<>]*>", "", text)


def _preprocessed(text: str) -> str:
    return re.sub(r"\r\n?", "\n", text.replace("\0", "\ufffd"))


def parse_file(text: str) -> VttFile:
    """The standard's parser (6.1): everything in `text`, nothing when the signature is missing."""
    result = VttFile()
    text = _preprocessed(text)
    if not _SIGNATURE.match(text):
        return result
    lines = text.split("\n")
    if lines[-1] == "":  # the end of the last line, not a line
        lines.pop()
    at = 1
    if at < len(lines) and lines[at] != "":
        at = _Block(result, lines, at, in_header=True).end
    while at < len(lines):
        if lines[at] == "":
            at += 1
        else:
            at = _Block(result, lines, at, in_header=False).end
    return result


@dataclass(frozen=True, slots=True)
class Timing:
    """A timing line: its times, where in the line they are written, and the cue settings behind them."""

    start_ms: int
    end_ms: int
    times: tuple[Extent, Extent]
    settings: str


def timing(line: str) -> Timing | None:
    """What the standard's parser reads from a timing line (6.1, "collect WebVTT cue timings and settings")."""
    match = _TIMING.match(line)
    if match is None:
        return None
    start_ms, end_ms = _stamp_ms(match.groups()[1:5]), _stamp_ms(match.groups()[6:10])
    if start_ms is None or end_ms is None:
        return None
    return Timing(start_ms, end_ms, (match.span(1), match.span(6)), match[11].strip(_SPACE))


class _Block:
    """One pass of "collect a WebVTT block" (6.1) from line `at`: what it finds
    goes into `file`, `end` is where the next begins."""

    def __init__(self, file: VttFile, lines: list[str], at: int, in_header: bool) -> None:
        self.file = file
        self.buffer: list[str] = []
        self.kind = ""
        self.cue: VttCue | None = None
        self.end = self._collect(lines, at, in_header)
        self._keep()
        if not (self.cue or self.kind or in_header):
            block = lines[at : self.end]
            file.outside.append(Outside(at + 1, tuple(block if block[-1] else block[:-1])))

    def _collect(self, lines: list[str], at: int, in_header: bool) -> int:
        seen_arrow = False
        for count, number in enumerate(range(at, len(lines)), 1):
            line = lines[number]
            if "-->" in line:
                if in_header or not (count == 1 or (count == 2 and not seen_arrow)):
                    return number
                seen_arrow = True
                self._timing(line, number)
            elif line == "":
                return number + 1
            else:
                if count == 2 and not in_header and not self.file.cues:
                    self._declaration()
                self.buffer.append(line)
        return len(lines)

    def _timing(self, line: str, number: int) -> None:
        found = timing(line)
        if found is None:
            self.cue = None
            return
        self.cue = VttCue(
            "\n".join(self.buffer), found.start_ms, found.end_ms, found.settings, "", number + 1, found.times
        )
        self.buffer = []

    def _declaration(self) -> None:
        for kind in ("STYLE", "REGION"):
            if (
                self.buffer
                and self.buffer[0].startswith(kind)
                and not self.buffer[0][len(kind) :].strip(_SPACE)
            ):
                self.kind, self.buffer = kind, []

    def _keep(self) -> None:
        text = "\n".join(self.buffer)
        if self.cue is not None:
            self.file.cues.append(replace(self.cue, text=text))
        elif self.kind == "STYLE":
            self.file.styles.append(text)
        elif self.kind == "REGION":
            self.file.regions.append(text)


def _stamp_ms(parts: Sequence[str | None]) -> int | None:
    """Milliseconds of a timestamp's parts, None when minutes or seconds exceed 59 (6.3)."""
    hours, minutes, seconds, fraction = (int(p or 0) for p in parts)
    if minutes > 59 or seconds > 59:
        return None
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction


# The nodes of a cue's text (6.4); `rt` counts only inside `ruby`.
_NODES = frozenset(("c", "i", "b", "u", "ruby", "rt", "v", "lang"))
_STYLES = frozenset("biu")
# Signs that no class of ours may hold; no player's style sheet can name them without an escape.
_NO_CLASS = re.compile(r"[&#]")
_TOKEN = re.compile(r"<[^>]*>?|[^<]+")
_TAG = re.compile(rf"<(/?)([^{_SPACE}.>]*)((?:\.[^{_SPACE}>]*)?)(?:[{_SPACE}]+([^>]*))?>?", re.DOTALL)


class _Node(NamedTuple):
    """An open node of a cue's text: its name, the voice of a `v`, and its classes."""

    name: str
    voice: str
    classes: tuple[str, ...]


def plain_lines(raw: str) -> tuple[Line, ...]:
    """The lines of a WebVTT payload without its markup and ruby, each piece with the voice and style that markup gives it."""
    return split_lines(cue_pieces(without_ruby(raw)))


def cue_pieces(text: str) -> list[Piece]:
    """Cue text without tags and with its character references resolved, each piece with the voice it stands in (6.4).

    Text behind a '<' that is never closed is no text by the standard, and so it is here.
    """
    pieces: list[Piece] = []
    open_nodes: list[_Node] = []
    for token in _TOKEN.findall(text):
        if token[0] != "<":
            voice = next((n.voice for n in reversed(open_nodes) if n.name == "v"), None)
            pieces.append(Piece(html.unescape(token), voice or None, _style(open_nodes)))
            continue
        match = _TAG.match(token)
        if match is not None:
            _follow(match, open_nodes)
    return pieces


def _style(open_nodes: Sequence[_Node]) -> str:
    """How text inside these nodes looks; of several colours the innermost is seen."""
    classes = [name for node in open_nodes for name in node.classes]
    colours = [colour for name in classes if (colour := colour_of_class(name)) is not None]
    others = [name for name in classes if colour_of_class(name) is None]
    return styling.composed({n.name for n in open_nodes} & _STYLES, colours[-1] if colours else "", others)


def _follow(tag: re.Match[str], open_nodes: list[_Node]) -> None:
    """Open or close the node that a tag names; tags that fit nowhere are ignored."""
    closes, name = bool(tag[1]), tag[2]
    current = open_nodes[-1].name if open_nodes else ""
    if not closes:
        if name in _NODES and (name != "rt" or current == "ruby"):
            annotation = " ".join(html.unescape(tag[4] or "").split())
            classes = tuple(c for c in _NO_CLASS.sub("", tag[3]).split(".") if c)
            open_nodes.append(_Node(name, annotation, classes))
    elif name and name == current:
        open_nodes.pop()
    elif name == "ruby" and current == "rt":
        del open_nodes[-2:]
