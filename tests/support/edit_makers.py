"""Transcripts to decide about, made without listening: the demo's subtitles with every word placed inside its cue."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from pipeline.commands.decide import targets
from pipeline.concepts import lexicon
from pipeline.edits import Contents, Replay
from pipeline.edits.maker import Maker
from pipeline.edits.model import CueOf, Decision, VignetteAt, sealed
from pipeline.errors import UsageError
from pipeline.files import data_file
from pipeline.formats.readers import read
from pipeline.run.graph import STAGES
from pipeline.settings import CaptionSettings
from pipeline.stages import captions, concepts
from pipeline.stages.concepts import CodedTurns
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Captions,
    Concepts,
    EditorCue,
    Grade,
    Heard,
    Media,
    Part,
    Parts,
    Speaker,
    TextSource,
    Token,
    Transcript,
    Verdict,
    Voices,
    check,
    utterances,
)
from pipeline.transcript.parts import closed, named
from pipeline.transcript.parts import utterances as utterances_of
from tests.support.project import ROOT

DEMO_SUBTITLES = ROOT / "media" / "demo.en.srt"
DURATION_MS = 300_000
PART_KINDS = ("introduction", "vignette", "commentary", "vignette", "closing")


def placed(given, shift_ms: int = 0) -> Aligned:
    """Subtitles as if aligned: each word has its share of its cue, by length."""
    tokens: list[Token] = []
    cues: list[EditorCue] = []
    for cue in given.cues:
        first, span = len(tokens), cue.span
        total, done = sum(len(w.text) for w in cue.words), 0
        label_at, dash_at, breaks = [], [], []
        for k, word in enumerate(cue.words):
            start = span.start_ms + span.duration_ms * done // total + shift_ms
            done += len(word.text)
            end = span.start_ms + span.duration_ms * done // total - 20 + shift_ms
            at = len(tokens)
            tokens.append(
                Token(word.text, Span(start, max(start, end)), 0.9, word.kind, TextSource.SUBTITLES)
            )
            if word.new_speaker:
                (label_at.append((at, word.label)) if word.label else dash_at.append(at))
            if k and word.line != cue.words[k - 1].line:
                breaks.append(at)
        if len(tokens) > first:
            cues.append(
                EditorCue(first, len(tokens), span.shifted(shift_ms), str(len(cues) + 1), tuple(breaks),
                          tuple(label_at), tuple(dash_at))
            )  # fmt: skip
    return Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC), tuple(cues))


@cache
def demo_aligned(shift_ms: int = 0) -> Aligned:
    """The demo's subtitles, every word placed."""
    return placed(read(DEMO_SUBTITLES), shift_ms)


@cache
def _lexicon():
    return lexicon.load(data_file("concepts.toml"))


# What the lexicon found in turns and which of its rules a word calls for, as runs keep both from one to the next.
_CODED: dict[str, Any] = {}
_BY_WORD: dict[str, list[int]] = {}


def _tagged(tokens: tuple[Token, ...], voices: Voices) -> Concepts:
    roles = {s.id: s.role for s in voices.speakers}
    cache = CodedTurns(_CODED, _BY_WORD)
    found, kept = concepts.run_again(tokens, voices.utterances, roles, _lexicon(), cache)
    _CODED.update(kept.findings)
    _BY_WORD.update(kept.by_word)
    return found


@lru_cache(maxsize=64)
def _captioned(
    aligned: Aligned, voices: Voices, settings: CaptionSettings, begins: tuple[int, ...], duration_ms: int
) -> Captions:
    """The captions as a run divides them; half of all kinds of decisions change nothing that they depend on."""
    return captions.run(aligned, voices, settings, boundaries=begins, duration_ms=duration_ms)


@dataclass(frozen=True)
class Made:
    """A transcript with the decisions over it, and what became of them."""

    transcript: Transcript
    replay: Replay

    @property
    def states(self) -> list[str]:
        return [str(s.state) for s in self.replay.report.standings]


def people(voices: Voices, tokens: tuple[Token, ...]) -> Voices:
    """Two named speakers, each for half a minute at a time."""
    names = (Speaker("s1", "Daniel Marsh", "therapist"), Speaker("s2", "Ruth Calder", "cotherapist"))
    said = (
        replace(u, speaker=f"s{tokens[u.first].span.start_ms // 30_000 % 2 + 1}") for u in voices.utterances
    )
    return Voices(names, (), tuple(said))


def divided(aligned: Aligned, voices: Voices, duration_ms: int) -> Parts:
    """A part a minute, as if found: an introduction, scenes, a comment, a closing."""
    said = utterances_of(aligned.tokens, voices)
    begins = [s.span.start_ms for s in said]
    starts = sorted({0, *(min(begins, key=lambda b: abs(b - k * 60_000)) for k in range(1, len(PART_KINDS)))})
    rows = [
        Part("", kind, "", Span(at, duration_ms), confidence=0.8, evidence=("a long pause",))
        for kind, at in zip(PART_KINDS, starts, strict=False)
    ]
    return Parts(named(closed(rows, said, duration_ms)))


def compose(
    aligned: Aligned,
    decisions: tuple[Decision, ...] = (),
    settings: CaptionSettings | None = None,
    voiced: bool = False,
    tagging: bool = True,
    duration_ms: int = DURATION_MS,
) -> Made:
    """What a run makes of an alignment and decisions; checked."""
    replay = Replay(Contents(decisions), duration_ms)
    aligned = replay.correct_words(aligned)
    voices = utterances.build(aligned)
    voices = replay.correct_voices(people(voices, aligned.tokens) if voiced else voices)
    tags = _tagged(aligned.tokens, voices) if tagging else Concepts()
    tags = replay.correct_concepts(tags)
    parts = replay.correct_parts(divided(aligned, voices, duration_ms))
    begins = tuple(p.span.start_ms for p in parts.parts[1:])
    made = replay.correct_captions(
        _captioned(aligned, voices, settings or CaptionSettings(), begins, duration_ms)
    )
    heard = Heard("sphinx", "en-us", True, (), (Span(0, duration_ms),))
    transcript = Transcript(
        Media("demo", "0" * 64, duration_ms), heard, aligned, voices, made, Grade.SUBTITLES, concepts=tags,
        parts=parts,
    )  # fmt: skip
    check(transcript)
    return Made(replay.graded(transcript), replay)


def over_own_result(made: Made, decisions: tuple[Decision, ...]) -> tuple[dict[str, object], Replay]:
    """What every stage comes to when decisions meet what they came to as if the machine had found it, and the replay."""
    replay, found = Replay(Contents(decisions), DURATION_MS), stages_of(made)
    by_name = {stage.name: stage for stage in STAGES}
    return {name: by_name[name].correct(replay, result) for name, result in found.items()}, replay


def stages_of(made: Made) -> dict[str, object]:
    """A transcript as the stages that people decide about, in the order of a run."""
    made_of = made.transcript
    return {
        "align": made_of.aligned, "speakers": made_of.voices, "vignettes": made_of.parts,
        "concepts": made_of.concepts, "captions": made_of.captions,
    }  # fmt: skip


def stamped(*decisions: Decision, begin: int = 0) -> tuple[Decision, ...]:
    """Decisions with times a second apart, and their ids."""
    return tuple(
        sealed(replace(d, at=f"2026-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.000000Z"))
        for n, d in enumerate(decisions, begin)
    )


def at_words(transcript: Transcript, text: str, nth: int = 0) -> tuple[int, int]:
    """The tokens that hold these words, the nth time."""
    wanted = text.split()
    words = [t.text for t in transcript.tokens]
    found = [k for k in range(len(words)) if words[k : k + len(wanted)] == wanted]
    return found[nth], found[nth] + len(wanted)


# --- random decisions, and whether they hold ---------------------------------------------------------------------------

WORDS = ("certainly", "Thursday", "I", "don't", "know.", "Well,", "relapse", "[sighs]", "recovery?", "Maya")


def _cue(rng, maker, cue, at):
    start, end = cue.span.start_ms + rng.randrange(-80, 80), cue.span.end_ms + rng.randrange(-80, 80)
    breaks = (at - cue.first,) if at > cue.first else ()
    return [maker.cue(cue.first, cue.last, CueOf(max(0, start), max(start + 200, end), breaks))]


def _merge(rng, maker, cue, at):
    before = next((c for c in maker.transcript.captions.cues if c.last == cue.first), None)
    return [maker.merge(before.first, cue.last)] if before else []


def _concept(rng, maker, cue, at):
    found = maker.transcript.concepts.tags
    if not found or rng.random() < 0.4:
        return [maker.concept(at, at + 1, "alliance", "added")]
    tag = rng.choice(found)
    return [maker.concept(tag.first, tag.last, tag.concept, rng.choice(("confirmed", "rejected")))]


def _some_words(rng, maker, cue, at):
    last = min(cue.last, at + rng.choice((1, 1, 1, 2, 3)))
    return maker.words(at, last, " ".join(rng.choices(WORDS, k=rng.choice((0, 1, 1, 2, 4)))))[:1]


def _word_time(rng, maker, cue, at):
    span = maker.transcript.tokens[at].span
    return [maker.word_time(at, at + 1, Span(span.start_ms + rng.randrange(40), span.end_ms + 60))]


def _add(rng, maker, cue, at):
    span = Span(max(0, cue.span.start_ms - 400), max(100, cue.span.start_ms - 10))
    return [maker.add(cue.first, "\n".join(rng.sample(WORDS, k=2)), span)]


def _part(rng, maker, cue, at):
    which = rng.choice(["new", *(p.id for p in maker.transcript.parts.parts[1:])])
    value = rng.choice(
        (
            VignetteAt(title=rng.choice(("Arrival", "The door"))),
            VignetteAt(kind=rng.choice(("commentary", "role play"))),
            VignetteAt(cue.span.start_ms),
            VignetteAt(exists=False),
        )
    )
    if which == "new":
        value = VignetteAt(cue.span.start_ms, "A part", "vignette")
    try:
        return [targets.part_decided(maker, which, value)]
    except UsageError:
        return []  # such as a part that would begin behind the next


# Kind -> what somebody could decide about a cue and a token in it: f(rng, maker, cue, at) -> decisions, or none.
RANDOM = {
    "words": _some_words,
    "word-time": _word_time,
    "cue": _cue,
    "split": lambda rng, m, cue, at: [m.split(at)] if at > cue.first else [],
    "merge": _merge,
    "delete": lambda rng, m, cue, at: [m.delete(cue.first, cue.last)],
    "add": _add,
    "speaker": lambda rng, m, cue, at: [
        m.speaker(cue.first, cue.last, rng.choice(("Maya", "Daniel Marsh", "Colin", "")))
    ],
    "style": lambda rng, m, cue, at: [m.style(at, min(cue.last, at + 2), rng.choice(("i", "bu#ffff00")))],
    "person": lambda rng, m, cue, at: [
        m.person(
            rng.choice(m.transcript.voices.speakers).id, rng.choice(("Dan", "Ruth C.", "Maya B.")), "client"
        )
    ],
    "concept": _concept,
    "waive": lambda rng, m, cue, at: [m.waive(cue.first, cue.last, "reading-speed", "quoted from a form")],
    "quote": lambda rng, m, cue, at: [m.quote(cue.first, cue.last, "she says it first here", "endings")],
    "vignette": _part,
    "reviewed": lambda rng, m, cue, at: [rng.choice((m.reviewed(), m.reviewed_cue(cue.first, cue.last)))],
}


WITHDRAW = "withdraw"
ALL_KINDS = (*sorted(RANDOM), WITHDRAW)


def random_decisions(rng: random.Random, made: Made, who: str, kind: str) -> list[Decision]:
    """What somebody could decide about a transcript as it stands; of the kind "withdraw", about an earlier decision."""
    if kind == WITHDRAW:
        earlier = [d for d in made.replay.contents.decisions if d.kind != WITHDRAW]
        return [Maker(made.transcript, made.replay, who).withdraw(rng.choice(earlier).id)] if earlier else []
    cue = rng.choice(made.transcript.captions.cues)
    maker = Maker(made.transcript, made.replay, who)
    return RANDOM[kind](rng, maker, cue, rng.randrange(cue.first, cue.last))


def decide_at_random(
    rng: random.Random,
    aligned: Aligned,
    count: int,
    tagging: bool = False,
    kinds: Sequence[str] = (),
    tries: int = 10_000,
) -> tuple[Decision, ...]:
    """So many decisions (fewer after so many tries), each made by one of two people who sees the result of all before it."""
    made = compose(aligned, voiced=True, tagging=tagging)
    decisions: tuple[Decision, ...] = ()
    wanted = sorted(kinds or ALL_KINDS)
    for kind in itertools.islice(itertools.cycle(rng.sample(wanted, len(wanted))), tries):
        new = random_decisions(rng, made, rng.choice(("Ana", "Ben")), kind)
        if new:
            decisions += stamped(*new, begin=len(decisions))
            made = compose(aligned, decisions, voiced=True, tagging=tagging)
        if len(decisions) >= count:
            break
    return decisions[:count]


def reheard(rng: random.Random, aligned: Aligned, share: float = 0.08, shift_ms: int = 0) -> Aligned:
    """The same recording through another recognizer: some words otherwise, some missed, some more; all a little moved."""
    tokens: list[Token] = []
    moved: list[int] = []
    for token in aligned.tokens:
        moved.append(len(tokens))
        by = shift_ms + rng.randrange(-30, 31)
        token = replace(token, span=token.span.shifted(max(by, -token.span.start_ms)))
        chance = rng.random()
        if chance < share / 4 and tokens:
            continue
        if chance < share:
            token = replace(token, text=rng.choice(WORDS[:6]), text_source=TextSource.WHISPER)
        tokens.append(token)
        if chance > 1 - share / 4:
            tokens.append(replace(token, text="um,"))
    return Aligned(tuple(tokens), AlignmentReport(Verdict.NO_SUBTITLES))
