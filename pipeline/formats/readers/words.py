"""Tokenization: from plain lines to words, sounds and text that only stands on the screen, and who is said to speak.

The rules, applied to the lines of one cue:

1. A line that is a credit ("Subtitles by ...") is unspoken, word by word.
2. A dialogue dash, `>>` and a label are taken off; they mark a new speaker (see `turns`). The words of a doubtful label stay,
   marked with it.
3. A bracket that says that something was not understood ("[inaudible 00:01:02]", "(?)", "[Thursday?]") is unclear,
   whole; so is `xxx`, `___` or `???` that stands alone. `<...>` and `{...}`, where the format keeps them, are this, a sound, or
   words.
4. Any other `[...]` is a sound, whole, even across lines; in a script it is a stage direction unless it names a sound.
   `(...)` is one when it names a sound, is in capitals, or is alone on its line and short; otherwise its
   words are spoken. `♪ ... ♪` is one; so is `# ... #` that fills its line.
5. Everything else is words, divided at white space. Punctuation that stands alone stays with its word.

A cue may come out without any word.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from pipeline.formats.readers import sounds, turns
from pipeline.formats.readers.labels import Labels
from pipeline.formats.readers.raw_cue import RawCue, text_lines, without_invisible_characters
from pipeline.formats.readers.turns import SpeakerChange
from pipeline.part_kinds import is_set_off, title_in
from pipeline.transcript import Kind
from pipeline.transcript.subtitles import Apart, SubtitlesCue, SubtitlesWord

_MAX_ASIDE_WORDS = 7  # a longer text in round brackets is something that somebody says
_NON_SPACE = re.compile(r"\S+")
_PRONOUNCED_SIGNS = frozenset("&%@#+=*")
_OPENING_PUNCTUATION = frozenset("«“‘„([{¿¡\"'")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word or a whole bracket, the character of the cue's text at which it begins, and how most of it looks."""

    at: int
    text: str
    kind: Kind
    style: str = ""


def tokenize(
    cues: Sequence[RawCue], known_names: Iterable[str] = (), script: bool = False
) -> tuple[SubtitlesCue, ...]:
    """The cues with their words; labels are learnt from all of them first. A cue may come out without any word."""
    cues = [without_invisible_characters(cue) for cue in cues]
    labels = turns.learn_labels(cues, known_names)
    return tuple(
        SubtitlesCue(
            cue.span,
            _words_of(cue, labels, script),
            cue.raw,
            cue.id,
            cue.settings,
            cue.line,
            cue.written,
            cue.again,
            _is_heading(cue, labels, script),
        )
        for cue in cues
    )


def _is_heading(cue: RawCue, labels: Labels, script: bool) -> bool:
    """Whether a cue is the title of a part; between timed cues only one that is written otherwise than speech is."""
    if script:
        return cue.written is not None and cue.written.apart is Apart.HEADING
    text = " ".join(line.strip() for line in text_lines(cue))
    set_off = is_set_off(text) and not (labels.all_caps and text[:1] not in ("#", "["))
    return set_off and title_in(text) != ""


def _words_of(cue: RawCue, labels: Labels, script: bool) -> tuple[SubtitlesWord, ...]:
    lines = text_lines(cue)
    if cue.unspoken or _is_credits(lines) or _is_heading(cue, labels, script):
        looks = [_most([p.style for p in line for _ in p.text]) for line in cue.lines]
        return tuple(
            SubtitlesWord(w, n, Kind.UNSPOKEN, style=looks[n])
            for n, line in enumerate(lines)
            for w in line.split()
        )
    text = "\n".join(lines)
    spans = turns.brackets(text)
    possible = turns.possible_changes(cue, labels)
    marks, doubts = ([m for m in possible if m.doubtful is doubtful] for doubtful in (False, True))
    units = _units(text, spans, marks, script, labels.all_caps)
    if not script:  # there italics set off a heading or a direction
        units = _styled(units, cue)
    words = _mark_doubts(_assign_labels(units, marks, text), units, doubts)
    taken_off = {mark.end for mark in marks}
    glued = [u.at > 0 and u.at not in taken_off and not text[u.at - 1].isspace() for u in units]
    return tuple(_attach_punctuation(words, glued))


def _styled(units: list[_Unit], cue: RawCue) -> list[_Unit]:
    """The units with the style of most of their characters: a word is the smallest thing that has a look of its own."""
    if not any(piece.style for line in cue.lines for piece in line):
        return units
    styles = [style for line in cue.lines for piece in line for style in [piece.style] * len(piece.text)]
    breaks = accumulate(len(line) + 1 for line in text_lines(cue)[:-1])
    for end in breaks:
        styles.insert(end - 1, "")
    return [replace(u, style=_most(styles[u.at : u.at + len(u.text)])) for u in units]


def _most(styles: Sequence[str]) -> str:
    return Counter(styles).most_common(1)[0][0] if styles else ""


def _is_credits(lines: list[str]) -> bool:
    return any(map(sounds.is_credit, lines)) and (
        len(lines) <= 3 or sum(map(sounds.is_credit, lines)) * 2 >= len(lines)
    )


def _units(
    text: str, spans: list[re.Match[str]], marks: list[SpeakerChange], script: bool, all_caps: bool
) -> list[_Unit]:
    """Words and sounds in order; what the marks took off is left out."""
    units = [_Unit(m.start, m.aside, Kind.SOUND) for m in marks if m.aside]
    rest = list(text)
    for mark in marks:
        _blank(rest, mark.start, mark.end)
    for span in spans:
        kind = (
            _kind_of_bracket(span, rest, script, all_caps)
            if rest[span.start()] == text[span.start()]
            else None
        )
        if kind is not None:
            units.append(_Unit(span.start(), " ".join(span[0].split()), kind))
            _blank(rest, span.start(), span.end())
    units += [_Unit(m.start(), m[0], _kind_of_word(m[0])) for m in _NON_SPACE.finditer("".join(rest))]
    return sorted(units, key=lambda u: u.at)


def _blank(rest: list[str], start: int, end: int) -> None:
    """Put spaces over a part of the text; its line breaks and all places stay."""
    rest[start:end] = [c if c == "\n" else " " for c in rest[start:end]]


def _first_visible(rest: list[str], places: range, passing: str = "") -> str:
    """The first character in these places that is neither a blank nor one of `passing`; a line break ends the search."""
    return next((rest[at] for at in places if rest[at] not in " \t" + passing), "\n")


@lru_cache(maxsize=4096)
def _kind_of_word(word: str) -> Kind:
    return Kind.UNCLEAR if sounds.is_unclear_mark(word) else Kind.WORD


def _kind_of_bracket(span: re.Match[str], rest: list[str], script: bool, all_caps: bool) -> Kind | None:
    """What a bracket or a line of music is; None when its words are spoken like any other."""
    found, content = span[0], span[0][1:-1].strip()
    around = [*rest[max(0, span.start() - 1) : span.start()], *rest[span.end() : span.end() + 1]]
    glued = any(c.isalnum() for c in around)  # "th[e]", "neighbour(s)"
    if found[0] in "<{":
        if sounds.names_unclear(content):
            return Kind.UNCLEAR
        return Kind.SOUND if any(map(str.isalpha, content)) and sounds.names_sound(content) else None
    if found[0] in "[(" and sounds.names_unclear(content, square=found[0] == "["):
        return None if glued and "?" in content else Kind.UNCLEAR
    sound = sounds.names_sound(content)
    if found[0] == "[":
        if glued and not sound:
            return None
        return Kind.UNSPOKEN if script and not sound else Kind.SOUND
    if found[0] != "(":
        return Kind.SOUND
    if glued or not any(c.isalpha() for c in content) or len(content.split()) > _MAX_ASIDE_WORDS:
        return None
    if sound or (content.isupper() and not all_caps):
        return Kind.SOUND
    begins = _first_visible(rest, range(span.start() - 1, -1, -1)) == "\n"
    ends = _first_visible(rest, range(span.end(), len(rest)), ".,;:!?") == "\n"
    if script and begins:
        return Kind.UNSPOKEN
    return Kind.SOUND if begins and ends else None


def _assign_labels(units: list[_Unit], marks: list[SpeakerChange], text: str) -> list[SubtitlesWord]:
    """Units as words, each with the label in force."""
    words: list[SubtitlesWord] = []
    breaks = [at for at, c in enumerate(text) if c == "\n"]
    waiting = list(reversed(marks))
    label: str | None = None
    voice: str | None = None
    voice_is_fresh = new_speaker = False
    for unit in units:
        while waiting and waiting[-1].start <= unit.at:
            mark = waiting.pop()
            if mark.voice:
                label = voice = mark.label
                voice_is_fresh = True
            else:  # a second dash under one voice is another person
                label = mark.label or (voice if voice_is_fresh else None)
            new_speaker = True
        line = bisect_left(breaks, unit.at)
        words.append(SubtitlesWord(unit.text, line, unit.kind, label, new_speaker, style=unit.style))
        voice_is_fresh = new_speaker = False
    return words


def _mark_doubts(
    words: list[SubtitlesWord], units: list[_Unit], doubts: list[SpeakerChange]
) -> list[SubtitlesWord]:
    """The words, those of a doubtful label marked with it, if any words stand behind it."""
    for doubt in doubts:
        inside = [n for n, u in enumerate(units) if doubt.start <= u.at < doubt.end and u.kind is Kind.WORD]
        if inside and any(u.kind is Kind.WORD for u in units[inside[-1] + 1 :]):
            for n in inside:
                words[n] = replace(words[n], doubtful_label=doubt.label)
    return words


def _attach_punctuation(words: list[SubtitlesWord], glued: list[bool]) -> Iterator[SubtitlesWord]:
    """The words, punctuation that stands alone put to the word it belongs to; alone in a cue it is unspoken.

    `glued` says which stand right behind what is in front of them, as a full stop does behind a bracket."""
    waiting = ""
    held: SubtitlesWord | None = None
    for word, close in zip(words, glued, strict=True):
        unpronounceable = word.kind is Kind.WORD and _is_unpronounceable(word.text)
        if unpronounceable and (held is None or word.text[-1] in _OPENING_PUNCTUATION):
            waiting += word.text + " "
        elif unpronounceable and held is not None:
            held = replace(held, text=f"{held.text}{'' if close else ' '}{word.text}")
        else:
            if held is not None:
                yield held
            held, waiting = replace(word, text=waiting + word.text) if waiting else word, ""
    if held is not None:
        yield replace(held, text=f"{held.text} {waiting}".strip()) if waiting else held
    elif waiting:
        yield replace(words[0], text=waiting.strip(), kind=Kind.UNSPOKEN)


@lru_cache(maxsize=4096)
def _is_unpronounceable(text: str) -> bool:
    """Whether nobody could say it: punctuation, a stray note, an emoji."""
    return not any(
        c.isalnum() or c in _PRONOUNCED_SIGNS or unicodedata.category(c) in ("Sc", "Sm") for c in text
    )
