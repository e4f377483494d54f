"""Advanced SubStation Alpha (ASS) and SSA: each dialogue line of a script is a cue; comments and drawings are left out.

This is a parser of our own, for two reasons: fields are found by the section's `Format:` line, as the
format says (common readers take a fixed order, and then read margins as speech), and a line that cannot be
read becomes a note instead of an error or nothing. The format: http://www.tcax.org/docs/ass-specs.htm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import SubtitlesError
from pipeline.formats.readers.raw_cue import BEGINS_BEFORE, Extent, Line, Piece, RawCue, split_lines
from pipeline.formats.readers.style_state import StyleState
from pipeline.timing import Span

# The order of fields where a section has no `Format:` line; SSA has the same but for the first, which is not read.
_DEFAULT_FORMAT = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
_TIME = re.compile(r"\s*-?(\d{1,6}):(\d{1,2}):(\d{1,2})[.:,](\d{1,3})\s*", re.ASCII)
# A block ends at the first `}`; `\{` is a brace that is shown (libass).
_OVERRIDE = re.compile(r"(?<!\\)\{[^}]*\}")
_DRAWING = re.compile(r"\\p(\d)")
_POSITION = re.compile(r"\\an?\d{1,2}(?!\d)|\\pos\([^()]*\)")


def sniff(text: str) -> bool:
    """Whether the text is an ASS or SSA script: its first section says so."""
    return bool(re.match(r"\s*(?:;[^\n]*\n\s*)*\[Script Info\]", text[:4000], re.IGNORECASE))


def parse(text: str, path: Path) -> tuple[list[RawCue], list[str]]:
    """The dialogue in order of time (scripts are often sorted by style), and notes.

    Raises SubtitlesError when there is no [Events] section.
    """
    fields = _fields(_DEFAULT_FORMAT)
    cues: list[RawCue] = []
    notes: list[str] = []
    section = ""
    seen = False
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if match := re.fullmatch(r"\s*\[([^\]]*)\]\s*", line):
            section = match[1].strip().casefold()
            seen = seen or section == "events"
            continue
        kind, _, rest = line.partition(":")
        if section != "events" or kind.strip().casefold() not in ("format", "dialogue"):
            continue
        if kind.strip().casefold() == "format":
            fields = _fields(rest)
            continue
        cue = _cue(rest, fields, number, len(line) - len(rest), notes)
        if cue is None:
            notes.append(f"line {number}: this dialogue cannot be read and was left out")
        elif cue.lines or not _DRAWING.search(cue.raw):
            cues.append(cue)
    if not seen:
        raise SubtitlesError(path, "holds no [Events] section", "is this a subtitle file?")
    return sorted(cues, key=lambda c: 0 if c.span is None else c.span.start_ms), notes


def _fields(line: str) -> list[str]:
    names = [name.strip().casefold() for name in line.split(",")]
    return [
        name if names.index(name) == at else "" for at, name in enumerate(names)
    ]  # the first of two counts


def _cue(line: str, fields: list[str], number: int, offset: int, notes: list[str]) -> RawCue | None:
    """The cue in what follows "Dialogue:", which begins at `offset` of its line."""
    parts = line.split(",", len(fields) - 1)
    values = dict(zip(fields, parts, strict=False))
    start_ms, end_ms = _time_ms(values.get("start", "")), _time_ms(values.get("end", ""))
    if start_ms is None or end_ms is None or "text" not in values:
        return None
    if values["start"].strip().startswith("-"):
        notes.append(f"line {number}: {BEGINS_BEFORE}")
    raw = values["text"].strip()
    actor = values.get("name", values.get("actor", "")).strip() or None
    codes = "".join(_POSITION.findall("".join(_divided(raw)[1::2])))
    settings = f"{{{codes}}}" if codes else ""
    span = Span(start_ms, max(start_ms, end_ms))
    times = (
        _extent(parts, fields.index("start"), offset),
        _extent(parts, fields.index("end"), offset),
    )
    return RawCue(span, plain_lines(raw, actor), raw, settings=settings, line=number, times=times)


def _extent(parts: list[str], at: int, offset: int) -> Extent:
    """Where in its line the part at `at` stands, without the spaces around it."""
    value = parts[at]
    start = offset + sum(len(part) + 1 for part in parts[:at]) + len(value) - len(value.lstrip())
    return start, start + len(value.strip())


def plain_lines(raw: str, actor: str | None = None) -> tuple[Line, ...]:
    """The lines of a dialogue's text as a viewer sees them, said by `actor`."""
    return split_lines(list(_pieces(raw, actor)))


def _pieces(raw: str, actor: str | None) -> Iterator[Piece]:
    """The text without override blocks, and without what stands between `{\\p1}` and `{\\p0}`, which draws shapes."""
    drawing = False
    state = StyleState()
    after_space = False
    for n, part in enumerate(_divided(raw)):
        if n % 2:
            modes = _DRAWING.findall(part)
            drawing = modes[-1] != "0" if modes else drawing
            state.override(part)
        elif not drawing:
            plain = re.sub(r"\\[Nn]", "\n", part).replace("\\h", " ")
            plain = plain.replace("\\{", "{").replace("\\}", "}")
            if after_space and plain.startswith(" "):  # what stood between was no text
                plain = plain[1:]
            after_space = plain.endswith(" ") if plain else after_space
            yield Piece(plain, actor, state.style)


def _divided(raw: str) -> list[str]:
    """Text and override blocks in turn, text first; behind the last "}" none is looked for: many "{" would take long."""
    end = raw.rfind("}") + 1
    *parts, last = re.split(rf"({_OVERRIDE.pattern})", raw[:end])
    return [*parts, last + raw[end:]]


def _time_ms(text: str) -> int | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    if text.strip().startswith("-"):  # before the recording
        return 0
    hours, minutes, seconds = (int(part) for part in match.groups()[:3])
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + int(match[4].ljust(3, "0"))
