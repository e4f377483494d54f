"""What becomes of human decisions when everything else changes, and what one changed word costs.

    python -m benchmarks.edits [--decisions 60] [--seeds 5] [--minutes 83]

Survival: on the demo's subtitles (every word placed inside its cue), so many random decisions of every kind are made one
after the other by two people, then the recognizer, the alignment, the caption profile and the lexicon are changed in turn.
A decision is *kept* when the result shows it (an independent look at the words, captions, speakers and tags that came out,
not what the replay says of itself), *flagged* when it is listed as a conflict with what stands there, *overtaken* when a
later decision replaced it, and *lost* otherwise. Lost must be 0.

Cost: a transcript as long as a training video is made by repeating the demo's words, one word is corrected, and the command
`vignette run` is timed from its start to its end, artefacts of listening in place.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import numpy as np  # noqa: E402
from edit_makers import DEMO_SUBTITLES, Made, compose, decide_at_random, demo_aligned, reheard  # noqa: E402

from pipeline import jobs  # noqa: E402
from pipeline.edits import append, journal_of  # noqa: E402
from pipeline.edits.anchors import keys_of  # noqa: E402
from pipeline.edits.conflicts import Standing, State  # noqa: E402
from pipeline.edits.making import Maker  # noqa: E402
from pipeline.edits.model import (  # noqa: E402
    Add,
    ConceptAt,
    CueOf,
    Merge,
    PersonIs,
    SpeakerOf,
    Split,
    Words,
    WordTime,
)
from pipeline.edits.preview import preview  # noqa: E402
from pipeline.edits.words import written  # noqa: E402
from pipeline.media import Audio  # noqa: E402
from pipeline.settings import CaptionSettings, Settings  # noqa: E402
from pipeline.store import Store  # noqa: E402
from pipeline.timing import Span  # noqa: E402
from pipeline.transcript import Aligned, AlignmentReport, EditorCue, Heard, Verdict  # noqa: E402
from pipeline.work import Sound, Work  # noqa: E402


def changed(name: str, rng: random.Random) -> tuple[Aligned, CaptionSettings | None, bool]:
    """The machine's side after a change: words and times, caption settings, whether concepts are found."""
    aligned = demo_aligned()
    return {
        "nothing": (aligned, None, True),
        "recognizer (8 % of words)": (reheard(rng, aligned), None, True),
        "recognizer (25 % of words)": (reheard(rng, aligned, 0.25), None, True),
        "alignment (350 ms)": (reheard(rng, aligned, 0, 350), None, True),
        "profile": (aligned, CaptionSettings(profile="bbc", max_line_chars=28, recue=True), True),
        "lexicon (finds nothing)": (aligned, None, False),
    }[name]


CHANGES = ("nothing", "recognizer (8 % of words)", "recognizer (25 % of words)", "alignment (350 ms)", "profile",
           "lexicon (finds nothing)")  # fmt: skip


def seen(standing: Standing, made: Made) -> bool:
    """Whether the result shows what a decision wants."""
    decision, transcript = standing.decision, made.transcript
    place, value = made.replay.place_of(decision), decision.value
    if isinstance(value, Words):
        near = {
            key
            for t in transcript.tokens
            if abs(t.span.start_ms - (decision.anchor.start_ms if decision.anchor else 0)) < 3000
            for key in keys_of(t.text)
        }
        return all(key in near for word, _ in written(value.text) for key in keys_of(word))
    if isinstance(value, PersonIs):
        return any(s.name == value.name for s in transcript.voices.speakers)
    if place is None:
        return decision.kind in ("delete", "word-time", "reviewed")
    cues = {(c.first, c.last): c for c in transcript.captions.cues}
    if isinstance(value, (CueOf, Add)):
        return place in cues and (value.start_ms is None or cues[place].span.start_ms == value.start_ms)
    if isinstance(value, Merge):
        return place in cues
    if isinstance(value, Split):
        return any(place[0] < c.first < place[1] for c in cues.values())
    if isinstance(value, SpeakerOf):
        names = {s.id: s.name for s in transcript.voices.speakers}
        said = [u for u in transcript.voices.utterances if u.first < place[1] and place[0] < u.last]
        return all(names.get(u.speaker or "", "") == value.speaker for u in said)
    if isinstance(value, ConceptAt):
        found = [t for t in transcript.concepts.tags if t.concept == value.concept]
        shown = any(t.first < place[1] and place[0] < t.last for t in found)
        return shown == (value.verdict != "rejected")
    return not isinstance(value, WordTime) or place is not None


def _about_the_same(one: Any, other: Any) -> bool:
    """Whether two decisions are about words said at the same time, or about people."""
    if isinstance(one.value, (PersonIs, SpeakerOf)) and isinstance(other.value, PersonIs):
        return True
    if one.anchor is None or other.anchor is None:
        return False
    return bool(
        one.anchor.start_ms - 1500 < other.anchor.end_ms and other.anchor.start_ms - 1500 < one.anchor.end_ms
    )


def survival(count: int, seeds: int) -> bool:
    """Print a table of what became of decisions; whether none was lost."""
    print(
        f"{'changed':<28}{'decisions':>10}{'kept':>7}{'overtaken':>11}{'waiting':>9}{'flagged':>9}{'lost':>6}"
    )
    totals: dict[str, Counter[str]] = {name: Counter() for name in CHANGES}
    for seed in range(seeds):
        decisions = decide_at_random(random.Random(seed), demo_aligned(), count, tagging=True)
        for name in CHANGES:
            aligned, settings, tagging = changed(name, random.Random(seed))
            made = compose(aligned, decisions, settings, voiced=True, tagging=tagging)
            standings = list(made.replay.report.standings)
            totals[name]["decisions"] += len(decisions)
            totals[name]["lost"] += len(decisions) - len(standings)
            for n, standing in enumerate(standings):
                totals[name][_fate(standing, made, standings[n + 1 :])] += 1
    for name, t in totals.items():
        cells = (t[k] for k in ("decisions", "kept", "overtaken", "waiting", "flagged", "lost"))
        print("{:<28}{:>10}{:>7}{:>11}{:>9}{:>9}{:>6}".format(name, *cells))
    return not any(t["lost"] for t in totals.values())


def _fate(standing: Standing, made: Made, later: list[Standing]) -> str:
    if standing.state is State.CONFLICT:
        return "flagged"
    if standing.state is State.WAITING:
        return "waiting"
    if standing.state in (State.SUPERSEDED, State.WITHDRAWN):
        return "overtaken"
    if seen(standing, made):
        return "kept"
    if any(_about_the_same(standing.decision, other.decision) for other in later):
        return "overtaken"
    print(f"lost: {standing}")
    return "lost"


# --- what one changed word costs -----------------------------------------------------------------------------------


def long_aligned(minutes: int) -> Aligned:
    """The demo's words again and again until so many minutes are full."""
    once = demo_aligned()
    length = once.tokens[-1].span.end_ms + 1000
    tokens: list[Any] = []
    cues: list[EditorCue] = []
    for n in range(max(1, minutes * 60_000 // length)):
        by, at = n * length, len(tokens)
        tokens += [replace(t, span=t.span.shifted(by)) for t in once.tokens]
        cues += [
            replace(
                c, first=c.first + at, last=c.last + at, span=c.span.shifted(by) if c.span else None,
                breaks=tuple(b + at for b in c.breaks), dash_at=tuple(d + at for d in c.dash_at),
                label_at=tuple((k + at, label) for k, label in c.label_at),
            )
            for c in once.editor_cues
        ]  # fmt: skip
    return Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC), tuple(cues))


class Listened:
    """Stands for the stages that listen; everything else is done as always, and all artefacts are kept."""

    def __init__(self, store: Store, aligned: Aligned, duration_ms: int) -> None:
        self.store = store
        self.made: dict[str, Any] = {
            "sound": Sound(duration_ms, True),
            "transcribe": Heard("sphinx", "en-us", True, (), (Span(0, duration_ms),)),
            "align": aligned,
        }

    def __call__(self, stage: str, kind: Any, reads: Any, produce: Any) -> Any:
        result = self.made.get(stage) or produce(lambda share: None)
        self.store.save(stage, kind, reads, result)
        return result


def one_word(minutes: int) -> None:
    """Print how long `vignette run` takes after one word of a long video was corrected."""
    aligned = long_aligned(minutes)
    duration_ms = aligned.tokens[-1].span.end_ms + 60_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "media").mkdir()
        media = folder / "media" / "long.mp4"
        media.write_bytes(b"nobody listens to this")
        (folder / "media" / "long.en.srt").write_bytes(DEMO_SUBTITLES.read_bytes())
        job = jobs.Job(media, folder / "transcripts", Settings(), folder / "media" / "long.en.srt")
        store = Store.of(job.out, job.name)
        with Work(job, store) as work:
            work._audio = Audio(np.zeros(duration_ms * 16, np.float32))  # for the voices: silence
            work.transcript(Listened(store, aligned, duration_ms))
        took = [_run(folder)]
        for n in (1, 2):
            shown = preview(job, tagging=False)
            at = len(shown.transcript.tokens) * n // 3
            made = Maker(shown.transcript, shown.replay, "Ana").words(at, at + 1, "corrected")
            append(journal_of(media), made)
            took.append(_run(folder))
        took.append(_run(folder))
    print(f"{minutes} minutes, {len(aligned.tokens)} words: first outputs {took[0]:.1f} s, after one changed word "
          f"{took[1]:.1f} s, after another {took[2]:.1f} s, after none {took[3]:.1f} s")  # fmt: skip


def _run(folder: Path) -> float:
    since, used = time.monotonic(), _cpu_s()
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "run", "media/long.mp4"], cwd=folder, capture_output=True, text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""}, check=False,
    )  # fmt: skip
    took = time.monotonic() - since
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    stages = [line.strip() for line in done.stderr.splitlines() if line.startswith("  ")]
    print(f"  {took:.1f} s, {_cpu_s() - used:.1f} s of one core ({'; '.join(stages) or 'no stage'})")
    return took


def _cpu_s() -> float:
    """What finished child processes have used, so that a busy machine can be told from slow work."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--decisions", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--minutes", type=int, default=83)
    options = parser.parse_args()
    fine = survival(options.decisions, options.seeds)
    one_word(options.minutes)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
