"""Captions to be timed, made without a recording: people who talk, in turn or at once, cut into captions of a few words."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import strategies as st

from pipeline.profiles import PROFILES, Limits, limits_of
from pipeline.settings import CaptionSettings
from pipeline.stages.captions.features import Script, lay_out
from pipeline.stages.captions.out_times import speech_end_ms
from pipeline.stages.captions.segmentation import Piece
from pipeline.stages.captions.spotting import order_of
from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, Token, Utterance, Verdict, Voices

WORDS = ("I", "know", "which", "craving,", "Really?", "so.", "interpersonal")


@dataclass(frozen=True)
class Talk:
    """Captions in the order in which they appear, the script they are cut from, and the limits they should keep."""

    script: Script
    limits: Limits
    pieces: list[Piece]

    def onset_ms(self, k: int) -> int:
        """When caption `k` is first heard."""
        return self.script.starts[self.pieces[k].first]

    def said_ms(self, k: int) -> int:
        """When the words of caption `k` are over."""
        return speech_end_ms(self.script, self.pieces[k])

    def shortest_ms(self, k: int) -> int:
        return self.script.shortest_ms(self.pieces[k].first, self.pieces[k].last)

    def may_overlap(self, k: int, other: int) -> bool:
        """Whether two captions are of different people, all of them known."""
        of = [set(self.script.speakers[p.first : p.last]) for p in (self.pieces[k], self.pieces[other])]
        return None not in of[0] | of[1] and of[0].isdisjoint(of[1])

    @property
    def end_ms(self) -> int:
        """When the last word is over."""
        return max(self.script.ends)


Saying = tuple[str | None, int, str, int]
"""Who says it, from when, what (a `/` ends a caption, a `|` a line), and how long each word lasts."""


def talk(*sayings: Saying, profile: str = "training", shots: tuple[int, ...] = ()) -> Talk:
    """What some people say, each of their words at once after the one before."""
    tokens: list[Token] = []
    utterances: list[Utterance] = []
    pieces: list[Piece] = []
    for who, start_ms, text, word_ms in sayings:
        utterance = len(tokens)
        for caption in text.split("/"):
            first, breaks = len(tokens), []
            for n, line in enumerate(caption.split("|")):
                breaks += [len(tokens)] if n else []
                for word in line.split():
                    at = start_ms + word_ms * (len(tokens) - utterance)
                    tokens.append(Token(word, Span(at, at + word_ms)))
            pieces.append(Piece(first, len(tokens), tuple(breaks)))
        utterances.append(Utterance(utterance, len(tokens), who, f"u{len(utterances)}"))
    return laid_out(tokens, utterances, pieces, profile, shots)


def laid_out(
    tokens: list[Token],
    utterances: list[Utterance],
    pieces: list[Piece],
    profile: str,
    shots: tuple[int, ...] = (),
) -> Talk:
    limits = limits_of(CaptionSettings(profile=profile, labels=False))  # type: ignore[arg-type]
    aligned = Aligned(tuple(tokens), AlignmentReport(Verdict.NO_SUBTITLES))
    script = lay_out(aligned, Voices((), (), tuple(utterances)), limits, shots, ())
    return Talk(script, limits, order_of(script, pieces))


def drawn(seed: int, people: int, at_once: bool, shots: bool) -> Talk:
    """A talk by so many people in turn, of any profile; see `talks`."""
    rng = random.Random(seed)
    tokens: list[Token] = []
    utterances: list[Utterance] = []
    pieces: list[Piece] = []
    begin = rng.randrange(1500)
    for number in range(people):
        utterance, at = len(tokens), begin
        for _ in range(rng.randint(1, 3)):
            first, size = len(tokens), rng.randint(1, 4)
            for _ in range(size):
                length = rng.randint(20, 600)
                tokens.append(Token(rng.choice(WORDS), Span(at, at + length)))
                at += length + rng.choice((0, 0, 50, 400))
            pieces.append(Piece(first, len(tokens), (first + 1,) if size > 1 and rng.random() < 0.5 else ()))
            at += rng.choice((0, 0, 600, 2500))
        who = rng.choice((None, "a", "b", "c")) if at_once else None
        utterances.append(Utterance(utterance, len(tokens), who, f"u{number}"))
        begin = begin + rng.randrange(2500) if at_once else at
    cuts = sorted(rng.sample(range(9000), 8)) if shots else []
    return laid_out(tokens, utterances, pieces, rng.choice(sorted(PROFILES)), tuple(cuts))


def talks(at_once: bool = True, shots: bool = False) -> st.SearchStrategy[Talk]:
    """Talks of any profile; with `at_once` known people interrupt one another, else one whom nobody knows talks alone.

    Drawn from a seed: Hypothesis itself would take a second for twenty of them.
    """
    return st.builds(drawn, st.integers(0, 1 << 32), st.integers(1, 5), st.just(at_once), st.just(shots))
