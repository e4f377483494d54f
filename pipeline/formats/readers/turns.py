"""Speaker changes: where in a cue another person begins to speak, by markup, dialogue dash, `>>` or label.

The one recogniser of these for all who read captions: words are made of what it leaves, the audit judges what it found.
A dash, chevrons and a label stand at the start of a line, or behind the end of a sentence within it. A hyphen is a
dash unless a digit follows ("-5"); a longer dash needs a capital behind it, because "– and then" goes on. Within a
line a dash counts only where another one has stood in front.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.formats.readers.label_forms import may_bear_label
from pipeline.formats.readers.labels import Labels
from pipeline.formats.readers.raw_cue import RawCue, text_lines

_BRACKETED = re.compile(
    r"\[[^\[\]]*\]|\([^()]*\)|<[^<>\n]{1,40}>|\{[^{}\n]{1,40}\}"
    r"|[♪♫♬][^♪♫♬]*(?:[♪♫♬]+|$)|(?m:^[ \t]*#[ \t][^#\n]*#[ \t]*$)"
)
_LABEL_WINDOW = 200  # characters in which a label and what follows it are looked for
_CHEVRONS = re.compile(r"[ \t]*>{2,3}[ \t]*")
_CAPITAL = r"[A-ZÀ-ÖØ-Þ\"“‘'«¿¡\[(♪]"
_DASH = re.compile(
    rf"[ \t]*(?:[-‐‑−](?![-–‐‑−>])(?=[ \t]|[^\s\d.,…])|–(?=[ \t]*{_CAPITAL})|[—―•](?=[ \t]+{_CAPITAL}))[ \t]*"
)
# Where another speaker may begin within a line: behind the end of a sentence.
_TURN_WITHIN_LINE = re.compile(
    r"(?<=[.?!…\])”\"♪])[ \t]+(?=[-–—][ \t]?\S|[\w#][^:：\n]{0,60}(?::[ \t]|：)|>>)"
)


@dataclass(frozen=True, slots=True)
class SpeakerChange:
    """From `start` on somebody else speaks; `label` is who, where it is said; the text up to `end` is not part of the words.

    `voice` says that markup names the speaker; `aside` is what stood inside a label, "(sighs)"; the label as it is
    written begins at `label_start`, behind a dash up to `dash_end` (`start` where there is none). With `doubtful` nobody knows
    whether the text from `label_start` to `end` is a label or speech.
    """

    start: int
    end: int
    label: str | None
    voice: bool = False
    aside: str = ""
    dash_end: int = -1
    label_start: int = -1
    doubtful: bool = False


def learn_labels(cues: Iterable[RawCue], known_names: Iterable[str] = ()) -> Labels:
    """The labels of a file, from what its lines begin with and whom its markup names."""
    cues = list(cues)
    voices = {p.voice for cue in cues for line in cue.lines for p in line if p.voice}
    starts = (start for cue in cues if not cue.unspoken for start in _starts_of_turns(text_lines(cue)))
    return Labels.learn(starts, known_names, voices)


def _starts_of_turns(lines: list[str]) -> Iterator[str]:
    """The text from where a turn may begin: the first line, and others that begin as with a label, each to the cue's end."""
    for number, line in enumerate(lines):
        start = _without_dash(line)
        if number == 0 or may_bear_label(start):
            yield " ".join((start, *lines[number + 1 :]))


def brackets(text: str) -> list[re.Match[str]]:
    """Brackets and lines of music in a cue's text, inside which nobody begins to speak."""
    return list(_BRACKETED.finditer(text))


def changes(cue: RawCue, labels: Labels) -> list[SpeakerChange]:
    """Where in the cue's text (its lines joined by LF) another person begins to speak, in order; doubtful labels are none."""
    return [change for change in possible_changes(cue, labels) if not change.doubtful]


def possible_changes(cue: RawCue, labels: Labels) -> list[SpeakerChange]:
    """The same, and what may be labels: doubtful, each behind the dash or the chevrons in front of it."""
    text = "\n".join(text_lines(cue))
    voices = list(_changes_by_markup(cue))
    inside = _changes_by_text(text, brackets(text), labels, frozenset(v.start for v in voices))
    return sorted((*voices, *inside), key=lambda m: (m.start, m.end))


def _without_dash(line: str) -> str:
    at = 0
    while match := _DASH.match(line, at) or _CHEVRONS.match(line, at):
        at = match.end()
    return line[at:].strip()


def _changes_by_markup(cue: RawCue) -> Iterator[SpeakerChange]:
    """Where markup says that another person speaks."""
    at, voice = 0, None
    for line in cue.lines:
        for piece in line:
            if piece.voice != voice and piece.text.strip():
                voice = piece.voice
                yield SpeakerChange(at, at, voice, voice=True)
            at += len(piece.text)
        at += 1


def _changes_by_text(
    text: str, spans: list[re.Match[str]], labels: Labels, voices: frozenset[int]
) -> Iterator[SpeakerChange]:
    """Where dashes, chevrons or labels say so: where a line or a voice begins or a sentence ends, not inside brackets."""
    done = at = 0
    dialogue = False
    for line in text.split("\n"):
        end = at + len(line)
        firm = {at, *(v for v in voices if at <= v < end)}
        for start in sorted(firm | {at + m.end() for m in _TURN_WITHIN_LINE.finditer(line)}):
            if start < done or _inside_bracket(start, spans):
                continue
            for mark in _changes_at(text, start, labels, inner=start not in firm, dialogue=dialogue):
                dialogue = dialogue or _DASH.match(text, start) is not None
                done = mark.end
                yield mark
        at = end + 1


def dashes_within(line: str) -> bool:
    """Whether behind the end of a sentence a dash and a capital stand, as where a second person speaks on the same line."""
    starts = (m.end() for m in _TURN_WITHIN_LINE.finditer(line))
    return any(
        (dash := _DASH.match(line, at)) and line[dash.end() : dash.end() + 1].isupper() for at in starts
    )


def _inside_bracket(at: int, spans: list[re.Match[str]]) -> bool:
    """Whether a bracket, of which none overlap, holds this place and does not begin there."""
    before = bisect_left(spans, at, key=lambda s: s.start()) - 1
    return before >= 0 and at < spans[before].end()


def _changes_at(
    text: str, start: int, labels: Labels, inner: bool, dialogue: bool
) -> Iterator[SpeakerChange]:
    dash = _DASH.match(text, start)
    if dash and inner and not (dialogue and text[dash.end() : dash.end() + 1].isupper()):
        return
    at = dash_end = dash.end() if dash else start
    chevrons = _CHEVRONS.match(text, at)
    at = chevrons.end() if chevrons else at
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    label = labels.at_start(text[at : at + _LABEL_WINDOW], announced=chevrons is not None, possible=True)
    if label is not None and not label.doubtful:
        yield SpeakerChange(start, at + label.length, label.name, False, label.aside, dash_end, at)
        return
    if dash or chevrons:
        yield SpeakerChange(start, at, None, dash_end=dash_end)
    if label is not None:
        yield SpeakerChange(at, at + label.length, label.name, False, label.aside, at, at, doubtful=True)
