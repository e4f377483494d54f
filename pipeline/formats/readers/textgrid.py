"""Praat's TextGrid, in its long and its short form: tiers of intervals, each with a label.

The format is a list of values: numbers, flags and quoted texts, in which a quote is doubled; whatever else stands there is a
comment for the eye (https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html). So both forms are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import SubtitlesError
from pipeline.formats.readers.raw_cue import Line, RawCue
from pipeline.formats.readers.tiers import Annotation, Tier, cues_of, lines_of
from pipeline.timing import Span, seconds_to_ms

# A value stands alone between white space: the digits of `xmin` or of "intervals [3]:" are none.
_VALUE = re.compile(
    r'"(?P<text>(?:[^"]|"")*+)"|(?<!\S)(?:(?P<number>[+-]?\d[\d.eE+-]*+)|<(?P<flag>\w{1,20})>)(?=\s|\Z)|(?<!\S)![^\n]*+'
)
_REMEDY = "save it again as a text file in Praat"
_MAX_S = 1e7  # a recording of 115 days; more is damage
_MAX_ANNOTATIONS = (
    500_000  # of all tiers; two days of talk, word by word and sound by sound. Chosen, against memory.
)


def sniff(text: str) -> bool:
    """Whether the text says that it is a TextGrid, at its head."""
    head = text[:400]
    return "ooTextFile" in head and bool(re.search(r'"TextGrid"', head))


def parse(text: str, path: Path) -> tuple[list[RawCue], list[str]]:
    """What people say in the tiers, as cues in order of time, and notes. Raises SubtitlesError with the line of damage."""
    values = _Values(text, path)
    values.until_flag()
    notes: list[str] = []
    tiers: list[Tier] = []
    for _ in range(values.count()):
        kind, name = values.text(), values.text()
        values.number(), values.number()
        annotations = [values.annotation(kind) for _ in range(values.count())]
        if kind == "IntervalTier":
            tiers.append(Tier(name, tuple(annotations)))
        elif any(a.text.strip() for a in annotations):
            notes.append(f"the tier '{name[:40]}' marks points in time, and was left out")
    cues, told = cues_of(tiers)
    return cues, [*told, *notes]


class _Token(NamedTuple):
    """A value and the line that it begins on."""

    kind: str
    value: str
    line: int


class _Values:
    """The values of a TextGrid, one after the other."""

    def __init__(self, text: str, path: Path) -> None:
        self._path = path
        self._left = self._scanned(text)
        self._line = 1
        self._annotations = 0

    def _scanned(self, text: str) -> Iterator[_Token]:
        line = at = 0
        for match in _VALUE.finditer(text):
            line += text.count("\n", at, match.start())
            at = match.start()
            if match.lastgroup:
                yield _Token(match.lastgroup, match[match.lastgroup], line + 1)

    def _next(self, kind: str, what: str) -> str:
        token = next(self._left, None)
        if token is None:
            raise SubtitlesError(self._path, f"ends where {what} must stand", _REMEDY, line=self._line)
        self._line = token.line
        if token.kind != kind:
            problem = f"has '{token.value[:40]}' where {what} must stand"
            raise SubtitlesError(self._path, problem, _REMEDY, line=token.line)
        return token.value

    def until_flag(self) -> None:
        """Pass over the head, up to the flag that says whether there are tiers."""
        for token in self._left:
            self._line = token.line
            if token.kind == "flag":
                if token.value != "exists":
                    raise SubtitlesError(self._path, "holds no tiers", _REMEDY, line=token.line)
                return
        raise SubtitlesError(self._path, "ends before its tiers", _REMEDY, line=self._line)

    def text(self) -> str:
        return self._next("text", "a text in quotes").replace('""', '"')

    def number(self) -> float:
        value = self._next("number", "a number")
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number < _MAX_S:
            raise SubtitlesError(
                self._path, f"holds a time that cannot be ({value[:40]})", _REMEDY, line=self._line
            )
        return number

    def count(self) -> int:
        number = self.number()
        if number != int(number):
            raise SubtitlesError(self._path, f"counts {number:g} things", _REMEDY, line=self._line)
        return int(number)

    def annotation(self, kind: str) -> Annotation:
        """An interval, or of a tier of points one of these."""
        self._annotations += 1
        if self._annotations > _MAX_ANNOTATIONS:
            problem = f"holds more than {_MAX_ANNOTATIONS:,} annotations, far more than any recording"
            raise SubtitlesError(
                self._path, problem, "give the annotations of one recording", line=self._line
            )
        start_ms = seconds_to_ms(self.number())
        end_ms = start_ms if kind == "TextTier" else seconds_to_ms(self.number())
        label = self.text()
        return Annotation(Span(start_ms, max(start_ms, end_ms)), label, self._line)


def plain_lines(raw: str) -> tuple[Line, ...]:
    """The lines of a label."""
    return lines_of(raw)
