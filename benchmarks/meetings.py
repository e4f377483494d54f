"""Who speaks on real meetings: quiet voices far from the microphone, half of them at once.

    VIGNETTE_DATA=FOLDER python -m benchmarks.meetings              the AMI excerpts, from the sound alone
    VIGNETTE_DATA=FOLDER python -m benchmarks.meetings --speech     only when anybody speaks, by several ways of hearing it
    VIGNETTE_DATA=FOLDER python -m benchmarks.meetings --overlap    only when two speak, by the speaker segmentation

Joined recordings are scored and their pieces left out, as both would count everything twice. The error rate (`scores.der`,
collar 0.25 s) is pooled over the speaker time of all, with overlap and without the time in which two speak; its interval is a
bootstrap over blocks of 30 s. "enrolled" gives the clips of those speakers alone who say ten seconds undisturbed in another
recording, on recordings that are not joined, with the names of all who speak. Beside the number of speakers found stand the
errors of always answering 2 and 3. The ways of hearing are chosen on the meetings EN* and reported on ES*, and the other way
round.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import results
from benchmarks.scores import der
from benchmarks.speakers import NO_TEXT, Line, _rttm, _sound
from pipeline.files import model_folders
from pipeline.media import facts
from pipeline.media.audio import Audio
from pipeline.settings import Person, SpeakerSettings, TranscribeSettings
from pipeline.speech import (
    local_speakers,
    second_ear,
    second_ear_package,
    segmentation,
    segmentation_weights,
    vad,
    voiced,
)
from pipeline.speech.segmentation import Segmented
from pipeline.speech.voices import embeddings
from pipeline.speech.voices.cache import EmbeddingCache
from pipeline.stages import segment, speakers, transcribe
from pipeline.timing import Span, covered_ms, gaps, union
from pipeline.transcript import Heard, Picture, Voices
from pipeline.transcript.subtitles import Subtitles, SubtitlesFormat

JOINED = ("ami_EN2001_cat120s", "ami_EN2003a_30s", "ami_EN2004a_30s", "ami_ES2003_cat60s")
APART = (
    "ami_EN2001a_30s", "ami_EN2001b_30s", "ami_EN2001d_30s", "ami_EN2001e_30s", "ami_ES2003a_30s", "ami_ES2003b_30s",
)  # fmt: skip
COLLAR_MS, BLOCK_MS = 250, 30_000
LEAST_CLEAN_MS = 10_000
ROUNDS = 2000
# Nothing is recognized where text was given: what is measured needs no words.
SILENT = Subtitles("", SubtitlesFormat.SRT, ())


@dataclass(frozen=True, eq=False)
class Meeting:
    """A recording with its truth, what is heard in it, and its embeddings."""

    name: str
    audio: Audio
    lines: list[Line]
    heard: Heard
    memory: EmbeddingCache

    @property
    def group(self) -> str:
        return self.name.split("_")[1][:6]

    @cached_property
    def windows(self) -> Segmented:
        """What the speaker segmentation says, which must be here."""
        network = segmentation.installed()
        assert network is not None
        return segmentation.scan(self.audio, network)


@dataclass(frozen=True)
class Doubling:
    """Milliseconds: what second speakers say, what of all that is said there is missed and given to somebody else; what one
    speaker says alone, and what of that is given to two."""

    second_ms: int = 0
    missed_ms: int = 0
    confused_ms: int = 0
    alone_ms: int = 0
    doubled_ms: int = 0

    def __add__(self, other: Doubling) -> Doubling:
        return Doubling(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def shares(self) -> tuple[float, float, float]:
        """Missed and confused as shares of what second speakers say, doubled as one of what one says alone."""
        second = max(1, self.second_ms)
        return self.missed_ms / second, self.confused_ms / second, self.doubled_ms / max(1, self.alone_ms)


def meeting(folder: Path) -> Meeting:
    audio = facts.decode_audio(_sound(folder))
    heard = transcribe.run(audio, SILENT, TranscribeSettings()).with_local_speakers(segment.run(audio))
    memory = EmbeddingCache(embeddings.choose(model_folders()), lambda: audio)
    return Meeting(folder.name, audio, list(_rttm(folder / "ref.rttm")), heard, memory)


def told(one: Meeting, clips: dict[str, list[tuple[Span, NDArray[np.float32]]]] | None = None) -> Voices:
    people = [Person(name) for name in sorted({line.who for line in one.lines})] if clips else []
    return speakers.run(
        one.memory.embed, NO_TEXT, one.heard.regions, Picture(), people, clips or {}, SpeakerSettings(),
        one.memory.encoder, voiced=one.heard.voiced, local=one.heard.local,
    )  # fmt: skip


def turns_of(lines: Sequence[Line]) -> list[tuple[str, Span]]:
    return [(line.who, line.span) for line in lines]


def crossed(lines: Sequence[Line]) -> tuple[Span, ...]:
    """When two or more speak at once."""
    pairs = itertools.combinations(lines, 2)
    return union(c for a, b in pairs if a.who != b.who and (c := a.span.intersection(b.span)))


def blocks(one: Meeting, voices: Voices, overlap: bool) -> Iterator[der.Errors]:
    """The errors in each block of 30 s, speakers matched over the whole recording."""
    whole = Span(0, one.audio.duration_ms)
    kept = (whole,) if overlap else gaps(crossed(one.lines), whole)
    found = [(t.speaker, t.span) for t in voices.turns]
    matched = der.errors(reference=turns_of(one.lines), hypothesis=found, collar_ms=COLLAR_MS).matched
    for at in range(0, one.audio.duration_ms, BLOCK_MS):
        for inside in (c for k in kept if (c := k.intersection(Span(at, at + BLOCK_MS)))):
            yield der.errors(
                reference=turns_of(one.lines), hypothesis=found, collar_ms=COLLAR_MS, within=inside, matched=matched
            )  # fmt: skip


def doubling(one: Meeting, voices: Voices) -> Doubling:
    """How the time in which two or more speak is heard, and what is made of the time in which one does."""
    whole = Span(0, one.audio.duration_ms)
    reference, found = turns_of(one.lines), [(t.speaker, t.span) for t in voices.turns]
    matched = der.errors(reference=reference, hypothesis=found).matched
    crossing = crossed(one.lines)
    some = [
        der.errors(reference=reference, hypothesis=found, collar_ms=0, within=span, matched=matched)
        for span in crossing
    ]
    alone = [
        c for a in union(x.span for x in one.lines) for g in gaps(crossing, whole) if (c := a.intersection(g))
    ]
    said = crossed([Line(t.span, t.speaker) for t in voices.turns])
    return Doubling(
        sum(e.total_ms for e in some) - covered_ms(crossing),
        sum(e.missed_ms for e in some),
        sum(e.confusion_ms for e in some),
        covered_ms(alone),
        covered_ms(c for a in alone for s in said if (c := a.intersection(s))),
    )


def pooled(some: Sequence[der.Errors]) -> tuple[float, float, float]:
    """Missed, false alarm and confusion as shares of all speaker time."""
    total = max(1, sum(e.total_ms for e in some))
    sums = (sum(getattr(e, key) for e in some) for key in ("missed_ms", "false_alarm_ms", "confusion_ms"))
    missed, false, confusion = sums
    return missed / total, false / total, confusion / total


def interval(some: Sequence[der.Errors], rounds: int = ROUNDS) -> tuple[float, float]:
    """The bootstrap interval (95 %) of the pooled rate over blocks."""
    dice = random.Random(1)
    rates = sorted(sum(pooled(dice.choices(some, k=len(some)))) for _ in range(rounds))
    return rates[int(0.025 * rounds)], rates[int(0.975 * rounds)]


def report(name: str, some: Sequence[der.Errors]) -> dict[str, float]:
    missed, false, confusion = pooled(some)
    low, high = interval(some)
    rate = missed + false + confusion
    print(
        f"{name:<34} DER {rate:6.1%} [{low:.1%}, {high:.1%}]  missed {missed:6.1%}  invented {false:5.1%}  "
        f"conf {confusion:5.1%}",
        flush=True,
    )
    return {
        "der": 100 * rate,
        "low": 100 * low,
        "high": 100 * high,
        "missed": 100 * missed,
        "conf": 100 * confusion,
    }


def doubled_shares(twice: Doubling) -> dict[str, float]:
    missed, confused, doubled = twice.shares
    print(
        f"where two speak: of what the second says {missed:.1%} missed, {confused:.1%} given to somebody else; "
        f"of what one says alone {doubled:.1%} given to two"
    )
    return {
        "second_missed_percent": 100 * missed,
        "second_confused_percent": 100 * confused,
        "alone_doubled_percent": 100 * doubled,
    }


def enrolment(one: Meeting, others: Sequence[Meeting]) -> dict[str, list[tuple[Span, NDArray[np.float32]]]]:
    """Clips of the speakers of a meeting who say enough undisturbed in another of the same group."""
    clips: dict[str, list[tuple[Span, NDArray[np.float32]]]] = {}
    for who in sorted({line.who for line in one.lines}):
        for other in others:
            if other.name == one.name or other.group != one.group or who in clips:
                continue
            rest = union(line.span for line in other.lines if line.who != who)
            alone = [
                g for x in other.lines if x.who == who for g in gaps(rest, x.span) if g.duration_ms >= 1600
            ]
            if covered_ms(alone) >= LEAST_CLEAN_MS:
                vectors = other.memory.embed(alone)
                clips[who] = [(s, v) for s, v in zip(alone, vectors, strict=True) if v is not None]
    return clips


def diarization(data: Path) -> dict[str, float]:
    """Print how well the meetings' speakers are told apart; gives the figures."""
    joined = [meeting(data / name) for name in JOINED]
    figures: dict[str, float] = {}
    errors: dict[str, dict[bool, list[der.Errors]]] = {}
    counts: list[tuple[int, int]] = []
    twice = Doubling()
    for one in joined:
        since = time.process_time()
        voices = told(one)
        spent = time.process_time() - since
        errors[one.name] = {overlap: list(blocks(one, voices, overlap)) for overlap in (True, False)}
        counts.append((len({x.who for x in one.lines}), len({t.speaker for t in voices.turns})))
        twice += doubling(one, voices)
        report(
            f"{one.name}, {counts[-1][1]} of {counts[-1][0]} speakers, {spent:.1f} s", errors[one.name][True]
        )
    for overlap, what in ((True, "with_overlap"), (False, "without_overlap")):
        everything = [e for by in errors.values() for e in by[overlap]]
        figures |= {f"{what}_{k}_percent": v for k, v in report(f"all, {what}", everything).items()}
        for group in ("EN", "ES"):
            report(
                f"{group}*, {what}", [e for n, by in errors.items() if f"_{group}" in n for e in by[overlap]]
            )
    figures |= doubled_shares(twice)
    for answer in ("found", "2", "3"):
        off = [abs(true - (found if answer == "found" else int(answer))) for true, found in counts]
        figures[f"speakers_{answer}_mae"] = sum(off) / len(off)
        print(f"number of speakers, {answer}: mean absolute error {figures[f'speakers_{answer}_mae']:.2f}")
    apart = [meeting(data / name) for name in APART]
    enrolled: list[der.Errors] = []
    blind: list[der.Errors] = []
    for one in apart:
        clips = enrolment(one, apart)
        if clips:
            blind += blocks(one, told(one), True)
            enrolled += blocks(one, told(one, clips), True)
    figures |= {f"apart_blind_{k}_percent": v for k, v in report("apart, blind", blind).items()}
    figures |= {f"apart_enrolled_{k}_percent": v for k, v in report("apart, enrolled", enrolled).items()}
    return figures


# --- when anybody speaks ---------------------------------------------------------------------------------------------

Way = Callable[[Meeting, NDArray[np.float32]], Sequence[Span]]


def phrases(one: Meeting, probabilities: NDArray[np.float32]) -> Sequence[Span]:
    return one.heard.regions


def lower(threshold: float) -> Way:
    return lambda one, p: tuple(vad.regions_of(p, threshold, one.audio.duration_ms))


def lasting(below: float, silence_ms: int, faint: float = 0.0, second: bool = False) -> Way:
    """Longer regions, with faint speech from a share of the threshold on, with what the second detector hears."""

    def way(one: Meeting, p: NDArray[np.float32]) -> Sequence[Span]:
        shape = replace(voiced.LASTING, below=below, min_silence_ms=silence_ms)
        end_ms = one.audio.duration_ms
        base = union(vad.regions_of(p, 0.5, end_ms, shape))
        more = [tuple(vad.regions_of(p, 0.5 * faint, end_ms, voiced.FAINT))] if faint else []
        if second:
            more.append(second_ear.listen(one.audio, voiced.quiet(base, end_ms)).speech)
        return voiced.together(base, *more, duration_ms=end_ms)

    return way


def segmented(threshold: float, gap_ms: int, pad_ms: int) -> Way:
    """What the speaker segmentation hears."""
    return lambda one, _: local_speakers.speech(one.windows, threshold, gap_ms, pad_ms)


def coverage(one: Meeting, found: Sequence[Span]) -> tuple[int, int, int]:
    """Missed and invented speech, and the speech there is, in ms outside the collars."""
    spoken = union(line.span for line in one.lines)
    edges = [e for span in spoken for e in (span.start_ms, span.end_ms)]
    scored = gaps([Span(max(0, e - COLLAR_MS), e + COLLAR_MS) for e in edges], Span(0, one.audio.duration_ms))

    def within(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
        return [c for a in spans for b in others if (c := a.intersection(b))]

    true, said = within(spoken, scored), within(union(found), scored)
    both = covered_ms(within(true, said))
    return covered_ms(true) - both, covered_ms(said) - both, covered_ms(true)


def hearing(data: Path) -> None:
    """Print how much speech several ways hear and invent; one is chosen on EN* for ES*, and the other way round."""
    meetings = [meeting(data / name) for name in JOINED]
    ways: dict[str, Way] = {
        "phrases, 0.5": phrases,
        "threshold 0.2": lower(0.2),
        "threshold 0.35": lower(0.35),
    }
    for below, silence_ms, faint in itertools.product((0.15, 0.25, 0.35), (600, 800, 1000), (0.0, 0.7)):
        ways[f"lasting {below} {silence_ms} faint {faint}"] = lasting(below, silence_ms, faint)
        if second_ear_package.identity():
            name = f"lasting {below} {silence_ms} faint {faint}, {second_ear_package.identity()}"
            ways[name] = lasting(below, silence_ms, faint, True)
    if segmentation_weights.identity():
        for shape in itertools.product((0.3, 0.5, 0.7), (100, 300, 500), (0, 64)):
            ways[f"segmentation {' '.join(map(str, shape))}"] = segmented(*shape)
    rates: dict[str, dict[str, tuple[float, float]]] = {}
    probabilities = {one.name: vad.speech_probabilities(one.audio) for one in meetings}
    for name, way in ways.items():
        rates[name] = {}
        for group in ("EN", "ES"):
            counted = [coverage(m, way(m, probabilities[m.name])) for m in meetings if f"_{group}" in m.name]
            missed, false, total = (sum(c[k] for c in counted) for k in range(3))
            rates[name][group] = (missed / total, false / total)
        print(
            f"{name:<52}"
            + "".join(f"  {g}* missed {m:5.1%} invented {f:5.1%}" for g, (m, f) in rates[name].items())
        )
    for chosen_on, shown in (("EN", "ES"), ("ES", "EN")):
        best = min(rates, key=lambda n: sum(rates[n][chosen_on]))
        missed, false = rates[best][shown]
        print(f"best on {chosen_on}*: {best}; on {shown}* it misses {missed:.1%} and invents {false:.1%}")


# --- when two speak --------------------------------------------------------------------------------------------------

MOST_DOUBLED = 0.02  # of what one says alone, in the meetings that a setting is chosen on: as much again is left to others


def overlapping(data: Path) -> None:
    """Print which share of the time in which two speak the segmentation hears, and of what one says alone takes for two's."""
    meetings = [meeting(data / name) for name in JOINED]
    found: dict[tuple[float, ...], dict[str, tuple[float, float]]] = {}
    for shape in itertools.product((0.2, 0.25, 0.3, 0.4, 0.5), (0.5, 0.75, 1.0), (0, 50, 100, 130, 200)):
        onset, share, pad_ms = shape
        found[shape] = {}
        for group in ("EN", "ES"):
            sums = np.zeros(4)
            for one in (m for m in meetings if f"_{group}" in m.name):
                said = [
                    c.span for c in local_speakers.crossings(one.windows, onset, share * onset, int(pad_ms))
                ]
                two = crossed(one.lines)
                alone = gaps(two, Span(0, one.audio.duration_ms))
                alone = tuple(
                    c for a in alone for x in union(x.span for x in one.lines) if (c := a.intersection(x))
                )
                for k, true in enumerate((two, alone)):
                    both = covered_ms(c for a in true for s in said if (c := a.intersection(s)))
                    sums[2 * k : 2 * k + 2] += both, covered_ms(true)
            found[shape][group] = (sums[0] / sums[1], sums[2] / sums[3])
    kept = (local_speakers.OVERLAP_ONSET, 0.75, local_speakers.OVERLAP_PAD_MS)
    for chosen_on, shown in (("EN", "ES"), ("ES", "EN")):
        fair = [s for s in found if found[s][chosen_on][1] <= MOST_DOUBLED]
        best = max(fair, key=lambda s: found[s][chosen_on][0])
        for name, shape in (("best", best), ("kept", kept)):
            told = "; ".join(
                f"{g}* heard {found[shape][g][0]:.1%} doubled {found[shape][g][1]:.1%}"
                for g in (chosen_on, shown)
            )
            print(
                f"{name} on {chosen_on}*: onset {shape[0]} release {shape[1]} of it, {shape[2]} ms around: {told}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--speech", action="store_true", help="only when anybody speaks")
    parser.add_argument(
        "--overlap", action="store_true", help="only when two speak, by the speaker segmentation"
    )
    results.offer(parser)
    given = parser.parse_args()
    if "VIGNETTE_DATA" not in os.environ:
        sys.exit("set VIGNETTE_DATA to the folder with the recordings")
    data = Path(os.environ["VIGNETTE_DATA"]) / "speech"
    if given.speech:
        hearing(data)
        return
    if given.overlap:
        if not segmentation_weights.identity():
            sys.exit("fetch the speaker segmentation: vignette models fetch overlap")
        overlapping(data)
        return
    figures = diarization(data)
    if given.record:
        results.record("meetings", figures)


if __name__ == "__main__":
    main()
