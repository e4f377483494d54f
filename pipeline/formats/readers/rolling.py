"""Rolling text: captions that show lines again which stood on the screen before, so that what is said once is written twice.

Roll-up captions (CEA-608, teletext, automatic captions for the web) begin with the last lines of the caption before; paint-on
captions and karaoke repeat a line while it grows or while its colour runs through it; the layers of an ASS title, and the
borders of a file that was put together of segments, hold one caption twice. `unrolled` gives every line to the caption in which
it comes first.

People repeat themselves too, and text alone cannot tell. So that rolling is taken for a property of the file: it is
rolling text when most of its captions begin with what ends the one before, without a pause between them and with
something new behind. Single captions of other files that begin so are marked (`RawCue.again`): the sound decides. A caption
that stands there twice at one time is display everywhere, unless markup gives it to two people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.formats.readers.overlaps import Overlap, overlap_of, rolling_pairs, units_of
from pipeline.formats.readers.raw_cue import Line, Piece, RawCue
from pipeline.timing import Span

Lines = Callable[[str], tuple[Line, ...]]

# A whole caption that comes again just where the one before ends may be said again, or divided by a segment's border.
_ABUTTING_MS = 40
_TAG = re.compile(r"<[^<>]*>|\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Unrolled:
    """The cues with each line once, and how many of the file's cues showed some of their text again."""

    cues: list[RawCue]
    shown_again: int = 0
    is_rolling: bool = False

    @property
    def notes(self) -> list[str]:
        """What a person should know of it, in a sentence."""
        count = self.shown_again
        if not count:
            return []
        show = f"{count} of its cues {'shows' if count == 1 else 'show'}"
        if self.is_rolling:
            return [f"this is rolling text: {show} again what stood before; each line is taken once"]
        return [f"{show} a text that another shows at the same time; it is taken once"]


def unrolled(cues: Sequence[RawCue], lines: Lines) -> Unrolled:
    """The cues of a file, in its order, with each line where it comes first; `lines` is what a viewer sees of a payload."""
    if any(cue.span is None for cue in cues):
        return Unrolled(list(cues))
    single, twice = _without_doubles(cues)
    for by_words in (False, True):
        folding = rolling_pairs(single, by_words)
        if any(folding):
            return _folded(single, folding, by_words, lines, twice)
    return Unrolled(_numbered(_marked(single)) if twice else _marked(single), twice)


# --- one caption twice at one time -----------------------------------------------------------------------------------


def _without_doubles(cues: Sequence[RawCue]) -> tuple[list[RawCue], int]:
    """The cues without those that show the text of an earlier one during its time, and how many there were."""
    kept: list[RawCue] = []
    seen: dict[tuple[str, ...], int] = {}
    for cue in cues:
        key = tuple(_plain(cue.lines))
        at = seen.get(key)
        if key and at is not None and _is_double(kept[at], cue):
            kept[at] = _joined(kept[at], cue)
            continue
        seen[key] = len(kept)
        kept.append(cue)
    return kept, len(cues) - len(kept)


def _joined(earlier: RawCue, cue: RawCue) -> RawCue:
    """One cue of two that show the same: the one that names who speaks, for as long as either is shown."""
    assert earlier.span is not None and cue.span is not None
    named, other = (cue, earlier) if _voices(cue) and not _voices(earlier) else (earlier, cue)
    return replace(_with_folded(named, other), span=earlier.span.hull(cue.span))


def _is_double(earlier: RawCue, cue: RawCue) -> bool:
    """Whether both are on the screen at once for most of the shorter one's time, and no markup says that two people speak."""
    if earlier.span is None or cue.span is None or len({*_voices(earlier), *_voices(cue)}) > 1:
        return False
    if earlier.span == cue.span:
        return True
    shorter_ms = min(earlier.span.duration_ms, cue.span.duration_ms)
    return earlier.span.overlap_ms(cue.span) * 2 > shorter_ms


def _voices(cue: RawCue) -> set[str]:
    return {piece.voice for line in cue.lines for piece in line if piece.voice}


# --- what is left ----------------------------------------------------------------------------------------------------


def _folded(
    cues: Sequence[RawCue], pairs: Sequence[Overlap | None], by_words: bool, lines: Lines, twice: int
) -> Unrolled:
    """The cues without what they show again, each written line in the cue in which it is complete."""
    kept = [_without_invisible(cues[0], lines)]
    count = twice
    for cue, overlap in zip(cues[1:], pairs, strict=True):
        if overlap is None:
            kept.append(_without_invisible(cue, lines))
            continue
        count += 1
        if overlap.grown:
            kept[-1] = _with_last_line_of(kept[-1], cue, overlap.units - 1, lines)
        new = _without_words(cue, overlap.units) if by_words else _without_lines(cue, overlap.units, lines)
        if new is not None:
            kept.append(new)
        if new is None or overlap.grown:
            kept[-1 if new is None else -2] = _prolonged(
                kept[-1 if new is None else -2], cue, whole=new is None
            )
    # Where a line stood while it rolled says nothing about where it stands alone.
    unplaced = [replace(cue, settings="") for cue in kept]
    return Unrolled(_numbered(unplaced), count, is_rolling=True)


def _prolonged(cue: RawCue, by: RawCue, whole: bool) -> RawCue:
    """The cue shown until `by` ends, all of which shows it again (`whole`), or until it begins."""
    assert cue.span is not None and by.span is not None
    end_ms = max(cue.span.end_ms, by.span.end_ms if whole else by.span.start_ms)
    longer = replace(cue, span=Span(cue.span.start_ms, end_ms))
    return _with_folded(longer, by) if whole else longer


def _with_folded(cue: RawCue, other: RawCue) -> RawCue:
    """The cue, with the lines of the file that hold `other` going when it is written."""
    number = (other.line - 1,) if other.id else ()
    return replace(cue, dropped=(*cue.dropped, *other.dropped, *number, other.line, *other.payload))


def _rows(cue: RawCue, lines: Lines) -> list[int] | None:
    """For each line that a viewer sees the row of the payload that holds it; None where rows and lines do not match."""
    rows = [n for n, row in enumerate(_payload_rows(cue)) for _ in lines(row)]
    return rows if len(rows) == len(cue.lines) and len(set(rows)) == len(rows) else None


def _payload_rows(cue: RawCue) -> list[str]:
    return re.split(r"\\[Nn]", cue.raw) if _is_one_line(cue) else cue.raw.split("\n")


def _is_one_line(cue: RawCue) -> bool:
    """Whether the format writes a cue on one line of the file, as ASS does."""
    return cue.payload == (cue.line,)


def _rewritten(cue: RawCue, seen: tuple[Line, ...], rows: Sequence[str]) -> RawCue:
    """The cue with other lines; payload lines that are not needed any more go from the file."""
    raw = (r"\N" if _is_one_line(cue) else "\n").join(rows)
    payload = cue.payload if _is_one_line(cue) else cue.payload[: len(rows)]
    gone = cue.payload[len(payload) :]
    return replace(cue, lines=seen, raw=raw, payload=payload, dropped=(*cue.dropped, *gone))


def _without_lines(cue: RawCue, count: int, lines: Lines) -> RawCue | None:
    """The cue without its first lines, None where nothing is left; of their markup what was opened and not closed stays."""
    if count >= len(cue.lines):
        return None
    left, rows = cue.lines[count:], _rows(cue, lines)
    if rows is None:
        return _rewritten(cue, left, _plain(left))
    all_rows = _payload_rows(cue)
    opened = "".join(_unclosed("".join(all_rows[: rows[count]])))
    kept = [all_rows[n] for n in rows[count:]]
    return _rewritten(cue, left, [opened + kept[0], *kept[1:]])


def _unclosed(markup: str) -> list[str]:
    """The tags of a text that are in force behind it, and all its override blocks."""
    open_tags: list[str] = []
    for tag in _TAG.findall(markup):
        name = re.match(r"<(/?)([A-Za-z]+)", tag)
        if tag.startswith("{"):
            open_tags.append(tag)
        elif name and name[1]:
            same = [n for n, t in enumerate(open_tags) if re.match(rf"<{name[2]}\b", t)]
            if same:
                del open_tags[same[-1]]
        elif name:
            open_tags.append(tag)
    return open_tags


def _without_words(cue: RawCue, count: int) -> RawCue | None:
    """The cue without its first words, on one line; None where nothing is left."""
    words = " ".join(_plain(cue.lines)).split()[count:]
    if not words:
        return None
    voice = next((piece.voice for line in cue.lines for piece in line if piece.voice), None)
    return _rewritten(cue, ((Piece(" ".join(words), voice),),), [" ".join(words)])


def _with_last_line_of(cue: RawCue, grown: RawCue, at: int, lines: Lines) -> RawCue:
    """The cue with its last line as it stands in `grown`, where it is line `at` and longer."""
    theirs, ours = _rows(grown, lines), _rows(cue, lines)
    seen = (*cue.lines[:-1], grown.lines[at])
    if theirs is None or ours is None:
        return _rewritten(cue, seen, _plain(seen))
    before = _payload_rows(cue)
    return _rewritten(cue, seen, [*(before[n] for n in ours[:-1]), _payload_rows(grown)[theirs[at]]])


def _without_invisible(cue: RawCue, lines: Lines) -> RawCue:
    """The cue without the rows of its payload that show nothing: the line still to be written."""
    rows = _rows(cue, lines)
    if not rows or len(rows) == len(_payload_rows(cue)) or "".join(_unclosed(cue.raw)):
        return cue
    return _rewritten(cue, cue.lines, [_payload_rows(cue)[n] for n in rows])


def _plain(lines: Sequence[Line]) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines]


def _numbered(cues: Sequence[RawCue]) -> list[RawCue]:
    """Cues that were numbered throughout, numbered anew."""
    if not all(cue.id.isdecimal() for cue in cues):
        return list(cues)
    return [replace(cue, id=str(n)) for n, cue in enumerate(cues, 1)]


def _marked(cues: Sequence[RawCue]) -> list[RawCue]:
    """The cues, those that begin just where the one before ends, and with what it ended with, marked as doubtful."""
    result = list(cues[:1])
    for first, second in pairwise(cues):
        assert first.span is not None and second.span is not None
        found = overlap_of(units_of(first), units_of(second), False)
        abutting = abs(second.span.start_ms - first.span.end_ms) <= _ABUTTING_MS
        again = found.units if found and abutting and not found.grown else 0
        result.append(replace(second, again=again) if again else second)
    return result
