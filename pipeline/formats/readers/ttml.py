"""TTML and its profiles (DFXP, IMSC, EBU-TT-D, SMPTE-TT, iTunes Timed Text): each timed paragraph is a cue.

Times add up along the elements that stand in each other, in parallel or in sequence; a paragraph without times of its own
whose spans have some is a cue for each of them. The format: https://www.w3.org/TR/ttml2/. Pictures of text are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from pipeline.errors import SubtitlesError, counted
from pipeline.formats.readers import xml_tree
from pipeline.formats.readers.raw_cue import BEGINS_BEFORE, Line, Piece, RawCue, split_lines
from pipeline.formats.readers.ttml_styles import Look, Styles, is_hidden, style_of
from pipeline.formats.readers.ttml_times import Clock, clock_of
from pipeline.formats.readers.xml_tree import Element
from pipeline.timing import Span, clock

_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?tt[\s>]")
_TIMED = ("begin", "end", "dur")
_SPACE = re.compile(r"[ \t\r\n]+")


def sniff(text: str) -> bool:
    """Whether the text is XML whose root is `tt`."""
    head = text[:8000].lstrip("\ufeff \t\r\n")
    return head.startswith("<") and bool(_ROOT.search(head))


def parse(text: str, path: Path, frame_rate: Fraction | None = None) -> tuple[list[RawCue], list[str]]:
    """The cues in file order, and notes. Where frames are counted and the file names no rate, `frame_rate` is the recording's.

    Raises SubtitlesError for what is no XML, and for a file that holds pictures of text alone.
    """
    root = xml_tree.parse(text, path)
    if root.name != "tt":
        raise SubtitlesError(path, f"is XML of another kind ('{root.name[:40]}')", "give a TTML file", line=1)
    reader = _Reader(root, clock_of(root, frame_rate))
    for body in root.below("body"):
        reader.walk(body, _Here())
    pictures = sum(1 for _ in root.all("image")) or sum(
        1 for e in root.all("div") if e.get("backgroundImage")
    )
    if pictures and not reader.cues:
        raise SubtitlesError(path, "holds pictures of text, which are not read", "give captions as text")
    notes = list(reader.notes)
    if pictures:
        notes.append(f"{counted(pictures, 'picture')} of text left out")
    for what, count in reader.left_out.items():
        notes.append(f"{counted(count, 'word')} {what} left out")
    return reader.cues, notes


@dataclass(frozen=True, slots=True)
class _Here:
    """What holds where an element stands: when it begins and ends at the latest, its look, region, agent and white space."""

    start_ms: int = 0
    end_ms: int | None = None
    look: Look = field(default_factory=dict)
    region: str = ""
    agent: str = ""
    preserved: bool = False
    timed: bool = False


class _Reader:
    """Collects cues along the tree, with the clock, the styles and the people of its head."""

    def __init__(self, root: Element, counts: Clock) -> None:
        self.cues: list[RawCue] = []
        self.notes: list[str] = []
        self.left_out: dict[str, int] = {}
        self._clock = counts
        self._styles = Styles.of(root)
        self._agents = {
            agent.get("id"): " ".join(name.text.split())
            for agent in root.all("agent")
            for name in agent.below("name")
        }
        self._preserved = root.get("space") == "preserve"

    def walk(self, element: Element, outer: _Here) -> int:
        """Collect what stands in an element; returns when it ends, for those that follow it in sequence."""
        here = self._entered(element, replace(outer, preserved=outer.preserved or self._preserved))
        if here is None:
            return outer.start_ms
        sequence, at = element.get("timeContainer") == "seq", here.start_ms
        for child in element.below("div", "p", "body"):
            inner = replace(here, start_ms=at) if sequence else here
            after = self._paragraph(child, inner) if child.name == "p" else self.walk(child, inner)
            at = max(at, after) if sequence else at
        return here.end_ms if here.end_ms is not None else at

    def _entered(self, element: Element, outer: _Here) -> _Here | None:
        """What holds inside an element; None where its times cannot be read."""
        given = {key: self._clock.ms(element.get(key)) for key in _TIMED if element.get(key)}
        if given.get("begin") is not None and element.get("begin").strip().startswith("-"):
            self.notes.append(f"line {element.line}: {BEGINS_BEFORE}")
        for key, value in given.items():
            if value is None:
                shown = " ".join(element.get(key).split())[:40]
                self.notes.append(f"line {element.line}: '{shown}' is no time; this caption was left out")
                return None
        start_ms = outer.start_ms + (given.get("begin") or 0)
        ends = [outer.start_ms + e for e in (given.get("end"),) if e is not None]
        ends += [start_ms + d for d in (given.get("dur"),) if d is not None]
        ends += [outer.end_ms] if outer.end_ms is not None else []
        return _Here(
            start_ms,
            min(ends) if ends else None,
            outer.look | self._styles.said(element),
            element.get("region") or outer.region,
            element.get("agent") or outer.agent,
            element.get("space") == "preserve" or (outer.preserved and element.get("space") != "default"),
            outer.timed or bool(given),
        )

    def _paragraph(self, element: Element, outer: _Here) -> int:
        here = self._entered(element, outer)
        if here is None:
            return outer.start_ms
        parts = [e for e in element.below("span") if any(e.get(key) for key in _TIMED)]
        own = any(element.get(key) for key in _TIMED)
        at = here.start_ms
        if parts and not own:
            for part in parts:
                inner = replace(here, start_ms=at) if element.get("timeContainer") == "seq" else here
                if (said := self._entered(part, inner)) is not None:
                    self._cue(part, said)
                    at = said.end_ms or said.start_ms
            return at
        self._cue(element, here)
        return here.end_ms if here.end_ms is not None else at

    def _cue(self, element: Element, here: _Here) -> None:
        """Add the cue of an element, unless it holds no text."""
        lines = split_lines(_collapsed(list(self._pieces(element, here))))
        if not lines:
            return
        if not here.timed:
            self._count(element.text, "without a time")
            return
        if here.end_ms is None:
            self.notes.append(f"the cue at {clock(here.start_ms)} has no end")
        elif here.end_ms < here.start_ms:
            self.notes.append(f"the cue at {clock(here.start_ms)} ends before it starts; its end was ignored")
        span = Span(here.start_ms, max(here.start_ms, here.end_ms or 0))
        raw = "\n".join("".join(p.text for p in line) for line in lines)
        settings = self._styles.settings(element, here.region)
        self.cues.append(RawCue(span, lines, raw, element.get("id"), settings, line=element.line))

    def _pieces(self, element: Element, here: _Here) -> Iterator[Piece]:
        if is_hidden(here.look):
            self._count(element.text, "that no player shows")
            return
        voice, style = self._agents.get(here.agent) or None, style_of(here.look)
        for held in element.held:
            if isinstance(held, str):
                text = held if here.preserved else _SPACE.sub(" ", held)
                yield Piece(text, voice, style)
            elif held.name == "br":
                yield Piece("\n", voice, style)
            elif held.name == "span":
                look = here.look | self._styles.said(held)
                if look.get("ruby", "") in ("text", "textContainer", "delimiter"):
                    self._count(held.text, "of ruby annotation")
                    continue
                space = held.get("space")
                preserved = space == "preserve" or (here.preserved and space != "default")
                agent = held.get("agent") or here.agent
                yield from self._pieces(held, replace(here, look=look, agent=agent, preserved=preserved))

    def _count(self, text: str, what: str) -> None:
        if words := len(text.split()):
            self.left_out[what] = self.left_out.get(what, 0) + words


def _collapsed(pieces: list[Piece]) -> list[Piece]:
    """The pieces without spaces at the ends of lines, and with one alone between two words of neighbouring pieces."""
    kept: list[Piece] = []
    open_line = False  # whether the line has text, and no space at its end
    for piece in pieces:
        text = piece.text
        if not open_line:
            text = text.lstrip(" ") if text != "\n" else text
        if text:
            kept.append(replace(piece, text=text))
            open_line = text[-1] not in " \n"
    ends = [n for n, piece in enumerate(kept) if n + 1 == len(kept) or kept[n + 1].text == "\n"]
    for n in ends:
        kept[n] = replace(kept[n], text=kept[n].text.rstrip(" "))
    return kept


def plain_lines(raw: str) -> tuple[Line, ...]:
    """The lines of a payload, which holds no markup any more."""
    return split_lines([Piece(raw)])
