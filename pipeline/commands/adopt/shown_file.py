"""Parser of a mended caption file into what it shows: cues of lines of words, with labels and dashes taken off.

The reverse of `formats.render`: what that draws before a word is recognised here and never taken for a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.commands.adopt.typography import UNSEEN
from pipeline.errors import SubtitlesError, counted
from pipeline.formats import markup, position, readers
from pipeline.formats.readers import srt as srt_reader
from pipeline.formats.readers import vtt as vtt_reader
from pipeline.formats.readers.raw_cue import Line, RawCue
from pipeline.formats.writers.render import DRAFT_NOTICE, clean
from pipeline.timing import Span
from pipeline.transcript import Cue, Transcript, lines_of, styling

# A new speaker label: up to four words in capitals and a colon at the start of a line, as our captions draw labels.
_NEW_LABEL = re.compile(r"(?P<name>[^\W\d_a-z][^\Wa-z]*(?:[ .'’&/#-]+[^\Wa-z]+){0,3}\.?):(?=\s+\S)")
# Markup that no writer of ours writes again; a position is one of its own (`position`).
_UNKEPT = re.compile(
    r"<(?:s|strike|ruby|sub|sup|big|small)[\s>]|<font[^<>]*\b(?:face|size)\s*=|\{[^{}]*\\(?:f[sn]|pos|move|fad|k|s1)",
    re.IGNORECASE,
)
# A dialogue dash: a hyphen before a letter, a quotation mark or the like, or any dash before white space.
_DASH = re.compile(r"[-‐‑](?=[^\W\d]|[\"“‘'«¿¡\[(♪])|[-–—‐‑]\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Word:
    """One written word; `label` and `dash` are shown in front of it, `voice` is the speaker that WebVTT markup names, `style`
    how it looks (`transcript.styling`)."""

    text: str
    label: str = ""
    dash: bool = False
    voice: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class ShownCue:
    """A cue as it is shown, with its lines of words.

    `place` is the position on the picture as ASS override tags, "" for the bottom; `settings` are the WebVTT cue settings.
    `has_classes` says whether styles of its format hold classes, as WebVTT's do.
    """

    span: Span
    lines: tuple[tuple[Word, ...], ...]
    place: str = ""
    settings: str = ""
    has_classes: bool = True

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of all lines."""
        return tuple(w for line in self.lines for w in line)

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each word, without labels and dashes."""
        return tuple(w.text for line in self.lines for w in line)

    def looks_like(self, other: ShownCue) -> bool:
        """Whether both show the same words at the same time, in whatever style; who speaks by markup alone is not shown."""
        return (self.span, self.place) == (other.span, other.place) and self.layout == other.layout

    @property
    def layout(self) -> tuple[tuple[tuple[str, str, bool], ...], ...]:
        """What is drawn: each word's text, label in capitals and dash, line by line."""
        return tuple(tuple((w.text, w.label.upper(), w.dash) for w in line) for line in self.lines)

    @property
    def styles(self) -> tuple[str, ...]:
        """How each word looks."""
        return tuple(w.style for line in self.lines for w in line)


def shown(cue: Cue, transcript: Transcript, voices: Sequence[str], has_classes: bool = True) -> ShownCue:
    """Convert a transcript's cue into what is shown; `voices` names the speaker of every token."""
    labels, dashes = dict(cue.labels), set(cue.dashes)
    lines = []
    for line in lines_of(cue, transcript.tokens):
        words: list[Word] = []
        for index in line:
            token = transcript.tokens[index]
            first, *rest = clean(token.text).split() or [""]
            style = token.style if has_classes else styling.without_classes(token.style)
            words.append(Word(first, clean(labels.get(index, "")), index in dashes, voices[index], style))
            words += [Word(text, voice=voices[index], style=style) for text in rest]
        lines.append(tuple(words))
    # WebVTT alone has classes, and always places.
    settings = cue.settings if has_classes or transcript.srt_positions else ""
    return ShownCue(cue.span, tuple(lines), position.to_ssa(settings), settings, has_classes)


def read_mended(path: Path, lang: str, labels: Iterable[str]) -> tuple[list[ShownCue], list[str]]:
    """Parse a mended file: its cues in order of time, and notes about what captions cannot hold of it.

    `labels` are the names that count as speaker labels. Raises SubtitlesError.
    """
    text = readers.source_text(path, lang)
    is_webvtt = vtt_reader.sniff(text)
    if is_webvtt:
        raw, notes = vtt_reader.parse(text, path)
    elif srt_reader.sniff(text) or path.suffix.lower() == ".srt":
        raw, notes = srt_reader.parse(text, path)
    else:
        raise SubtitlesError(path, "is neither SubRip nor WebVTT", "name the caption file that was mended")
    known = _known_labels(labels)
    cues = [replace(_cue(cue, known), has_classes=is_webvtt) for cue in raw]
    if unkept := sum(bool(_UNKEPT.search(cue.raw)) for cue in raw):
        has = "has" if unkept == 1 else "have"
        lost = "a font, a size, a line through words or an effect, which our captions do not keep"
        notes.append(f"{counted(unkept, 'cue')} {has} {lost}")
    kept = [cue for cue in cues if cue.words]
    return sorted(kept, key=lambda c: c.span.start_ms), notes


def _known_labels(labels: Iterable[str]) -> re.Pattern[str]:
    """A pattern of known speaker labels as any caption profile draws them: "DANIEL:", "[Daniel]", "(Daniel)"."""
    names = sorted({clean(name) for name in labels} - {""}, key=len, reverse=True)
    alternatives = "|".join(re.escape(name) for name in names) or r"(?!)"
    drawn = rf"(?:(?P<name>{alternatives}):|\[(?P<square>{alternatives})\]|\((?P<round>{alternatives})\))"
    return re.compile(rf"{drawn}(?=\s+\S)", re.IGNORECASE)


def _cue(raw: RawCue, known: re.Pattern[str]) -> ShownCue:
    """A parsed cue as it is shown, at least 1 ms long."""
    span = raw.span or Span(0, 0)
    span = Span(span.start_ms, max(span.end_ms, span.start_ms + 1))
    lines = (_line(line, known) for line in raw.lines)
    place = position.to_ssa(raw.settings)
    return ShownCue(span, tuple(line for line in lines if line), place, raw.settings)


def _line(line: Line, known: re.Pattern[str]) -> tuple[Word, ...]:
    """The words of a line with their labels and dashes; none of the notice that a draft bears."""
    text = "".join(p.text for p in line)
    if clean(markup.unguard(text)) == DRAFT_NOTICE:
        return ()
    voices = [p.voice or "" for p in line for _ in p.text]
    styles = [p.style for p in line for _ in p.text]
    words: list[Word] = []
    label, dash, at = "", False, 0
    while at < len(text):
        if text[at].isspace() or text[at] in UNSEEN:
            at += 1
            continue
        starts = not words and not label
        found = (
            _DASH.match(text, at)
            if not dash and (starts or known.match(text, _after_dash(text, at)))
            else None
        )
        if found:
            dash, at = True, found.end()
            continue
        found = known.match(text, at) or (_NEW_LABEL.match(text, at) if starts else None)
        if found and not label:
            label, at = next(name for name in found.groups() if name), found.end()
            continue
        end = at
        while end < len(text) and not text[end].isspace():
            end += 1
        if clean(text[at:end]):
            style = Counter(styles[at:end]).most_common(1)[0][0]
            words.append(Word(clean(text[at:end]), label, dash, voices[at], style))
            label, dash = "", False
        at = end
    return tuple(words)


def _after_dash(text: str, at: int) -> int:
    """The offset behind a dash at `at`, where a label would begin; the end of the text without a dash."""
    found = _DASH.match(text, at)
    return found.end() if found else len(text)
