"""Tables in scripts: which column holds the times, the speaker and the speech, by the header row or by the whole column.

NVivo, Word and spreadsheets put their columns in any order; Whisper writes start and end in milliseconds, Audacity in seconds.
A header row names the columns ("Timespan", "Content", "Speaker"); without one a column is what all of its cells are. What is
neither time, speaker nor speech (numbers, notes under that name) is set apart; in doubt a column is speech.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from pipeline.formats.readers import names, stamps
from pipeline.formats.readers.script_line import ScriptLine
from pipeline.transcript.subtitles import Apart

# All of these were set by hand.
_MIN_SHARE = 0.8  # of a column's cells that must be of one kind
_MAX_WORDS_A_SECOND = 12  # faster than anybody speaks: then bare numbers are milliseconds, no seconds


class Column(Enum):
    """What a column holds."""

    START = auto()
    END = auto()
    SPEAKER = auto()
    TEXT = auto()
    NUMBER = auto()
    NOTE = auto()


_HEADERS = {
    Column.START: "time|times|timespan|time span|timestamp|time stamp|timecode|time code|tc|start|start time|begin|from|in|"
    "tc in|in point|start ms|start s|begin time|offset",
    Column.END: "end|end time|out|tc out|to|out point|stop|duration|end ms|end s|length|dur",
    Column.SPEAKER: "speaker|speakers|name|who|person|participant|role|actor|tier|voice|character|label|speaker name|speaker id",
    Column.TEXT: "text|content|audio|narration|voiceover|voice over|transcript|transcription|speech|dialogue|dialog|utterance|"
    "what|words|said|sentence|spoken text|caption|subtitle|transcript text",
    Column.NUMBER: "no|nr|number|#|id|line|index|row|n|num|seg|segment|cue|turn|utterance id|line no|line number|segment id",
    Column.NOTE: "note|notes|comment|comments|remark|remarks|code|codes|memo|memos|annotation|annotations|observation|"
    "observations|confidence|language|tags|keywords|themes|description|action|picture|video|visual|scene",
}
_BY_HEADER = {word: kind for kind, words in _HEADERS.items() for word in words.split("|")}
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?")
_ORDINAL = re.compile(r"\W{0,2}\d{1,6}\W{0,2}")
_RULE = re.compile(r"\s*:?-{2,}:?\s*|\s*")
_ABOUT = re.compile(
    r"\W{0,9}(?:date|time|project|title|interviewers?|interviewees?|participants?|attendees|present|location|place|duration|"
    r"(?:audio |media )?file(?: ?name)?|recording|recorded(?: by| on)?|transcriber|transcribed by|language|subject|study|id|"
    r"participant id|version|speakers?|moderator|age|gender|sex|occupation)\W{0,9}",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is written: its cells, their lines divided by LF, and the number of its line or paragraph."""

    number: int
    cells: tuple[str, ...]


def lines_of(rows: Sequence[Row]) -> list[ScriptLine]:
    """The rows of one table as lines of a script."""
    width = max(len(row.cells) for row in rows)
    filled = [
        Row(row.number, tuple(c.strip() for c in row.cells) + ("",) * (width - len(row.cells)))
        for row in rows
    ]
    if _is_about(filled):
        return [_apart(row, Apart.HEAD) for row in filled if any(row.cells)]
    named = _named(filled[0].cells)
    body = filled[1:] if named else filled
    kinds = named or _by_content(body, width)
    scale = _ms_a_unit(body, kinds)
    lines = [_apart(filled[0], Apart.COLUMN)] if named else []
    for row in body:
        if any(row.cells):
            lines += [_apart(row, Apart.COLUMN)] if _named(row.cells) else _row(row, kinds, scale)
    return lines


def _apart(row: Row, what: Apart) -> ScriptLine:
    text = " ".join(" ".join(row.cells).split())
    return ScriptLine(row.number, text, cell=True, apart=what)


def _is_about(rows: Sequence[Row]) -> bool:
    """Whether a table tells of the recording: date, place, people."""
    cells = [row.cells for row in rows if any(row.cells)]
    return len(cells) > 1 and all(
        len([c for c in row if c]) <= 2 and _ABOUT.fullmatch(row[0] or "-") for row in cells
    )


def _named(cells: Sequence[str]) -> list[Column] | None:
    """The columns by a header row; None where the row is none. A column without a title is for numbers."""
    words = [re.sub(r"[\s_]+", " ", re.sub(r"[().:]", "", c)).strip().casefold() for c in cells]
    kinds = [_BY_HEADER.get(w) for w in words]
    known = [k for k in kinds if k]
    if (
        len(known) < 2
        or not {Column.TEXT, Column.SPEAKER} & set(known)
        or len(known) < len([w for w in words if w]) - 1
    ):
        return None
    if Column.TEXT not in known:
        kinds = [Column.TEXT if w and k is None else k for k, w in zip(kinds, words, strict=True)]
        if Column.TEXT not in kinds:
            return None
    return [k or (Column.NOTE if w else Column.NUMBER) for k, w in zip(kinds, words, strict=True)]


def _by_content(rows: Sequence[Row], width: int) -> list[Column]:
    columns = [[row.cells[n] for row in rows if row.cells[n]] for n in range(width)]
    kinds: list[Column | None] = [_kind_of_cells(cells) for cells in columns]
    starts = [n for n, kind in enumerate(kinds) if kind is Column.START]
    for n in starts[1:]:
        kinds[n] = Column.END
    if not starts:
        kinds = _numbers_as_times(columns, kinds)
    rest = [n for n, kind in enumerate(kinds) if kind is None]
    if len(rest) > 1 and (speaker := _speaker(columns, rest, len(rows))) is not None:
        kinds[speaker] = Column.SPEAKER
    return [kind or Column.TEXT for kind in kinds]


def _kind_of_cells(cells: Sequence[str]) -> Column | None:
    if not cells:
        return Column.NUMBER
    if sum(bool(stamps.fills(c)) for c in cells) >= _MIN_SHARE * len(cells):
        return Column.START
    if len(cells) > 1 and all(_ORDINAL.fullmatch(c) for c in cells):
        numbers = [int(re.sub(r"\D", "", c)) for c in cells]
        if numbers == list(range(numbers[0], numbers[0] + len(numbers))):
            return Column.NUMBER
    return None


def _numbers_as_times(columns: Sequence[Sequence[str]], kinds: list[Column | None]) -> list[Column | None]:
    """Two columns of numbers that rise, the second above the first in every row: start and end."""
    for n in range(len(columns) - 1):
        pair = columns[n], columns[n + 1]
        if (
            len(pair[0]) != len(pair[1])
            or len(pair[0]) < 2
            or not all(map(_NUMBER.fullmatch, (*pair[0], *pair[1])))
        ):
            continue
        first, second = ([float(c.replace(",", ".")) for c in cells] for cells in pair)
        if first == sorted(first) and all(a <= b for a, b in zip(first, second, strict=True)):
            return [*kinds[:n], Column.START, Column.END, *kinds[n + 2 :]]
    return kinds


def _speaker(columns: Sequence[Sequence[str]], rest: Sequence[int], rows: int) -> int | None:
    """The first column of short cells that are names: each has the form of one, or they come again; it has a cell for most rows
    or stays empty where the same person goes on."""
    for n in rest:
        cells = [names.bare(c) for c in columns[n]]
        if not cells or not all(names.may_be(c) and len(c.split()) <= 4 for c in cells):
            continue
        sure = sum(names.is_sure(c) for c in cells)
        again = len(cells) - len({c.casefold() for c in cells})
        if sure >= _MIN_SHARE * len(cells) or again * 2 >= len(cells):
            return n
    return None


def _ms_a_unit(rows: Sequence[Row], kinds: Sequence[Column]) -> int:
    """What bare numbers in the time columns count: 1000 for seconds, 1 for milliseconds, as speech needs time."""
    start = next((n for n, kind in enumerate(kinds) if kind is Column.START), None)
    times = [row.cells[start] for row in rows if start is not None and row.cells[start]]
    if not times or not all(map(_NUMBER.fullmatch, times)) or any("." in t or "," in t for t in times):
        return 1000
    words = sum(
        len(row.cells[n].split()) for row in rows for n, kind in enumerate(kinds) if kind is Column.TEXT
    )
    apart = (int(times[-1]) - int(times[0])) / 1000
    return 1 if apart and words / apart <= _MAX_WORDS_A_SECOND else 1000


def _row(row: Row, kinds: Sequence[Column], scale: int) -> list[ScriptLine]:
    """A row as the lines of its speech, with what stands apart in front."""
    said: list[str] = []
    name, starts_ms, times, aside = "", None, [], []
    for kind, cell in zip(kinds, row.cells, strict=True):
        if not cell:
            continue
        if kind in (Column.START, Column.END):
            begins = _time(cell, scale)
            if begins is None:
                said.append(cell)
                continue
            times.append(" ".join(cell.split()))
            starts_ms = begins if starts_ms is None and kind is Column.START else starts_ms
        elif kind is Column.SPEAKER:
            name = names.bare(" ".join(cell.split()))
        elif kind is Column.TEXT:
            said += cell.split("\n")
        else:
            aside.append(cell)
    lines = (
        [ScriptLine(row.number, " ".join(" ".join(aside).split()), cell=True, apart=Apart.COLUMN)]
        if aside
        else []
    )
    if not said:
        return [
            *lines,
            ScriptLine(row.number, "", cell=True, begins=True, name=name, starts_ms=starts_ms, stamps=times),
        ]
    first, *rest = said
    lines.append(
        ScriptLine(row.number, first, cell=True, begins=True, name=name, starts_ms=starts_ms, stamps=times)
    )
    return [*lines, *(ScriptLine(row.number, text, opens=False, cell=True) for text in rest if text.strip())]


def _time(cell: str, scale: int) -> int | None:
    if found := stamps.fills(" ".join(cell.split())):
        return found.starts_ms
    return round(float(cell.replace(",", ".")) * scale) if _NUMBER.fullmatch(cell) else None


def found_in(lines: Sequence[ScriptLine]) -> list[ScriptLine]:
    """A file's lines with its tables, of columns between tabs, bars (Markdown) or commas under a header row, told apart."""
    found: list[ScriptLine] = []
    at = 0
    while at < len(lines):
        rows = _rows_from(lines, at)
        begins = next((n for n, row in enumerate(rows) if _named([c.strip() for c in row.cells])), 0)
        table = rows[begins:]
        if len(table) < 2 or not _is_table(table):
            table, begins = [], max(1, len(rows))
        found += lines[at : at + begins]
        if table:
            found += lines_of([row for row in table if not all(_RULE.fullmatch(c) for c in row.cells)])
        at += begins + len(table)
    return found


def _rows_from(lines: Sequence[ScriptLine], at: int) -> list[Row]:
    """The rows of which this line could be the first: as many cells in each, or more in the last column's text."""
    for divide in (_by_tabs, _by_bars, _by_commas):
        first = divide(lines[at].text)
        if len(first) < 2 or (divide is _by_commas and not _named(first)):
            continue
        rows = [Row(lines[at].number, tuple(first))]
        for line in lines[at + 1 :]:
            cells = divide(line.text)
            if len(cells) != len(first):
                break
            rows.append(Row(line.number, tuple(cells)))
        return rows
    return []


def _by_tabs(text: str) -> list[str]:
    return text.split("\t")


def _by_bars(text: str) -> list[str]:
    stripped = text.strip()
    return stripped[1:-1].split("|") if len(stripped) > 2 and stripped[0] == stripped[-1] == "|" else []


def _by_commas(text: str) -> list[str]:
    try:
        return next(csv.reader([text.strip()], skipinitialspace=True), [])
    except csv.Error:
        return []


def _is_table(rows: Sequence[Row]) -> bool:
    """Whether rows of a text file are a table: a header row names the columns, or one of them holds times."""
    width = len(rows[0].cells)
    cells = [tuple(c.strip() for c in row.cells) for row in rows]
    if _named(cells[0]):
        return True
    kinds = _by_content([Row(row.number, c) for row, c in zip(rows, cells, strict=True)], width)
    if Column.TEXT not in kinds:
        return False
    if Column.START in kinds or (Column.NUMBER in kinds and all(all(row) for row in cells)):
        return True
    who = [row[kinds.index(Column.SPEAKER)] for row in cells] if Column.SPEAKER in kinds else []
    again = len({name.casefold() for name in who}) < len(who)
    return again and all(names.is_sure(name) for name in who)
