"""CSV for spreadsheets and statistics: a line for each utterance, or for each word.

Text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV injection").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from pipeline.errors import counted
from pipeline.formats.document.captions import Captioned
from pipeline.formats.writers.exported import Exported
from pipeline.formats.writers.render import clean
from pipeline.formats.writers.told import tag_text, utterances
from pipeline.timing import format_timecode

UTTERANCE_COLUMNS = ("utterance", "part", "speaker", "start_ms", "end_ms", "start", "end", "text", "concepts")
WORD_COLUMNS = ("utterance", "speaker", "start_ms", "end_ms", "word", "kind", "confidence")
_FORMULA = ("=", "+", "-", "@")


def of_utterances(read: Captioned) -> Exported:
    """A line for each utterance, its concepts divided by semicolons."""
    rows = [
        (t.id, t.part, t.speaker, t.span.start_ms, t.span.end_ms, format_timecode(t.span.start_ms),
         format_timecode(t.span.end_ms), t.text, "; ".join(map(tag_text, t.tags)))
        for t in utterances(read)
    ]  # fmt: skip
    return _written(UTTERANCE_COLUMNS, rows)


def of_words(read: Captioned) -> Exported:
    """A line for each word, sounds and marks of what was not understood among them."""
    rows = [
        (t.id, t.speaker, w.span.start_ms, w.span.end_ms, clean(w.text), w.kind, w.confidence)
        for t in utterances(read)
        for w in t.words
    ]
    return _written(WORD_COLUMNS, rows)


def _written(columns: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> Exported:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    disarmed = 0
    for row in rows:
        cells = [f"'{v}" if isinstance(v, str) and v.lstrip().startswith(_FORMULA) else v for v in row]
        disarmed += sum(a != b for a, b in zip(row, cells, strict=True))
        writer.writerow(cells)
    notes = (f"{counted(disarmed, 'text')} like a formula, with an apostrophe in front",) if disarmed else ()
    return Exported(text.getvalue().encode(), notes)
