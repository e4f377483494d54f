"""Talk without sound: words at given times, and voices as points in a room, so that the truth is known by construction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.progress import Progress, silent
from pipeline.settings import Person, SpeakerSettings
from pipeline.speech.voices.embeddings import Encoder
from pipeline.speech.voices.scaling import Space
from pipeline.stages import speakers
from pipeline.timing import Span, union
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    EditorCue,
    Kind,
    Picture,
    Token,
    Turn,
    Verdict,
    Voices,
)

SIZE = 64
BETWEEN = 4.0
WORD_MS, GAP_MS = 250, 20


class Stage:
    """A dialogue under construction: `say` adds what somebody says, `voices` tells who says it.

    Everybody's voice is a point drawn with variance 4 in each of 64 directions; every window of 1.6 s lies about it with
    variance 1, as in the room that GE2E vectors are put into.
    """

    def __init__(self, seed: int = 1) -> None:
        self._rng = np.random.default_rng(seed)
        self._points: dict[str, np.ndarray] = {}
        self.tokens: list[Token] = []
        self.cues: list[EditorCue] = []
        self.truth: list[tuple[Span, str]] = []
        self.at_ms = 1000

    def point(self, who: str) -> np.ndarray:
        return self._points.setdefault(who, self._rng.normal(0, np.sqrt(BETWEEN), SIZE))

    def alike(self, who: str, other: str, distance: float = 0.0) -> None:
        """Give `who` nearly the voice of `other`."""
        away = self._rng.normal(size=SIZE)
        self._points[who] = self.point(other) + distance * away / np.linalg.norm(away)

    def say(
        self,
        who: str,
        text: str,
        label: str = "",
        pause_ms: int = 300,
        kind: Kind = Kind.WORD,
        at_ms: int | None = None,
    ) -> Stage:
        """`who` says `text`; `label` stands before it in the subtitles, and the whole is one of their cues."""
        first, start = len(self.tokens), self.at_ms + pause_ms if at_ms is None else at_ms
        words = [text] if kind is not Kind.WORD else text.split()
        for k, word in enumerate(words):
            begin = start + k * WORD_MS
            self.tokens.append(Token(word, Span(begin, begin + WORD_MS - GAP_MS), kind=kind))
        span = Span(start, start + len(words) * WORD_MS)
        self.truth.append((span, who))
        self.at_ms = max(self.at_ms, span.end_ms)
        labels = ((first, label),) if label else ()
        self.cues.append(EditorCue(first, len(self.tokens), span, label_at=labels))
        return self

    def talk(self, *people: str, rounds: int = 4, labelled: bool = False) -> Stage:
        """Everybody says some ten seconds in turn."""
        for n in range(rounds):
            for who in people:
                text = f"Well, that is what I would like to say about {n + 1} of them today, if I may."
                self.say(who, text, who.upper() if labelled else "")
        return self

    @property
    def aligned(self) -> Aligned:
        return Aligned(tuple(self.tokens), AlignmentReport(Verdict.IN_SYNC), tuple(self.cues))

    def listen(self, spans: Sequence[Span], progress: Progress = silent) -> list[np.ndarray]:
        """One vector for each passage: the voices in it by their share, and less noise the longer it is."""
        return [self._vector(span) for span in spans]

    def _vector(self, span: Span) -> np.ndarray:
        shares = [(span.overlap_ms(s), who) for s, who in self.truth if span.overlap_ms(s)]
        total = sum(ms for ms, _ in shares)
        mixed = sum((ms / total * self.point(who) for ms, who in shares), np.zeros(SIZE))
        rng = np.random.default_rng(span.start_ms)
        noise = rng.normal(0, 1, SIZE) / np.sqrt(max(span.duration_ms, 200) / 1600)
        return (mixed + noise).astype(np.float32)[None]

    def voices(
        self,
        people: Sequence[Person] = (),
        picture: Picture | None = None,
        most: int = 0,
        clips: dict[str, list[tuple[Span, np.ndarray]]] | None = None,
        sure: bool = True,
        voiced: Sequence[Span] = (),
        turns: Sequence[Turn] = (),
    ) -> Voices:
        """What the stage makes of it."""
        regions = union((span for span, _ in self.truth), 100)
        return speakers.run(
            self.listen, self.aligned, regions, picture or Picture(), people, clips or {},
            SpeakerSettings(most), encoder(sure), voiced=voiced, turns=turns,
        )  # fmt: skip


def encoder(sure: bool = True) -> Encoder:
    """An encoder whose vectors are the room itself."""
    room = Space(np.eye(SIZE, dtype=np.float32), np.full(SIZE, BETWEEN, np.float32))
    return Encoder("made", "made", sure, lambda samples: samples, lambda batch: batch, room)


def who_says(voices: Voices) -> list[str | None]:
    """The name of each token's speaker."""
    names = {s.id: s.name for s in voices.speakers}
    return [names.get(u.speaker or "") for u in voices.utterances for _ in range(u.first, u.last)]
