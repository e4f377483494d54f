"""The captions of a public document as they are shown: each line divided by who says it and how it looks.

A document holds the lines of its captions as plain text, and who says a word and how it looks at the word itself; so the
lines are found again in the words, in order. A line that cannot be found (somebody wrote the document anew) stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.formats.document.captions import Captioned, WrittenWord
from pipeline.formats.writers.render import Piece, RenderedCue, clean, with_notice
from pipeline.transcript import NOT_CAPTIONED, Kind

# A caption's first word is looked for so many words before and behind the last caption's end: people talk at once. Chosen.
_REACH = 200
# What may stand in front of a word and is none: a label, a dialogue dash, both.
_MARK = re.compile(r"(?:[-–—>]{1,2}\s?)?(?:[^:]{0,60}:|\[[^\]]{0,60}\]|\([^)]{0,60}\))?\s?")

_Found = list[list[tuple[str, WrittenWord]]]


def shown(read: Captioned) -> tuple[RenderedCue, ...]:
    """The captions in order, and in a draft the notice that it is one."""
    cues = list(_rendered(read))
    return tuple(with_notice(cues) if read.document.draft and cues else cues)


def _rendered(read: Captioned) -> Iterator[RenderedCue]:
    words = [w for w in read.words if clean(w.text)]
    at = 0
    for cue in read.cues:
        found = None
        for start in _starts(at, len(words)):
            if (found := _match(cue.lines, words, start)) is not None:
                at = found[1]
                break
        lines = _pieces(found[0]) if found else [(Piece(clean(line), cue.speaker),) for line in cue.lines]
        yield RenderedCue(cue.span, tuple(line for line in lines if line), cue.position)


def _starts(at: int, count: int) -> Iterator[int]:
    """Where a caption may begin: where the last one ended, then ever farther from there."""
    yield at
    for distance in range(1, _REACH):
        yield from (n for n in (at + distance, at - distance) if 0 <= n < count)


def _match(lines: Sequence[str], words: Sequence[WrittenWord], at: int) -> tuple[_Found, int] | None:
    """The words of the lines, each with what stands in front of it, and the number behind the last; None where they differ."""
    found: _Found = []
    first = True
    for line in map(clean, lines):
        held: list[tuple[str, WrittenWord]] = []
        place = 0
        while line[place:].strip():
            step = None
            while at < len(words) and (step := _word_at(line, place, words[at])) is None:
                if first or Kind(words[at].kind) not in NOT_CAPTIONED:
                    return None
                at += 1
            if step is None:
                return None
            mark, place = step
            held.append((mark, words[at]))
            at, first = at + 1, False
        found.append(held)
    return found, at


def _word_at(line: str, place: int, word: WrittenWord) -> tuple[str, int] | None:
    """What stands between a place in a line and the word that comes next, and the place behind it; None if another word does."""
    text = clean(word.text)
    at = line.find(text, place)
    while at >= 0:
        mark, end = line[place:at], at + len(text)
        if _MARK.fullmatch(mark.lstrip()) and (end == len(line) or line[end] == " "):
            return mark.lstrip(), end
        at = line.find(text, at + 1)
    return None


def _pieces(lines: _Found) -> list[tuple[Piece, ...]]:
    # A door that opens while somebody talks is not their voice.
    voiceless = all(word.kind == Kind.SOUND and not mark for line in lines for mark, word in line)
    result = []
    for line in lines:
        runs: list[Piece] = []
        for mark, word in line:
            speaker = "" if voiceless else word.speaker
            for text, style in ((mark, ""), (clean(word.text), word.style)):
                if not text:
                    continue
                between = " " if runs and not (text is not mark and mark) else ""
                if runs and (runs[-1].speaker, runs[-1].style) == (speaker, style):
                    runs[-1] = Piece(f"{runs[-1].text}{between}{text}", speaker, style)
                else:
                    runs.append(Piece(f"{between}{text}", speaker, style))
        result.append(tuple(runs))
    return result


def speakers_of(cue: RenderedCue) -> tuple[str, ...]:
    """The names of who says a caption, in order, each once."""
    return tuple(
        dict.fromkeys(p.speaker for line in cue.pieces for p in line if p.speaker and p.text.strip())
    )
