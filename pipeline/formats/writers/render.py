"""Cue rendering: the one place where tokens become lines of text, shared by SRT, WebVTT and the public JSON.

Tokens hold no labels and no dialogue dashes; both are drawn here, in a
`Style`, so that a profile can draw them otherwise.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from pipeline.profiles import PROFILES
from pipeline.timing import Span
from pipeline.transcript import Cue, Kind, Token, Transcript, lines_of

DRAFT_NOTICE = "DRAFT: machine text, not for publication"
"""Shown first in every caption file of grade draft; 40 characters, which fit the usual line of 42."""

_DROPPED_CATEGORIES = {"Cc", "Cs"}  # control characters; lone surrogates, which no file can hold
# Bidirectional embeddings and overrides (Unicode Annex 9): they reverse the text behind them, labels and other
# captions on the screen included.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e")
_NOTICE_MIN_MS = 1000  # shorter than this nobody reads the notice in a cue of its own
_NOTICE_MAX_MS = 5000  # longer than its 40 characters take to read, at the usual 20 a second


@dataclass(frozen=True, slots=True)
class Style:
    """How speakers are shown: `label` formats the name (upper-case when `upper`), `dash` stands before a dialogue line.

    The default is Netflix's English style: a hyphen without a space on each speaker's line, labels in capitals.
    """

    label: str = "{name}: "
    upper: bool = True
    dash: str = "-"


DEFAULT_STYLE = Style()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of one line that one speaker says; `speaker` is their name, "" where nobody knows it.

    `style` is how it looks, as `transcript.styling` says.
    """

    text: str
    speaker: str = ""
    style: str = ""


def clean_piece(text: str) -> str:
    """`clean`, but a space at either end stays one space, so that pieces can be joined."""
    cleaned = clean(text)
    before = " " if text[:1].isspace() and cleaned else ""
    return before + cleaned + (" " if text[-1:].isspace() else "")


@dataclass(frozen=True, slots=True)
class RenderedCue:
    """A cue as it is shown: its time, its lines (none empty, no line break inside), and where it stands.

    `pieces` divides each line by speaker; joined they are the line. `settings` is what `Cue.settings` holds.
    """

    span: Span
    pieces: tuple[tuple[Piece, ...], ...]
    settings: str = ""

    @property
    def lines(self) -> list[str]:
        """The cue's lines of plain text, in order."""
        return ["".join(p.text for p in line) for line in self.pieces]


def plain_cue(span: Span, *lines: str, settings: str = "") -> RenderedCue:
    """A cue of unattributed text lines; lines without visible text are left out."""
    return RenderedCue(span, tuple((Piece(clean(line)),) for line in lines if clean(line)), settings)


def style_of(transcript: Transcript) -> Style:
    """How the transcript's caption profile draws labels and dialogue dashes."""
    profile = PROFILES[transcript.profile]
    return Style(profile.label_format, profile.label_upper, profile.dash)


def lines(cue: Cue, transcript: Transcript, style: Style | None = None) -> list[str]:
    """The cue's lines of plain text with labels and dialogue dashes drawn; none is empty."""
    return [
        " ".join("".join(text for text, _ in shown) for _, shown in line)
        for line in _tokens_of_lines(cue, transcript, style or style_of(transcript))
    ]


def cues(transcript: Transcript, style: Style | None = None) -> list[RenderedCue]:
    """Every cue of the transcript as it is shown, and in a draft the notice that it is one.

    The notice hides no spoken word: it stands in a cue of its own where at least a second is free before the first
    cue, and otherwise on a line of its own above the first cue's text. A draft without any cue shows none.
    """
    chosen_style = style or style_of(transcript)
    names = _SpeakerNames(transcript)
    shown = [
        RenderedCue(c.span, _pieces(c, transcript, chosen_style, names), c.settings)
        for c in transcript.captions.cues
    ]
    return with_notice(shown) if transcript.is_draft and shown else shown


def with_notice(shown: list[RenderedCue]) -> list[RenderedCue]:
    """The cues of a draft, of which there is at least one, with the notice that it is one."""
    free_ms = shown[0].span.start_ms
    if free_ms >= _NOTICE_MIN_MS:
        return [plain_cue(Span(0, min(free_ms, _NOTICE_MAX_MS)), DRAFT_NOTICE), *shown]
    first = shown[0]
    return [RenderedCue(first.span, ((Piece(DRAFT_NOTICE),), *first.pieces), first.settings), *shown[1:]]


class _SpeakerNames:
    """Who says each token, by name; made once for all cues, which ask for every word."""

    def __init__(self, transcript: Transcript) -> None:
        # Of two speakers of one id the first counts.
        self._names = {s.id: s.name for s in reversed(transcript.voices.speakers)}
        self._speakers: list[str | None] = [None] * len(transcript.tokens)
        for u in transcript.voices.utterances:
            self._speakers[u.first : u.last] = [u.speaker] * (u.last - u.first)

    def of(self, index: int, cue: Cue) -> str:
        """The speaker of the token's utterance, else of the cue; "" when that is unknown or has no name."""
        return self._names.get(self._speakers[index] or cue.speaker or "", "")


def _pieces(
    cue: Cue, transcript: Transcript, style: Style, names: _SpeakerNames
) -> tuple[tuple[Piece, ...], ...]:
    # A door that opens while somebody talks is not their voice.
    voiceless = not cue.labels and all(t.kind is Kind.SOUND for t in transcript.tokens[cue.first : cue.last])
    result = []
    for line in _tokens_of_lines(cue, transcript, style):
        runs: list[Piece] = []
        for index, shown in line:
            speaker = "" if voiceless else names.of(index, cue)
            for number, (text, look) in enumerate(shown):
                between = " " if runs and not number else ""
                if runs and (runs[-1].speaker, runs[-1].style) == (speaker, look):
                    runs[-1] = Piece(f"{runs[-1].text}{between}{text}", speaker, look)
                else:
                    runs.append(Piece(f"{between}{text}", speaker, look))
        result.append(tuple(runs))
    return tuple(result)


def _tokens_of_lines(
    cue: Cue, transcript: Transcript, style: Style
) -> list[list[tuple[int, tuple[tuple[str, str], ...]]]]:
    """Of each line the tokens' indices and what is shown of them, as texts with their looks: a label and a dash are plain."""
    tokens, labels, dashes = transcript.tokens, dict(cue.labels), frozenset(cue.dashes)
    return [
        [(k, _shown(tokens[k], _prefix(k, labels, dashes, style))) for k in line]
        for line in lines_of(cue, tokens)
    ]


def _shown(token: Token, prefix: str) -> tuple[tuple[str, str], ...]:
    if not token.style:
        return ((prefix + clean(token.text), ""),)
    word = (clean(token.text), token.style)
    return ((prefix, ""), word) if prefix else (word,)


def _prefix(index: int, labels: dict[int, str], dashes: frozenset[int], style: Style) -> str:
    if index not in labels and index not in dashes:
        return ""  # as nearly every word has neither
    dash = style.dash if index in dashes else ""
    name = clean(labels.get(index, ""))
    return dash + (style.label.format(name=name.upper() if style.upper else name) if name else "")


def clean(text: str) -> str:
    """`text` on one line: every run of white space becomes one space; control characters, lone
    surrogates and bidirectional overrides are dropped."""
    if text.isprintable() and "  " not in text and text == text.strip():
        return text  # nearly all text, and every word of it comes by here
    return " ".join(
        "".join(
            c
            for c in text
            if c.isspace() or (c not in _BIDI_CONTROLS and unicodedata.category(c) not in _DROPPED_CATEGORIES)
        ).split()
    )
